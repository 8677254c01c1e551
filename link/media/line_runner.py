"""A virtual line on the clock of the running loop: whoever has stations on it drives it by this.

Needs only timers of the loop, so it runs on virtual time as well. Invariant: one timer, at the
line's deadline, an absolute time.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from link.line import LineSettings, TrafficCounts, VirtualLine

if TYPE_CHECKING:
    from random import Random

LEAD_S = 0.02
"""A station hands over more when what it has said will be out in so many seconds."""

Hear = Callable[[bytes], None]
"""Takes what a station heard; it must not call the line."""


class LineRunner:
    """Stations on a line, each with what takes the octets that it hears."""

    def __init__(self, settings: LineSettings, rng: "Random") -> None:
        self._line = VirtualLine(settings, rng)
        self._ears: dict[int, Hear] = {}
        self._timer: asyncio.TimerHandle | None = None

    @property
    def counts(self) -> TrafficCounts:
        """What the line has seen since the start."""
        return self._line.counts

    def join(self, hear: Hear, *, whole: bool = False) -> int:
        """Add a station and return its number.

        `whole`: it receives a transmission at its end, as a port that is read by DMA until the
        line is idle; else piece by piece.
        """
        station = self._line.join(whole=whole)
        self._ears[station] = hear
        return station

    def leave(self, station: int) -> None:
        """Take a station away: it hears nothing more; what it has said still goes out."""
        self._line.leave(station)
        del self._ears[station]

    def speak(self, station: int, data: bytes) -> None:
        """Say octets as soon as the line lets this station."""
        self._line.speak(station, data, asyncio.get_running_loop().time())
        self._settle()

    def takes_more_at(self, station: int) -> float:
        """Return from when on, by the loop's clock, a station should say more."""
        return self._line.speaks_until(station) - LEAD_S

    def _tick(self, due: float) -> None:
        self._timer = None
        # a loop may call by less too early than its clock can tell
        self._line.tick(max(due, asyncio.get_running_loop().time()))
        self._settle()

    def _settle(self) -> None:
        """Hand on what was heard, and set the timer."""
        due = self._line.deadline
        for station, octets in self._line.take_heard():
            self._ears[station](octets)
        if self._timer and self._timer.when() != due:
            self._timer.cancel()
            self._timer = None
        if self._timer is None and due is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self._tick, due)
