"""Energy by local days and months: the register as it stood when each began (meter.md 4).

No energy is counted a second time here: what a day used is the difference of two captures.
Invariant: all periods together are the register less the oldest capture, whatever the clock did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

DAYS_KEPT = 62
MONTHS_KEPT = 25
"""Captures kept, that of the running period included: two months of days, two years of months."""


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day of the meter's local time and its month, both as running numbers."""

    day: int
    month: int


@dataclass(frozen=True, slots=True)
class Capture:
    """The register at the beginning of a period, and the UTC second at which it was seen."""

    number: int
    at: int
    total: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Captures, oldest first; the last one is that of the running day or month."""

    days: tuple[Capture, ...] = ()
    months: tuple[Capture, ...] = ()

    def begins(self, today: LocalDay) -> bool:
        """Return whether a day begins.

        A clock that is set back across one midnight lets the day run on, so that a night of
        corrections or a change of summer time makes no day twice; one set back further begins anew.
        """
        running = self.days[-1].number if self.days else None
        return running is None or not running - 1 <= today.day <= running

    def begun(self, today: LocalDay, at: int, total: int) -> "Calendar":
        """Capture the register for a day that begins, and for its month where that begins too."""
        days = (*self.days, Capture(today.day, at, total))
        months = self.months
        if not months or months[-1].number != today.month:
            months = (*months, Capture(today.month, at, total))
        return Calendar(days[-DAYS_KEPT:], months[-MONTHS_KEPT:])


def used_by_period(captures: tuple[Capture, ...], total: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each period and its energy, the last until the register's total."""
    for capture, following in pairwise(captures):
        yield capture.number, following.total - capture.total
    for running in captures[-1:]:
        yield running.number, total - running.total
