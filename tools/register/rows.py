"""Records <-> rows: a table's columns are the fields of its record, by name."""

import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Protocol, TypeVar

from link.durable import Database, Row, Value


class Record(Protocol):
    """A dataclass."""

    __dataclass_fields__: typing.ClassVar[dict[str, typing.Any]]


T = TypeVar("T", bound=Record)

_READ: dict[object, Callable[[typing.Any], object]] = {
    bool: bool,
    date: date.fromisoformat,
}
"""How a field is read that SQLite has no type for; its tables are strict about the others."""


def columns(shape: type[Record]) -> str:
    """Return the names of a record's columns, for a statement."""
    return ", ".join(field.name for field in fields(shape))


def read(shape: type[T], row: Row) -> T:
    """Return the record of a row that was selected by `columns`."""
    hints = typing.get_type_hints(shape)
    build: Callable[..., T] = shape
    return build(
        *(
            _READ.get(hints[field.name], _same)(value)
            for field, value in zip(fields(shape), row, strict=True)
        )
    )


def _same(value: object) -> object:
    return value


def values(record: Record) -> dict[str, Value]:
    """Return a record's columns as SQLite takes them."""
    return {field.name: _written(getattr(record, field.name)) for field in fields(record)}


def _written(value: Value | date) -> Value:
    return value.isoformat() if isinstance(value, date) else value


def insert(
    database: Database, table: str, record: Record, more: Mapping[str, Value] | None = None
) -> None:
    """Enter a record into a table."""
    row = values(record) | dict(more or {})
    marks = ", ".join("?" * len(row))
    database.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
    )
