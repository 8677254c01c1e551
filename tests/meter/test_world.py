"""The simulated house (meter.md 5): the register knows no ticks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.places import HOUSE
from meter.world import World, WorldError

NAMES = [appliance.name for appliance in HOUSE.appliances]
TIMES = st.floats(0, 50_000, allow_nan=False)
MOVES = st.tuples(TIMES, st.sampled_from([*NAMES, ""]), st.booleans())
"""A moment, an appliance (or "" for the contact), on or off."""


def moved(world: World, move: tuple[float, str, bool]) -> None:
    now, name, on = move
    if name:
        world.turn(now, name, on)
    else:
        world.move_contact(now, on)


def closed(on: tuple[str, ...], *, scale: int = 1, now: float = 0.0) -> World:
    world = World(now, scale=scale, on=on)
    world.move_contact(now, True)
    return world


def power_at(seed: int, second: int) -> int:
    world = World(0.0, seed=seed)
    world.move_contact(0.0, True)
    return world.power_w(float(second))


@given(
    st.integers(0, 9),
    st.sampled_from([1, 7, 3_600]),
    st.lists(MOVES, max_size=12),
    st.lists(TIMES, max_size=12),
)
def test_any_tick_schedule_gives_the_same_register(
    seed: int, scale: int, moves: list[tuple[float, str, bool]], ticks: list[float]
) -> None:
    quiet, watched = (World(0.0, seed=seed, scale=scale, on=("fridge",)) for _ in range(2))
    for world in (quiet, watched):
        world.move_contact(0.0, True)
    last_wh = 0
    events = [(move[0], move) for move in moves] + [(tick, None) for tick in ticks]
    for now, move in sorted(events, key=lambda event: event[0]):
        last_wh = max(last_wh, watched.register(now))
        assert watched.register(now) == last_wh
        watched.power_w(now)
        watched.when_wh(now, 5)
        if move:
            moved(watched, move)
            moved(quiet, move)
    assert watched.register(60_000.0) == quiet.register(60_000.0)


@given(st.sampled_from(NAMES), st.integers(0, 5), st.integers(1, 20_000))
def test_energy_is_the_sum_of_the_power_of_each_second(name: str, seed: int, last_s: int) -> None:
    first_s = max(last_s - 300, 0)
    world = World(0.0, seed=seed, on=(name,))
    world.move_contact(float(first_s), True)
    drawn_ws = sum(world.power_w(float(second)) for second in range(first_s, last_s))
    assert world.register(float(last_s)) == drawn_ws // 3600


def test_a_kettle_of_two_kilowatts_uses_a_kilowatt_hour_in_half_an_hour() -> None:
    world = closed(("kettle",))
    assert world.power_w(0.0) == 2000
    assert world.register(1_800.0) == 1_000
    assert closed(("kettle",), scale=60).register(30.0) == 1_000


def test_an_open_contact_draws_nothing() -> None:
    world = World(0.0, on=("kettle", "light"))
    assert (world.power_w(5.0), world.register(3_600.0)) == (0, 0)
    assert world.when_wh(3_600.0, 1) is None
    assert not world.is_closed(3_600.0)
    world.move_contact(3_600.0, True)
    assert world.power_w(3_600.0) == 2_060
    world.move_contact(7_200.0, False)
    assert world.register(9_999.0) == 2_060


def test_appliances_are_switched_one_by_one() -> None:
    world = closed(())
    assert world.power_w(0.0) == 0
    for _ in range(2):
        world.turn(1.0, "light", True)
    world.turn(1.0, "television", True)
    assert world.power_w(1.0) == 150
    for _ in range(2):
        world.turn(2.0, "light", False)
    assert world.power_w(2.0) == 90


def test_the_seed_moves_the_phase_of_what_cycles() -> None:
    traces = {seed: [power_at(seed, second) for second in range(0, 1_800, 60)] for seed in range(6)}
    assert len({tuple(trace) for trace in traces.values()}) > 1
    assert all(trace.count(120) == 10 for trace in traces.values())


@given(
    st.sets(st.sampled_from(NAMES), min_size=1),
    st.floats(0, 1e6, allow_nan=False),
    st.floats(0, 5_000, allow_nan=False),
    st.integers(1, 500),
    st.sampled_from([1, 10, 1_000]),
)
def test_the_promised_moment_is_when_the_register_has_risen(
    on: set[str], start: float, ran_s: float, wh: int, scale: int
) -> None:
    world = closed(tuple(on), scale=scale, now=start)
    before_wh = world.register(start + ran_s)
    wait_s = world.when_wh(start + ran_s, wh)
    assert wait_s is not None
    assert wait_s > 0
    early = start + ran_s + max(wait_s - 1 / scale - 1e-5, 0)
    assert world.register(early) < before_wh + wh
    assert world.register(start + ran_s + wait_s) >= before_wh + wh


def test_what_is_not_soon_is_not_promised() -> None:
    assert closed(("light",)).when_wh(0.0, 1_000_000) is None
    assert closed(()).when_wh(0.0, 1) is None


def test_time_that_runs_backward_moves_nothing() -> None:
    world = closed(("kettle",))
    assert world.register(1_800.0) == 1_000
    assert world.register(900.0) == 1_000
    assert world.register(1_801.8) == 1_000
    assert world.register(1_804.0) == 1_002


@given(st.sets(st.sampled_from(NAMES)), st.integers(0, 9), st.integers(0, 20_000))
def test_the_mains_wander_within_their_bounds_and_sag_under_load(
    on: set[str], seed: int, second: int
) -> None:
    house, now = World(0.0, seed=seed, on=on), float(second)
    alone = house.mains(now)
    assert (alone.power_w, alone.apparent_va) == (0, 0)
    assert abs(alone.voltage_mv - 230_000) <= 3_000
    assert abs(alone.frequency_mhz - 50_000) <= 20
    house.move_contact(now, True)
    loaded = house.mains(now)
    assert house.power_w(now) == loaded.power_w <= loaded.apparent_va <= 9_000
    assert alone.voltage_mv - loaded.voltage_mv == loaded.apparent_va * 400 // 230
    assert loaded.frequency_mhz == alone.frequency_mhz


def test_the_mains_take_every_way_between_their_bounds() -> None:
    house = World(0.0, on=())
    seen = [house.mains(float(second)) for second in range(5_400)]
    seen_mv = [mains.voltage_mv for mains in seen]
    seen_mhz = [mains.frequency_mhz for mains in seen]
    assert (min(seen_mv), max(seen_mv)) == (227_000, 233_000)
    assert (min(seen_mhz), max(seen_mhz)) == (49_980, 50_020)


def test_what_is_not_in_the_house_is_named() -> None:
    with pytest.raises(WorldError, match=r"no appliance 'ketle' .*did you mean 'kettle'"):
        World(0.0, on=("ketle",))
    with pytest.raises(WorldError, match="known are kettle, fridge"):
        World(0.0).turn(0.0, "zzz", True)
    with pytest.raises(WorldError, match="scale 0"):
        World(0.0, scale=0)
