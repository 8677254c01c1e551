"""The TID memory (sts.md 10.2): what was used is refused for ever after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.domain.tids import CAPACITY, TidList, first_tid
from meter.sts import BaseDate

TIDS = st.integers(0, (1 << 24) - 1)


def taken(tids: TidList, asked: list[int]) -> tuple[TidList, list[int]]:
    """Offer identifiers as tokens do, and tell which were new."""
    new = []
    for tid in asked:
        if not tids.is_old(tid) and not tids.is_used(tid):
            tids = tids.added(tid)
            new.append(tid)
    return tids, new


@given(st.lists(TIDS, max_size=200))
def test_what_was_taken_is_never_taken_again(asked: list[int]) -> None:
    tids, new = taken(TidList(floor=0), asked)
    assert len(new) == len(set(new))
    assert all(tids.is_old(tid) or tids.is_used(tid) for tid in new)


@given(st.lists(TIDS, max_size=200))
def test_the_list_is_sorted_and_bounded(asked: list[int]) -> None:
    tids, new = taken(TidList(floor=0), asked)
    assert list(tids.used) == sorted(set(tids.used))
    assert len(tids.used) == min(len(new), CAPACITY)
    assert CAPACITY >= 50


@given(st.lists(TIDS, max_size=200))
def test_a_newer_identifier_is_always_taken(asked: list[int]) -> None:
    tids, new = taken(TidList(floor=0), asked)
    newer = max(new, default=-1) + 1
    assert not tids.is_old(newer)
    assert not tids.is_used(newer)


@given(st.integers(0, 1 << 20), st.lists(st.integers(0, 200), max_size=60))
def test_below_a_full_list_all_is_old_and_within_it_only_the_used(
    floor: int, asked: list[int]
) -> None:
    tids, new = taken(TidList(floor), [floor + offset for offset in asked])
    full = len(tids.used) == CAPACITY
    assert tids.floor == (min(tids.used) if full else floor)
    for tid in range(floor, floor + 201):
        assert tids.is_used(tid) == (tid in tids.used)
        assert tids.is_old(tid) == (tid < tids.floor)
    assert set(tids.used) <= set(new)


@pytest.mark.parametrize("second", [0, 1, 86399])
def test_the_floor_is_midnight_of_the_day_of_manufacture(second: int) -> None:
    day = 1_577_865_600 - 8 * 3600  # 2020-01-01
    assert first_tid(BaseDate.YEAR_1993, day + second) == 14_200_320 - 8 * 60
    assert first_tid(BaseDate.YEAR_2014, day + second) == 3_155_520 - 8 * 60


def test_a_date_outside_the_base_leaves_no_floor() -> None:
    assert first_tid(BaseDate.YEAR_2035, 1_577_836_800) == 0
    assert first_tid(BaseDate.YEAR_1993, BaseDate.YEAR_1993.at + (1 << 24) * 60 + 86400) == 0


def test_the_floor_itself_is_neither_old_nor_used() -> None:
    assert not TidList(floor=7).is_old(7)
    assert not TidList(floor=7).is_used(7)


def test_a_full_list_tells_its_smallest_from_what_is_below() -> None:
    tids = TidList(floor=7)
    for tid in range(100, 100 + 2 * CAPACITY, 2):
        assert not tids.is_old(7)
        tids = tids.added(tid)
    assert tids.is_old(99)
    assert (tids.is_old(100), tids.is_used(100)) == (False, True)
    assert (tids.is_old(101), tids.is_used(101)) == (False, False)
    more = tids.added(101)
    assert (more.is_old(100), more.is_old(101), more.is_used(101)) == (True, False, True)
