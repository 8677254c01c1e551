"""Records <-> rows: a table's columns are the fields of its record, by name."""

import typing
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import cache
from typing import Protocol, TypeVar

from link.durable import Row, Value


class Record(Protocol):
    """A dataclass."""

    __dataclass_fields__: typing.ClassVar[dict[str, typing.Any]]


T = TypeVar("T", bound=Record)
T_co = TypeVar("T_co", bound=Record, covariant=True)

_READ: dict[object, Callable[[typing.Any], object]] = {
    bool: bool,
    date: date.fromisoformat,
}
"""How a field is read that SQLite has no type for; its tables are strict about the others."""


def read(shape: type[T], row: Row) -> T:
    """Return the record of a row, whose columns are its fields."""
    build: Callable[..., T] = shape
    return build(*(read(value) for read, value in zip(_readers(shape), row, strict=True)))


@cache
def _readers(shape: type[Record]) -> tuple[Callable[[typing.Any], object], ...]:
    hints = typing.get_type_hints(shape)
    return tuple(_READ.get(hints[field.name], _same) for field in fields(shape))


def _same(value: object) -> object:
    return value


def values(record: Record) -> dict[str, Value]:
    """Return a record's columns as SQLite takes them."""
    return {field.name: _written(getattr(record, field.name)) for field in fields(record)}


def _written(value: Value | date) -> Value:
    return value.isoformat() if isinstance(value, date) else value
