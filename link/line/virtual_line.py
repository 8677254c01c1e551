"""Stations on one half-duplex line that all hear each other, by absolute deadlines.

Every time is computed from the moment at which a transmission began, so a late `tick` makes no
later octet later. What is on the line at the same time is heard as one: the octets of who began
first, garbled. Invariant: the same seed and the same calls give the same result.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf, log, log1p
from typing import TYPE_CHECKING

from link.line.settings import LineSettings
from link.line.transmission import Transmission

if TYPE_CHECKING:
    from random import Random


WHOLE_PIECE_OCTETS = 256
"""Who hears transmissions whole hears of a longer one after so many octets."""


@dataclass(slots=True)
class TrafficCounts:
    """What the line has seen since the start."""

    octets: int = 0
    collisions: int = 0
    """Pairs of transmissions that were on the line at once."""
    flipped_bits: int = 0


@dataclass(slots=True)
class _Station:
    """What the line knows of one station, in seconds of the caller's clock."""

    whole: bool
    """Whether it hears transmissions whole, at their end."""
    heard_until: float = -inf
    """When the last octet that it heard of others ended."""
    speaks_until: float = -inf
    """When the last octet that it has said ends."""


class VirtualLine:
    """After each call, `deadline` tells when to tick and `take_heard` who heard what."""

    def __init__(self, settings: LineSettings, rng: "Random") -> None:
        self.counts = TrafficCounts()
        self._settings = settings
        self._rng = rng
        self._stations: dict[int, _Station] = {}
        self._station_numbers = count()
        self._talk_numbers = count()
        self._coming: list[tuple[float, int, Transmission]] = []
        self._heard: list[tuple[int, bytes]] = []
        self._good_bits = self._draw_good_bits()

    @property
    def deadline(self) -> float | None:
        """When the next octets are heard; None where nobody speaks."""
        return self._coming[0][0] if self._coming else None

    def join(self, *, whole: bool = False) -> int:
        """Add a station and return its number, which no other ever gets.

        `whole`: it hears all of a transmission at its end, else piece by piece.
        """
        number = next(self._station_numbers)
        self._stations[number] = _Station(whole)
        for _, _, transmission in self._coming:
            transmission.unheard.append((number, range(transmission.passed)))
        return number

    def leave(self, station: int) -> None:
        """Take a station away: it hears nothing more; what it has said still goes out.

        Raises KeyError for a station that is not on the line.
        """
        del self._stations[station]

    def speaks_until(self, station: int) -> float:
        """Return when all that a station has said is out; callers bound by it what waits."""
        return self._stations[station].speaks_until

    def speak(self, station: int, data: bytes, now: float) -> None:
        """Say octets as soon as the station's own earlier ones and its turnaround are over.

        Raises KeyError for a station that is not on the line.
        """
        speaker = self._stations[station]
        self.tick(now)
        if not data:
            return
        ready = speaker.heard_until + self._settings.turnaround_s
        start = max(now, speaker.speaks_until, ready)
        transmission = Transmission(station, start, self._settings.octet_s, bytearray(data))
        speaker.speaks_until = transmission.end
        self._add_noise(transmission.octets)
        for _, _, other in self._coming:
            if other.station != station:
                self._collide(*sorted((other, transmission), key=lambda each: each.start))
        self._expect(transmission, next(self._talk_numbers))

    def tick(self, now: float) -> None:
        """Let all octets be heard whose time has passed."""
        while self._coming and self._coming[0][0] <= now:
            at, number, transmission = heappop(self._coming)
            self._pass(transmission, at)
            if transmission.passed < len(transmission.octets):
                self._expect(transmission, number)

    def take_heard(self) -> list[tuple[int, bytes]]:
        """Return (station, octets) since the last call, in the order of time."""
        heard, self._heard = self._heard, []
        return heard

    def _expect(self, transmission: Transmission, number: int) -> None:
        heappush(
            self._coming,
            (transmission.ends_at(self._piece_of(transmission).stop), number, transmission),
        )

    def _piece_of(self, transmission: Transmission) -> range:
        """Return which octets of a transmission are heard next, at once."""
        settings = self._settings
        if not transmission.octet_s:
            return range(transmission.passed, len(transmission.octets))
        further = settings.further_octets if transmission.passed else None
        stop = transmission.passed + (further or settings.piece_octets)
        return range(transmission.passed, min(stop, len(transmission.octets)))

    def _pass(self, transmission: Transmission, at: float) -> None:
        piece = self._piece_of(transmission)
        transmission.passed = piece.stop
        self.counts.octets += len(piece)
        received = transmission.receive_whole(WHOLE_PIECE_OCTETS)
        for number, station in self._stations.items():
            own = number == transmission.station
            which = received if station.whole else piece
            if not which or (own and not self._settings.echo):
                continue
            if heard := transmission.heard_by(number, which):
                self._heard.append((number, heard))
                if not own:
                    station.heard_until = at

    def _collide(self, first: Transmission, second: Transmission) -> None:
        """Spoil what two stations say at the same time, if they do; both keep transmitting."""
        garbled = first.overlap(second)
        if not garbled:
            return
        self.counts.collisions += 1
        first.garble(garbled, self._rng)
        second.collided = max(second.collided, second.overlap(first).stop)
        if not self._settings.echo:
            first.unheard.append((second.station, garbled))

    def _add_noise(self, octets: bytearray) -> None:
        bits = 8 * len(octets)
        while self._good_bits < bits:
            place = int(self._good_bits)
            octets[place // 8] ^= 1 << place % 8
            self.counts.flipped_bits += 1
            self._good_bits += 1 + self._draw_good_bits()
        self._good_bits -= bits

    def _draw_good_bits(self) -> float:
        """Draw how many bits pass before the next flipped one (geometric distribution)."""
        rate = self._settings.bit_error_rate
        return log(1 - self._rng.random()) // log1p(-rate) if rate else inf
