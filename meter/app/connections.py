"""The connections that are served at once: a new client never waits for a silent one.

Invariant: a new connection is always taken; one without a link makes room before all that have
one, and among equals the one from whom no request came for the longest time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from link.media import Medium
from link.server import ServerSession
from meter.app.faults import FaultLog

MOST_CONNECTIONS = 32
"""Connections that are served at the same time."""


@dataclass(slots=True, eq=False)
class Connection:
    """A medium that is served; `asked_at` is when it came, then when its last request did."""

    medium: Medium
    session: ServerSession
    asked_at: float
    faults: FaultLog = field(default_factory=FaultLog)


class Connections:
    """The connections of one meter."""

    def __init__(self) -> None:
        self._taken: list[Connection] = []

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._taken)

    def take(self, connection: Connection) -> Connection | None:
        """Take a new connection; return the one that must close for it."""
        leaving = min(self._taken, key=_claim) if len(self._taken) >= MOST_CONNECTIONS else None
        if leaving:
            self.leave(leaving)
        self._taken.append(connection)
        return leaving

    def leave(self, connection: Connection) -> None:
        """Free a connection; harmless for one who made room."""
        if connection in self._taken:
            self._taken.remove(connection)


def _claim(connection: Connection) -> tuple[bool, float]:
    return bool(connection.session.clients), connection.asked_at
