"""The tables of EA07 (STA, IEC 62055-41 clause 6.5), two named sets.

The operational set makes every EA07 token in the field; the standard prints the sample set, which
no token in the field uses.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class StaTables:
    """Two substitutions of a nibble, and where each of the 64 bits moves to."""

    s1: tuple[int, ...]
    s2: tuple[int, ...]
    moves: tuple[int, ...]


# fmt: off
OPERATIONAL: Final = StaTables(
    s1=(14, 10, 7, 9, 12, 3, 2, 5, 13, 0, 15, 1, 4, 8, 6, 11),
    s2=(12, 8, 2, 13, 7, 6, 1, 3, 11, 5, 9, 15, 0, 4, 10, 14),
    moves=(
        55, 42, 10, 18, 24, 21, 44, 35,  2, 22, 56, 43, 27, 58,  9, 50,
         6, 36, 12, 61, 37, 38, 53, 16, 62,  3,  7,  4, 32, 20, 63, 25,
        51, 52, 54, 33, 49, 19, 46, 29, 48, 31, 23, 30, 41, 28, 13,  5,
        40, 60, 39, 11, 15, 17,  1,  0, 57, 34, 59,  8, 47, 14, 45, 26,
    ),
)

SAMPLE: Final = StaTables(
    s1=(12, 10, 8, 4, 3, 15, 0, 2, 14, 1, 5, 13, 6, 9, 7, 11),
    s2=(6, 9, 7, 4, 3, 10, 12, 14, 2, 13, 1, 15, 0, 11, 8, 5),
    moves=(
        29, 27, 34,  9, 16, 62, 55,  2, 40, 49, 38, 25, 33, 61, 30, 23,
         1, 41, 21, 57, 42, 15,  5, 58, 19, 53, 22, 17, 48, 28, 24, 39,
         3, 60, 36, 14, 11, 52, 54, 12, 31, 51, 10, 26,  0, 45, 37, 43,
        44,  6, 59,  4,  7, 35, 56, 50, 13, 18, 32, 47, 46, 63, 20,  8,
    ),
)
# fmt: on
