"""Selective access to the token transfer log and to billing profiles. Source: IEC 62056-6-2
(class 7), link.md 4.

By entry: entry_descriptor, of all columns. By token digest: range_descriptor restricted on member
2 of 0.0.96.50.2.255 attribute 2, from and to the same digest. Other ranges are refused.
"""

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from link.cosem.composite import Array, Structure
from link.cosem.schema import U16, U32, TypeUnmatched
from link.cosem.structures import CAPTURE_OBJECT
from link.cosem.texts import Octets
from link.cosem.values import CaptureObject
from link.dlms import Selection

RANGE_SELECTOR = 1
ENTRY_SELECTOR = 2

OUTCOME_COLUMN = CaptureObject(1, bytes((0, 0, 96, 50, 2, 255)), 2, 0)
"""What the log captures: the whole last token result."""

DIGEST_COLUMN = CaptureObject(1, bytes((0, 0, 96, 50, 2, 255)), 2, 2)
"""The token digest inside it, the second member."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All of an attribute."""


@dataclass(frozen=True, slots=True)
class ByEntry:
    """Entries `first` to `last`, counted from 1, the oldest; `last` 0 means to the newest."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ByDigest:
    """The entries of one token, named by its digest (link.terms.token_digest)."""

    digest: bytes


LogSelection: TypeAlias = Whole | ByEntry | ByDigest

WHOLE = Whole()


@dataclass(frozen=True, slots=True)
class _EntryDescriptor:
    first: int
    last: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class _RangeDescriptor:
    column: CaptureObject
    first: bytes
    last: bytes
    columns: tuple[CaptureObject, ...]


_ENTRY = Structure(_EntryDescriptor, first=U32, last=U32, first_column=U16, last_column=U16)
_DIGEST = Octets(8, 8)
_RANGE = Structure(
    _RangeDescriptor,
    column=CAPTURE_OBJECT,
    first=_DIGEST,
    last=_DIGEST,
    columns=Array(CAPTURE_OBJECT, 1),
)


def encode_selection(chosen: LogSelection) -> Selection | None:
    """Return what goes into a GET; ValueError for entries or a digest out of range."""
    match chosen:
        case Whole():
            return None
        case ByEntry(first, last):
            return Selection(ENTRY_SELECTOR, _ENTRY.encode(_EntryDescriptor(first, last, 1, 0)))
        case ByDigest(digest):
            one = _RangeDescriptor(DIGEST_COLUMN, digest, digest, ())
            return Selection(RANGE_SELECTOR, _RANGE.encode(one))
        case _:
            assert_never(chosen)


def decode_selection(selection: Selection | None, columns: int = 1) -> LogSelection:
    """Return what a GET asks for; raises TypeUnmatched for what a log cannot select."""
    if selection is None:
        return WHOLE
    if selection.selector == ENTRY_SELECTOR:
        return _entries(_ENTRY.decode(selection.parameters), columns)
    if selection.selector == RANGE_SELECTOR:
        return _digest(_RANGE.decode(selection.parameters))
    raise TypeUnmatched(f"selector {selection.selector}")


def _entries(asked: object, columns: int) -> ByEntry:
    match asked:
        case _EntryDescriptor(first, last, 0 | 1, until) if first >= 1 and until in (0, columns):
            return ByEntry(first, last)
    raise TypeUnmatched(f"no such entries or columns: {asked}")


def _digest(asked: object) -> ByDigest:
    match asked:
        case _RangeDescriptor(column, first, last, columns) if (
            column == DIGEST_COLUMN and first == last and set(columns) <= {OUTCOME_COLUMN}
        ):
            return ByDigest(first)
    raise TypeUnmatched(f"no such range: {asked}")
