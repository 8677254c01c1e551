"""The wire between two ends: every frame passes a `Fate`, and either end may come and go."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """An end of the wire."""

    CIU = "ciu"
    METER = "meter"

    @property
    def other(self) -> "Side":
        """Return the end that hears this one."""
        return Side.METER if self is Side.CIU else Side.CIU


@dataclass(frozen=True, slots=True)
class Spoken:
    """One frame as it was put on the wire: when, by whom, which octets."""

    at: float
    side: Side
    frame: bytes


Arrive = Callable[[float], None]
"""Lets a copy of the frame arrive, so many seconds from now."""

Fate = Callable[[Spoken, Arrive], Coroutine[None, None, None]]
"""Decides on a frame: it is lost unless it is let arrive; the speaker waits until this returns."""


async def clean(_: Spoken, arrive: Arrive) -> None:
    """Let every frame arrive once and at once."""
    arrive(0.0)


class _End:
    """What one process holds of the wire; octets wait for nobody but a process that is there."""

    url = "memory://wire"
    baudrate = None

    def __init__(self, wire: "Wire", side: Side) -> None:
        self._wire = wire
        self._side = side
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def read(self) -> bytes:
        return await self.heard.get()

    def interrupt(self) -> None:
        if self.heard.empty():  # else a read returns at once as it is
            self.heard.put_nowait(b"")

    async def write(self, data: bytes) -> None:
        await self._wire.carry(self._side, data)

    async def close(self) -> None:
        self._wire.leave(self._side, self)


class Wire:
    """Two ends that stay where they are, whoever comes and goes; nobody is told that one went."""

    def __init__(self, fate: Fate) -> None:
        self.trace: list[Spoken] = []
        self._fate = fate
        self._ends: dict[Side, _End] = {}

    def join(self, side: Side) -> _End:
        """Take hold of one end."""
        self._ends[side] = _End(self, side)
        return self._ends[side]

    def leave(self, side: Side, end: _End) -> None:
        """Let go of one end."""
        if self._ends.get(side) is end:
            del self._ends[side]

    async def carry(self, side: Side, frame: bytes) -> None:
        """Put a frame on the wire, as its fate has it."""
        loop = asyncio.get_running_loop()
        spoken = Spoken(loop.time(), side, frame)
        self.trace.append(spoken)

        def arrive(delay_s: float) -> None:
            loop.call_later(delay_s, self._arrive, side.other, frame)

        await self._fate(spoken, arrive)

    def _arrive(self, side: Side, frame: bytes) -> None:
        if side in self._ends:
            self._ends[side].heard.put_nowait(frame)
