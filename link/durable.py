"""One SQLite file, opened rightly: one process, WAL, every commit on the disk (meter.md 2).

Invariant: after `transaction()` has returned the disk has it; after it has raised an error of the
disk nobody knows, and this object refuses all further use: close, open again, load.
"""

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import NoReturn, Protocol, Self, TypeAlias

from link.files import OURS_ALONE, is_open_to_others, reason_of

HEADER_OCTETS = 100
"""Length of the header of an SQLite file (SQLite file format, 1.3)."""

OPEN_TRIES = 5
OPEN_PAUSE_S = 0.01
"""Two processes that open at the same moment each see the other's first, shared lock and both
give up; a few tries after pauses of random length up to this let one of them win."""

Value: TypeAlias = str | bytes | int | float | None
Row: TypeAlias = tuple[Value, ...]


class DurableError(Exception):
    """The store cannot be used; the message is the one line to print, path first."""


class StoreInUse(DurableError):
    """Another process, or another place in this one, holds the store."""


class NotAStore(DurableError):
    """The file is something else, of another version, or open to others."""


class StoreFull(DurableError):
    """The disk or the permitted size is used up; what was committed stands."""


class StoreBroken(DurableError):
    """The disk does not do its work, or did not once since the store was opened."""


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

_KINDS: dict[int, tuple[type[DurableError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreInUse, "in use by another process"),
    sqlite3.SQLITE_LOCKED: (StoreInUse, "in use by another process"),
    sqlite3.SQLITE_NOTADB: (NotAStore, "not a store"),
    sqlite3.SQLITE_FULL: (StoreFull, "full: make room on the disk"),
    sqlite3.SQLITE_CORRUPT: (StoreBroken, "damaged"),
    sqlite3.SQLITE_IOERR: (StoreBroken, "the disk failed"),
    sqlite3.SQLITE_READONLY: (StoreBroken, "not writable"),
    sqlite3.SQLITE_CANTOPEN: (StoreBroken, "cannot be opened"),
    sqlite3.SQLITE_PERM: (StoreBroken, "cannot be opened"),
    sqlite3.SQLITE_AUTH: (StoreBroken, "cannot be opened"),
    sqlite3.SQLITE_PROTOCOL: (StoreBroken, "cannot be locked"),
    sqlite3.SQLITE_NOLFS: (StoreBroken, "too large for this system"),
}
"""Faults of the disk by primary result code; any other code is our own bug and passes as it is."""


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
    def open(
        cls,
        path: Path,
        application_id: int,
        version: int,
        schema: str,
        connect: Connect = connect_sqlite,
    ) -> Self:
        """Open the store, or create it (mode 0600) with the statements of `schema`.

        Raises StoreInUse at once where another holds it, NotAStore for any file that is not of
        this application and version, StoreFull or StoreBroken for the disk.
        """
        _prepare_file(path)
        for _ in range(OPEN_TRIES - 1):
            with suppress(StoreInUse):
                return cls._open_once(path, application_id, version, schema, connect)
            time.sleep(Random().uniform(0, OPEN_PAUSE_S))
        return cls._open_once(path, application_id, version, schema, connect)

    @classmethod
    def _open_once(
        cls, path: Path, application_id: int, version: int, schema: str, connect: Connect
    ) -> Self:
        with _translated(path):
            database = cls(path, connect(path))
        try:
            database._enter(application_id, version, schema)
        except BaseException:
            database.close()
            raise
        return database

    def _enter(self, application_id: int, version: int, schema: str) -> None:
        with _translated(self._path):
            self._pragma("locking_mode = EXCLUSIVE", "exclusive")
            self._connection.execute("BEGIN EXCLUSIVE")
            found = self._read_int("PRAGMA application_id"), self._read_int("PRAGMA user_version")
            tables = self._read_int("SELECT count(*) FROM sqlite_master")
            self._connection.execute("ROLLBACK")
            fresh = found == (0, 0) and tables == 0
            if not fresh:
                self._check(found, (application_id, version))
            self._pragma("journal_mode = WAL", "wal")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._pragma("synchronous", 2)
            if fresh:
                self._create(application_id, version, schema)

    def _check(self, found: tuple[int, int], wanted: tuple[int, int]) -> None:
        if found[0] != wanted[0]:
            raise NotAStore(f"{self._path}: not a store: another application's database")
        if found[1] != wanted[1]:
            age = "a newer" if found[1] > wanted[1] else "an older"
            raise NotAStore(
                f"{self._path}: written by {age} version of the program: "
                f"format {found[1]}, this one reads {wanted[1]}"
            )

    def _create(self, application_id: int, version: int, schema: str) -> None:
        self._connection.executescript(
            f"BEGIN IMMEDIATE; {schema}; PRAGMA application_id = {application_id};"
            f" PRAGMA user_version = {version}; COMMIT;"
        )

    def _pragma(self, pragma: str, wanted: Value) -> None:
        found = self._connection.execute(f"PRAGMA {pragma}").fetchall()
        if found != [(wanted,)]:
            raise StoreBroken(f"{self._path}: {pragma} was not taken, found {found}")

    def _read_int(self, sql: str) -> int:
        try:
            found = self._connection.execute(sql).fetchall()
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # a header of unknown format
                raise NotAStore(f"{self._path}: not a store ({error})") from error
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
            with _translated(self._path):
                yield
        except DurableError:
            self._failed = True
            raise

    def _refuse_failed(self) -> None:
        if self._failed:
            raise StoreBroken(f"{self._path}: failed before: close it and open it again")

    def close(self) -> None:
        """Give the file free for others; harmless when repeated."""
        with suppress(sqlite3.Error):
            self._connection.close()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        _raise_durable(path, error)


def _raise_durable(path: Path, error: sqlite3.Error) -> NoReturn:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)
    kind = _KINDS.get(code & 0xFF)
    if kind is None:
        raise error
    wanted, text = kind
    raise wanted(f"{path}: {text} ({error})") from error


def _prepare_file(path: Path) -> None:
    """Create the file for us alone, or refuse one that others may read.

    Never opens a file that exists: closing it would take away the locks that this process may
    hold on it elsewhere.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OURS_ALONE))
    except FileExistsError:
        _check_file(path)
    except OSError as error:
        raise StoreBroken(f"{path}: {reason_of(error)}") from error


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise StoreBroken(f"{path}: {reason_of(error)}") from error
    if not stat.S_ISREG(status.st_mode):
        raise NotAStore(f"{path}: not a file")
    if 0 < status.st_size < HEADER_OCTETS:  # SQLite would take a single octet for an empty file
        raise NotAStore(f"{path}: not a store: only {status.st_size} octets")
    if is_open_to_others(status.st_mode):
        raise NotAStore(f"{path}: readable by others: chmod 600 {path}")
