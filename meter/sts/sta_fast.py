"""EA07 by look-ups: IEC 62055-41 clause 6.5, sixteen rounds of eight, one for each octet.

Invariant: enciphers and deciphers as `sta`, the form of the book, which the tests hold it to. An
octet is two nibbles and meets two key bits, so it has four tables at its place, each of them
substitution and bit move in one; a round is the OR of what the eight octets become.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from operator import getitem
from typing import Final

from meter.sts.sta import MASK, NIBBLES, ROUNDS, START_TURN, inverse, turned_left, turned_right
from meter.sts.sta_tables import OPERATIONAL, StaTables

OCTETS: Final = 8
CHOICES: Final = 0x1111_1111_1111_1111
"""The bits 4n of a turned key, which choose substitutions."""
STAY: Final = tuple(range(64))
"""The move that leaves each bit in its place."""

Row = tuple[tuple[int, ...], ...]
"""For each octet, the top one first: by its value, the bits that it becomes."""
Round = tuple[dict[int, tuple[int, ...]], ...]
"""For each octet: by the octet of CHOICES that the key has there, its table."""


def moved_row(moves: tuple[int, ...]) -> Row:
    """Return where the bits of each octet go, built by its nibbles."""
    nibbles = [
        [sum(1 << moves[low + bit] for bit in range(4) if value >> bit & 1) for value in NIBBLES]
        for low in range(0, 64, 4)
    ]
    pairs = zip(nibbles[1::2], nibbles[::2], strict=True)
    return tuple(tuple([high | low for high, low in product(*pair)]) for pair in pairs)[::-1]


def merged_round(if_0: tuple[int, ...], if_1: tuple[int, ...], moves: tuple[int, ...]) -> Round:
    """Merge the substitutions of key bits 0 and 1 with the move that follows them."""
    pairs = ((0x00, if_0, if_0), (0x01, if_0, if_1), (0x10, if_1, if_0), (0x11, if_1, if_1))
    octets = {pair: [a << 4 | b for a, b in product(high, low)] for pair, high, low in pairs}
    return tuple(
        {pair: tuple([moved[octet] for octet in octets[pair]]) for pair in octets}
        for moved in moved_row(moves)
    )


@cache
def _forth(tables: StaTables) -> Round:
    return merged_round(tables.s1, tables.s2, tables.moves)


@cache
def _back(tables: StaTables) -> tuple[Row, Round, Round]:
    """Return the first move, a round, and the last substitution, which no move follows."""
    moves = inverse(tables.moves)
    substitutions = inverse(tables.s2), inverse(tables.s1)
    return moved_row(moves), merged_round(*substitutions, moves), merged_round(*substitutions, STAY)


def chosen(tables: Round, key: int) -> Row:
    """Return the tables that bit 4n of the key chooses for nibble n."""
    return tuple(map(getitem, tables, (key & CHOICES).to_bytes(OCTETS, "big")))


def _rows_forth(key: int, tables: StaTables) -> Iterator[Row]:
    merged = _forth(tables)
    key = turned_right(key ^ MASK, START_TURN)
    for _ in range(ROUNDS):
        yield chosen(merged, key >> 3)
        key = turned_left(key, 1)


def _rows_back(key: int, tables: StaTables) -> Iterator[Row]:
    moved, merged, last = _back(tables)
    yield moved
    for _ in range(ROUNDS - 1):
        yield chosen(merged, key)
        key = turned_right(key, 1)
    yield chosen(last, key)


def through(rows: tuple[Row, ...], block: int) -> int:
    for t7, t6, t5, t4, t3, t2, t1, t0 in rows:
        o7, o6, o5, o4, o3, o2, o1, o0 = block.to_bytes(OCTETS, "big")
        block = t7[o7] | t6[o6] | t5[o5] | t4[o4] | t3[o3] | t2[o2] | t1[o1] | t0[o0]
    return block


class FastSta:
    """The cipher under one key of 8 octets, its rows chosen here once for all blocks."""

    __slots__ = ("_back", "_forth")

    def __init__(self, key: bytes, tables: StaTables = OPERATIONAL) -> None:
        number = int.from_bytes(key, "big")
        self._forth = tuple(_rows_forth(number, tables))
        self._back = tuple(_rows_back(number, tables))

    def encipher(self, block: int) -> int:
        """Return the cipher block of a 64-bit block."""
        return through(self._forth, block)

    def decipher(self, block: int) -> int:
        """Return the block of a 64-bit cipher block."""
        return through(self._back, block)
