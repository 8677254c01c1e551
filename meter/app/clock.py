"""What a clock on the wall says: UTC seconds, and the local day of the meter's time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from meter.domain import LocalDay

LATEST = (1 << 32) - 1
"""The last second that a stamp can carry, in the year 2106."""


def time_of(at: int) -> str:
    """Return a UTC second as people write it; one of no calendar as a number."""
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return f"second {at}"


class WallClock:
    """Stamps and never measures (meter.md 1). The domain never reads a zone file: this does.

    What a clock says that is far off counts as the nearest second that a stamp can carry.
    """

    def __init__(self, utc: Callable[[], int], zone: tzinfo = UTC) -> None:
        self._utc = utc
        self._zone = zone

    def at(self) -> int:
        """Return UTC seconds."""
        return min(max(self._utc(), 0), LATEST)

    def today(self) -> LocalDay:
        """Return the local day and its month as running numbers."""
        local = datetime.fromtimestamp(self.at(), self._zone)
        return LocalDay(local.toordinal(), 12 * local.year + local.month)
