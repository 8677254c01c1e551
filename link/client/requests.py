"""What may be asked of a meter, as Python values, and what an answer to it means.

Source: IEC 62056-5-3 (GET, SET, ACTION normal). Invariant: reading any APDU as an answer ends in
one of the three kinds of Response, and a LASTING trouble means that nothing was carried out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias, assert_never

from link.cosem import WHOLE, LogSelection, Row, RowKind, Schema, TypeUnmatched, encode_selection
from link.dlms import (
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    AttributeRef,
    Data,
    DataAccessResult,
    ExceptionResponse,
    GetListRequest,
    GetListResponse,
    GetRequest,
    GetResponse,
    MethodRef,
    ServiceError,
    SetRequest,
    SetResponse,
    StateError,
)
from link.terms import LinkTrouble


@dataclass(frozen=True, slots=True)
class Get:
    """Read the row's attribute, or the part of it that is selected."""

    row: Row
    selection: LogSelection = WHOLE


@dataclass(frozen=True, slots=True)
class Set:
    """Write the row's attribute."""

    row: Row
    value: object


@dataclass(frozen=True, slots=True)
class Invoke:
    """Invoke the row's method; the value is not shown, for it may be a token."""

    row: Row
    value: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class GetMany:
    """Read several attributes by as few requests as the meter can take.

    Answered by a tuple of Result and Refusal, one for each in order.
    """

    gets: tuple[Get, ...]


Single: TypeAlias = Get | Set | Invoke
Request: TypeAlias = Single | GetMany


@dataclass(frozen=True, slots=True)
class Result:
    """The meter did what was asked."""

    value: object


@dataclass(frozen=True, slots=True)
class Refusal:
    """This ask has failed; the association goes on."""

    trouble: LinkTrouble
    detail: str


@dataclass(frozen=True, slots=True)
class ProtocolViolation:
    """The other side does not keep the protocol: the link must be closed."""

    trouble: LinkTrouble
    detail: str


Response: TypeAlias = Result | Refusal | ProtocolViolation


_REFUSALS = {
    "READ_WRITE_DENIED": LinkTrouble.REFUSED_ACCESS,
    "SCOPE_OF_ACCESS_VIOLATED": LinkTrouble.REFUSED_ACCESS,
    "OBJECT_UNDEFINED": LinkTrouble.NOT_OFFERED,
    "OBJECT_CLASS_INCONSISTENT": LinkTrouble.NOT_OFFERED,
    "OBJECT_UNAVAILABLE": LinkTrouble.NOT_OFFERED,
    "TYPE_UNMATCHED": LinkTrouble.NOT_OFFERED,
}
"""Lasting results, of access and of action alike; all others are temporary."""


Wire: TypeAlias = GetRequest | GetListRequest | SetRequest | ActionRequest
"""What a client says to ask."""


def to_apdu(request: Single, invoke: int) -> GetRequest | SetRequest | ActionRequest:
    """Write a request; `invoke` is the whole invoke-id-and-priority octet.

    ValueError for a value that the row's schema does not hold and for a row of the other kind.
    """
    row = request.row
    match request:
        case Get():
            return to_get(request, invoke)
        case Set(value=value):
            return SetRequest(invoke, _attribute(row), row.schema.encode(value))
        case Invoke(value=value):
            _require(row, RowKind.METHOD)
            method = MethodRef(row.class_id, row.logical_name, row.index)
            return ActionRequest(invoke, method, row.schema.encode(value))
        case _:
            assert_never(request)


def to_get(get: Get, invoke: int) -> GetRequest:
    """Write one read; ValueError as `to_apdu`."""
    return GetRequest(invoke, _attribute(get.row), encode_selection(get.selection))


def _attribute(row: Row) -> AttributeRef:
    _require(row, RowKind.ATTRIBUTE)
    return AttributeRef(row.class_id, row.logical_name, row.index)


def _require(row: Row, kind: RowKind) -> None:
    if row.kind is not kind:
        raise ValueError(f"{row.key} is no {kind.value}")


def read_response(request: Single, invoke: int, apdu: Apdu) -> Response:
    """Return what an APDU means as the answer to the request that had this invoke octet."""
    match (request, apdu):
        case (_, ExceptionResponse()):
            return _exception(apdu)
        case (Get(), GetResponse(invoke=found, result=result)) if found == invoke:
            return _value(request.row.schema, result)
        case (Set(), SetResponse(invoke=found, result=result)) if found == invoke:
            return _refusal(result) if result else Result(None)
        case (Invoke(), ActionResponse(invoke=found, result=result)) if found == invoke:
            return _refusal(result) if result else _returned(request.row, apdu)
        case (_, GetResponse(found) | SetResponse(found) | ActionResponse(found)):
            kind = type(apdu).__name__
            return ProtocolViolation(
                LinkTrouble.MALFORMED, f"{kind} {found:02x} to request {invoke:02x}"
            )
        case _:
            return ProtocolViolation(LinkTrouble.MALFORMED, f"{type(apdu).__name__} as an answer")


def read_list(
    gets: Sequence[Get], invoke: int, apdu: Apdu
) -> tuple[Result | Refusal, ...] | Refusal | ProtocolViolation:
    """Return what an APDU means as the answer to a list that had this invoke octet."""
    match apdu:
        case GetListResponse(found, results) if found == invoke and len(results) == len(gets):
            pairs = zip(gets, results, strict=True)
            return tuple(_value(get.row.schema, result) for get, result in pairs)
        case GetListResponse(found, results):
            was, wanted = f"{len(results)} results", f"{len(gets)} asked by {invoke:02x}"
            return ProtocolViolation(
                LinkTrouble.MALFORMED, f"{was} in answer to {found:02x}, {wanted}"
            )
        case GetResponse(found, DataAccessResult() as result) if found == invoke:
            return _refusal(result)
        case ExceptionResponse():
            return _exception(apdu)
        case _:
            return ProtocolViolation(
                LinkTrouble.MALFORMED, f"{type(apdu).__name__} as an answer to a list"
            )


def _value(schema: Schema, result: Data | DataAccessResult) -> Result | Refusal:
    """Read an attribute; of a type that the map does not know it is another thing to us."""
    if isinstance(result, DataAccessResult):
        return _refusal(result)
    return _decoded(schema, result, LinkTrouble.NOT_OFFERED)


def _decoded(schema: Schema, data: Data, otherwise: LinkTrouble) -> Result | Refusal:
    try:
        return Result(schema.decode(data))
    except TypeUnmatched as error:
        return Refusal(otherwise, str(error))


def _returned(row: Row, response: ActionResponse) -> Response:
    """Read return data. The method has run, so that nothing here may say that it has not."""
    match response.data:
        case Data() if row.returns is not None:
            return _decoded(row.returns, response.data, LinkTrouble.MALFORMED)
        case DataAccessResult():
            return Refusal(LinkTrouble.MALFORMED, f"no return data: {standard_name(response.data)}")
        case _:
            return Result(None)


def _refusal(result: DataAccessResult | ActionResult) -> Refusal:
    trouble = _REFUSALS.get(result.name, LinkTrouble.TEMPORARY)
    return Refusal(trouble, standard_name(result))


def _exception(apdu: ExceptionResponse) -> Refusal | ProtocolViolation:
    detail = f"exception {standard_name(apdu.state)}, {standard_name(apdu.service)}"
    if apdu.service is ServiceError.SERVICE_NOT_SUPPORTED:
        return Refusal(LinkTrouble.NOT_OFFERED, detail)
    if apdu.service is ServiceError.PDU_TOO_LONG:
        return Refusal(LinkTrouble.TEMPORARY, detail)  # of what we said, or of what it would say
    if apdu.state is StateError.SERVICE_NOT_ALLOWED:
        return ProtocolViolation(LinkTrouble.RESET, detail)
    return ProtocolViolation(LinkTrouble.MALFORMED, detail)


def standard_name(member: IntEnum) -> str:
    """Return a member's name as the standard writes it."""
    return member.name.lower().replace("_", "-")
