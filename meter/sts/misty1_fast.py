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

Words = tuple[int, int, int, int]
Keys = tuple[int, ...]
Rows = tuple[tuple[Keys, tuple[Keys, ...]], ...]
"""What each pair of FL takes, and the two FO that follow it; none follow the last one."""


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


def _rows(key: ExtendedKey) -> Rows:
    """Return the keys of enciphering; in each pair those of the left half come first."""
    pairs = [(*key.fl_keys(n), *key.fl_keys(n + 1)) for n in (*ROUND_PAIRS, LAST)]
    rounds = [(key.fo_keys(n), key.fo_keys(n + 1)) for n in ROUND_PAIRS]
    return tuple(zip(pairs, (*rounds, ()), strict=True))


def _rows_back(key: ExtendedKey) -> Rows:
    """Return the keys of deciphering: the same backwards, those of the right half first."""
    pairs = [(*key.fl_keys(n + 1), *key.fl_keys(n)) for n in (LAST, *reversed(ROUND_PAIRS))]
    rounds = [(key.fo_keys(n + 1), key.fo_keys(n)) for n in reversed(ROUND_PAIRS)]
    return tuple(zip(pairs, (*rounds, ()), strict=True))


def _go_through(rounds: tuple[Keys, ...], a: int, b: int, c: int, d: int) -> Words:
    """Return both halves after so many FO, each of which takes one and changes the other."""
    before, after = fi_tables()
    for k_1, ki_1, k_2, ki_2, k_3, ki_3, k_4 in rounds:
        one = after[before[a ^ k_1] ^ ki_1] ^ b
        two = after[before[b ^ k_2] ^ ki_2] ^ one
        three = after[before[one ^ k_3] ^ ki_3] ^ two
        a, b, c, d = c ^ two ^ k_4, d ^ three, a, b
    return a, b, c, d


class FastMisty1:
    """The cipher under one key of 16 octets, its words put in order here once for all blocks.

    A block goes through in words of 16 bits. FO takes the half `a`, `b` and changes `c`, `d`; then
    the halves change places, so that both are as they were after two of them.
    """

    __slots__ = ("_back", "_forth")

    def __init__(self, key: bytes) -> None:
        extended = ExtendedKey.of(key)
        self._forth, self._back = _rows(extended), _rows_back(extended)

    def encipher(self, block: int) -> int:
        """Return the cipher block of a 64-bit block (RFC 2994 section 2.3)."""
        a, b, c, d = block >> 48, block >> 32 & 0xFFFF, block >> 16 & 0xFFFF, block & 0xFFFF
        for (and_a, or_b, and_c, or_d), rounds in self._forth:
            b ^= a & and_a
            a ^= b | or_b
            d ^= c & and_c
            c ^= d | or_d
            a, b, c, d = _go_through(rounds, a, b, c, d)
        return c << 48 | d << 32 | a << 16 | b

    def decipher(self, block: int) -> int:
        """Return the block of a 64-bit cipher block (RFC 2994 section 2.3)."""
        a, b, c, d = block >> 48, block >> 32 & 0xFFFF, block >> 16 & 0xFFFF, block & 0xFFFF
        for (and_a, or_b, and_c, or_d), rounds in self._back:
            a ^= b | or_b
            b ^= a & and_a
            c ^= d | or_d
            d ^= c & and_c
            a, b, c, d = _go_through(rounds, a, b, c, d)
        return c << 48 | d << 32 | a << 16 | b
