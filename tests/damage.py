"""Damage to a store, by another hand than the program's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

Value = str | bytes | int | float | None


def change(path: Path, sql: str, *parameters: Value) -> None:
    """Change a store behind its back."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(sql, parameters)


def fields_of(path: Path) -> Iterator[tuple[str, int, str, Value]]:
    """Yield table, row, column and value of all that stands in a store."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            found = database.execute(f"SELECT rowid, * FROM {table}")
            names = [name for name, *_ in found.description]
            for number, *row in found.fetchall():
                for column, value in zip(names[1:], row, strict=True):
                    yield table, number, column, value


def other_than(value: Value) -> Value:
    """Return another value of the same type."""
    match value:
        case None:
            return 1
        case int() | float():
            return value + 1000
        case str():
            return value[:-1] + chr((ord(value[-1]) if value else 64) ^ 1)
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
