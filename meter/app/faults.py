"""The counters of a session for who operates the meter: a line when peers' faults were counted.

Invariant: no line without a new fault, at most one a minute, and what is left at the end.
"""

from collections.abc import Mapping

from link.hdlc import LineCounts
from link.server import ServerCounts, ServerSession

PAUSE_S = 60.0
"""Between two lines of one medium."""

NO_FAULTS = ("frames", "foreign")
"""Counts that grow on a healthy line; they stand in a line and are no reason for one."""


class FaultLog:
    """What was told of one session."""

    def __init__(self) -> None:
        self._told = 0
        self._told_at = float("-inf")

    def due(self, session: ServerSession, now: float) -> str:
        """Return the line that is due at `now`, monotonic seconds; empty where none is."""
        if now - self._told_at < PAUSE_S:
            return ""
        line = self.rest(session)
        if line:
            self._told_at = now
        return line

    def rest(self, session: ServerSession) -> str:
        """Return the line of what was not told yet, however soon; empty where all was."""
        heard, asked = _numbers(session.line_counts), _numbers(session.counts)
        faults = sum(heard.values()) + sum(asked.values()) - sum(heard[name] for name in NO_FAULTS)
        if faults == self._told:
            return ""
        self._told = faults
        parts = (_listed("line", heard), _listed("requests", asked))
        return "; ".join(filter(None, parts))


def _numbers(counts: LineCounts | ServerCounts) -> dict[str, int]:
    """Return the counts by name; asked for with every sample, so nothing is copied deeply."""
    return {name: getattr(counts, name) for name in counts.__slots__}


def _listed(title: str, counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"{title}: {listed}" if listed else ""
