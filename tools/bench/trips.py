"""Round trips over pumps: one at a time, and several ways in turns."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

from link.media import Medium, MediumClosed
from link.pump import Pump, Session
from tools.bench.echo import Size
from tools.exits import Exit, Stop

Way = Callable[[], Awaitable[float]]
"""Does one measured thing and returns the seconds that it took."""


class Counted:
    """A medium whose octets are counted."""

    def __init__(self, medium: Medium) -> None:
        self.out = self.back = 0
        self._medium = medium

    async def read(self) -> bytes:
        data = await self._medium.read()
        self.back += len(data)
        return data

    def interrupt(self) -> None:
        self._medium.interrupt()

    async def write(self, data: bytes) -> None:
        self.out += len(data)
        await self._medium.write(data)


class Caller:
    """The near side of one medium: asks, and waits until that has ended."""

    def __init__(
        self, session: Session, medium: Medium, endings: Callable[[], Iterable[object]]
    ) -> None:
        """`endings` gives something for each ask that has ended since the last call."""
        self._medium = medium
        self._counted = Counted(medium)
        self._endings = endings
        self._ended: asyncio.Future[None] | None = None
        self._pump = Pump(session, self._counted, self._turn)

    async def run(self) -> None:
        """Drive the session until cancelled; raises Stop where the other side is gone."""
        try:
            await self._pump.run()
        except MediumClosed as end:
            raise Stop(f"{self._medium.url}: {end}", Exit.FAILED) from None
        finally:
            await self._medium.close()

    async def trip(self, ask: Callable[[float], object]) -> float:
        """Let `ask(now)` ask; return the seconds until it has ended."""
        loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        start = perf_counter()
        ask(loop.time())
        self._pump.wake()
        await self._ended
        return perf_counter() - start

    async def size(self, ask: Callable[[float], object]) -> Size:
        """Make one trip; return its octets out and back."""
        out, back = self._counted.out, self._counted.back
        await self.trip(ask)
        return Size(self._counted.out - out, self._counted.back - back)

    def _turn(self, _now: float) -> None:
        for _ in self._endings():
            if self._ended and not self._ended.done():
                self._ended.set_result(None)


@asynccontextmanager
async def running(callers: Iterable[Caller]) -> AsyncIterator[None]:
    """Drive all sessions while the block runs; raises the first Stop of any of them."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(caller.run()) for caller in callers]
            yield
            for task in tasks:
                task.cancel()
    except ExceptionGroup as errors:
        raise next((each for each in errors.exceptions if isinstance(each, Stop)), errors) from None


async def in_turns(
    ways: Mapping[str, Way], seconds: float, prepare: Callable[[], object]
) -> dict[str, Sequence[float]]:
    """Go all ways once, and again and again for so long; return the seconds of each by name.

    `prepare` is called before each round, not measured.
    """
    samples: dict[str, list[float]] = {name: [] for name in ways}
    until = perf_counter() + seconds
    while True:
        prepare()
        for name, way in ways.items():
            samples[name].append(await way())
        if perf_counter() >= until:
            return dict(samples)
