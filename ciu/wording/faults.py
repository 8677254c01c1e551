"""Faults in words: why the meter is silent, what an alarm means, and what to do next."""

from dataclasses import dataclass
from enum import Enum

from ciu.wording.figures import span
from ciu.wording.layout import Lines
from ciu.wording.words import Words
from link.terms import Alarm, LinkTrouble, SupplyExplanation, SupplyReason


class Silent(Enum):
    """Who does not speak: this unit's port, everybody on the line, or this meter alone."""

    CIU = "port"
    LINE = "line"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class Silence:
    """Why nothing is heard of a meter, and how often it is asked."""

    silent: Silent
    trouble: LinkTrouble
    again_s: int


LINE_SILENT = "No answer on line\nTrying every {wait}"
TROUBLES = {
    LinkTrouble.NO_ANSWER: "No answer from meter\nTrying every {wait}",
    LinkTrouble.PORT_DOWN: "CIU port not working\nCheck its cable",
    LinkTrouble.NOT_REACHED: "Meter not reached\nIs its power on?",
    LinkTrouble.REFUSED_LINK: "Meter refuses link\nTrying every {wait}",
    LinkTrouble.REFUSED_ACCESS: "Meter refuses access\nAsk your supplier",
    LinkTrouble.NOT_OFFERED: "Meter has no number\nAsk your supplier",
    LinkTrouble.TEMPORARY: "Meter is busy\nTrying every {wait}",
    LinkTrouble.OTHER_METER: "OTHER METER ANSWERS\nCheck meter number",
    LinkTrouble.ADDRESS_CLASH: "TWO METERS ANSWER\nCall your supplier",
    LinkTrouble.MALFORMED: "Answer not clear\nTrying every {wait}",
    LinkTrouble.RESET: "Meter has restarted\nTrying every {wait}",
}


def silence(words: Words, why: Silence) -> Lines:
    """Say why nothing is heard of the meter."""
    line_silent = why.silent is Silent.LINE and why.trouble is LinkTrouble.NO_ANSWER
    return words.say(LINE_SILENT if line_silent else TROUBLES[why.trouble], wait=span(why.again_s))


ALARMS = {
    Alarm.CREDIT_EXHAUSTED: "CREDIT USED UP\nEnter a token",
    Alarm.LOW_CREDIT: "CREDIT IS LOW\nBuy a token soon",
    Alarm.STORE_FAILED: "METER MEMORY FAILED\nCall your supplier",
    Alarm.TAMPERED: "TAMPERING FOUND\nCall your supplier",
    Alarm.RELAY_MISMATCH: "SWITCH HAS FAILED\nCall your supplier",
    Alarm.SOURCE_SILENT: "NO READING OF USE\nCall your supplier",
    Alarm.REGISTER_FELL: "METER READING FELL\nCall your supplier",
}
"""Most pressing first. RELAY_OPEN is told by the supply page."""

NO_CREDIT_YET = "NO CREDIT YET\nEnter first token"
"""Of a meter that was never in use: nothing was used up."""

LEDGER_FELL = "METER MEMORY IS OLD\nCall your supplier"
SUPPLIER_TOLD = "SUPPLIER INFORMED?\nThen press Enter"
"""After LEDGER_FELL, until somebody says so or the meter's ledger goes as far again."""


def ledger_fell(words: Words) -> Lines:
    """Say that the meter knows less of its past than it once did."""
    return words.say(LEDGER_FELL)


def supplier_told(words: Words) -> Lines:
    """Ask whether the supplier knows that the meter's memory is old."""
    return words.say(SUPPLIER_TOLD)


def alarm(words: Words, which: Alarm, supply: SupplyExplanation | None = None) -> Lines:
    """Say one alarm and what to do; `supply` is what the meter last told of it."""
    unused = supply is not None and supply.reason is SupplyReason.NEVER_COMMISSIONED
    never = unused and which is Alarm.CREDIT_EXHAUSTED
    return words.say(NO_CREDIT_YET if never else ALARMS[which])
