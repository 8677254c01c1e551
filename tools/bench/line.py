"""`splitmeter bench line`: what a shared line of 1200, 9600 and 115200 bit/s leaves of its time.

First real processes: a bus, a meter and this one, an `enter` of a new token at a time on a line
where nobody else speaks. Line time is what link.md 8 allows for, without the commit: all octets of
request and answer and two turnarounds. Then polls on virtual time, where only the protocol waits,
and keys at a terminal.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from link.line import LineSettings
from link.media import connect
from tools.bench import lab
from tools.bench.ending import run_tidily
from tools.bench.figures import Aim, Bound, Figure, median_ms, ratio
from tools.bench.keys import key_figures
from tools.bench.pair import MeterEnd
from tools.bench.polls import poll_figures
from tools.bench.trips import Way, in_turns, running
from tools.children import child
from tools.provision.making import Made

SHARES = {1200: None, 9600: Aim(Bound.AT_LEAST, 0.95), 115200: None}
"""The aim of each bit rate, with a turnaround of 2 ms."""


def measure_line(folder: Path, seconds: float) -> tuple[Figure, ...]:
    """Measure for so long, and then the polls, in a folder that is ours.

    Raises Stop, MediumError or DurableError where a part fails.
    """
    entries = run_tidily(_enter(_lines(folder), seconds))
    echoes = run_tidily(key_figures(folder / "keys"))
    return (*entries, *poll_figures(folder), *echoes)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of its own: the bus makes its stations here, the first one is the near side's."""

    settings: LineSettings
    folder: Path
    made: Made

    @classmethod
    def of_rate(cls, folder: Path, baudrate: int) -> "_Line":
        place = folder / str(baudrate)
        (drn,) = lab.meter_numbers(1)
        made = lab.make_meter(place, drn, _station(place, 1, baudrate))
        return cls(LineSettings(baudrate=baudrate), place, made)

    async def reach(self, stack: AsyncExitStack) -> MeterEnd:
        """Start bus and meter; return a client that has its association."""
        settings, log = self.settings, self.folder / "bus.log"
        stations = ("--dir", str(self.folder / "line"), "--stations", "2")
        pace = ("--baud", str(settings.baudrate), "--turnaround", f"{1000 * settings.turnaround_s}")
        bus = child("tools", "bus", *stations, *pace, "--leash", log=log)
        await (await stack.enter_async_context(bus)).url()
        words = ("--config", str(self.made.config), "--leash")
        meter = child("meter", *words, log=log.with_name("meter.log"))
        await (await stack.enter_async_context(meter)).url()
        medium = await connect(_station(self.folder, 0, self.baudrate))
        near = MeterEnd(medium, self.made, lab.TokenMaker(self.made))
        await stack.enter_async_context(running([near.caller]))
        await near.caller.trip(near.get)
        return near

    @property
    def baudrate(self) -> int:
        """Bit/s."""
        if self.settings.baudrate is None:
            raise ValueError("a line of a bench is paced")
        return self.settings.baudrate

    def figures(self, octets: int, samples_s: list[float]) -> tuple[Figure, ...]:
        """Return line time, elapsed time and the share of the one in the other."""
        name, about = f"line.{self.baudrate}", f"{self.baudrate} bit/s"
        line_s = octets * self.settings.octet_s + 2 * self.settings.turnaround_s
        of = f"{about}: line time of {octets} octets"
        line = Figure(f"{name}.time", of, 1000 * line_s, "ms", len(samples_s))
        enter = median_ms(f"{name}.enter", f"{about}: enter of a new token", samples_s)
        share = f"{about}: line time / enter"
        return line, enter, ratio(f"{name}.share", share, line, [(1, enter)], SHARES[self.baudrate])


def _lines(folder: Path) -> list[_Line]:
    return [_Line.of_rate(folder, baudrate) for baudrate in SHARES]


def _station(folder: Path, number: int, baudrate: int) -> str:
    return f"serial://{folder / 'line' / str(number)}?baudrate={baudrate}"


async def _enter(lines: list[_Line], seconds: float) -> tuple[Figure, ...]:
    async with AsyncExitStack() as stack:
        ends = [await line.reach(stack) for line in lines]
        sizes = [await end.caller.size(end.enter) for end in ends]
        ways = {str(line.baudrate): _entering(end) for line, end in zip(lines, ends, strict=True)}

        def renew() -> None:
            for end in ends:
                end.renew()

        samples_s = await in_turns(ways, seconds, renew)
        return tuple(
            figure
            for line, size in zip(lines, sizes, strict=True)
            for figure in line.figures(size.out + size.back, [*samples_s[str(line.baudrate)]])
        )


def _entering(end: MeterEnd) -> Way:
    return partial(end.caller.trip, end.enter)
