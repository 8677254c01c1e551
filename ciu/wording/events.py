"""Events in a line each, for the history: tokens, supply, silence, alarms (ciu.md 4)."""

from typing import assert_never

from ciu.wording.accounts import Account, Commodity, measure_in
from ciu.wording.effects import effect_of, value_of
from ciu.wording.faults import ALARMS, Silence
from ciu.wording.figures import span
from ciu.wording.layout import Lines
from ciu.wording.supply import REASONS
from ciu.wording.verdicts import SECTIONS, is_before_key_change
from ciu.wording.words import Words
from link.terms import (
    LASTING,
    Alarm,
    LinkTrouble,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenClass,
    TokenOutcome,
    TokenResult,
)
from link.token_entry import Accepted, Forgotten, NotDone, NotSent, Refused, Unknown, Verdict

ANSWERS_AGAIN = "answers again"
MEMORY_OLD = "meter memory is old"
MEMORY_CAUGHT_UP = "meter memory is up to date"

ACCEPTED = "token ..{tail} accepted {worth}"
TAKEN = "token ..{tail} accepted"
DID = "token ..{tail} accepted: {did}"
HELD = "token ..{tail} accepted: key part {part}, {missing} more"
REFUSED = "token ..{tail} refused: {reason}"
UNKNOWN = "token ..{tail}: result not known yet"
UNREADABLE = "token ..{tail}: meter cannot say if it took it"
FORGOTTEN = "token ..{tail}: wait ended, may be typed again"
NOT_RECEIVED = "token ..{tail} not received: type it again"
NOT_SENT = {
    LinkTrouble.TEMPORARY: "token ..{tail} not received: meter is busy",
    LinkTrouble.REFUSED_LINK: "token ..{tail} not received: meter refuses link",
    LinkTrouble.REFUSED_ACCESS: "token ..{tail} not taken: meter refuses access",
    LinkTrouble.NOT_OFFERED: "token ..{tail} not taken: meter cannot",
    LinkTrouble.OTHER_METER: "token ..{tail} not sent: other meter answers",
    LinkTrouble.ADDRESS_CLASH: "token ..{tail} not sent: two meters answer",
}

BECAUSE = {
    TokenResult.Reserved: "no result",
    TokenResult.OverflowError: "meter is full",
    TokenResult.KeyTypeError: "key type not allowed",
    TokenResult.FormatError: "not understood",
    TokenResult.RangeError: "value out of range",
    TokenResult.FunctionError: "meter cannot do this",
    TokenResult.OldError: "out of date",
    TokenResult.UsedError: "used before",
    TokenResult.KeyExpiredError: "key expired",
    TokenResult.DDTKError: "key change first",
    TokenResult.CRCError: "wrong digit or other meter",
    TokenResult.MfrCodeError: "other maker's token",
    TokenResult.LockedOut: "locked after a wrong token",
    TokenResult.NotReady: "meter not ready",
}
"""A refusal in a few words, with the verdict's in verdicts.py."""
DONE_BEFORE = "done before the key changed"

OFF_BECAUSE = REASONS | {SupplyReason.OVERLOAD_LOCKOUT: "overload, locked"}
SUPPLY_ON = "supply connected"
SUPPLY_OFF = "supply off: {reason}"

SILENT = "silent: {who}"
SILENT_FOR = "silent {span}: {who}"
TOLD_APART = {
    LinkTrouble.OTHER_METER: "other meter answers",
    LinkTrouble.ADDRESS_CLASH: "two meters answer",
}
"""Troubles in which somebody does answer."""


def token_became(
    words: Words,
    tail: str,
    verdict: Verdict,
    account: Account | None = None,
    commodity: Commodity | None = None,
) -> str:
    """Say what became of a token, by its last digits; the account is that of its meter."""
    match verdict:
        case Accepted(outcome):
            did = _did(words, outcome, account, commodity)
            return _fill(words, _accepted(outcome), tail=tail, **did)
        case Refused(outcome):
            return _fill(words, REFUSED, tail=tail, reason=words.translate(_reason(outcome)))
        case Unknown(trouble):
            return _fill(words, UNREADABLE if trouble in LASTING else UNKNOWN, tail=tail)
        case NotSent(trouble):
            return _fill(words, NOT_SENT.get(trouble, NOT_RECEIVED), tail=tail)
        case NotDone():
            return _fill(words, NOT_RECEIVED, tail=tail)
        case Forgotten():
            return _fill(words, FORGOTTEN, tail=tail)
        case _:
            assert_never(verdict)


def _accepted(outcome: TokenOutcome) -> str:
    if outcome.result in SECTIONS:
        return HELD
    if outcome.token_class == TokenClass.CREDIT:
        return ACCEPTED
    managed = outcome.token_class == TokenClass.MANAGEMENT and effect_of(outcome).brief
    return DID if managed else TAKEN


def _did(
    words: Words, outcome: TokenOutcome, account: Account | None, commodity: Commodity | None
) -> dict[str, str]:
    value = value_of(outcome, account, commodity)
    return {
        "worth": measure_in(account, outcome.unit).signed(outcome.amount),
        "did": _fill(words, effect_of(outcome).brief, value=value),
        "part": str(SECTIONS.get(outcome.result, "")),
        "missing": str(outcome.missing),
    }


def supply_became(words: Words, explained: SupplyExplanation) -> str:
    """Say that the supply is on, or off and why."""
    if explained.state is SupplyState.CONNECTED:
        return words.translate(SUPPLY_ON)
    return _fill(words, SUPPLY_OFF, reason=words.translate(OFF_BECAUSE[explained.reason]))


def alarm_raised(words: Words, alarm: Alarm) -> str:
    """Say what an alarm means."""
    return _first(words.say(ALARMS[alarm]))


def who_is_silent(words: Words, why: Silence, silent_s: int | None = None) -> str:
    """Say who does not speak, and for how long where that is known."""
    if why.trouble in TOLD_APART:
        return words.translate(TOLD_APART[why.trouble])
    who = words.translate(why.silent.value)
    if silent_s is None:
        return _fill(words, SILENT, who=who)
    return _fill(words, SILENT_FOR, who=who, span=span(silent_s))


def _reason(outcome: TokenOutcome) -> str:
    if is_before_key_change(outcome):
        return DONE_BEFORE
    return BECAUSE.get(outcome.result, outcome.result.name)


def _first(lines: Lines) -> str:
    return lines[0].lower()


def _fill(words: Words, template: str, **values: str) -> str:
    return words.translate(template).format_map(values)
