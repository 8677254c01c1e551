"""Selective access to the buffers of profiles: the token transfer log, days and months.

Source: IEC 62056-6-2 (class 7), link.md 4. By range: range_descriptor restricted on the time of the
clock, from and to a date-time each, or on the token digest (member 2 of 0.0.96.50.2.255 attribute
2), from and to the same one. By entry: entry_descriptor. Both select columns too. Other ranges are
refused. Clients that take `sort_object` for what a range is restricted on name no object, since the
profiles are not sorted: that is the time, too [M].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from link.cosem.composite import Array, Structure
from link.cosem.date_time import GREATEST_S, date_time_span
from link.cosem.schema import DATE_TIME, U16, U32, TypeUnmatched, held
from link.cosem.structures import CAPTURE_OBJECT
from link.cosem.texts import Octets
from link.cosem.values import CaptureObject
from link.dlms import Data, Selection, Tag

RANGE_SELECTOR = 1
ENTRY_SELECTOR = 2

MOST_COLUMNS = 16
"""Columns that a request may name (ours)."""

CLOCK_COLUMN = CaptureObject(8, bytes((0, 0, 1, 0, 0, 255)), 2, 0)
"""The time at which a row was captured: what ranges are restricted on."""

NO_COLUMN = CaptureObject(0, bytes(6), 0, 0)
"""Sort object of a profile that is not sorted by a column [mem]."""

STATUS_COLUMN = CaptureObject(115, bytes((0, 0, 19, 40, 0, 255)), 6, 0)
"""The token status of a row of the token log."""

OUTCOME_COLUMN = CaptureObject(1, bytes((0, 0, 96, 50, 2, 255)), 2, 0)
"""The whole last token result (ours)."""

DIGEST_COLUMN = CaptureObject(1, bytes((0, 0, 96, 50, 2, 255)), 2, 2)
"""The token digest inside it, the second member."""

AMOUNT_COLUMN = CaptureObject(1, bytes((0, 0, 96, 50, 2, 255)), 2, 12)
"""The amount inside it, the twelfth member."""


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


@dataclass(frozen=True, slots=True)
class ByTime:
    """The entries captured from a UTC second to another, both included."""

    first: int
    last: int


LogSelection: TypeAlias = Whole | ByEntry | ByDigest | ByTime
"""Which rows."""

WHOLE = Whole()


@dataclass(frozen=True, slots=True)
class Selected:
    """What a GET asks for: which rows, and the places of the columns, from 0; empty for all."""

    rows: LogSelection
    columns: tuple[int, ...] = ()


ALL = Selected(WHOLE)


@dataclass(frozen=True, slots=True)
class _EntryDescriptor:
    first: int
    last: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class _RangeDescriptor:
    column: CaptureObject
    first: Data
    last: Data
    columns: tuple[CaptureObject, ...]


@dataclass(frozen=True, slots=True)
class _Any:
    """Data of any type."""

    def encode(self, value: object) -> Data:
        if not isinstance(value, Data):
            raise ValueError(f"{value!r} is no data")
        return value

    def decode(self, data: Data) -> Data:
        return data

    def least(self) -> Data:
        return Data(Tag.NULL, None)

    greatest = least


_ENTRY = Structure(_EntryDescriptor, first=U32, last=U32, first_column=U16, last_column=U16)
_DIGEST = Octets(8, 8)
_RANGE = Structure(
    _RangeDescriptor,
    column=CAPTURE_OBJECT,
    first=_Any(),
    last=_Any(),
    columns=Array(CAPTURE_OBJECT, MOST_COLUMNS),
)


def encode_selection(chosen: LogSelection) -> Selection | None:
    """Return what goes into a GET; ValueError for entries, a digest or a time out of range.

    Of an entry by digest the private column alone is asked for, which holds all of it.
    """
    match chosen:
        case Whole():
            return None
        case ByEntry(first, last):
            return Selection(ENTRY_SELECTOR, _ENTRY.encode(_EntryDescriptor(first, last, 1, 0)))
        case ByDigest(digest):
            octets = _DIGEST.encode(digest)
            return _range(DIGEST_COLUMN, octets, octets, (OUTCOME_COLUMN,))
        case ByTime(first, last):
            return _range(CLOCK_COLUMN, DATE_TIME.encode(first), DATE_TIME.encode(last))
        case _:
            assert_never(chosen)


def _range(
    column: CaptureObject, first: Data, last: Data, columns: tuple[CaptureObject, ...] = ()
) -> Selection:
    descriptor = _RangeDescriptor(column, first, last, columns)
    return Selection(RANGE_SELECTOR, _RANGE.encode(descriptor))


def decode_selection(selection: Selection | None, columns: Sequence[CaptureObject]) -> Selected:
    """Return what a GET of a buffer with these columns asks for.

    Raises TypeUnmatched for what such a buffer cannot select.
    """
    if selection is None:
        return ALL
    if selection.selector == ENTRY_SELECTOR:
        return _entries(_ENTRY.decode(selection.parameters), len(columns))
    if selection.selector == RANGE_SELECTOR:
        return _in_range(_RANGE.decode(selection.parameters), columns)
    raise TypeUnmatched(f"selector {selection.selector}")


def _entries(asked: object, columns: int) -> Selected:
    match asked:
        case _EntryDescriptor(first, last, from_column, to_column) if first >= 1:
            begin, end = max(from_column, 1), to_column or columns
            if begin <= end <= columns:
                places = tuple(range(begin - 1, end))
                return Selected(ByEntry(first, last), places if len(places) < columns else ())
    raise TypeUnmatched(f"no such entries or columns: {asked}")


def _in_range(asked: object, columns: Sequence[CaptureObject]) -> Selected:
    match asked:
        case _RangeDescriptor(named, first, last, chosen):
            column = CLOCK_COLUMN if _is_none(named) else named
            if column in columns:
                return Selected(_rows(column, first, last), _places(chosen, columns))
    raise TypeUnmatched(f"no such range: {asked}")


def _is_none(column: CaptureObject) -> bool:
    """Return whether a column is that of no object, whatever attribute it names."""
    names = (column.class_id, column.logical_name)
    return names == (NO_COLUMN.class_id, NO_COLUMN.logical_name)


def _rows(column: CaptureObject, first: Data, last: Data) -> LogSelection:
    if column == CLOCK_COLUMN:
        return ByTime(_span(first)[0], _span(last)[1])
    if column == DIGEST_COLUMN and first == last:
        return ByDigest(bytes(_DIGEST.decode(first)))
    raise TypeUnmatched(f"no range of {column}")


def _span(bound: Data) -> tuple[int, int]:
    """Return the first and the last UTC second of a bound; null-data leave the range open."""
    if bound.tag is Tag.NULL:
        return 0, GREATEST_S
    try:
        return date_time_span(held(bound, bytes, Tag.OCTET_STRING, Tag.DATE_TIME))
    except ValueError as error:
        raise TypeUnmatched(f"date-time with {error}") from None


def _places(chosen: Sequence[CaptureObject], columns: Sequence[CaptureObject]) -> tuple[int, ...]:
    if not set(chosen) <= set(columns):
        raise TypeUnmatched(f"no such columns: {chosen}")
    return tuple(place for place, column in enumerate(columns) if column in chosen)
