"""What a reference on the wire means, and the attributes that the server itself knows. link.md 4.

Invariant: every reference ends in a row that the client may use so, or in the result that says why
not; an own attribute is answered without asking the application.
"""

from collections.abc import Callable
from dataclasses import dataclass

from link.cosem import CosemObject, Role, Row, RowKind, object_list, object_named, row_at
from link.cosem.values import AssociationStatus, CommSpeed, Partners, SapName, XdlmsContext
from link.dlms import DataAccessResult
from link.dlms.codes import DLMS_VERSION
from link.server.association import MAX_RECEIVE, Association
from link.server.events import Client, Operation

LOGICAL_NAME = 1
"""Number of the attribute that every object has."""

_LN_CONTEXT = bytes.fromhex("60857405080101")
_LOWEST_MECHANISM = bytes.fromhex("60857405080200")
_QUALITY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HdlcSetup:
    """How the session speaks on its medium; class 23."""

    baudrate: int | None
    """Bits a second; None where octets take no time."""
    window: int
    info_octets: int
    inter_octet_s: float
    inactivity_s: float
    physical_address: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What the server's own attributes depend on."""

    device: SapName
    """The logical device that the client speaks to."""
    client: Client
    hdlc: HdlcSetup
    rights: Role
    """The role whose rights the client has (see rights_of)."""
    association: Association
    lacking: frozenset[str] = frozenset()
    """Names of objects of the map that this device has not."""
    silent: frozenset[str] = frozenset()
    """Keys of rows that have no value on this medium (see silent_on), and so no access."""


def silent_on(hdlc: HdlcSetup) -> frozenset[str]:
    """Return the keys of rows that have no value on a medium.

    One without a bit rate, or with a bit rate that the class does not know, cannot name it.
    """
    known = _speed_name(hdlc) in CommSpeed.__members__
    return frozenset() if known else frozenset({"hdlc_setup.comm_speed"})


def _speed_name(hdlc: HdlcSetup) -> str:
    return f"B{hdlc.baudrate}"


_OWN: dict[str, Callable[[Situation], object]] = {
    "association.object_list": lambda now: object_list(now.rights, now.lacking, now.silent),
    "association.associated_partners_id": lambda now: Partners(now.client.sap, now.device.sap),
    "association.application_context_name": lambda _: _LN_CONTEXT,
    "association.xdlms_context_info": lambda now: XdlmsContext(
        now.association.conformance,
        MAX_RECEIVE,
        now.association.max_send,
        DLMS_VERSION,
        _QUALITY,
        b"",
    ),
    "association.authentication_mechanism_name": lambda _: _LOWEST_MECHANISM,
    "association.association_status": lambda _: AssociationStatus.ASSOCIATED,
    "sap_assignment.sap_assignment_list": lambda now: (now.device,),
    "logical_device_name.value": lambda now: now.device.name,
    "hdlc_setup.comm_speed": lambda now: CommSpeed[_speed_name(now.hdlc)],
    "hdlc_setup.window_size_transmit": lambda now: now.hdlc.window,
    "hdlc_setup.window_size_receive": lambda now: now.hdlc.window,
    "hdlc_setup.max_info_field_length_transmit": lambda now: now.hdlc.info_octets,
    "hdlc_setup.max_info_field_length_receive": lambda now: now.hdlc.info_octets,
    "hdlc_setup.inter_octet_time_out": lambda now: round(now.hdlc.inter_octet_s * 1000),
    "hdlc_setup.inactivity_time_out": lambda now: round(now.hdlc.inactivity_s),
    "hdlc_setup.device_address": lambda now: now.hdlc.physical_address,
}

SERVER_KNOWS: frozenset[str] = frozenset(_OWN)
"""Keys of rows for which the application is never asked, beside those with a fixed value."""


def find(
    class_id: int, name: bytes, kind: RowKind, index: int, lacking: frozenset[str]
) -> Row | DataAccessResult:
    """Return the row that a reference means, or why there is none.

    What the class has and the object does not offer to anybody is denied, not undefined.
    """
    there = _object(name, lacking)
    if there is None:
        return DataAccessResult.OBJECT_UNDEFINED
    found = row_at(class_id, name, kind, index)
    if found is not None:
        return found
    if there.of.class_id != class_id:
        return DataAccessResult.OBJECT_CLASS_INCONSISTENT
    of_class = there.of.methods if kind is RowKind.METHOD else there.of.attributes
    is_name = kind is RowKind.ATTRIBUTE and index == LOGICAL_NAME
    if is_name or any(member.index == index for member in of_class):
        return DataAccessResult.READ_WRITE_DENIED
    return DataAccessResult.OBJECT_UNDEFINED


def _object(name: bytes, lacking: frozenset[str]) -> CosemObject | None:
    there = object_named(name)
    return None if there is None or there.name in lacking else there


def logical_name_of(
    class_id: int, name: bytes, rights: Role, lacking: frozenset[str]
) -> bytes | DataAccessResult:
    """Answer a read of attribute 1."""
    there = _object(name, lacking)
    if there is None:
        return DataAccessResult.OBJECT_UNDEFINED
    if there.of.class_id != class_id:
        return DataAccessResult.OBJECT_CLASS_INCONSISTENT
    return there.logical_name if rights in there.known_to else DataAccessResult.READ_WRITE_DENIED


def allows(wanted: Row, operation: Operation, situation: Situation) -> bool:
    """Return whether a client may do this with a row, by its rights and on its medium."""
    rights = situation.rights
    if wanted.key in situation.silent:
        return False
    match operation:
        case Operation.READ:
            return rights in wanted.read
        case Operation.WRITE:
            return rights in wanted.write
        case Operation.INVOKE:
            return rights in wanted.invoke


def is_own(wanted: Row) -> bool:
    """Return whether the server itself can answer a read of this row."""
    return wanted.fixed is not None or wanted.key in _OWN


def own_value(wanted: Row, situation: Situation) -> object:
    """Return the value of a row that is_own."""
    return wanted.fixed if wanted.fixed is not None else _OWN[wanted.key](situation)
