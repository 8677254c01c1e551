"""What a face needs of the meter unit: committed state, readings, and three commands."""

from typing import Protocol

from link.terms import Alarm, EntrySource, TokenOutcome
from meter.domain import PowerLimit, State
from meter.sources import Reading


class Meter(Protocol):
    """What the face needs of the meter unit."""

    @property
    def state(self) -> State | None:
        """As last committed; None while the store is lost."""

    @property
    def reading(self) -> Reading:
        """The newest reading of the source."""

    @property
    def at(self) -> int:
        """UTC seconds."""

    @property
    def limit(self) -> PowerLimit:
        """How much power may be drawn."""

    def enter(self, digits: str, source: EntrySource, now: float) -> TokenOutcome | None:
        """Judge a token; None where nothing could be judged."""

    def acknowledge(self, alarms: Alarm, now: float) -> bool:
        """Clear alarm bits; False where nothing could be written."""

    def confirm(self, since: int, now: float) -> bool:
        """End the lock-out of a UTC second; False where nothing could be written."""

    def uncounted_s(self, now: float) -> int:
        """Return the running seconds since the count-downs of the state were committed."""

    def last_result(self, source: EntrySource) -> TokenOutcome | None:
        """Return what the last token of a path came to."""

    def is_closed(self, now: float) -> bool:
        """Return how the contact is sensed."""
