"""EA11 by look-ups: MISTY1 (RFC 2994) with FI as two tables of 16 bits.

Invariant: enciphers and deciphers as `misty1`, the form of the book, which the tests hold it to.
What FI does before its key and what it does after are permutations that no key changes.
"""

from array import array
from functools import cache
from typing import Final

from meter.sts.misty1 import ROUND_PAIRS, ExtendedKey
from meter.sts.misty1_tables import S7, S9

LAST: Final = 8
"""The number of the pair of FL that no round follows."""

Half = tuple[int, int]
"""32 bits of a block, in 16-bit words."""


@cache
def fi_tables() -> tuple["array[int]", "array[int]"]:
    """Return FI before and after its key: fi(x, key) = after[before[x] ^ key].

    Both are sums (exclusive or) of what their upper and their lower bits make: S7 and S9 are the
    only steps that are not linear, and each takes the bits of one part.
    """
    nines = [(nine & 0x7F) << 9 | nine for nine in S9]
    sevens = [(s7 ^ seven) << 9 | seven for seven, s7 in enumerate(S7)]
    before = array("H", [nine ^ seven for nine in nines for seven in sevens])
    after = array("H", [seven << 9 | nine ^ seven for seven in range(128) for nine in S9])
    return before, after


class FastMisty1:
    """The cipher under one key of 16 octets, its words put in order here once for all blocks."""

    __slots__ = ("_after", "_before", "_fl", "_fo")

    def __init__(self, key: bytes) -> None:
        extended = ExtendedKey.of(key)
        self._before, self._after = fi_tables()
        self._fo = tuple(map(extended.fo_keys, range(LAST)))
        self._fl = tuple(map(extended.fl_keys, range(LAST + 2)))

    def encipher(self, block: int) -> int:
        """Return the cipher block of a 64-bit block (RFC 2994 section 2.3)."""
        fl = self._fl
        left, right = block >> 32, block & 0xFFFFFFFF
        for n in ROUND_PAIRS:
            left, right = _fl(left, fl[n]), _fl(right, fl[n + 1])
            right ^= self._round(left, n)
            left ^= self._round(right, n + 1)
        return _fl(right, fl[LAST + 1]) << 32 | _fl(left, fl[LAST])

    def decipher(self, block: int) -> int:
        """Return the block of a 64-bit cipher block (RFC 2994 section 2.3)."""
        fl = self._fl
        left, right = _fl_back(block & 0xFFFFFFFF, fl[LAST]), _fl_back(block >> 32, fl[LAST + 1])
        for n in reversed(ROUND_PAIRS):
            left ^= self._round(right, n + 1)
            right ^= self._round(left, n)
            left, right = _fl_back(left, fl[n]), _fl_back(right, fl[n + 1])
        return left << 32 | right

    def _round(self, number: int, n: int) -> int:
        """Return what FO n makes of 32 bits."""
        k_1, ki_1, k_2, ki_2, k_3, ki_3, k_4 = self._fo[n]
        before, after = self._before, self._after
        a, b = number >> 16, number & 0xFFFF
        a = after[before[a ^ k_1] ^ ki_1] ^ b
        b = after[before[b ^ k_2] ^ ki_2] ^ a
        a = after[before[a ^ k_3] ^ ki_3] ^ b
        return (b ^ k_4) << 16 | a


def _fl(number: int, keys: tuple[int, int]) -> int:
    key_and, key_or = keys
    a, b = number >> 16, number & 0xFFFF
    b ^= a & key_and
    a ^= b | key_or
    return a << 16 | b


def _fl_back(number: int, keys: tuple[int, int]) -> int:
    key_and, key_or = keys
    a, b = number >> 16, number & 0xFFFF
    a ^= b | key_or
    b ^= a & key_and
    return a << 16 | b
