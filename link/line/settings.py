"""What a virtual line is like."""

from dataclasses import dataclass
from math import isfinite

BITS_PER_OCTET = 10
"""Start bit, eight data bits, stop bit."""

PIECES_PER_S = 60
"""Octets should be heard so often at least: sooner than in the least slot of two primaries
(link.md 2), who could not keep out of each other's way on a slow line else."""
MOST_PIECE_OCTETS = 16
"""Less than the inter-octet time-out of every bit rate, which is 20 octets or more."""

LONGEST_PIECE_S = 0.04
"""Less than the inter-octet time-out of every bit rate, which is 50 ms or more."""

MOST_BIT_ERRORS = 0.5
"""At this rate nothing of what was said is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """Raises ValueError where no line can be so.

    `baudrate`: bit/s, None where octets take no time. `turnaround_s`: least silence between what a
    station heard and what it says. `echo`: who speaks hears itself too. `bit_error_rate`: share of
    bits flipped on the way, for all who hear them. `piece_octets`: how many octets are heard at a
    time; `fitting_piece` tells how many where primaries share a slow line. `further_octets`: how
    many at a time after the first piece of a transmission, as many as that one where None;
    `longest_piece` is cheap to simulate, but noise within so long a piece lets the line seem free.
    """

    baudrate: int | None = 9600
    turnaround_s: float = 0.002
    echo: bool = False
    bit_error_rate: float = 0.0
    piece_octets: int = MOST_PIECE_OCTETS
    further_octets: int | None = None

    def __post_init__(self) -> None:
        if self.baudrate is not None and self.baudrate < 1:
            raise ValueError(f"a line needs at least 1 bit/s, found {self.baudrate}")
        if self.turnaround_s < 0 or not isfinite(self.turnaround_s):
            raise ValueError(f"a turnaround is 0 s or longer, found {self.turnaround_s:g} s")
        if not 0 <= self.bit_error_rate <= MOST_BIT_ERRORS:
            span = f"0 to {MOST_BIT_ERRORS:g}"
            raise ValueError(f"a bit error rate is {span}, found {self.bit_error_rate:g}")
        for octets in (self.piece_octets, self.further_octets):
            if octets is not None and octets < 1:
                raise ValueError(f"a piece has at least 1 octet, found {octets}")

    @property
    def octet_s(self) -> float:
        """How long one octet is on the line."""
        return BITS_PER_OCTET / self.baudrate if self.baudrate else 0.0


def fitting_piece(baudrate: int) -> int:
    """Return how many octets are to be heard at a time at a bit rate."""
    return max(1, min(baudrate // (BITS_PER_OCTET * PIECES_PER_S), MOST_PIECE_OCTETS))


def longest_piece(baudrate: int) -> int:
    """Return how many octets may be heard at a time within a frame that has been noticed."""
    return max(MOST_PIECE_OCTETS, int(baudrate * LONGEST_PIECE_S) // BITS_PER_OCTET)
