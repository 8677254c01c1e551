"""Laws of a restore: what an older copy may not know to be used is refused (security.md)."""

from dataclasses import replace

import pytest

from link.terms import TokenResult
from meter.domain import Restore, State, StoreRestored, apply_all, decide
from meter.sts import BaseDate, UnitsCredit, utc_of

from .lives import FLOOR, after, meter, outcome, set_of
from .test_domain_key_change import FOUR

BASE = BaseDate.YEAR_2014
LATER = 1000
"""Minutes after the meter's manufacture."""
RESTORED_AT = utc_of(FLOOR + LATER, BASE) + 59


def credit(tid: int) -> UnitsCredit:
    return UnitsCredit(0, rnd=1, tid=tid, field=250)


def restored(state: State, at: int = RESTORED_AT) -> State:
    return apply_all(state, decide(state, Restore(), at).facts)


def test_a_restore_is_a_fact_and_changes_nothing_but_the_floor() -> None:
    state = after(meter(), credit(FLOOR + 5))
    assert decide(state, Restore(), RESTORED_AT).facts == (StoreRestored(RESTORED_AT),)
    now = restored(state)
    tids = replace(state.sts.tids, floor=FLOOR + LATER + 1)
    assert now == replace(state, sts=replace(state.sts, tids=tids, restored_at=RESTORED_AT))


@pytest.mark.parametrize("made", [0, 5, LATER - 1, LATER])
def test_a_token_that_was_made_until_then_is_old_whether_it_was_used_or_not(made: int) -> None:
    backup = meter()
    lost = after(backup, credit(FLOOR + made))
    assert outcome(lost, credit(FLOOR + made)).result is not TokenResult.Accept
    assert outcome(restored(backup), credit(FLOOR + made)).result is TokenResult.OldError


def test_a_token_that_is_made_afterwards_is_good() -> None:
    assert outcome(restored(meter()), credit(FLOOR + LATER + 1)).result is TokenResult.Accept


@pytest.mark.parametrize("ro", [0, 1])
def test_a_key_change_that_comes_again_does_not_bring_used_tokens_back(ro: int) -> None:
    """The lost store had the new key, and had used tokens under it; the copy has the old key."""
    new = replace(FOUR, ro=ro)
    sections = set_of(meter(), new)
    now = after(restored(meter()), *sections)
    assert now.sts.key.secret == new.secret
    base = now.sts.base
    assert base is (BaseDate.YEAR_2035 if ro else BASE)
    first = max((RESTORED_AT - base.at) // 60 + 1, 0)
    assert now.sts.tids.floor == first
    if not ro:
        assert after(now, credit(first - 1)).account == now.account


def test_a_restore_in_the_next_base_date_holds_in_that_one() -> None:
    sections = set_of(meter(), replace(FOUR, ro=1))
    lost_at = BaseDate.YEAR_2035.at + 77 * 60
    now = after(restored(meter(), lost_at), *sections)
    assert (now.sts.base, now.sts.tids.floor) == (BaseDate.YEAR_2035, 78)


def test_an_earlier_restore_lowers_nothing() -> None:
    twice = restored(restored(meter()), RESTORED_AT - 5_000)
    assert twice == restored(meter())
