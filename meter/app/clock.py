"""What a clock on the wall says: UTC seconds, and the local day of the meter's time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from meter.domain import LocalDay


class WallClock:
    """Stamps and never measures (meter.md 1). The domain never reads a zone file: this does."""

    def __init__(self, utc: Callable[[], int], zone: tzinfo = UTC) -> None:
        self._utc = utc
        self._zone = zone

    def at(self) -> int:
        """Return UTC seconds."""
        return self._utc()

    def today(self) -> LocalDay:
        """Return the local day and its month as running numbers."""
        local = datetime.fromtimestamp(self._utc(), self._zone)
        return LocalDay(local.toordinal(), 12 * local.year + local.month)
