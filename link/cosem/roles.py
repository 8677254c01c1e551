"""Who a client is, by its SAP, and whose rights it has. Source: link.md 5 (SAPs are ours)."""

from enum import Enum

from link.terms import EntrySource

PUBLIC_SAP = 16
MANAGEMENT_SAP = 1
PAIRING_SAP = 104
FIRST_SLOT_SAP = 96
SLOTS = 8


class Role(Enum):
    """A kind of client; the object map grants rights to roles."""

    PUBLIC = "public"
    CIU = "ciu"
    PAIRING = "pairing"
    MANAGEMENT = "management"


EVERYBODY = frozenset(Role)
CUSTOMER = frozenset({Role.CIU, Role.MANAGEMENT})
"""Who may see what a customer sees, and enter tokens."""

NOBODY: frozenset[Role] = frozenset()

_ROLES = {PUBLIC_SAP: Role.PUBLIC, MANAGEMENT_SAP: Role.MANAGEMENT, PAIRING_SAP: Role.PAIRING} | {
    FIRST_SLOT_SAP + slot: Role.CIU for slot in range(SLOTS)
}

_SOURCES = {PUBLIC_SAP: EntrySource.PUBLIC, MANAGEMENT_SAP: EntrySource.MANAGEMENT} | {
    FIRST_SLOT_SAP + slot: EntrySource(EntrySource.SLOT_0 + slot) for slot in range(SLOTS)
}


def role_of(sap: int) -> Role | None:
    """Return the role of a client SAP; None for one that nobody has."""
    return _ROLES.get(sap)


def rights_of(role: Role, *, lab: bool) -> Role:
    """Return the role whose rights count: in lab mode the public client has the CIU's."""
    return Role.CIU if lab and role is Role.PUBLIC else role


def entry_source(sap: int) -> EntrySource | None:
    """Return the path that tokens of a client SAP come by; None where no token may come from."""
    return _SOURCES.get(sap)
