"""A long value on its way: cut into blocks, and put together again. IEC 62056-5-3.

Invariant: what is put together never exceeds its bound, and every block but the last brings at
least one octet nearer to it.
"""

from enum import Enum, auto

from link.dlms.blocks import Block


class Outgoing:
    """A value that goes out in blocks."""

    __slots__ = ("_at", "_octets", "number")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0
        self.number = 0
        """Of the block that went out last; 0 before the first."""

    @property
    def done(self) -> bool:
        """Return whether the last block has gone out."""
        return self.number > 0 and self._at == len(self._octets)

    def next(self, room: int) -> Block:
        """Cut a block whose octets and their length fill at most `room`; one octet at least."""
        start = self._at
        self._at = min(len(self._octets), start + max(1, _without_length(room)))
        self.number += 1
        return Block(self.done, self.number, self._octets[start : self._at])


class Taken(Enum):
    """Where a value stands after a block."""

    PART = auto()
    WHOLE = auto()
    WRONG_NUMBER = auto()
    TOO_LONG = auto()
    EMPTY = auto()
    """A block of no octets with more to follow: such a value need never end."""


class Incoming:
    """The blocks of a value, as they come in."""

    __slots__ = ("_longest", "_number", "octets")

    def __init__(self, longest: int) -> None:
        """Take `longest` octets in all at the most."""
        self._longest = longest
        self._number = 0
        self.octets = b""
        """What came so far."""

    def take(self, block: Block) -> Taken:
        """Append a block, unless it does not fit."""
        if block.number != self._number + 1:
            return Taken.WRONG_NUMBER
        if len(self.octets) + len(block.raw) > self._longest:
            return Taken.TOO_LONG
        if not block.raw and not block.last:
            return Taken.EMPTY
        self._number = block.number
        self.octets += block.raw
        return Taken.WHOLE if block.last else Taken.PART


def _without_length(room: int) -> int:
    """Return how many octets fit beside their own length (link.dlms.source.length_octets)."""
    if room - 1 < 0x80:
        return room - 1
    return room - 2 if room - 2 < 0x100 else room - 3
