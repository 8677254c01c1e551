"""What APDUs are made of: kinds of field, and the one reader and one writer that walk a layout.

Source: IEC 61334-6 (A-XDR). A kind reads a Python value from a Source, raising DlmsError, and
writes one, raising ValueError for a value that it cannot hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, Protocol, TypeAlias, TypeVar

from link.dlms.codes import Conformance, DlmsError
from link.dlms.data import Data, read_data
from link.dlms.source import Source, length_octets

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=IntEnum)

_CONFORMANCE_HEADER = bytes.fromhex("5f1f0400")
"""Tag, length and unused bits of the conformance bit-string, which is BER inside A-XDR."""


class Kind(Protocol):
    """One field's form on the wire."""

    def read(self, source: Source) -> object: ...

    def write(self, value: object) -> bytes: ...


Fields: TypeAlias = tuple[tuple[str, Kind], ...]
"""Names of a record's members and their forms, in wire order."""


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """A record: octets that always stand first, then its fields in wire order."""

    build: Callable[..., T]
    prefix: bytes
    fields: Fields

    def read(self, source: Source) -> T:
        found = source.take(len(self.prefix))
        if found != self.prefix:
            raise DlmsError(f"{found.hex()} where {self.prefix.hex()} stands")
        return self.build(**{name: kind.read(source) for name, kind in self.fields})

    def write(self, value: object) -> bytes:
        parts = [kind.write(getattr(value, name)) for name, kind in self.fields]
        return self.prefix + b"".join(parts)


class Layouts(Generic[T]):
    """Records by what builds them and by the one or two octets that they begin with."""

    __slots__ = ("_at", "_of", "rows")

    def __init__(self, *rows: Layout[T]) -> None:
        self.rows = rows
        self._of: dict[object, Layout[T]] = {row.build: row for row in rows}
        self._at = {row.prefix: row for row in rows}

    def write(self, record: object) -> bytes:
        """Write a record of the table; ValueError for a member that its field cannot hold."""
        return self._of[type(record)].write(record)

    def read(self, octets: bytes) -> T | None:
        """Read the record that fills the octets; None for one that is not of the table.

        Raises DlmsError when it is malformed.
        """
        layout = self._at.get(octets[:2]) or self._at.get(octets[:1])
        if layout is None:
            return None
        source = Source(octets)
        record = layout.read(source)
        source.finish()
        return record


@dataclass(frozen=True, slots=True)
class Integer:
    """A number of `width` octets."""

    width: int
    signed: bool = False

    def read(self, source: Source) -> int:
        return source.signed(self.width) if self.signed else source.unsigned(self.width)

    def write(self, value: object) -> bytes:
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is no number")
        try:
            return value.to_bytes(self.width, "big", signed=self.signed)
        except OverflowError:
            raise ValueError(f"{value} does not fit {self.width} octets") from None


@dataclass(frozen=True, slots=True)
class Octets:
    """Octets of a fixed count, or with their length before them."""

    count: int | None = None

    def read(self, source: Source) -> bytes:
        return source.take(source.length() if self.count is None else self.count)

    def write(self, value: object) -> bytes:
        if not isinstance(value, bytes) or self.count not in (None, len(value)):
            raise ValueError(f"{value!r} is not {self.count or 'some'} octets")
        return value if self.count is not None else length_octets(len(value)) + value


@dataclass(frozen=True, slots=True)
class Code(Generic[EnumT]):
    """A member of an enumeration in one octet."""

    members: type[EnumT]

    def read(self, source: Source) -> EnumT:
        return read_code(self.members, source.octet())

    def write(self, value: object) -> bytes:
        if not isinstance(value, self.members):
            raise ValueError(f"{value!r} is no {self.members.__name__}")
        return bytes([value])


def read_code(members: type[EnumT], number: int) -> EnumT:
    """Return the member with that number; raises DlmsError."""
    try:
        return members(number)
    except ValueError:
        raise DlmsError(f"{members.__name__} {number}") from None


class DataKind:
    """A tagged value."""

    __slots__ = ()

    def read(self, source: Source) -> Data:
        return read_data(source)

    def write(self, value: object) -> bytes:
        if not isinstance(value, Data):
            raise ValueError(f"{value!r} is no Data")
        return value.to_bytes()


class ConformanceKind:
    """The conformance block with its BER header; bits that nobody has named are kept."""

    __slots__ = ()

    def read(self, source: Source) -> Conformance:
        header = source.take(len(_CONFORMANCE_HEADER))
        if header != _CONFORMANCE_HEADER:
            raise DlmsError(f"conformance block starts with {header.hex()}")
        return Conformance(source.unsigned(3))

    def write(self, value: object) -> bytes:
        if not isinstance(value, Conformance):
            raise ValueError(f"{value!r} is no Conformance")
        return _CONFORMANCE_HEADER + value.to_bytes(3, "big")


class Boolean:
    """A boolean of one octet; any but 00 is true."""

    __slots__ = ()

    def read(self, source: Source) -> bool:
        return source.octet() != 0

    def write(self, value: object) -> bytes:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is no boolean")
        return bytes([value])


class DefaultTrue:
    """A boolean that is left out (00) when true, else 01 and its octet."""

    __slots__ = ()

    def read(self, source: Source) -> bool:
        return not _is_present(source) or source.octet() != 0

    def write(self, value: object) -> bytes:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is no boolean")
        return b"\x00" if value else b"\x01\x00"


@dataclass(frozen=True, slots=True)
class Optional:
    """00 for None, or 01 and the field."""

    kind: Kind

    def read(self, source: Source) -> object:
        return self.kind.read(source) if _is_present(source) else None

    def write(self, value: object) -> bytes:
        return b"\x00" if value is None else b"\x01" + self.kind.write(value)


@dataclass(frozen=True, slots=True)
class Trailing:
    """A field that the APDU may end without; then None."""

    kind: Kind

    def read(self, source: Source) -> object:
        return self.kind.read(source) if source.left else None

    def write(self, value: object) -> bytes:
        return b"" if value is None else self.kind.write(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several forms, told apart by a first octet 00, 01, ... in the order given."""

    forms: tuple[tuple[type, Kind], ...]

    def read(self, source: Source) -> object:
        chosen = source.octet()
        if chosen >= len(self.forms):
            raise DlmsError(f"choice {chosen} of {len(self.forms)}")
        return self.forms[chosen][1].read(source)

    def write(self, value: object) -> bytes:
        for number, (holds, kind) in enumerate(self.forms):
            if isinstance(value, holds):
                return bytes([number]) + kind.write(value)
        raise ValueError(f"{value!r} is none of the forms")


@dataclass(frozen=True, slots=True)
class SequenceOf:
    """A count and so many of one field, as a tuple."""

    kind: Kind

    def read(self, source: Source) -> tuple[object, ...]:
        count = source.length()
        if count > source.left:
            raise DlmsError(f"{count} members in {source.left} octets")
        return tuple(self.kind.read(source) for _ in range(count))

    def write(self, value: object) -> bytes:
        if not isinstance(value, tuple):
            raise ValueError(f"{value!r} is no tuple")
        return length_octets(len(value)) + b"".join(self.kind.write(each) for each in value)


def _is_present(source: Source) -> bool:
    usage = source.octet()
    if usage > 1:
        raise DlmsError(f"usage flag {usage:02x}")
    return usage == 1


U8 = Integer(1)
U16 = Integer(2)
U32 = Integer(4)
I8 = Integer(1, signed=True)
DATA = DataKind()
