"""A transmission: what one station sends in one go, and what becomes of it in a collision."""

from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

SLIVER = 0.05
"""An overlap below this share of an octet, half a bit, does no harm: receivers look at the middle
of a bit."""


@dataclass(slots=True)
class Transmission:
    """Octet i is on the line from `start` + i * `octet_s` on, for `octet_s` seconds."""

    station: int
    start: float
    octet_s: float
    octets: bytearray
    passed: int = 0
    """Octets that were on the line and were heard, or not."""
    received: int = 0
    """Octets that were delivered to the stations that receive whole transmissions."""
    collided: int = 0
    """Octets at the beginning that nobody receives, since somebody else was on the line before."""
    unheard: list[tuple[int, range]] = field(default_factory=list)
    """Stations that spoke themselves or were not there yet, and during which octets."""

    def ends_at(self, octets: int) -> float:
        """Return when so many octets have passed."""
        return self.start + octets * self.octet_s

    @property
    def end(self) -> float:
        """When all octets have passed."""
        return self.ends_at(len(self.octets))

    def overlap(self, other: "Transmission") -> range:
        """Return which of these octets are on the line together with any of the other's."""
        if not self.octet_s:
            return range(0)
        first = floor((other.start - self.start) / self.octet_s + SLIVER)
        last = ceil((other.end - self.start) / self.octet_s - SLIVER)
        return range(max(first, 0), min(last, len(self.octets)))

    def garble(self, which: range, rng: "Random") -> None:
        """Make something else of these octets."""
        for place in which:
            self.octets[place] ^= rng.randrange(1, 256)

    def receive_whole(self, longest: int) -> range:
        """Return which octets are now heard by who hears a transmission whole, or so many of it."""
        start = self.received
        if self.passed < len(self.octets) and self.passed < start + longest:
            return range(0)
        self.received = self.passed
        return range(start, self.passed)

    def heard_by(self, station: int, which: range) -> bytes:
        """Return these octets as a station hears them."""
        places = range(max(which.start, self.collided), which.stop)
        deaf = [over for listener, over in self.unheard if listener == station]
        if not deaf:
            return bytes(self.octets[places.start : places.stop])
        return bytes(
            self.octets[place] for place in places if not any(place in over for over in deaf)
        )
