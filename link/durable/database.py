"""One SQLite file, opened rightly: one process, WAL, every commit on the disk (meter.md 2).

A store is created once, by `Database.create`, and `Database.open` never creates one: a file that
is missing or empty has lost what was in it, and an empty store in its place would forget which
tokens were used.

Invariant: after `transaction()` has returned the disk has it; after it has raised an error of the
disk nobody knows, and this object refuses all further use: close, open again, load.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol, Self, TypeAlias

from link.durable.errors import (
    DurableError,
    NotADatabase,
    NotAStore,
    StoreBroken,
    StoreDamaged,
    StoreFull,
    StoreInUse,
    StoreMissing,
    printable,
    translated,
)
from link.durable.file import beside, check_file, give_name, new_draft, refuse_existing
from link.durable.journal import check_journal

OPEN_TRIES = 5
OPEN_PAUSE_S = 0.01
"""Two processes that open at the same moment each see the other's first, shared lock and both
give up; a few tries after pauses of random length up to this let one of them win."""

Value: TypeAlias = str | bytes | int | float | None
Row: TypeAlias = tuple[Value, ...]


class Cursor(Protocol):
    """What a statement gives back."""

    def fetchall(self) -> list[Row]: ...


class Connection(Protocol):
    """What is used of a sqlite3.Connection; a crash test may hand in its own."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Sequence[Value] = ..., /) -> Cursor: ...
    def executescript(self, sql_script: str, /) -> object: ...
    def close(self) -> None: ...


Connect = Callable[[Path], Connection]


def connect_sqlite(path: Path) -> sqlite3.Connection:
    """Open the file with the standard library; never waits for another process."""
    return sqlite3.connect(path.absolute(), timeout=0, isolation_level=None)


class Database:
    """One store file, held by this process alone until `close`."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection
        self._failed = False

    @classmethod
    def create(
        cls,
        path: Path,
        application_id: int,
        version: int,
        schema: str,
        *,
        fill: Callable[["Database"], None] = lambda _: None,
        connect: Connect = connect_sqlite,
    ) -> None:
        """Create a store (mode 0600) with the statements of `schema` and what `fill` writes.

        The store stands whole when this has returned, or not at all: it is made under another name
        and then given its own. Raises StoreExists if there is a file already, or a journal of one
        that is gone, which SQLite would play into the new one; StoreFull or StoreBroken for the
        disk.
        """
        refuse_existing(path)
        draft = new_draft(path)
        try:
            with closing(cls._connected(draft, connect)) as database:
                database._make(application_id, version, schema)
                fill(database)
            give_name(draft, path)
        finally:
            for name in (draft, beside(draft, "-journal")):
                name.unlink(missing_ok=True)

    @classmethod
    def open(
        cls,
        path: Path,
        application_id: int,
        version: int,
        schema: str,
        connect: Connect = connect_sqlite,
    ) -> Self:
        """Open the store that was created with the statements of `schema`.

        Raises StoreInUse immediately if another process holds it, StoreMissing if the file is
        missing or empty, NotAStore for any file that is not of this application, version and
        schema, StoreFull or StoreBroken for the disk, and StoreDamaged if the file is damaged.
        """
        check_file(path)
        check_journal(path)
        for _ in range(OPEN_TRIES - 1):
            with suppress(StoreInUse):
                return cls._open_once(path, application_id, version, schema, connect)
            time.sleep(Random().uniform(0, OPEN_PAUSE_S))
        return cls._open_once(path, application_id, version, schema, connect)

    @classmethod
    def _connected(cls, path: Path, connect: Connect) -> Self:
        with translated(path):
            return cls(path, connect(path))

    @classmethod
    def _open_once(
        cls, path: Path, application_id: int, version: int, schema: str, connect: Connect
    ) -> Self:
        database = cls._connected(path, connect)
        try:
            database._enter(application_id, version, schema)
        except BaseException:
            database.close()
            raise
        return database

    def _enter(self, application_id: int, version: int, schema: str) -> None:
        with translated(self._path):
            self._pragma("locking_mode = EXCLUSIVE", "exclusive")
            self._connection.execute("BEGIN EXCLUSIVE")
            found = self._read_int("PRAGMA application_id"), self._read_int("PRAGMA user_version")
            tables = self._read_int("SELECT count(*) FROM sqlite_master")
            self._connection.execute("ROLLBACK")
            if found == (0, 0) and tables == 0:
                raise StoreMissing(f"{self._path}: empty: what was stored here is lost")
            self._check(found, (application_id, version))
            self._pragma("journal_mode = WAL", "wal")
            self._sync_commits()
            self._empty_journal()
        self._check_content(schema)

    def _make(self, application_id: int, version: int, schema: str) -> None:
        with translated(self._path):
            self._pragma("journal_mode = DELETE", "delete")  # all is in the file, nothing beside it
            self._sync_commits()
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {schema}; PRAGMA application_id = {application_id};"
                f" PRAGMA user_version = {version}; COMMIT;"
            )

    def _sync_commits(self) -> None:
        self._connection.execute("PRAGMA synchronous = FULL")
        self._pragma("synchronous", 2)

    def _empty_journal(self) -> None:
        """Leave no frame of a broken commit that the next one would not overwrite (journal.py)."""
        with suppress(StoreFull), translated(self._path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _check(self, found: tuple[int, int], wanted: tuple[int, int]) -> None:
        if found[0] != wanted[0]:
            raise NotAStore(f"{self._path}: not a store: another application's database")
        if found[1] != wanted[1]:
            age = "a newer" if found[1] > wanted[1] else "an older"
            raise NotAStore(
                f"{self._path}: written by {age} version of the program: "
                f"format {found[1]}, this one reads {wanted[1]}"
            )

    def _check_content(self, schema: str) -> None:
        """Raise StoreDamaged if the tables are not those of `schema`, or their pages do not fit."""
        try:
            with translated(self._path):
                # read the schema twice: a wrong text encoding passes the first time only
                self._connection.execute("PRAGMA writable_schema = RESET")
                tables = self._connection.execute(_TABLES).fetchall()
                faults = self._connection.execute("PRAGMA integrity_check(1)").fetchall()
        except sqlite3.Error as error:  # the statements are right: what they read is not
            raise StoreDamaged(f"{self._path}: damaged ({printable(error)})") from error
        if _plain(tables) != _tables_of(schema):
            raise StoreDamaged(f"{self._path}: damaged: its tables are not those of a store")
        if faults != [("ok",)]:
            raise StoreDamaged(f"{self._path}: damaged: {printable(faults[0][0])}")

    def _pragma(self, pragma: str, wanted: Value) -> None:
        found = self._connection.execute(f"PRAGMA {pragma}").fetchall()
        if found != [(wanted,)]:
            raise StoreBroken(f"{self._path}: {pragma} was not taken, found {found}")

    def _read_int(self, sql: str) -> int:
        try:
            found = self._connection.execute(sql).fetchall()
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # a header of unknown format
                raise NotADatabase(f"{self._path}: not a store ({printable(error)})") from error
            raise
        match found:
            case [(int(value),)]:
                return value
            case _:
                raise StoreBroken(f"{self._path}: {sql} answers {found}")

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return all its rows; raises DurableError.

        Outside `transaction()` a statement that writes is a commit of its own.
        """
        self._refuse_failed()
        with self._guarded():
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is executed inside, all or nothing; an exception inside rolls it back.

        Raises DurableError; the object is of no more use then, and only the disk knows whether
        the commit stands. Transactions do not nest.
        """
        self._refuse_failed()
        with self._guarded():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._guarded():
                self._connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._failed = True  # the error that led here is the one to tell

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with translated(self._path):
                yield
        except DurableError:
            self._failed = True
            raise

    def _refuse_failed(self) -> None:
        if self._failed:
            raise StoreBroken(f"{self._path}: failed before: close it and open it again")

    def copy_to(self, path: Path) -> None:
        """Write all that is committed to a new file (mode 0600), whole or not at all.

        Raises StoreExists if there is a file already, else DurableError.
        """
        refuse_existing(path)
        draft = new_draft(path)
        try:
            self.execute("VACUUM INTO ?", (str(draft),))
            give_name(draft, path)
        finally:
            draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the file free for others; harmless when repeated."""
        with suppress(sqlite3.Error):
            self._connection.close()


_TABLES = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


@cache
def _tables_of(schema: str) -> tuple[Row, ...]:
    """Return what SQLite notes of the tables of a schema, white space aside."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript(schema)
        return _plain(memory.execute(_TABLES).fetchall())


def _plain(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(
        tuple(" ".join(value.split()) if isinstance(value, str) else value for value in row)
        for row in rows
    )
