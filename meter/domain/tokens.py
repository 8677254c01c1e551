"""What the meter makes of one token (sts.md 10.1): results with their reasons, in order.

Digits, lock-out, CRC, maker's code; then Old, Used, KeyExpired, DDTK; then what the meter can do.
A refusal changes nothing; only a failed CRC of class 0 or 2 is a fact, the ladder's.
"""

from dataclasses import replace

from link.terms import TokenClass, TokenOutcome, TokenResult
from meter.domain.commands import EnterToken
from meter.domain.facts import Decision, GuessFailed, SwitchTested
from meter.domain.key_change import take_section
from meter.domain.key_sections import SECTIONS
from meter.domain.management import manage
from meter.domain.outcomes import blank_of, credited, known, refused
from meter.domain.state import State
from meter.domain.supply import contact_wanted
from meter.sts import (
    Credit,
    CurrencyCredit,
    ExtendedRead,
    KeyType,
    Management,
    MeterTest,
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


def judge(state: State, command: EnterToken, at: int) -> Decision:
    """Judge digits that came in by a path, at a UTC second."""
    blank = blank_of(state, command, at)
    envelope = open_envelope(command.digits)
    if isinstance(envelope, Unreadable):
        return refused(blank, envelope.result)
    blank = replace(blank, token_class=envelope.token_class)
    locked_s = state.ladders.locked_s(command.source)
    if envelope.token_class in GUESSABLE and locked_s:
        return refused(replace(blank, seconds=locked_s), TokenResult.LockedOut)
    token = read_envelope(envelope, state.sts.key.cipher())
    if isinstance(token, Unreadable):
        return _unreadable(state, token, blank)
    blank = replace(blank, subclass=int(token.subclass))
    if isinstance(token, SECTIONS):
        return take_section(state, token, command.digits, blank)
    return _executed(state, token, blank)


def _unreadable(state: State, token: Unreadable, blank: TokenOutcome) -> Decision:
    """Refuse what is no token; a failed checksum is a guess, unless the token was good once.

    That is how a section of a key looks whose set has changed the key since.
    """
    guessed = token.result is TokenResult.CRCError and token.token_class in GUESSABLE
    if guessed and state.ledger.by_digest(blank.digest):
        return refused(known(state, blank), token.result)
    if guessed and not state.ladders.is_repeat(blank.source, blank.digest):
        return refused(blank, token.result, GuessFailed(blank.source, blank.digest, blank.at))
    return refused(replace(blank, subclass=token.subclass or 0), token.result)


def _executed(
    state: State, token: Credit | MeterTest | ExtendedRead | Management, blank: TokenOutcome
) -> Decision:
    match token:
        case MeterTest() | ExtendedRead():
            return _test(state, token, blank)
        case UnitsCredit() | CurrencyCredit():
            dated = replace(blank, tid=token.tid)
            return _invalid(state, token, dated) or _credit(state, token, dated)
        case _:
            dated = replace(blank, tid=token.tid)
            return _invalid(state, token, dated) or manage(state, token, dated)


def _credit(state: State, token: Credit, blank: TokenOutcome) -> Decision:
    """Add a credit of the meter's own commodity and mode; one of money may be below zero."""
    account = state.account
    in_money = isinstance(token, CurrencyCredit)
    if token.commodity is not account.commodity or in_money != bool(account.currency):
        return refused(blank, TokenResult.FunctionError)
    amount = token.amount if in_money else token.amount * account.measure.token_units
    least = min(account.credit, -account.maximum)  # a debt beyond it is paid in parts
    if not least <= account.credit + amount <= account.maximum:
        return refused(blank, TokenResult.OverflowError)
    return credited(state, blank, amount)


def _invalid(state: State, token: Credit | Management, blank: TokenOutcome) -> Decision | None:
    """Return the refusal of a token that its TID or the active key rules out, in order."""
    tids, key = state.sts.tids, state.sts.key
    if tids.is_old(token.tid):
        return refused(blank, TokenResult.OldError)
    if tids.is_used(token.tid):
        return refused(known(state, blank), TokenResult.UsedError)
    if token.tid >> TID_KEN_SHIFT > key.ken:
        return refused(blank, TokenResult.KeyExpiredError)
    if token.token_class == TokenClass.CREDIT and key.kt == KeyType.DDTK:
        return refused(blank, TokenResult.DDTKError)
    return None


def _test(state: State, token: MeterTest | ExtendedRead, blank: TokenOutcome) -> Decision:
    if token.mfr not in (ANY_MAKER, _own_code(state.sts.drn, token.subclass)):
        return refused(blank, TokenResult.MfrCodeError)
    if isinstance(token, ExtendedRead) or not token.control & TESTS:
        return refused(blank, TokenResult.FunctionError)
    outcome = replace(blank, result=TokenResult.Accept, control=token.control)
    if token.control & SWITCH_TEST and contact_wanted(state) and not state.supply.test_pause_s:
        return Decision((SwitchTested(SWITCH_TEST_S, SWITCH_TEST_PAUSE_S, blank.at),), outcome)
    return Decision((), outcome)


def _own_code(drn: str, subclass: int) -> int:
    """Return the maker's code of a DRN, ANY_MAKER where the subclass has another width."""
    digits = 2 if len(drn) == SHORT_DRN else 4
    return int(drn[:digits]) if (subclass == FOUR_DIGIT_TEST) == (digits == 4) else ANY_MAKER
