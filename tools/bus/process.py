"""The process of the bus: one loop for all stations, in real time by the monotonic clock."""

import asyncio
import select
import signal
from contextlib import ExitStack
from pathlib import Path
from random import Random
from selectors import SelectSelector

from link.arguments import hold_leash
from link.line import LineSettings, TrafficCounts
from link.media.line_runner import LineRunner
from link.media.pty import claim, remove_leftover
from link.media.url import Url
from tools.bus.end import End


class Bus:
    """The line and its ends, there until it is closed; raises MediumError and OSError."""

    def __init__(self, folder: Path, stations: int, settings: LineSettings, seed: int) -> None:
        self._runner = LineRunner(settings, Random(seed))
        self._ends: dict[int, End] = {}
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / str(number) for number in range(stations)]
        with ExitStack() as opened:
            for path in paths:
                opened.enter_context(claim(Url.parse(f"pty://{path.absolute()}")))
            for path in paths:  # all, before the kernel gives their old terminals to new stations
                remove_leftover(path)
            for path in paths:
                end = End(path, self._runner)
                opened.callback(end.close)
                self._ends[end.fileno()] = end
            self._opened = opened.pop_all()

    @property
    def paths(self) -> list[Path]:
        """Where its stations are."""
        return [end.path for end in self._ends.values()]

    @property
    def counts(self) -> TrafficCounts:
        """What the line has carried."""
        return self._runner.counts

    def close(self) -> None:
        """Take all stations away."""
        self._opened.close()

    async def run(self, stopping: asyncio.Event) -> None:
        """Carry octets until it is told to stop."""
        loop = asyncio.get_running_loop()
        with select.epoll() as arriving:
            for descriptor in self._ends:
                # by edges: a terminal that nobody has open would be ready for ever
                arriving.register(descriptor, select.EPOLLIN | select.EPOLLET)
            loop.add_reader(arriving.fileno(), self._take, arriving)
            try:
                await stopping.wait()
            finally:
                loop.remove_reader(arriving.fileno())

    def _take(self, arriving: select.epoll) -> None:
        for descriptor, event in arriving.poll(0):
            end = self._ends[descriptor]
            end.take()
            if event & select.EPOLLHUP:
                end.leave()


def run_bus(bus: Bus, *, leash: bool) -> None:
    """Print the one line and carry octets until SIGTERM, Ctrl-C or the end of a leash."""
    with asyncio.Runner(loop_factory=_exact_loop) as runner:
        runner.run(_run(bus, leash=leash))


def _exact_loop() -> asyncio.AbstractEventLoop:
    """A loop that wakes within microseconds; the usual one rounds its waits up to milliseconds."""
    return asyncio.SelectorEventLoop(SelectSelector())


async def _run(bus: Bus, *, leash: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if leash:
        hold_leash(loop, stopping.set)
    print("ready", *bus.paths, flush=True)
    await bus.run(stopping)
