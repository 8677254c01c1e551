"""What is said of a token: accepted, refused and why, or not known yet (ciu.md 3).

A wrong meter, a wrong key and a wrong digit cannot be told apart, and the words say so.
"""

from dataclasses import dataclass
from enum import Enum

from ciu.wording.accounts import Account, Commodity, measure_in
from ciu.wording.effects import KEY_SECTIONS, effect_of, value_of
from ciu.wording.figures import countdown
from ciu.wording.layout import Lines
from ciu.wording.supply import light
from ciu.wording.words import Words
from link.terms import (
    LASTING,
    EntrySource,
    LinkTrouble,
    SupplyExplanation,
    TokenClass,
    TokenOutcome,
    TokenResult,
)

CREDITED = (
    "ACCEPTED  {worth}|ACCEPTED {worth}|OK {worth}|{figure}\n"
    "Credit {credit_amount} {light}|Credit {credit} {light}"
    "|{credit_amount} {light}|{credit} {light}|{credit}"
)
CREDITED_IN_THE_DARK = "ACCEPTED  {worth}|ACCEPTED {worth}|OK {worth}|{figure}\n{because}|{light}"
CREDITED_ELSEWHERE = "ACCEPTED  {worth}|OK {worth}|{figure}\nIn credit{by_another}"
TAKEN = "Meter has taken it"
TESTED = "TEST ACCEPTED\nNothing to show here"

SECTION = "KEY PART {part} ACCEPTED\n{missing} more within {wait}|{missing} more: {wait}"
SECTIONS = {
    TokenResult.FirstKCT: 1,
    TokenResult.SecondKCT: 2,
    TokenResult.ThirdKCT: 3,
    TokenResult.FourthKCT: 4,
}

USED = (
    "USED {when}{worth}|USED {when}{figure}|USED {when}\n"
    "Added to credit then{by_another}|Added then{by_another}|Added{by_another}"
)
USED_TAKEN = (
    "USED {when}{worth}|USED {when}{figure}|USED {when}\n"
    "Was taken off then{by_another}|Taken then{by_another}|Taken{by_another}"
)
USED_UNVALUED = "USED {when}\nIt was accepted once"
BEFORE_KEY_CHANGE = "DONE ALREADY {when}\nThe key has changed"
"""A token that the meter knows and can read no more: a section of a key that is in use, mostly."""

REFUSALS = {
    TokenResult.Reserved: "NO RESULT\nTry it again",
    TokenResult.OverflowError: "METER IS FULL\nUse some, then retry",
    TokenResult.KeyTypeError: "KEY TYPE NOT ALLOWED\nAsk your vendor",
    TokenResult.FormatError: "TOKEN NOT UNDERSTOOD\nCheck all 20 digits",
    TokenResult.RangeError: "VALUE OUT OF RANGE\nAsk your vendor",
    TokenResult.FunctionError: "METER CANNOT DO THIS\nAsk your vendor",
    TokenResult.OldError: "OLD TOKEN\nIt is out of date",
    TokenResult.KeyExpiredError: "KEY EXPIRED\nAsk for a key change",
    TokenResult.DDTKError: "KEY CHANGE FIRST\nThen this one again",
    TokenResult.CRCError: "NOT FOR THIS METER\nor wrong digit typed",
    TokenResult.MfrCodeError: "OTHER MAKER'S TOKEN\nNot for this meter",
    TokenResult.LockedOut: "LOCKED, wait {wait}\nAfter a wrong token",
    TokenResult.NotReady: "METER NOT READY\nTry again in a while",
}

LOCK_OVER = "LOCK IS OVER\nType it again"

EARLIER = "Earlier token ..{tail}\n{said}"

BY_SLOT = ", by CIU {slot}"
BY_OTHERS = {
    EntrySource.MANAGEMENT: ", by office",
    EntrySource.KEYPAD: ", at meter",
    EntrySource.MODBUS: ", by Modbus",
    EntrySource.PUBLIC: ", by a tool",
}


class Doubt(Enum):
    """A token whose fate this unit does not know, or has found out late."""

    CHECKING = "Checking with meter…\n{state}"
    UNKNOWN = "RESULT NOT KNOWN YET\nDo not type it again"
    UNREADABLE = "..{tail}: METER CANNOT\nsay if it took it"
    WAY_OUT = "Typing again is safe\nEnter ends the wait"
    FORGOTTEN = "YOU MAY TYPE AGAIN\nIt counts only once"
    NOT_RECEIVED = "..{tail} NOT RECEIVED\nType it again"
    BUSY = "..{tail} NOT RECEIVED\nMeter is busy, retry"
    NO_LINK = "..{tail} NOT RECEIVED\nMeter refuses link"
    NO_ACCESS = "METER REFUSES ACCESS\nAsk your supplier"
    NOT_OFFERED = "METER CANNOT TAKE IT\nAsk your supplier"
    OTHER_METER = "OTHER METER ANSWERS\nNothing was sent"
    TWO_METERS = "TWO METERS ANSWER\nCall your supplier"


NOT_SENT = {
    LinkTrouble.TEMPORARY: Doubt.BUSY,
    LinkTrouble.REFUSED_LINK: Doubt.NO_LINK,
    LinkTrouble.REFUSED_ACCESS: Doubt.NO_ACCESS,
    LinkTrouble.NOT_OFFERED: Doubt.NOT_OFFERED,
    LinkTrouble.OTHER_METER: Doubt.OTHER_METER,
    LinkTrouble.ADDRESS_CLASH: Doubt.TWO_METERS,
}
"""What is said of a token that was not judged, by the trouble; of all others NOT_RECEIVED."""


@dataclass(frozen=True, slots=True)
class MeterContext:
    """What this unit knows of a meter beside the outcome of a token, None where it does not."""

    own: EntrySource
    """The path by which this unit enters tokens."""
    account: Account | None = None
    commodity: Commodity | None = None
    supply: SupplyExplanation | None = None
    """As it was read after the outcome."""


def verdict(words: Words, outcome: TokenOutcome, context: MeterContext) -> Lines:
    """Say an outcome."""
    used = outcome.result is not TokenResult.Accept and outcome.result not in SECTIONS
    worth = outcome.worth if used else outcome.amount
    entered_by = outcome.first_source if used else outcome.source
    light_now, because = "", ""
    if context.supply is not None:
        light_now, because = light(words, context.supply, context.commodity)
    template = _template(outcome, context.own)
    measure = measure_in(context.account, outcome.unit)
    return words.say(
        CREDITED_IN_THE_DARK if template is CREDITED and because else template,
        worth=measure.signed(worth),
        figure=measure.figure(worth),
        credit=measure.figure(outcome.credit_after),
        credit_amount=measure.amount(outcome.credit_after),
        light=light_now,
        because=because,
        by_another="" if entered_by is context.own else _by(words, entered_by),
        part=str(SECTIONS.get(outcome.result, "")),
        missing=str(outcome.missing),
        wait=countdown(outcome.seconds),
        when=f"{words.when(outcome.first_at, outcome.at)} " if outcome.first_at else "",
        value=value_of(outcome, context.account, context.commodity),
        done=because or light_now or words.translate(TAKEN),
    )


def earlier(words: Words, tail: str, said: Lines) -> Lines:
    """Say an outcome of another token than the one typed last, by its last digits."""
    return words.say(EARLIER, tail=tail, said=said[0])


def _template(outcome: TokenOutcome, own: EntrySource) -> str:
    if outcome.result in SECTIONS:
        return SECTION
    if outcome.result is TokenResult.UsedError or is_before_key_change(outcome):
        return _used(outcome)
    if outcome.result is TokenResult.LockedOut and not outcome.seconds:
        return LOCK_OVER
    if outcome.result is not TokenResult.Accept:
        return REFUSALS[outcome.result]
    if outcome.token_class == TokenClass.CREDIT:
        return CREDITED if outcome.source is own else CREDITED_ELSEWHERE
    return TESTED if outcome.token_class == TokenClass.TEST else effect_of(outcome).lines


def _used(outcome: TokenOutcome) -> str:
    if outcome.token_class == TokenClass.CREDIT:
        if not outcome.worth:
            return USED_UNVALUED
        return USED if outcome.worth > 0 else USED_TAKEN
    section = outcome.token_class == TokenClass.MANAGEMENT and outcome.subclass in KEY_SECTIONS
    return BEFORE_KEY_CHANGE if section or is_before_key_change(outcome) else USED_UNVALUED


def is_before_key_change(outcome: TokenOutcome) -> bool:
    """Return whether the meter took this token under a key that it has no more."""
    return outcome.result is TokenResult.CRCError and outcome.sequence > 0


def _by(words: Words, source: EntrySource) -> str:
    if source in BY_OTHERS:
        return words.translate(BY_OTHERS[source])
    return words.translate(BY_SLOT).format(slot=int(source))


def not_sent(trouble: LinkTrouble) -> Doubt:
    """Return what is said of a token that the meter has not judged, by the trouble."""
    return NOT_SENT.get(trouble, Doubt.NOT_RECEIVED)


def not_known(trouble: LinkTrouble) -> Doubt:
    """Return what is said of a token that the meter may have taken, by the trouble."""
    return Doubt.UNREADABLE if trouble in LASTING else Doubt.UNKNOWN


def doubt(words: Words, kind: Doubt, *, tail: str = "", state: str = "") -> Lines:
    """Say that a token's fate is not known, or that it never arrived; `tail`: last digits."""
    return words.say(kind.value, tail=tail, state=state)
