"""EA07, the Standard Transfer Algorithm: IEC 62055-41 clause 6.5, in the form of the book.

A block of 64 bits is 16 nibbles, nibble n in bits 4n to 4n+3. The key turns by one bit a round and
enters by the choice of the substitution alone. Enciphering starts from the complement of the key,
so a key bit of 0 chooses opposite tables in the two directions.
"""

from meter.sts.sta_tables import OPERATIONAL, StaTables

ROUNDS = 16
NIBBLES = range(16)
MASK = (1 << 64) - 1
START_TURN = 12
"""Bits by which the complemented key is turned right before the first round."""


def turned_left(number: int, bits: int) -> int:
    return (number << bits | number >> (64 - bits)) & MASK


def turned_right(number: int, bits: int) -> int:
    return turned_left(number, 64 - bits)


def inverse(table: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(table.index(n) for n in range(len(table)))


def substituted(block: int, choices: int, if_0: tuple[int, ...], if_1: tuple[int, ...]) -> int:
    """Replace each nibble n by the table that bit 4n of `choices` chooses."""
    result = 0
    for shift in (4 * n for n in NIBBLES):
        table = if_1 if choices >> shift & 1 else if_0
        result |= table[block >> shift & 0xF] << shift
    return result


def moved(block: int, moves: tuple[int, ...]) -> int:
    """Move each bit i to bit moves[i]."""
    result = 0
    for bit, target in enumerate(moves):
        result |= (block >> bit & 1) << target
    return result


class Sta:
    """The cipher under one key of 8 octets."""

    __slots__ = ("_inverse", "_key", "_tables")

    def __init__(self, key: bytes, tables: StaTables = OPERATIONAL) -> None:
        self._key = int.from_bytes(key, "big")
        self._tables = tables
        self._inverse = StaTables(*map(inverse, (tables.s1, tables.s2, tables.moves)))

    def encipher(self, block: int) -> int:
        """Return the cipher block of a 64-bit block."""
        forward = self._tables
        key = turned_right(self._key ^ MASK, START_TURN)
        for _ in range(ROUNDS):
            block = substituted(block, key >> 3, forward.s1, forward.s2)
            block = moved(block, forward.moves)
            key = turned_left(key, 1)
        return block

    def decipher(self, block: int) -> int:
        """Return the block of a 64-bit cipher block."""
        back = self._inverse
        key = self._key
        for _ in range(ROUNDS):
            block = moved(block, back.moves)
            block = substituted(block, key, back.s2, back.s1)
            key = turned_right(key, 1)
        return block
