"""Units and meters on one paced half-duplex line: who is asked when, and what it says of itself."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from ciu.app import CiuApp
from ciu.config import CiuConfig, CiuSection, MeterSection
from ciu.keypad import read_keys
from link.line import LineSettings
from link.media import Medium
from link.media.memory_line import MemoryLine
from link.pump import Pump
from link.server import Asked, Response
from link.token_entry import Accepted
from tools.virtual_time import run_virtual

from .conftest import drn
from .lab import AT, GOOD, LabMeter, begin_state

BAUDRATE = 9600


class LineMeter(LabMeter):
    """A meter that is a station of its own, and notes when it is asked for what."""

    def __init__(self, number: int, asked: list[tuple[float, str, str]]) -> None:
        super().__init__(drn(number), 1000 + number)
        self._asked = asked

    def answer(self, asked: Asked) -> Response:
        now = asyncio.get_running_loop().time()
        self._asked.append((now, self.drn, asked.row.key))
        return super().answer(asked)

    async def run(self, line: MemoryLine) -> None:
        await Pump(self.session, line.join(), self.turn).run()

    def turn(self, now: float) -> None:
        for asked in self.session.take_events():
            self.session.answer(asked.id, self.answer(asked), now)


class Street:
    """So many meters and units on one line; dead meters have an address and no station."""

    def __init__(self, folder: Path, meters: int, *, dead: int = 0, units: int = 1) -> None:
        self.line = MemoryLine(LineSettings(baudrate=BAUDRATE), Random(1))
        self.asked: list[tuple[float, str, str]] = []
        self.meters = [LineMeter(number, self.asked) for number in range(1, meters + 1)]
        self.units = [self._unit(folder, slot, meters + dead) for slot in range(units)]

    def _unit(self, folder: Path, slot: int, meters: int) -> CiuApp:
        async def join(_: str) -> Medium:
            return self.line.join()

        numbers = range(1, meters + 1)
        sections = tuple(
            MeterSection(drn(n), "memory://line", 1000 + n, slot=slot) for n in numbers
        )
        section = CiuSection("5a5a5af0c4554b4c", state=begin_state(folder / f"ciu-{slot}.db"))
        return CiuApp(
            CiuConfig(section, sections),
            utc=lambda: AT,
            seed=slot,
            connect=join,
            keys_in_lines=True,
        )

    async def lives(self, visit: Callable[[], Awaitable[None]]) -> None:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(meter.run(self.line)) for meter in self.meters]
            units = [group.create_task(unit.run()) for unit in self.units]
            await visit()
            for unit in self.units:
                unit.stop()
            await asyncio.gather(*units)
            for task in running:
                task.cancel()

    def polls(self, meter: LineMeter, since: float) -> list[float]:
        """Return when a meter was asked for its credit."""
        return [
            at
            for at, who, key in self.asked
            if (who, key) == (meter.drn, "account.available_credit") and at >= since
        ]


def longest_gap(moments: list[float]) -> float:
    return max(after - before for before, after in pairwise(moments))


def test_eight_meters_are_each_polled_every_three_seconds(folder: Path) -> None:
    async def scenario() -> None:
        street = Street(folder, 8)

        async def visit() -> None:
            await asyncio.sleep(24)
            for meter in street.meters:
                assert longest_gap(street.polls(meter, since=12.0)) < 3.5
            lines = street.units[0].overview().meters
            assert {line.state for line in lines} == {"ok"}
            assert all(line.round_trip_s is not None and line.round_trip_s < 0.3 for line in lines)
            assert {line.answered_percent for line in lines} == {100}
            assert street.units[0].screen.signs.bars == 3
            assert street.units[0].screen.age == ""

        await street.lives(visit)

    run_virtual(scenario())


def test_dead_meters_cost_the_others_little(folder: Path) -> None:
    async def scenario() -> None:
        street = Street(folder, 3, dead=2)

        async def visit() -> None:
            await asyncio.sleep(45)
            for meter in street.meters:
                assert longest_gap(street.polls(meter, since=20.0)) < 5.0
            states = [line.state for line in street.units[0].overview().meters]
            assert states[:3] == ["ok", "ok", "ok"]
            assert states[3:] == ["silent: meter", "silent: meter"]
            assert street.units[0].screen.age == ""

        await street.lives(visit)

    run_virtual(scenario())


@pytest.mark.parametrize("dead", [0, 2])
@pytest.mark.parametrize("after_s", [15.0, 16.3])
def test_a_token_waits_for_one_exchange_of_others_at_the_most(
    folder: Path, dead: int, after_s: float
) -> None:
    async def scenario() -> None:
        street = Street(folder, 3, dead=dead)
        unit, meter = street.units[0], street.meters[0]
        now = asyncio.get_running_loop().time

        async def visit() -> None:
            await asyncio.sleep(after_s)
            pressed = now()
            unit.type(read_keys(GOOD + "E"))
            await unit.until(lambda: bool(unit.verdicts))
            assert isinstance(unit.verdicts[0].verdict, Accepted)
            entered = next(at for at, _, key in street.asked if key == "token_gateway.enter")
            others = {(at, who) for at, who, _ in street.asked if pressed <= at <= entered} - {
                (at, meter.drn) for at, _, _ in street.asked
            }
            assert len(others) <= 1
            assert now() - pressed < (1.2 if dead else 0.8)

        await street.lives(visit)

    run_virtual(scenario())


def test_two_units_share_the_line_and_each_delivers_its_token(folder: Path) -> None:
    async def scenario() -> None:
        street = Street(folder, 2, units=2)

        async def visit() -> None:
            await asyncio.sleep(20)
            tokens = [GOOD, "1" * 20]
            for number, unit in enumerate(street.units):
                unit.choose(street.meters[number].drn)
                unit.type(read_keys(tokens[number] + "E"))
            for unit in street.units:
                await unit.until(lambda: bool(unit.verdicts))  # noqa: B023
                assert isinstance(unit.verdicts[0].verdict, Accepted)
            assert [meter.entered for meter in street.meters] == [[token] for token in tokens]
            await asyncio.sleep(15)
            for unit in street.units:
                assert {line.state for line in unit.overview().meters} == {"ok"}
                assert unit.screen.age == ""

        await street.lives(visit)

    run_virtual(scenario())
