"""The lock-out ladder: guesses cost time, per path and over all paths (security.md, ours).

Invariant: what a path has left to wait only falls by running time and by nothing else; clock and
power cycles do not touch it. Everything is counted in whole seconds and whole failures.
"""

from dataclasses import dataclass, replace

from link.terms import EntrySource

FREE_FAILURES = 3
FREE_PAUSE_S = 1
FIRST_LOCK_S = 10
LONGEST_LOCK_S = 1280
REPEAT_S = 5
"""The same digits on the same path within this time advance the ladder once."""

RECENT_MOST = REPEAT_S // FREE_PAUSE_S
HOUR_S = 3600
HOURS = 25
"""The hour that runs and the 24 before it: never less than 24 h of running."""

FAILURES_A_DAY = 200
"""Failures over all paths within HOURS, beyond which each path has one try an hour."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Digits that failed just now, by their digest, and how long they are remembered."""

    digest: bytes
    left_s: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """One path's failures since its last accepted token, and what it has left to wait."""

    source: EntrySource
    failures: int
    locked_s: int
    recent: tuple[Repeat, ...]


@dataclass(frozen=True, slots=True)
class Ladders:
    """The paths that have failed, by source, and all failures by hour of running, newest first."""

    paths: tuple[Ladder, ...] = ()
    hours: tuple[int, ...] = (0,) * HOURS
    hour_left_s: int = HOUR_S

    def path(self, source: EntrySource) -> Ladder:
        """Return the ladder of a path, a fresh one where it never failed."""
        fresh = Ladder(source, failures=0, locked_s=0, recent=())
        return next((ladder for ladder in self.paths if ladder.source == source), fresh)

    def locked_s(self, source: EntrySource) -> int:
        """Seconds until a path may try again; 0 where it may now."""
        return self.path(source).locked_s

    def is_repeat(self, source: EntrySource, digest: bytes) -> bool:
        """Return whether these digits failed on this path a moment ago."""
        return any(repeat.digest == digest for repeat in self.path(source).recent)

    def failed(self, source: EntrySource, digest: bytes) -> "Ladders":
        """Climb one rung: a meter-specific token on this path failed its CRC."""
        hours = (self.hours[0] + 1, *self.hours[1:])
        ladder = self.path(source)
        failures = ladder.failures + 1
        climbed = Ladder(
            source,
            failures=failures,
            locked_s=_lock_s(failures, sum(hours)),
            recent=(Repeat(digest, REPEAT_S), *ladder.recent)[:RECENT_MOST],
        )
        return replace(self, paths=(*self._others(source), climbed), hours=hours)

    def cleared(self, source: EntrySource) -> "Ladders":
        """Step down to the floor: a token was accepted on this path."""
        return replace(self, paths=self._others(source))

    def passed(self, seconds: int) -> "Ladders":
        """Count `seconds` of running."""
        ended, into_hour = divmod(HOUR_S - self.hour_left_s + seconds, HOUR_S)
        hours = ((0,) * min(ended, HOURS) + self.hours)[:HOURS]
        return Ladders(
            paths=tuple(_rested(ladder, seconds) for ladder in self.paths),
            hours=hours,
            hour_left_s=HOUR_S - into_hour if any(hours) else HOUR_S,
        )

    def clipped(self) -> "Ladders":
        """Bound every count by what the rules can make: for values that come from a disk."""
        return Ladders(
            paths=tuple(_clipped(ladder) for ladder in self.paths),
            hours=(*self.hours, *(0,) * HOURS)[:HOURS],
            hour_left_s=_within(self.hour_left_s, 1, HOUR_S),
        )

    @property
    def counting(self) -> bool:
        """Return whether running time changes anything here."""
        waits = any(ladder.locked_s or ladder.recent for ladder in self.paths)
        return waits or any(self.hours)

    def _others(self, source: EntrySource) -> tuple[Ladder, ...]:
        return tuple(ladder for ladder in self.paths if ladder.source != source)


def _lock_s(failures: int, failures_today: int) -> int:
    lock_s = _rung_s(failures)
    return max(lock_s, HOUR_S) if failures_today >= FAILURES_A_DAY else lock_s


def _rung_s(failures: int) -> int:
    if failures <= FREE_FAILURES:
        return FREE_PAUSE_S
    doublings = min(failures - FREE_FAILURES - 1, LONGEST_LOCK_S.bit_length())
    return min(FIRST_LOCK_S << doublings, LONGEST_LOCK_S)


def _rested(ladder: Ladder, seconds: int) -> Ladder:
    return replace(
        ladder,
        locked_s=max(ladder.locked_s - seconds, 0),
        recent=tuple(
            Repeat(repeat.digest, repeat.left_s - seconds)
            for repeat in ladder.recent
            if repeat.left_s > seconds
        ),
    )


def _clipped(ladder: Ladder) -> Ladder:
    return replace(
        ladder,
        failures=max(ladder.failures, 0),
        locked_s=_within(ladder.locked_s, 0, HOUR_S),
        recent=tuple(
            Repeat(repeat.digest, _within(repeat.left_s, 1, REPEAT_S))
            for repeat in ladder.recent[:RECENT_MOST]
        ),
    )


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))
