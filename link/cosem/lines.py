"""How the map is written: a line names a member of a class, the class gives number and type."""

from dataclasses import dataclass

from link.cosem.classes import InterfaceClass, Member
from link.cosem.roles import NOBODY, Role
from link.cosem.row import CosemObject, Row, RowKind, logical_name
from link.cosem.schema import Schema
from link.cosem.values import CaptureObject
from link.terms import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """A member of a class as one object has it."""

    member: str
    read: frozenset[Role] = NOBODY
    write: frozenset[Role] = NOBODY
    invoke: frozenset[Role] = NOBODY
    schema: Schema | None = None
    returns: Schema | None = None
    unit: Unit = Unit.COUNT
    scaler: int = 0
    selectors: tuple[int, ...] = ()
    columns: tuple[CaptureObject, ...] = ()
    fixed: object = None


def cosem_object(name: str, of: InterfaceClass, dotted: str, *lines: Line) -> CosemObject:
    """Return an object and its rows; ValueError for a line that has no type."""
    at = logical_name(dotted)
    rows = tuple(_row(name, of, at, line) for line in lines)
    return CosemObject(name, of, at, rows)


def _row(name: str, of: InterfaceClass, at: bytes, line: Line) -> Row:
    kind = RowKind.METHOD if line.invoke else RowKind.ATTRIBUTE
    member = _member(of.methods if line.invoke else of.attributes, line.member)
    schema = line.schema or member.schema
    if schema is None:
        raise ValueError(f"{name}.{line.member} has no type")
    return Row(
        key=f"{name}.{line.member}",
        name=line.member,
        logical_name=at,
        class_id=of.class_id,
        version=of.version,
        index=member.index,
        kind=kind,
        schema=schema,
        returns=line.returns,
        unit=line.unit,
        scaler=line.scaler,
        read=line.read,
        write=line.write,
        invoke=line.invoke,
        selectors=line.selectors,
        columns=line.columns,
        fixed=line.fixed,
    )


def _member(members: tuple[Member, ...], name: str) -> Member:
    return next(member for member in members if member.name == name)
