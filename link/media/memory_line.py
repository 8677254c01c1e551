"""A virtual line of this process: many stations, each of them a medium."""

import asyncio
from typing import TYPE_CHECKING

from link.line import LineSettings, TrafficCounts
from link.media.line_runner import LineRunner
from link.media.medium import CLOSED_HERE, Medium, MediumClosed

if TYPE_CHECKING:
    from random import Random

HEARD_OCTETS = 65536
"""What a station hears while so many octets are not yet read is lost."""


class LineMedium:
    """One station. A write is one transmission; it waits until the earlier ones have gone out."""

    def __init__(self, url: str, baudrate: int | None, runner: LineRunner, *, whole: bool) -> None:
        self.url = url
        self.baudrate = baudrate
        self._runner = runner
        self._station = runner.join(self._hear, whole=whole)
        self._heard: list[bytes] = []
        self._heard_octets = 0
        self._waiting: asyncio.Future[None] | None = None
        self._interrupted = False
        self._closed = False

    def _hear(self, octets: bytes) -> None:
        if self._heard_octets < HEARD_OCTETS:
            self._heard.append(octets)
            self._heard_octets += len(octets)
            self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    async def read(self) -> bytes:
        while not (self._heard or self._interrupted):
            self._check()
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        self._interrupted = False
        data = b"".join(self._heard)
        self._heard.clear()
        self._heard_octets = 0
        return data

    def interrupt(self) -> None:
        self._interrupted = True
        self._wake()

    async def write(self, data: bytes) -> None:
        self._check()
        clock = asyncio.get_running_loop().time
        while (wait_s := self._runner.takes_more_at(self._station) - clock()) > 0:
            await asyncio.sleep(wait_s)
            self._check()
        self._runner.speak(self._station, data)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._heard.clear()
            self._runner.leave(self._station)
            self._wake()

    def _check(self) -> None:
        if self._closed:
            raise MediumClosed(CLOSED_HERE)


class MemoryLine:
    """A half-duplex line inside the running loop, virtual time or not."""

    def __init__(self, settings: LineSettings, rng: "Random") -> None:
        self._baudrate = settings.baudrate
        self._runner = LineRunner(settings, rng)

    @property
    def counts(self) -> TrafficCounts:
        """What the line has seen since the start."""
        return self._runner.counts

    def join(self, url: str = "memory://line", *, whole: bool = False) -> Medium:
        """Add a station, named `url` in messages; closing its medium takes it away.

        `whole`: it hears nothing of a transmission before its end, which is cheaper to simulate.
        """
        return LineMedium(url, self._baudrate, self._runner, whole=whole)
