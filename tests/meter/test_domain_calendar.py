"""Daily and monthly totals, days of credit left: no clock makes or loses energy."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import DAYS_UNKNOWN, EntrySource, Usage, meter_pan
from meter.domain import (
    DAYS_KEPT,
    MONTHS_KEPT,
    EnterToken,
    KeepCalendar,
    LocalDay,
    Measure,
    Seed,
    State,
    apply_all,
    days_left,
    decide,
    initial,
    usage,
)
from meter.domain.calendar import Capture, used_by_period
from meter.sts import DecoderKey, EncryptionAlgorithm, UnitsCredit, units_field, write_token

DRN = "12345678903"
SECRET = Secret(bytes(range(8)))
SEED = Seed(DRN, meter_pan(DRN), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, SECRET)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SECRET)
FIRST = date(2026, 1, 15)
DAY_S = 86_400
CREDIT = EnterToken(
    write_token(UnitsCredit(0, rnd=0, tid=1, field=units_field(10_000)), KEY), EntrySource.SLOT_0
)
CREDIT_WH = 1_000_000


def local_day(after: int) -> LocalDay:
    """Return the day that is so many days after the first one."""
    day = FIRST + timedelta(after)
    return LocalDay(day.toordinal(), 12 * day.year + day.month)


class Life:
    """A meter whose day is told, and that uses energy."""

    def __init__(self) -> None:
        self.state = initial(SEED, 0)
        self.at = 0
        self.register = 0
        for command in (CREDIT, Measure(0, 0)):
            self.state = apply_all(self.state, decide(self.state, command, 0).facts)

    def day(self, after: int, wh: int) -> State:
        """Begin a day and use energy in it."""
        self.at += DAY_S
        self.register += wh
        for command in (KeepCalendar(local_day(after)), Measure(0, self.register)):
            self.state = apply_all(self.state, decide(self.state, command, self.at).facts)
        return self.state


def test_a_day_is_a_capture_of_the_register_when_it_begins() -> None:
    life = Life()
    for after in range(3):
        state = life.day(after, 100 * (after + 1))
    number = local_day(0).day
    assert state.calendar.days == (
        Capture(number, DAY_S, 0),
        Capture(number + 1, 2 * DAY_S, 100),
        Capture(number + 2, 3 * DAY_S, 300),
    )
    assert state.calendar.months == (Capture(local_day(0).month, DAY_S, 0),)
    assert usage(state) == Usage(300, 200, 600, 0)


def test_a_month_begins_with_its_first_day() -> None:
    life = Life()
    for after in range(20):
        state = life.day(after, 10)
    assert [capture.total for capture in state.calendar.months] == [0, 170]
    assert usage(state) == Usage(10, 10, 30, 170)


def test_a_day_without_power_used_nothing() -> None:
    life = Life()
    life.day(0, 50)
    assert usage(life.day(2, 30)) == Usage(30, 0, 80, 0)


def test_a_new_meter_has_used_nothing() -> None:
    assert usage(Life().state) == Usage(0, 0, 0, 0)


def test_a_clock_set_back_over_one_midnight_makes_no_day_twice() -> None:
    life = Life()
    for after in (0, 1, 0, 1, 0, 1):
        state = life.day(after, 10)
    assert len(state.calendar.days) == 2
    assert usage(state) == Usage(50, 10, 60, 0)


def test_a_clock_set_back_over_two_midnights_begins_anew() -> None:
    life = Life()
    for after in (0, 1, 2, 0):
        state = life.day(after, 10)
    assert [capture.number - local_day(0).day for capture in state.calendar.days] == [0, 1, 2, 0]


def test_a_clock_set_back_further_begins_anew_and_its_days_are_joined_by_number() -> None:
    life = Life()
    for after, wh in ((0, 1), (10, 2), (0, 4), (1, 8), (10, 16)):
        state = life.day(after, wh)
    assert len(state.calendar.days) == 5
    assert usage(state) == Usage(2 + 16, 0, 31, 0)


def test_two_months_of_days_and_two_years_of_months_are_kept() -> None:
    life, begun = Life(), [12 * number for number in range(DAYS_KEPT + 8)]
    for after in begun:
        state = life.day(after, 1)
    months = sorted({local_day(after).month for after in begun})
    assert (DAYS_KEPT, MONTHS_KEPT) == (62, 25)
    assert [each.number for each in state.calendar.days] == [
        local_day(after).day for after in begun[-DAYS_KEPT:]
    ]
    assert [each.number for each in state.calendar.months] == months[-MONTHS_KEPT:]
    assert len(months) > MONTHS_KEPT


def test_a_day_that_runs_is_no_fact() -> None:
    state = Life().day(0, 1)
    assert decide(state, KeepCalendar(local_day(0)), 1).facts == ()


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from([-400, -31, -2, -1, 0, 1, 1, 1, 2, 31, 400]), st.integers(0, 99)),
        max_size=80,
    )
)
def test_the_days_together_are_the_register_whatever_the_clock_does(
    steps: list[tuple[int, int]],
) -> None:
    life, after = Life(), 0
    for step, wh in steps:
        after += step
        state = life.day(after, wh)
        total_wh, calendar = state.metering.total, state.calendar
        for captures in (calendar.days, calendar.months):
            used = [wh for _, wh in used_by_period(captures, total_wh)]
            assert min(used) >= 0
            assert sum(used) == total_wh - captures[0].total
        assert len(calendar.days) <= DAYS_KEPT
        assert len(calendar.months) <= MONTHS_KEPT
        assert calendar.days[0].total == 0 or len(calendar.days) == DAYS_KEPT


def test_days_left_are_not_known_before_a_full_day_has_passed() -> None:
    life = Life()
    assert days_left(life.state) == DAYS_UNKNOWN
    assert days_left(life.day(0, 5_000)) == DAYS_UNKNOWN
    assert days_left(life.day(1, 7_000)) == DAYS_UNKNOWN
    assert days_left(life.day(2, 0)) == (CREDIT_WH - 12_000) // 7_000


def test_days_left_follow_the_last_seven_full_days() -> None:
    life = Life()
    life.day(0, 90_000)
    for after in range(1, 9):
        life.day(after, 50_000)
    for after in range(9, 16):
        life.day(after, 4_000)
    state = life.day(16, 1_000)
    assert days_left(state) == state.account.credit * 7 // (7 * 4_000)


@pytest.mark.parametrize(
    ("daily_wh", "last_wh", "left"),
    [(0, 0, DAYS_UNKNOWN), (1, 0, DAYS_UNKNOWN - 1), (400_000, 0, 0), (400_000, 300_000, 0)],
)
def test_days_left_have_their_bounds(daily_wh: int, last_wh: int, left: int) -> None:
    life = Life()
    life.day(0, daily_wh)
    life.day(1, daily_wh)
    assert days_left(life.day(2, last_wh)) == left
