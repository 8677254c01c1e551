"""COSEM Data: tagged values in A-XDR. Source: IEC 62056-5-3 (Data), IEC 61334-6, link.md 3.

Invariant: reading any octets at all ends in a value or in DlmsError; a value that was read writes
the same octets again (a boolean true becomes 01, whatever stood there).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from link.dlms.codes import DlmsError
from link.dlms.source import Source, length_octets

MAX_DEPTH = 10
"""Arrays and structures inside each other; an object_list needs 6 (ours)."""

DATE_TIME_OCTETS = 12


class Tag(IntEnum):
    """Data types that are built; every other tag is refused."""

    NULL = 0x00
    ARRAY = 0x01
    STRUCTURE = 0x02
    BOOLEAN = 0x03
    BIT_STRING = 0x04
    I32 = 0x05
    U32 = 0x06
    OCTET_STRING = 0x09
    VISIBLE_STRING = 0x0A
    UTF8_STRING = 0x0C
    I8 = 0x0F
    I16 = 0x10
    U8 = 0x11
    U16 = 0x12
    I64 = 0x14
    U64 = 0x15
    ENUM = 0x16
    F32 = 0x17
    F64 = 0x18
    DATE_TIME = 0x19


INTEGERS = {
    Tag.I8: (1, True),
    Tag.I16: (2, True),
    Tag.I32: (4, True),
    Tag.I64: (8, True),
    Tag.U8: (1, False),
    Tag.U16: (2, False),
    Tag.U32: (4, False),
    Tag.U64: (8, False),
    Tag.ENUM: (1, False),
}
"""Width in octets, and whether signed."""

OCTETS = {Tag.DATE_TIME: DATE_TIME_OCTETS, Tag.F32: 4, Tag.F64: 8}
"""Values that stand as so many octets, as they came."""

TEXTS = {Tag.VISIBLE_STRING: "ascii", Tag.UTF8_STRING: "utf-8"}

Value: TypeAlias = "int | bytes | str | bool | tuple[Data, ...] | None"


@dataclass(frozen=True, slots=True)
class Data:
    """One tagged value.

    The tag says what `value` is: None; tuple for array and structure; bool; int; bytes for
    octet-string, date-time (12 octets) and floating-point numbers (IEEE 754, big endian); str for
    the text types, and for a bit-string its bits as 0 and 1, bit 0 first.
    """

    tag: Tag
    value: Value

    def to_bytes(self) -> bytes:
        """Write tag and value; ValueError when the value does not fit the tag."""
        return bytes([self.tag]) + _write(self.tag, self.value)

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Data":
        """Read one value that fills the octets; raises DlmsError."""
        source = Source(octets)
        data = read_data(source)
        source.finish()
        return data


def read_data(source: Source, depth: int = MAX_DEPTH) -> Data:
    """Read one value of at most `depth` levels; raises DlmsError."""
    octet = source.octet()
    try:
        tag = Tag(octet)
    except ValueError:
        raise DlmsError(f"data tag {octet:02x}") from None
    return Data(tag, _read(tag, source, depth))


def _read(tag: Tag, source: Source, depth: int) -> Value:
    if tag in INTEGERS:
        width, signed = INTEGERS[tag]
        return source.signed(width) if signed else source.unsigned(width)
    if tag in TEXTS:
        return _read_text(source, TEXTS[tag])
    match tag:
        case Tag.NULL:
            return None
        case Tag.BOOLEAN:
            return source.octet() != 0
        case Tag.BIT_STRING:
            return _read_bits(source)
        case Tag.OCTET_STRING:
            return source.take(source.length())
        case Tag.DATE_TIME | Tag.F32 | Tag.F64:
            return source.take(OCTETS[tag])
        case _:
            return _read_members(source, depth)


def _read_text(source: Source, encoding: str) -> str:
    try:
        return source.take(source.length()).decode(encoding)
    except UnicodeDecodeError as error:
        raise DlmsError(f"text is not {encoding}: {error.reason}") from None


def _read_bits(source: Source) -> str:
    count = source.length()
    octets = source.take((count + 7) // 8)
    text = "".join(f"{octet:08b}" for octet in octets)
    if "1" in text[count:]:
        raise DlmsError("bit-string with bits set past its end")
    return text[:count]


def _read_members(source: Source, depth: int) -> tuple[Data, ...]:
    if depth == 0:
        raise DlmsError(f"nested deeper than {MAX_DEPTH}")
    count = source.length()
    if count > source.left:
        raise DlmsError(f"{count} members in {source.left} octets")
    return tuple(read_data(source, depth - 1) for _ in range(count))


def _write(tag: Tag, value: Value) -> bytes:
    match value:
        case None if tag is Tag.NULL:
            return b""
        case bool() if tag is Tag.BOOLEAN:
            return bytes([value])
        case int() if tag in INTEGERS and not isinstance(value, bool):
            return _write_integer(tag, value)
        case bytes() if tag is Tag.OCTET_STRING:
            return length_octets(len(value)) + value
        case bytes() if len(value) == OCTETS.get(tag):
            return value
        case str() if tag in TEXTS:
            octets = value.encode(TEXTS[tag])
            return length_octets(len(octets)) + octets
        case str() if tag is Tag.BIT_STRING and not value.strip("01"):
            return _write_bits(value)
        case tuple() if tag in (Tag.ARRAY, Tag.STRUCTURE):
            return length_octets(len(value)) + b"".join(member.to_bytes() for member in value)
    raise ValueError(f"{tag.name} cannot hold {value!r}")


def _write_integer(tag: Tag, value: int) -> bytes:
    width, signed = INTEGERS[tag]
    try:
        return value.to_bytes(width, "big", signed=signed)
    except OverflowError:
        raise ValueError(f"{tag.name} cannot hold {value}") from None


def _write_bits(bits: str) -> bytes:
    padded = bits + "0" * (-len(bits) % 8)
    octets = bytes(int(padded[at : at + 8], 2) for at in range(0, len(padded), 8))
    return length_octets(len(bits)) + octets
