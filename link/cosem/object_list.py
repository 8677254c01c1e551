"""`object_list` of an association, made of the map and the rights. Source: link.md 4.

Invariant: nothing is listed that the role cannot read, write or invoke.
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


def object_list(role: Role, lacking: frozenset[str] = frozenset()) -> tuple[ListedObject, ...]:
    """Return what a client with the rights of that role can reach (see rights_of).

    `lacking` names objects that the device has not.
    """
    there = (each for each in OBJECTS if each.name not in lacking)
    return tuple(_listed(each, role) for each in there if role in each.known_to)


def _listed(each: CosemObject, role: Role) -> ListedObject:
    attributes = (_attribute(row, role) for row in each.rows if row.kind is RowKind.ATTRIBUTE)
    methods = (
        MethodAccess(row.index, MethodMode.ACCESS) for row in each.rows if role in row.invoke
    )
    reachable = tuple(access for access in attributes if access.mode)
    rights = AccessRights((_LOGICAL_NAME, *reachable), tuple(methods))
    return ListedObject(each.of.class_id, each.of.version, each.logical_name, rights)


def _attribute(row: Row, role: Role) -> AttributeAccess:
    mode = (role in row.read) * AttributeMode.READ | (role in row.write) * AttributeMode.WRITE
    return AttributeAccess(row.index, AttributeMode(mode), row.selectors)
