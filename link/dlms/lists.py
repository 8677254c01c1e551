"""GET of several attributes in one request. IEC 62056-5-3 (get-request-with-list).

The captures show no list; its form is from memory of the standard, check against a second source.
Invariant: results stand in the order of the references, one for each.
"""

from dataclasses import dataclass
from typing import TypeAlias

from link.dlms.codes import DataAccessResult
from link.dlms.data import Data
from link.dlms.fields import Layout, Layouts, SequenceOf
from link.dlms.services import (
    ATTRIBUTE,
    DATA_OR_RESULT,
    INVOKE,
    SELECTED,
    AttributeRef,
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


ListService: TypeAlias = GetListRequest | GetListResponse

LISTS: Layouts[ListService] = Layouts(
    Layout(
        GetListRequest,
        b"\xc0\x03",
        (INVOKE, ("references", SequenceOf(Layout(Reference, b"", (ATTRIBUTE, SELECTED))))),
    ),
    Layout(GetListResponse, b"\xc4\x03", (INVOKE, ("results", SequenceOf(DATA_OR_RESULT)))),
)
"""Every service with a list that is built, by its first octets."""
