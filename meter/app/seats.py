"""Who is served when more come than there are seats: a new client never waits for a silent one.

Invariant: a newcomer always has a seat; whoever holds no link makes room before all who hold one,
and among equals the one from whom no request came for the longest time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from link.media import Medium
from link.server import ServerSession
from meter.app.faults import FaultLog

SEATS = 32
"""Connections that are served at the same time."""


@dataclass(slots=True, eq=False)
class Seat:
    """A medium that is served; `asked_at` is when it came, then when its last request did."""

    medium: Medium
    session: ServerSession
    asked_at: float
    faults: FaultLog = field(default_factory=FaultLog)


class Seats:
    """The seats of one meter."""

    def __init__(self) -> None:
        self._taken: list[Seat] = []

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._taken)

    def take(self, seat: Seat) -> Seat | None:
        """Seat a newcomer; return who must go for it."""
        leaving = min(self._taken, key=_claim) if len(self._taken) >= SEATS else None
        if leaving:
            self.leave(leaving)
        self._taken.append(seat)
        return leaving

    def leave(self, seat: Seat) -> None:
        """Free a seat; harmless for one who made room."""
        if seat in self._taken:
            self._taken.remove(seat)


def _claim(seat: Seat) -> tuple[bool, float]:
    return bool(seat.session.clients), seat.asked_at
