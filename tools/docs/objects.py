"""The object map in words: every object, its attributes and methods, and who may do what."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import IntEnum, IntFlag

from link.cosem import OBJECT_MAP, OBJECTS, Role, Row, RowKind, Schema, dotted
from link.cosem.roles import FIRST_SLOT_SAP, MANAGEMENT_SAP, PAIRING_SAP, PUBLIC_SAP, SLOTS
from link.dlms import Data
from link.terms import Unit

ROLES = {
    Role.PUBLIC: f"public (SAP {PUBLIC_SAP})",
    Role.CIU: f"CIU (SAP {FIRST_SLOT_SAP}-{FIRST_SLOT_SAP + SLOTS - 1})",
    Role.PAIRING: f"pairing (SAP {PAIRING_SAP})",
    Role.MANAGEMENT: f"management (SAP {MANAGEMENT_SAP})",
}
"""Who asks, as the pages say it."""


def page() -> str:
    """Tabulate the object map: what a client may ask a meter for."""
    lines = [
        "# The objects of the meter",
        "",
        "Made by `make docs` from the rows of `link/cosem`. With `lab = true` the public client"
        " may do what a CIU may; pairing and management need ciphering, which is not built yet.",
        "",
        "![The objects of the meter by class](pictures/objects.svg)",
    ]
    for each in OBJECTS:
        title = f"{each.name.replace('_', ' ')}: {each.of.title}"
        lines += ["", f"## {dotted(each.logical_name)} {title}", ""]
        lines += [f"Class {each.of.class_id}, version {each.of.version}.", ""]
        lines += ["| number | name | type | unit | who may |", "|---|---|---|---|---|"]
        lines += [_line(row) for row in each.rows]
    return "\n".join([*lines, "", "## Enumerations and flags", "", *_enumerations()])


def _enumerations() -> list[str]:
    """List the members of every enumeration that a row carries, by its name."""
    schemas = [schema for row in OBJECT_MAP for schema in (row.schema, row.returns) if schema]
    found = {each for schema in schemas for each in _enumerations_of(schema.greatest())}
    return [
        f"- {each.__name__}: {', '.join(f'{int(m)} {m.name}' for m in each)}"
        for each in sorted(found, key=lambda each: each.__name__)
    ]


def _enumerations_of(value: object) -> Iterator[type[IntEnum] | type[IntFlag]]:
    match value:
        case IntEnum() | IntFlag():
            yield type(value)
        case tuple():
            yield from (each for member in value[:1] for each in _enumerations_of(member))
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _enumerations_of(getattr(value, field.name))


def _line(row: Row) -> str:
    number = f"method {row.index}" if row.kind is RowKind.METHOD else str(row.index)
    kind = type_name(row.schema)
    if row.returns is not None:
        kind += f", returns to a CIU: {type_name(row.returns)}"
    rights = {"read": row.read, "write": row.write, "invoke": row.invoke}
    may = "; ".join(f"{verb}: {_who(roles)}" for verb, roles in rights.items() if roles)
    return f"| {number} | {row.name} | {kind} | {_unit(row)} | {may} |"


def _unit(row: Row) -> str:
    """Name what a value counts: 10^scaler of the unit."""
    unit = "" if row.unit is Unit.COUNT else row.unit.name.lower().replace("_", " ")
    return f"10^{row.scaler} {unit}".rstrip() if row.scaler else unit


def _who(roles: frozenset[Role]) -> str:
    if roles == frozenset(Role):
        return "everybody"
    return ", ".join(name for role, name in ROLES.items() if role in roles)


def type_name(schema: Schema) -> str:
    """Name the type of a row as a client sees it, enumerations by their name."""
    value = schema.greatest()
    return _type_of(value, schema.encode(value))


def _type_of(value: object, data: Data) -> str:
    tag = data.tag.name.lower().replace("_", "-")
    inside = data.value if isinstance(data.value, tuple) else ()
    match value:
        case tuple() if inside:
            return f"array of {_type_of(value[0], inside[0])}"
        case IntEnum() | IntFlag():
            return f"{tag} {type(value).__name__}"
        case _ if is_dataclass(value) and len(fields(value)) == len(inside):
            names = [field.name for field in fields(value)]
            parts = (
                f"{name} {_type_of(getattr(value, name), member)}"
                for name, member in zip(names, inside, strict=True)
            )
            return f"{{{'; '.join(parts)}}}"
        case _ if len(inside) == 1:
            return f"{{{_type_of(value, inside[0])}}}"
        case _:
            return tag
