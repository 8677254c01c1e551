"""What the meter makes of one token (sts.md 10.1): results with their reasons, in order.

Digits, lock-out, CRC, maker's code; then Old, Used, KeyExpired, DDTK; then what the meter can do.
A refusal changes nothing; only a failed CRC of class 0 or 2 is a fact, the ladder's.
"""

from dataclasses import replace
from typing import assert_never

from link.terms import EntrySource, TokenClass, TokenOutcome, TokenResult, Unit, token_digest
from meter.domain.commands import EnterToken
from meter.domain.facts import Decision, Fact, GuessFailed, SwitchTested, TokenAccepted
from meter.domain.state import State
from meter.domain.supply import contact_wanted
from meter.sts import (
    UNIT_WH,
    ClearCredit,
    ClearTamperCondition,
    Commodity,
    Credit,
    CurrencyCredit,
    ExtendedRead,
    ExtendedSet,
    FirstSection,
    FourthSection,
    KeyType,
    Management,
    MeterTest,
    SecondSection,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    SupplyGroupSection,
    ThirdSection,
    Token,
    UnitsCredit,
    Unreadable,
    open_envelope,
    read_envelope,
)

TESTS = (1 << 18) - 1
"""The eighteen tests of class 1; bit n-1 asks for test n (sts.md 8)."""
SWITCH_TEST = 1
SWITCH_TEST_S = 2
SWITCH_TEST_PAUSE_S = 60

GUESSABLE = frozenset({TokenClass.CREDIT, TokenClass.MANAGEMENT})
"""Classes that travel enciphered, so that a failed CRC is a guess."""

ANY_MAKER = 0
FOUR_DIGIT_TEST = 1
"""The class 1 subclass that carries a maker's code of four digits; the others carry two."""
SHORT_DRN = 11
"""Digits of a DRN with a maker's code of two; one of 13 has four (sts.md 2.1)."""

TID_KEN_SHIFT = 16
"""A key expires in steps of 65536 minutes (sts.md 2.2)."""

UNKNOWN_DIGEST = bytes(8)
"""Digest of a text that is not ASCII and so never was a token."""


def judge(state: State, command: EnterToken, at: int) -> Decision:
    """Judge digits that came in by a path, at a UTC second."""
    blank = _blank(state, command, at)
    envelope = open_envelope(command.digits)
    if isinstance(envelope, Unreadable):
        return _refused(blank, envelope.result)
    blank = replace(blank, token_class=envelope.token_class)
    locked_s = state.ladders.locked_s(command.source)
    if envelope.token_class in GUESSABLE and locked_s:
        return _refused(replace(blank, seconds=locked_s), TokenResult.LockedOut)
    token = read_envelope(envelope, state.sts.key.cipher())
    if isinstance(token, Unreadable):
        return _unreadable(state, token, blank)
    return _executed(state, token, replace(blank, subclass=int(token.subclass)))


def _blank(state: State, command: EnterToken, at: int) -> TokenOutcome:
    digits = command.digits
    return TokenOutcome(
        sequence=0,
        digest=token_digest(digits) if digits.isascii() else UNKNOWN_DIGEST,
        token_class=0,
        subclass=0,
        tid=0,
        result=TokenResult.Reserved,
        source=command.source,
        first_at=0,
        worth=0,
        first_source=EntrySource(0),
        seconds=0,
        amount=0,
        unit=Unit.WATT_HOUR,
        control=0,
        missing=0,
        credit_after=state.account.credit_wh,
        at=at,
    )


def _refused(blank: TokenOutcome, result: TokenResult, *facts: Fact) -> Decision:
    return Decision(facts, replace(blank, result=result))


def _unreadable(state: State, token: Unreadable, blank: TokenOutcome) -> Decision:
    guessed = token.result is TokenResult.CRCError and token.token_class in GUESSABLE
    if guessed and not state.ladders.is_repeat(blank.source, blank.digest):
        return _refused(blank, token.result, GuessFailed(blank.source, blank.digest, blank.at))
    return _refused(replace(blank, subclass=token.subclass or 0), token.result)


def _executed(state: State, token: Token, blank: TokenOutcome) -> Decision:
    match token:
        case UnitsCredit() | CurrencyCredit():
            return _credit(state, token, replace(blank, tid=token.tid))
        case MeterTest() | ExtendedRead():
            return _test(state, token, blank)
        case (
            SetMaximumPowerLimit()
            | ClearCredit()
            | SetTariffRate()
            | ClearTamperCondition()
            | SetMaximumPhasePowerUnbalanceLimit()
            | SetWaterMeterFactor()
            | ExtendedSet()
        ):
            return _management(state, token, replace(blank, tid=token.tid))
        case (
            FirstSection()
            | SecondSection()
            | ThirdSection()
            | SupplyGroupSection()
            | FourthSection()
        ):
            return _refused(blank, TokenResult.FunctionError)
        case _:
            assert_never(token)


def _credit(state: State, token: Credit, blank: TokenOutcome) -> Decision:
    if refusal := _invalid(state, token, blank):
        return refusal
    if not isinstance(token, UnitsCredit) or token.commodity is not Commodity.ELECTRICITY:
        return _refused(blank, TokenResult.FunctionError)
    amount_wh = token.amount * UNIT_WH
    credit_after = state.account.credit_wh + amount_wh
    if credit_after > state.account.maximum_wh:
        return _refused(blank, TokenResult.OverflowError)
    entry = replace(
        blank,
        sequence=state.ledger.head.sequence + 1,
        result=TokenResult.Accept,
        amount=amount_wh,
        credit_after=credit_after,
    )
    return Decision((TokenAccepted(entry),), entry)


def _management(state: State, token: Management, blank: TokenOutcome) -> Decision:
    return _invalid(state, token, blank) or _refused(blank, TokenResult.FunctionError)


def _invalid(state: State, token: Credit | Management, blank: TokenOutcome) -> Decision | None:
    """Return the refusal of a token that its TID or the active key rules out, in order."""
    tids, key = state.sts.tids, state.sts.key
    if tids.is_old(token.tid):
        return _refused(blank, TokenResult.OldError)
    if tids.is_used(token.tid):
        return _refused(_with_first_use(state, blank), TokenResult.UsedError)
    if token.tid >> TID_KEN_SHIFT > key.ken:
        return _refused(blank, TokenResult.KeyExpiredError)
    if token.token_class == TokenClass.CREDIT and key.kt == KeyType.DDTK:
        return _refused(blank, TokenResult.DDTKError)
    return None


def _with_first_use(state: State, blank: TokenOutcome) -> TokenOutcome:
    entry = state.ledger.first_use(blank.digest, blank.tid)
    if entry is None:
        return blank
    return replace(
        blank,
        sequence=entry.sequence,
        first_at=entry.at,
        worth=entry.amount,
        first_source=entry.source,
    )


def _test(state: State, token: MeterTest | ExtendedRead, blank: TokenOutcome) -> Decision:
    if token.mfr not in (ANY_MAKER, _own_code(state.sts.drn, token.subclass)):
        return _refused(blank, TokenResult.MfrCodeError)
    if isinstance(token, ExtendedRead) or not token.control & TESTS:
        return _refused(blank, TokenResult.FunctionError)
    outcome = replace(blank, result=TokenResult.Accept, control=token.control)
    if token.control & SWITCH_TEST and contact_wanted(state) and not state.supply.test_pause_s:
        return Decision((SwitchTested(SWITCH_TEST_S, SWITCH_TEST_PAUSE_S, blank.at),), outcome)
    return Decision((), outcome)


def _own_code(drn: str, subclass: int) -> int:
    """Return the maker's code of a DRN, ANY_MAKER where the subclass has another width."""
    digits = 2 if len(drn) == SHORT_DRN else 4
    return int(drn[:digits]) if (subclass == FOUR_DIGIT_TEST) == (digits == 4) else ANY_MAKER
