"""The pump: drives one sans-I/O session over one medium, with one timer.

Invariant: after octets, a due deadline or a `wake` the app has its turn, and what the session
wants to send then is written before anything else is read. The peer that does not read is not
listened to.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol


class Session(Protocol):
    """Octets and time in, octets out; times are seconds of the pump's clock."""

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called at the latest; None for never."""

    def receive(self, data: bytes, now: float) -> None: ...
    def tick(self, now: float) -> None: ...
    def take_outgoing(self) -> bytes: ...


class Stream(Protocol):
    """What the pump needs of a medium."""

    async def read(self) -> bytes: ...
    async def write(self, data: bytes) -> None: ...


class Pump:
    """`turn(now)` is where the app takes events, decides, commits, answers and asks."""

    def __init__(
        self,
        session: Session,
        medium: Stream,
        turn: Callable[[float], None],
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`clock` gives monotonic seconds, by default those of the running loop."""
        self._session = session
        self._medium = medium
        self._turn = turn
        self._clock = clock
        self._bell = asyncio.Event()
        self._bell.set()  # the first turn is at once: the app may have asked already
        self._heard = b""
        self._received = asyncio.Event()

    def wake(self) -> None:
        """Ask for a turn soon: the app has something to say."""
        self._bell.set()

    async def run(self) -> NoReturn:
        """Run until cancelled or until the medium raises MediumClosed; closes nothing."""
        clock = self._clock or asyncio.get_running_loop().time
        reading = asyncio.create_task(self._read())
        reading.add_done_callback(lambda _: self._bell.set())
        try:
            while True:
                await self._rest(clock)
                now = clock()
                if reading.done():
                    reading.result()
                self._receive(now)
                if self._session.deadline is not None and self._session.deadline <= now:
                    self._session.tick(now)
                self._turn(now)
                if outgoing := self._session.take_outgoing():
                    await self._medium.write(outgoing)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> NoReturn:
        """Read a piece, and the next one only when the session has received it."""
        while True:
            self._heard = await self._medium.read()
            self._bell.set()
            await self._received.wait()
            self._received.clear()

    def _receive(self, now: float) -> None:
        if self._heard:
            self._session.receive(self._heard, now)
            self._heard = b""
            self._received.set()

    async def _rest(self, clock: Callable[[], float]) -> None:
        """Wait for octets, the deadline or the bell."""
        deadline = self._session.deadline
        if deadline is None or self._bell.is_set():
            await self._bell.wait()
        else:
            delay = max(0.0, deadline - clock())
            timer = asyncio.get_running_loop().call_later(delay, self._bell.set)
            try:
                await self._bell.wait()
            finally:
                timer.cancel()
        self._bell.clear()
