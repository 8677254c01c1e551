"""The TID memory (sts.md 10.2): used identifiers in order, and a floor below which all are old.

Invariant: an identifier that was added under a key is refused under that key for ever after: it is
in the list, or below the floor. The list holds CAPACITY at most and `used` is sorted.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from hashlib import sha256

from link.secret import Secret
from meter.sts import TID_LIMIT, BaseDate, TidError, tid_at
from meter.sts.tid import DAY_S, MINUTE_S

CAPACITY = 50
"""Identifiers kept; at least 50 by the custom of the field, and as many as ledger entries."""


@dataclass(frozen=True, slots=True)
class TidList:
    floor: int
    used: tuple[int, ...] = ()

    def is_old(self, tid: int) -> bool:
        """Return whether an identifier is below all that the list still tells apart."""
        return tid < self.floor

    def is_used(self, tid: int) -> bool:
        """Return whether an identifier stands in the list."""
        index = bisect_left(self.used, tid)
        return index < len(self.used) and self.used[index] == tid

    def added(self, tid: int) -> "TidList":
        """Take an identifier in; a full list drops its smallest and raises the floor."""
        used = tuple(sorted({*self.used, tid}))[-CAPACITY:]
        floor = max(self.floor, used[0]) if len(used) == CAPACITY else self.floor
        return TidList(floor, used)

    def raised(self, floor: int) -> "TidList":
        """Call old what is below a floor; a lower one than the own changes nothing."""
        return replace(self, floor=max(self.floor, floor))

    @property
    def end(self) -> int:
        """The least floor below which all that was used is old."""
        return max(self.floor, self.used[-1] + 1 if self.used else 0)


EMPTIED = TidList(floor=0)
"""What a key change with RO = 1 leaves (sts.md 10.2)."""


@dataclass(frozen=True, slots=True)
class Retired:
    """A former key by its fingerprint, and the floor under it; 0 until a list is emptied."""

    fingerprint: bytes
    floor: int


def fingerprint(key: Secret) -> bytes:
    """Name a key without telling it: 8 octets (ours; SHA-256 of a label and the key)."""
    return sha256(b"splitmeter key v1" + key.reveal()).digest()[:8]


def floor_after(at: int, base: BaseDate) -> int:
    """Return the floor below which all is old that was made until the minute of a UTC second.

    0 before the base date, TID_LIMIT once it has no identifiers any more.
    """
    return min(max((at - base.at) // MINUTE_S + 1, 0), TID_LIMIT)


def first_tid(base: BaseDate, manufactured: int) -> int:
    """Return the identifier of 00:00 UTC on the day of manufacture (UTC seconds).

    0 where that minute lies outside the 24 bits of the base date.
    """
    try:
        return tid_at(manufactured - manufactured % DAY_S, base)
    except TidError:
        return 0
