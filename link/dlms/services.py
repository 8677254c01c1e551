"""xDLMS APDUs as rows of fields: GET, SET, ACTION (normal), errors, Initiate. IEC 62056-5-3.

Invariant: `read` of what `to_bytes` wrote is the same record. Forms that are not built are kept
whole as Unbuilt.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from link.dlms.codes import (
    DLMS_VERSION,
    VAA_NAME_LN,
    ActionResult,
    ConfirmedService,
    Conformance,
    DataAccessResult,
    DlmsError,
    ErrorCategory,
    ServiceError,
    StateError,
)
from link.dlms.data import Data
from link.dlms.fields import (
    DATA,
    I8,
    U8,
    U16,
    U32,
    Choice,
    Code,
    ConformanceKind,
    DefaultTrue,
    Fields,
    Kind,
    Layout,
    Layouts,
    Octets,
    Optional,
    Trailing,
)
from link.dlms.unbuilt import Unbuilt


class Described:
    """A record that its layout in SERVICES writes."""

    __slots__ = ()

    def to_bytes(self) -> bytes:
        """Write the APDU; ValueError for a member that its field cannot hold."""
        return SERVICES.write(self)


@dataclass(frozen=True, slots=True)
class AttributeRef:
    """An attribute: class, logical name (6 octets), number (0 for all, negative the maker's)."""

    class_id: int
    logical_name: bytes
    index: int


@dataclass(frozen=True, slots=True)
class MethodRef:
    """A method: class, logical name (6 octets), number."""

    class_id: int
    logical_name: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Selective access: which selector, and its parameters."""

    selector: int
    parameters: Data


@dataclass(frozen=True, slots=True)
class GetRequest(Described):
    """get-request-normal. `invoke` is the whole invoke-id-and-priority octet, answered as it is."""

    invoke: int
    attribute: AttributeRef
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class GetResponse(Described):
    """get-response-normal."""

    invoke: int
    result: Data | DataAccessResult


@dataclass(frozen=True, slots=True)
class SetRequest(Described):
    """set-request-normal."""

    invoke: int
    attribute: AttributeRef
    value: Data
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class SetResponse(Described):
    """set-response-normal."""

    invoke: int
    result: DataAccessResult


@dataclass(frozen=True, slots=True)
class ActionRequest(Described):
    """action-request-normal."""

    invoke: int
    method: MethodRef
    parameter: Data | None = None


@dataclass(frozen=True, slots=True)
class ActionResponse(Described):
    """action-response-normal; `data` is what the method returned, or why that cannot be had."""

    invoke: int
    result: ActionResult
    data: Data | DataAccessResult | None = None


@dataclass(frozen=True, slots=True)
class ExceptionResponse(Described):
    """exception-response to an APDU that no service answers.

    `counter` goes with INVOCATION_COUNTER_ERROR: the last one accepted.
    """

    state: StateError
    service: ServiceError
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class ConfirmedServiceError(Described):
    """confirmed-service-error; the values of INITIATE are InitiateError."""

    service: ConfirmedService
    category: ErrorCategory
    value: int


@dataclass(frozen=True, slots=True)
class InitiateRequest(Described):
    """What a client proposes inside an AARQ. `max_receive` counts octets of an APDU, 0 no bound."""

    conformance: Conformance
    max_receive: int
    dedicated_key: bytes | None = field(default=None, repr=False)
    response_allowed: bool = True
    quality: int | None = None
    version: int = DLMS_VERSION


@dataclass(frozen=True, slots=True)
class InitiateResponse(Described):
    """What a server grants inside an AARE. `max_receive` counts octets of an APDU."""

    conformance: Conformance
    max_receive: int
    quality: int | None = None
    version: int = DLMS_VERSION
    vaa_name: int = VAA_NAME_LN


Service: TypeAlias = (
    GetRequest
    | GetResponse
    | SetRequest
    | SetResponse
    | ActionRequest
    | ActionResponse
    | ExceptionResponse
    | ConfirmedServiceError
    | InitiateRequest
    | InitiateResponse
)

_REFERENCE: Fields = (("class_id", U16), ("logical_name", Octets(6)), ("index", I8))
_SELECTION: Fields = (("selector", U8), ("parameters", DATA))
INVOKE: tuple[str, Kind] = ("invoke", U8)
ATTRIBUTE: tuple[str, Kind] = ("attribute", Layout(AttributeRef, b"", _REFERENCE))
METHOD: tuple[str, Kind] = ("method", Layout(MethodRef, b"", _REFERENCE))
SELECTED: tuple[str, Kind] = ("selection", Optional(Layout(Selection, b"", _SELECTION)))
DATA_OR_RESULT = Choice(((Data, DATA), (DataAccessResult, Code(DataAccessResult))))
_CONFORMANCE: tuple[str, Kind] = ("conformance", ConformanceKind())

SERVICES: Layouts[Service] = Layouts(
    Layout(GetRequest, b"\xc0\x01", (INVOKE, ATTRIBUTE, SELECTED)),
    Layout(GetResponse, b"\xc4\x01", (INVOKE, ("result", DATA_OR_RESULT))),
    Layout(SetRequest, b"\xc1\x01", (INVOKE, ATTRIBUTE, SELECTED, ("value", DATA))),
    Layout(SetResponse, b"\xc5\x01", (INVOKE, ("result", Code(DataAccessResult)))),
    Layout(ActionRequest, b"\xc3\x01", (INVOKE, METHOD, ("parameter", Optional(DATA)))),
    Layout(
        ActionResponse,
        b"\xc7\x01",
        (INVOKE, ("result", Code(ActionResult)), ("data", Optional(DATA_OR_RESULT))),
    ),
    Layout(
        ExceptionResponse,
        b"\xd8",
        (("state", Code(StateError)), ("service", Code(ServiceError)), ("counter", Trailing(U32))),
    ),
    Layout(
        ConfirmedServiceError,
        b"\x0e",
        (("service", Code(ConfirmedService)), ("category", Code(ErrorCategory)), ("value", U8)),
    ),
    Layout(
        InitiateRequest,
        b"\x01",
        (
            ("dedicated_key", Optional(Octets())),
            ("response_allowed", DefaultTrue()),
            ("quality", Optional(U8)),
            ("version", U8),
            _CONFORMANCE,
            ("max_receive", U16),
        ),
    ),
    Layout(
        InitiateResponse,
        b"\x08",
        (
            ("quality", Optional(U8)),
            ("version", U8),
            _CONFORMANCE,
            ("max_receive", U16),
            ("vaa_name", U16),
        ),
    ),
)
"""Every service in its normal form, by its first octets."""


def read_service(octets: bytes) -> Service | Unbuilt:
    """Read one xDLMS APDU of this file; raises DlmsError when it is malformed or empty."""
    if not octets:
        raise DlmsError("empty apdu")
    return SERVICES.read(octets) or Unbuilt.from_bytes(octets)
