"""GET, SET and ACTION of several attributes or methods in one request. IEC 62056-5-3 (with-list).

The captures show no list; the forms are from memory of the standard, check against a second source.
Invariant: results stand in the order of the references, one for each.
"""

from dataclasses import dataclass
from typing import TypeAlias

from link.dlms.codes import ActionResult, DataAccessResult
from link.dlms.data import Data
from link.dlms.fields import DATA, Code, Kind, Layout, Layouts, Optional, SequenceOf
from link.dlms.services import (
    ATTRIBUTE,
    DATA_OR_RESULT,
    INVOKE,
    METHOD,
    SELECTED,
    AttributeRef,
    MethodRef,
    Selection,
)


class _Listed:
    """A record that its layout in LISTS writes."""

    __slots__ = ()

    def to_bytes(self) -> bytes:
        """Write the APDU; ValueError for a member that its field cannot hold."""
        return LISTS.write(self)


@dataclass(frozen=True, slots=True)
class Reference:
    """One attribute of a list, or the part of it that is selected."""

    attribute: AttributeRef
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class GetListRequest(_Listed):
    """get-request-with-list. `invoke` as in GetRequest."""

    invoke: int
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class GetListResponse(_Listed):
    """get-response-with-list."""

    invoke: int
    results: tuple[Data | DataAccessResult, ...]


@dataclass(frozen=True, slots=True)
class SetListRequest(_Listed):
    """set-request-with-list; `values` stand in the order of the references."""

    invoke: int
    references: tuple[Reference, ...]
    values: tuple[Data, ...]


@dataclass(frozen=True, slots=True)
class SetListResponse(_Listed):
    """set-response-with-list."""

    invoke: int
    results: tuple[DataAccessResult, ...]


@dataclass(frozen=True, slots=True)
class ActionListRequest(_Listed):
    """action-request-with-list; `parameters` stand in the order of the methods."""

    invoke: int
    methods: tuple[MethodRef, ...]
    parameters: tuple[Data, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one method of a list, and what it returned, or why that cannot be had."""

    result: ActionResult
    data: Data | DataAccessResult | None = None


@dataclass(frozen=True, slots=True)
class ActionListResponse(_Listed):
    """action-response-with-list."""

    invoke: int
    results: tuple[Done, ...]


ListService: TypeAlias = (
    GetListRequest
    | GetListResponse
    | SetListRequest
    | SetListResponse
    | ActionListRequest
    | ActionListResponse
)

REFERENCES: tuple[str, Kind] = (
    "references",
    SequenceOf(Layout(Reference, b"", (ATTRIBUTE, SELECTED))),
)
METHODS: tuple[str, Kind] = ("methods", SequenceOf(METHOD[1]))
_DONE = Layout(Done, b"", (("result", Code(ActionResult)), ("data", Optional(DATA_OR_RESULT))))

LISTS: Layouts[ListService] = Layouts(
    Layout(GetListRequest, b"\xc0\x03", (INVOKE, REFERENCES)),
    Layout(GetListResponse, b"\xc4\x03", (INVOKE, ("results", SequenceOf(DATA_OR_RESULT)))),
    Layout(SetListRequest, b"\xc1\x04", (INVOKE, REFERENCES, ("values", SequenceOf(DATA)))),
    Layout(
        SetListResponse,
        b"\xc5\x05",
        (INVOKE, ("results", SequenceOf(Code(DataAccessResult)))),
    ),
    Layout(
        ActionListRequest,
        b"\xc3\x03",
        (INVOKE, METHODS, ("parameters", SequenceOf(DATA))),
    ),
    Layout(ActionListResponse, b"\xc7\x03", (INVOKE, ("results", SequenceOf(_DONE)))),
)
"""Every service with a list that is built, by its first octets."""
