"""Overload, calendar and starts as the unit keeps them: in time, and through power cuts."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from link.terms import RestoredBy, SupplyReason
from meter.app.clock import WallClock
from meter.app.limiter import Limiter
from meter.domain import LocalDay, PowerLimit, explain, usage
from meter.domain.calendar import used_by_period
from meter.domain.overload import LOCKOUT_S, OFF_S
from meter.domain.state import State
from meter.sources import world_of

from .unit_bench import PATH, Bench, token

OVER_S = 5
KETTLE_W = 2_000
LIMIT = PowerLimit(1_000, OVER_S)
NOTICED_S = 1
CYCLE_S = OFF_S + NOTICED_S + OVER_S
UNTIL_LOCKED_S = 3 * CYCLE_S + OVER_S + NOTICED_S


def overloaded(folder: Path, load: str = "kettle") -> Bench:
    bench = Bench(folder, scale=1, load=load, limit=LIMIT)
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    return bench


def reasons(states: list[State]) -> list[SupplyReason]:
    """Return the strongest reason of each state, neighbours that are alike once."""
    found = [explain(state).reason for state in states]
    return [each for each, before in zip(found, [None, *found], strict=False) if each != before]


def test_the_switch_opens_within_a_second_of_the_time_that_is_allowed(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    bench.run(OVER_S - 0.1)
    assert bench.unit.is_closed(bench.now)
    bench.run(1.1)
    assert not bench.unit.is_closed(bench.now)
    assert explain(bench.state).reason is SupplyReason.OVERLOAD


@pytest.mark.parametrize("limit_w", [0, KETTLE_W])
def test_what_is_within_the_limit_stays_on(limit_w: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path, scale=1, limit=PowerLimit(limit_w, OVER_S))
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    bench.run(60)
    assert bench.unit.is_closed(bench.now)


def test_a_peak_that_ends_in_time_opens_nothing() -> None:
    limiter, limit_w = Limiter(LIMIT.over_s), LIMIT.power_w
    for start in (0.0, 10.0):
        assert not limiter.is_exceeded(1_001, limit_w, start)
        assert not limiter.is_exceeded(5_000, limit_w, start + OVER_S - 0.1)
        assert limiter.left_s(start + OVER_S - 0.1) == pytest.approx(0.1)
        assert not limiter.is_exceeded(1_000, limit_w, start + OVER_S)
        assert limiter.left_s(start + OVER_S) is None
    assert not limiter.is_exceeded(1_001, limit_w, 20.0)
    assert limiter.is_exceeded(1_001, limit_w, 20.0 + OVER_S)


def test_it_is_tried_again_three_times_and_then_locked_out_for_half_an_hour(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    states = bench.run(UNTIL_LOCKED_S)
    tried = [SupplyReason.OVERLOAD, SupplyReason.NONE]
    assert reasons(states) == [SupplyReason.NONE, *tried * 3, SupplyReason.OVERLOAD_LOCKOUT]
    assert bench.state.supply.overload.openings == 4
    bench.run(LOCKOUT_S - 10)
    assert not bench.unit.is_closed(bench.now)
    bench.run(10)
    assert bench.unit.is_closed(bench.now)


def test_a_confirmation_closes_the_switch_at_once(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    bench.run(UNTIL_LOCKED_S)
    explained = explain(bench.state)
    assert explained.restored_by is RestoredBy.CONFIRMATION
    assert bench.unit.confirm(explained.since, bench.now)
    assert bench.unit.is_closed(bench.now)


def test_the_seconds_left_move_between_commits(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    bench.run(OVER_S + 0.5)
    left = []
    for _ in range(4):
        bench.run(10)
        left.append(explain(bench.state, bench.unit.uncounted_s(bench.now)).seconds_left)
    assert left == [50, 40, 30, 20]


@pytest.mark.parametrize("cuts", [1, 3])
def test_a_power_cut_neither_lifts_nor_stretches_an_overload(cuts: int, tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    bench.run(UNTIL_LOCKED_S)
    before = bench.state.supply.overload
    for _ in range(cuts):
        bench.kill()
        bench.start()
        assert not bench.unit.is_closed(bench.now)
    assert bench.state.supply.overload == before
    assert bench.state.supply.power_offs == cuts
    bench.run(LOCKOUT_S + 1)
    assert bench.unit.is_closed(bench.now)


def test_a_retry_that_was_counted_is_counted_after_a_power_cut(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    for openings in (1, 2, 3, 4):
        bench.run(CYCLE_S if openings > 1 else OVER_S + 1)
        bench.kill()
        bench.start()
        bench.run(OVER_S + 1)
    assert explain(bench.state).reason is SupplyReason.OVERLOAD_LOCKOUT


def test_a_power_cut_costs_a_lock_out_no_more_than_a_commit_step(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    bench.run(UNTIL_LOCKED_S)
    began, cuts = bench.now, 3
    for _ in range(cuts):
        bench.run(90)
        bench.kill()
        bench.start()
    assert SupplyReason.NONE not in reasons(bench.run(began + LOCKOUT_S - bench.now))
    assert SupplyReason.NONE in reasons(bench.run(cuts * 60 + 1))


def test_power_that_hovers_at_its_limit_does_not_wear_the_disk(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    commits: list[float] = []
    bench.disk.witness = lambda: commits.append(bench.now)
    house = world_of(bench.source)
    assert house is not None
    for second in range(200):
        house.turn(bench.now, "kettle", second % 4 > 0)
        bench.run(1)
    assert bench.state.supply.overload.openings == 0
    assert len(commits) <= bench.state.metering.total // 10 + 200 // 60


def test_a_wait_is_written_down_once_a_minute(tmp_path: Path) -> None:
    bench = overloaded(tmp_path)
    bench.run(UNTIL_LOCKED_S)
    commits: list[float] = []
    bench.disk.witness = lambda: commits.append(bench.now)
    bench.run(LOCKOUT_S - 60)
    assert LOCKOUT_S // 60 - 2 <= len(commits) <= LOCKOUT_S // 60


def test_a_welded_contact_is_no_new_overload(tmp_path: Path) -> None:
    bench = Bench(tmp_path, scale=1, relay="simulated://?weld=1", limit=LIMIT)
    bench.run(60)
    assert bench.unit.reading.power_w == KETTLE_W
    assert bench.state.supply.overload.openings == 0


def test_a_first_start_is_no_power_cut(tmp_path: Path) -> None:
    assert overloaded(tmp_path).state.supply.power_offs == 0


def test_a_day_begins_within_a_second_of_local_midnight(tmp_path: Path) -> None:
    bench = overloaded(tmp_path, load="light")
    bench.set_by = 86_400 - 91 - bench.unit.at % 86_400
    bench.run(90)
    used_wh = bench.unit.reading.register
    assert len(bench.state.calendar.days) == 1
    bench.run(2)
    assert usage(bench.state).yesterday == bench.state.calendar.days[-1].total
    assert 0 <= usage(bench.state).yesterday - used_wh <= 1
    assert usage(bench.state).today == 0


def test_a_clock_that_jumps_loses_no_energy_and_makes_none(tmp_path: Path) -> None:
    bench = Bench(tmp_path, scale=60)
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    for jump_s in (86_400, -3_600, -200_000, 40 * 86_400, 90_000, -90_000, 0):
        bench.set_by += jump_s
        bench.run(3)
    calendar, total_wh = bench.state.calendar, bench.state.metering.total
    assert total_wh > 0
    for captures in (calendar.days, calendar.months):
        assert len(captures) > 1
        assert sum(wh for _, wh in used_by_period(captures, total_wh)) == total_wh


@pytest.mark.parametrize("zone", ["UTC", "Africa/Johannesburg", "America/New_York"])
def test_the_days_are_those_of_the_meters_own_time(zone: str) -> None:
    local = datetime(2026, 11, 1, 0, 0, tzinfo=ZoneInfo(zone))
    midnight = int(local.timestamp())
    before, after = (
        WallClock(lambda at=at: at, ZoneInfo(zone)).today() for at in (midnight - 1, midnight)
    )
    assert after == LocalDay(before.day + 1, before.month + 1)


@pytest.mark.parametrize(
    ("said", "stamped"),
    [(-1, 0), (0, 0), (7, 7), (1 << 32, (1 << 32) - 1), (1 << 60, (1 << 32) - 1)],
)
def test_a_clock_that_is_far_off_stamps_what_the_wire_can_carry(said: int, stamped: int) -> None:
    clock = WallClock(lambda: said)
    assert clock.at() == stamped
    assert clock.today() == WallClock(lambda: stamped).today()


def test_a_change_of_summer_time_makes_no_day_and_drops_none() -> None:
    zone = ZoneInfo("America/New_York")
    first = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())
    days = [
        WallClock(lambda at=at: at, zone).today().day
        for at in range(first, first + 400 * 86_400, 3_600)
    ]
    assert sorted(set(days)) == list(range(days[0], days[-1] + 1))
    assert days == sorted(days)
