"""`object_list` of an association, made of the classes, the map and the rights. Source: link.md 4.

Invariant: of every object that the role can reach at all, every attribute and every method of its
class is listed with its right, "no access" where the role has none: what a client does not find, it
takes for whatever it likes.
"""

from link.cosem.listed import (
    AccessRights,
    AttributeAccess,
    AttributeMode,
    ListedObject,
    MethodAccess,
    MethodMode,
)
from link.cosem.objects import OBJECTS
from link.cosem.roles import Role
from link.cosem.row import CosemObject, Row, RowKind

_LOGICAL_NAME = AttributeAccess(1, AttributeMode.READ, ())


def object_list(
    role: Role, lacking: frozenset[str] = frozenset(), silent: frozenset[str] = frozenset()
) -> tuple[ListedObject, ...]:
    """Return what a client with the rights of that role can reach (see rights_of).

    `lacking` names objects that the device has not, `silent` the keys of rows that have no value on
    this medium.
    """
    there = (each for each in OBJECTS if each.name not in lacking)
    return tuple(_listed(each, role, silent) for each in there if role in each.known_to)


def _listed(each: CosemObject, role: Role, silent: frozenset[str]) -> ListedObject:
    rows = {(row.kind, row.index): row for row in each.rows if row.key not in silent}
    attributes = (
        _attribute(member.index, rows.get((RowKind.ATTRIBUTE, member.index)), role)
        for member in each.of.attributes
    )
    methods = (
        _method(member.index, rows.get((RowKind.METHOD, member.index)), role)
        for member in each.of.methods
    )
    rights = AccessRights((_LOGICAL_NAME, *attributes), tuple(methods))
    return ListedObject(each.of.class_id, each.of.version, each.logical_name, rights)


def _attribute(index: int, row: Row | None, role: Role) -> AttributeAccess:
    if row is None:
        return AttributeAccess(index, AttributeMode.NO_ACCESS, ())
    mode = (role in row.read) * AttributeMode.READ | (role in row.write) * AttributeMode.WRITE
    return AttributeAccess(index, AttributeMode(mode), row.selectors if role in row.read else ())


def _method(index: int, row: Row | None, role: Role) -> MethodAccess:
    granted = row is not None and role in row.invoke
    return MethodAccess(index, MethodMode.ACCESS if granted else MethodMode.NO_ACCESS)
