"""SET and ACTION of a list whose values come in blocks. IEC 62056-5-3 (with-list-and-first-block).

The first APDU names all attributes or methods and carries the first block of the values; the
others are those of a single long request (blocks.py). The forms, and that the raw data are the
count of the values and the values, are from memory of the standard, check against a second source.
"""

from dataclasses import dataclass
from typing import TypeAlias

from link.dlms.blocks import BLOCK, Block
from link.dlms.codes import DataAccessResult
from link.dlms.data import Data
from link.dlms.fields import DATA, U32, Code, Layout, Layouts, SequenceOf
from link.dlms.lists import METHODS, REFERENCES, Reference
from link.dlms.services import INVOKE, MethodRef
from link.dlms.source import Source

_VALUES = SequenceOf(DATA)


class _LongList:
    """A record that its layout in LIST_BLOCKS writes."""

    __slots__ = ()

    def to_bytes(self) -> bytes:
        """Write the APDU; ValueError for a member that its field cannot hold."""
        return LIST_BLOCKS.write(self)


@dataclass(frozen=True, slots=True)
class SetListFirstBlock(_LongList):
    """set-request-with-list-and-first-datablock."""

    invoke: int
    references: tuple[Reference, ...]
    block: Block


@dataclass(frozen=True, slots=True)
class SetListLastTaken(_LongList):
    """set-response-last-datablock-with-list: what came of each."""

    invoke: int
    results: tuple[DataAccessResult, ...]
    number: int


@dataclass(frozen=True, slots=True)
class ActionListFirstBlock(_LongList):
    """action-request-with-list-and-first-pblock."""

    invoke: int
    methods: tuple[MethodRef, ...]
    block: Block


ListBlockService: TypeAlias = SetListFirstBlock | SetListLastTaken | ActionListFirstBlock

LIST_BLOCKS: Layouts[ListBlockService] = Layouts(
    Layout(SetListFirstBlock, b"\xc1\x05", (INVOKE, REFERENCES, BLOCK)),
    Layout(
        SetListLastTaken,
        b"\xc5\x04",
        (INVOKE, ("results", SequenceOf(Code(DataAccessResult))), ("number", U32)),
    ),
    Layout(ActionListFirstBlock, b"\xc3\x05", (INVOKE, METHODS, BLOCK)),
)
"""Every service with a list and a block, by its first octets."""


def values_of(raw: bytes) -> tuple[Data, ...]:
    """Read what the blocks of a list of values have carried; raises DlmsError."""
    source = Source(raw)
    values = _VALUES.read(source)
    source.finish()
    return tuple(value for value in values if isinstance(value, Data))
