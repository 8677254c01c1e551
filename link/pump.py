"""The pump: drives one sans-I/O session over one medium, with one timer.

Invariant: after octets, a due deadline or a `wake` the app has its turn, and what the session
wants to send then is written before anything else is read. The peer that does not read is not
listened to.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol


class Session(Protocol):
    """Octets and time in, octets out; times are seconds of the loop that runs the pump."""

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called at the latest; None for never."""

    def receive(self, data: bytes, now: float) -> None: ...
    def tick(self, now: float) -> None: ...
    def take_outgoing(self) -> bytes: ...


class Stream(Protocol):
    """What the pump needs of a medium."""

    async def read(self) -> bytes: ...
    def interrupt(self) -> None: ...
    async def write(self, data: bytes) -> None: ...


class Pump:
    """`turn(now)` is where the app takes events, decides, commits, answers and asks."""

    def __init__(self, session: Session, medium: Stream, turn: Callable[[float], None]) -> None:
        self._session = session
        self._medium = medium
        self._turn = turn
        self._timer: asyncio.TimerHandle | None = None

    def wake(self) -> None:
        """Ask for a turn soon: the app has something to say."""
        self._medium.interrupt()

    async def run(self) -> NoReturn:
        """Run until cancelled or until the medium raises MediumClosed; closes nothing."""
        loop = asyncio.get_running_loop()
        heard = b""  # the first turn is at once: the app may have asked already
        try:
            while True:
                self._take_turn(heard, loop.time())
                if outgoing := self._session.take_outgoing():
                    await self._medium.write(outgoing)
                self._set_timer(loop)
                heard = await self._medium.read()
        finally:
            self._stop_timer()

    def _take_turn(self, heard: bytes, now: float) -> None:
        if heard:
            self._session.receive(heard, now)
        if _is_due(self._session.deadline, now):
            self._session.tick(now)
        self._turn(now)

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the timer ring at the deadline, or before: then it looks at the deadline again."""
        deadline = self._session.deadline
        if deadline is not None and (self._timer is None or self._timer.when() > deadline):
            self._stop_timer()
            self._timer = loop.call_at(deadline, self._ring, loop)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if _is_due(self._session.deadline, loop.time()):
            self.wake()
        else:
            self._set_timer(loop)


def _is_due(deadline: float | None, now: float) -> bool:
    return deadline is not None and deadline <= now
