"""The tables of a register: rows that are sealed as they are written, and checked as they are read.

Invariant: no value leaves a table whose seal does not fit; no row is missing that was counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Generic, TypeAlias

from link.durable import NO_SEAL, Database, Row, StoreDamaged, Value, seal
from tools.register.records import (
    Block,
    FormerKey,
    LastTid,
    MeterRecord,
    Payment,
    Slip,
    Tariff,
    TokenRecord,
    Total,
    VendingKey,
)
from tools.register.rows import Record, T, T_co, read, values

BACK = "put a backup back, vend restore COPY"
"""What to do with a register that is damaged."""

CONTENT = "content"
"""Column of a slip: what the seals of its tokens, payment and former key come to."""


@cache
def names_of(shape: type[Record]) -> tuple[str, ...]:
    """Return the names of a record's fields."""
    return tuple(field.name for field in fields(shape))


@dataclass(frozen=True, slots=True)
class Table(Generic[T_co]):
    """A table: the fields of its record are its first columns, `more` the others but the seal.

    `before` is the SQL of the seal to which that of a row is chained; NULL without a chain.
    """

    name: str
    shape: type[T_co]
    more: tuple[str, ...] = ()
    before: str = "NULL"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a seal covers, in their order."""
        return (*names_of(self.shape), *self.more)


AnyTable: TypeAlias = Table[Record]

_SLIP_BEFORE = (
    "(SELECT earlier.seal FROM slip AS earlier WHERE earlier.number < slip.number"
    " ORDER BY earlier.number DESC LIMIT 1)"
)

TOTAL = Table("total", Total)
VENDING_KEY = Table("vending_key", VendingKey)
TARIFF = Table("tariff", Tariff)
BLOCK = Table("block", Block)
METER = Table("meter", MeterRecord)
LAST_TID = Table("last_tid", LastTid)
SLIP = Table("slip", Slip, (CONTENT,), _SLIP_BEFORE)
TOKEN = Table("token", TokenRecord, ("id", "slip"))
PAYMENT = Table("payment", Payment, ("slip",))
FORMER_KEY = Table("former_key", FormerKey)

PARTS: tuple[AnyTable, ...] = (TOKEN, PAYMENT, FORMER_KEY)
"""Tables whose rows belong to a slip, in the order in which its content covers them."""

TABLES: tuple[AnyTable, ...] = (VENDING_KEY, TARIFF, BLOCK, METER, LAST_TID, SLIP, *PARTS)
"""All that are counted; each refers to those before it alone."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A row with its seal."""

    table: AnyTable
    row: Row
    seal: bytes

    @classmethod
    def of(cls, table: AnyTable, row: Row, before: bytes = NO_SEAL) -> "Sealed":
        """Seal a row; `before` is the seal to which it is chained."""
        return cls(table, row, seal(table.name, *row, before=before))

    @classmethod
    def record(
        cls,
        table: AnyTable,
        record: Record,
        more: Mapping[str, Value] | None = None,
        before: bytes = NO_SEAL,
    ) -> "Sealed":
        """Seal a record, with the columns that it does not carry."""
        found = values(record) | dict(more or {})
        return cls.of(table, tuple(found[name] for name in table.columns), before)

    def __getitem__(self, column: str) -> Value:
        return self.row[self.table.columns.index(column)]


def record_of(table: Table[T], sealed: Sealed) -> T:
    """Return the record of a row."""
    return read(table.shape, sealed.row[: len(names_of(table.shape))])


def content_of(seals: Iterable[bytes]) -> bytes:
    """Return what a slip covers: the seals of its parts, table by table as in PARTS."""
    return seal(*seals)


class Tables:
    """The tables of an open register; every method may raise DurableError."""

    def __init__(self, path: Path, database: Database, totals: Mapping[str, int]) -> None:
        self._path = path
        self._database = database
        self._totals = dict(totals)
        self._written = dict(totals)
        """As they stand in the file."""
        self._is_writing = False

    @classmethod
    def begin(cls, path: Path, database: Database) -> "Tables":
        """Enter that there is no row yet."""
        tables = cls(path, database, {table.name: 0 for table in TABLES})
        for name in tables._totals:
            tables._write(Sealed.record(TOTAL, Total(name, 0)))
        return tables

    @classmethod
    def load(cls, path: Path, database: Database) -> "Tables":
        """Read how many rows there are to be; raises StoreDamaged if there are more or fewer."""
        tables = cls(path, database, {})
        tables._totals = {each.name: each.rows for each in tables.read(TOTAL)}
        tables._written = dict(tables._totals)
        for table in TABLES:
            due = tables._totals.get(table.name)
            if database.execute(f"SELECT count(*) FROM {table.name}") != [(due,)]:
                raise tables.damaged(f"table {table.name} does not have its {due} rows")
        return tables

    def damaged(self, what: str) -> StoreDamaged:
        """Return the error of a register that is not as it was written."""
        return StoreDamaged(f"{self._path}: damaged: {what}: {BACK}")

    def rows(
        self, table: AnyTable, where: str = "", parameters: tuple[Value, ...] = ()
    ) -> list[Sealed]:
        """Return rows whose seals fit; raises StoreDamaged with the number of one that does not."""
        names = ", ".join(table.columns)
        sql = f"SELECT rowid, {table.before}, seal, {names} FROM {table.name} {where}"
        return [self._checked(table, row) for row in self._database.execute(sql, parameters)]

    def _checked(self, table: AnyTable, found: Row) -> Sealed:
        number, before, its_seal, *row = found
        sealed = Sealed.of(table, tuple(row), bytes_of(before))
        if sealed.seal != its_seal:
            raise self.damaged(f"row {number!s} of table {table.name} is not as it was written")
        return sealed

    def read(
        self, table: Table[T], where: str = "", parameters: tuple[Value, ...] = ()
    ) -> tuple[T, ...]:
        """Return the records of rows whose seals fit."""
        return tuple(record_of(table, row) for row in self.rows(table, where, parameters))

    def find(self, table: Table[T], where: str, parameters: tuple[Value, ...] = ()) -> T | None:
        """Return the first record, or None."""
        return next(iter(self.read(table, f"{where} LIMIT 1", parameters)), None)

    def content(self, slip: int) -> bytes:
        """Return what the parts of a slip come to."""
        parts = (
            f"SELECT {number}, rowid, seal FROM {table.name} WHERE slip = ?1"
            for number, table in enumerate(PARTS)
        )
        found = self._database.execute(f"{' UNION ALL '.join(parts)} ORDER BY 1, 2", (slip,))
        return content_of(bytes_of(its_seal) for _, _, its_seal in found)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Commit the rows that are written inside, all or nothing; one inside another joins it."""
        if self._is_writing:
            yield
            return
        self._is_writing = True
        try:
            with self._database.transaction():
                yield
                self.write_totals()
            self._written = dict(self._totals)
        finally:
            self._is_writing = False
            self._totals = dict(self._written)

    def insert(self, sealed: Sealed) -> None:
        """Enter a row, inside `writing`; raises sqlite3.IntegrityError if it does not fit."""
        self._write(sealed)
        self._totals[sealed.table.name] += 1

    def update(self, sealed: Sealed, *key: str) -> None:
        """Put a row in the place of the one with the same key columns, inside `writing`."""
        setting = ", ".join(f"{name} = ?" for name in (*sealed.table.columns, "seal"))
        where = " AND ".join(f"{name} = ?" for name in key)
        self._database.execute(
            f"UPDATE {sealed.table.name} SET {setting} WHERE {where}",
            (*sealed.row, sealed.seal, *(sealed[name] for name in key)),
        )

    def write_totals(self) -> None:
        """Enter how many rows there are now, where that has changed."""
        for name, rows in self._totals.items():
            if rows != self._written.get(name):
                self.update(Sealed.record(TOTAL, Total(name, rows)), "name")

    def _write(self, sealed: Sealed) -> None:
        names = (*sealed.table.columns, "seal")
        self._database.execute(
            f"INSERT INTO {sealed.table.name} ({', '.join(names)})"
            f" VALUES ({', '.join('?' * len(names))})",
            (*sealed.row, sealed.seal),
        )


def bytes_of(value: Value) -> bytes:
    """Return a seal that was read: no seal for what is none."""
    return value if isinstance(value, bytes) else NO_SEAL
