"""The lines of the object map: members of objects, and who may do what with them. link.md 4."""

from dataclasses import dataclass
from enum import Enum

from link.cosem.classes import InterfaceClass
from link.cosem.roles import NOBODY, Role
from link.cosem.schema import Schema
from link.cosem.values import CaptureObject
from link.terms import Unit


class RowKind(Enum):
    """What the number of a row counts."""

    ATTRIBUTE = "attribute"
    METHOD = "method"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An attribute or a method of an object.

    `schema` is the attribute's type or the method's parameter. `returns` is what a method gives
    back to a client whose own role is CIU; all others get no return data. `fixed` is the value of
    an attribute that the map itself knows, None where the meter has to be asked.
    A value counts 10^scaler of the unit. `selectors` are the ways to read a part of a buffer, whose
    rows have these `columns`.
    """

    key: str
    name: str
    logical_name: bytes
    class_id: int
    version: int
    index: int
    kind: RowKind
    schema: Schema
    returns: Schema | None = None
    unit: Unit = Unit.COUNT
    scaler: int = 0
    read: frozenset[Role] = NOBODY
    write: frozenset[Role] = NOBODY
    invoke: frozenset[Role] = NOBODY
    selectors: tuple[int, ...] = ()
    columns: tuple[CaptureObject, ...] = ()
    fixed: object = None


@dataclass(frozen=True, slots=True)
class CosemObject:
    """An object of the map: its class, its logical name, its rows by kind and number."""

    name: str
    of: InterfaceClass
    logical_name: bytes
    rows: tuple[Row, ...]

    @property
    def known_to(self) -> frozenset[Role]:
        """Return who may do anything at all with it, and so read its logical name."""
        return frozenset().union(*(row.read | row.write | row.invoke for row in self.rows))


def logical_name(text: str) -> bytes:
    """Return the 6 octets of a dotted logical name; ValueError for another form."""
    octets = bytes(int(part) for part in text.split("."))
    if len(octets) != 6:
        raise ValueError(f"logical name {text!r}")
    return octets


def dotted(octets: bytes) -> str:
    """Return a logical name as people write it."""
    return ".".join(str(octet) for octet in octets)
