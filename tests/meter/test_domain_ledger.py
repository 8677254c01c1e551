"""Laws of the ledger: what it keeps, and which entry it names for a token (link.md 6)."""

from dataclasses import replace

from link.terms import LEDGER_KEPT, TokenResult, token_digest
from meter.domain import State
from meter.sts import ClearTamperCondition, NewKey, SecondSection, UnitsCredit

from .lives import FLOOR, SHORT, SHORT_SEED, after, digits_of, meter, outcome, set_of


def bought(state: State, *numbers: int) -> State:
    tokens = (UnitsCredit(0, rnd=1, tid=FLOOR + number, field=10) for number in numbers)
    return after(state, *tokens)


def test_credits_and_other_tokens_do_not_drive_each_other_out() -> None:
    state = bought(meter(), *range(LEDGER_KEPT))
    section = SecondSection(15, ti=7, key_part=1)
    held = after(state, *[section] * (LEDGER_KEPT + 5))
    assert held.ledger.entries[:LEDGER_KEPT] == state.ledger.entries
    assert len(held.ledger.entries) == 2 * LEDGER_KEPT
    more = bought(held, LEDGER_KEPT)
    credits = [entry for entry in more.ledger.entries if entry.token_class == 0]
    assert [entry.tid for entry in credits] == [FLOOR + 1 + n for n in range(LEDGER_KEPT)]
    assert more.ledger.head.sequence == 2 * LEDGER_KEPT + 6


def test_a_key_section_is_no_first_use_of_the_identifier_zero() -> None:
    """Sections carry no identifier; after a roll-over identifiers begin at 0."""
    state = meter(SHORT_SEED, manufactured=0)
    new = NewKey(SHORT, ken=255, krn=1, kt=2, ti=1, ro=0, sgc=None)
    zero = ClearTamperCondition(rnd=0, tid=0, field=0)
    used = after(state, zero, *set_of(state, new))
    again = outcome(used, replace(zero, rnd=1))
    assert (again.result, again.sequence) == (TokenResult.UsedError, 1)
    assert used.ledger.by_digest(token_digest(digits_of(state, zero))) == used.ledger.entries[0]
