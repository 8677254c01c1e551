"""What goes wrong with a store, and which errors of SQLite mean it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn


class DurableError(Exception):
    """The store cannot be used; the message is the one line to print, path first."""


class StoreInUse(DurableError):
    """Another process, or another place in this one, holds the store."""


class NotAStore(DurableError):
    """The file is something else, of another version, or open to others."""


class StoreMissing(NotAStore):
    """The file is missing or empty: what was stored is gone, or nothing was created yet."""


class StoreExists(NotAStore):
    """A store was to be created where a file is already."""


class StoreFull(DurableError):
    """The disk or the permitted size is used up; what was committed stands."""


class StoreBroken(DurableError):
    """The disk does not do its work, or did not once since the store was opened."""


class StoreDamaged(StoreBroken):
    """What stands in the file is not what was written."""


class NotADatabase(StoreDamaged, NotAStore):
    """The file is no database: it is something else, or its first page is damaged."""


LONGEST = 200
"""Characters that are told of what a file holds."""

_DAMAGED = (StoreDamaged, "damaged")

_KINDS: dict[int, tuple[type[DurableError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreInUse, "in use by another process"),
    sqlite3.SQLITE_LOCKED: (StoreInUse, "in use by another process"),
    sqlite3.SQLITE_NOTADB: (NotADatabase, "not a store"),
    sqlite3.SQLITE_FULL: (StoreFull, "full: make room on the disk"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FORMAT: _DAMAGED,
    sqlite3.SQLITE_INTERNAL: _DAMAGED,
    sqlite3.SQLITE_NOMEM: _DAMAGED,
    sqlite3.SQLITE_SCHEMA: _DAMAGED,
    sqlite3.SQLITE_TOOBIG: _DAMAGED,
    sqlite3.SQLITE_IOERR: (StoreBroken, "the disk failed"),
    sqlite3.SQLITE_READONLY: (StoreBroken, "not writable"),
    sqlite3.SQLITE_CANTOPEN: (StoreBroken, "cannot be opened"),
    sqlite3.SQLITE_PERM: (StoreBroken, "cannot be opened"),
    sqlite3.SQLITE_AUTH: (StoreBroken, "cannot be opened"),
    sqlite3.SQLITE_PROTOCOL: (StoreBroken, "cannot be locked"),
    sqlite3.SQLITE_NOLFS: (StoreBroken, "too large for this system"),
}
"""Faults of the disk by primary result code; any other code is our own bug and passes as it is.

A length that was damaged asks for more memory than there is, or for more than SQLite holds.
"""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise the disk's fault for an error of SQLite inside; our own bug passes as it is."""
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite quotes the file in its message
        raise StoreDamaged(f"{path}: damaged (no text: {error.reason})") from error
    except sqlite3.Error as error:
        _raise_durable(path, error)


def _raise_durable(path: Path, error: sqlite3.Error) -> NoReturn:
    wanted, text = _kind_of(error) or (None, "")
    if wanted is None:
        raise error
    raise wanted(f"{path}: {text} ({_told(error)})") from error


def _told(error: sqlite3.Error) -> str:
    """Return what an error says, but not the text that it quotes: there may be a key in it."""
    return printable(error) if hasattr(error, "sqlite_errorcode") else "a text that is not UTF-8"


def printable(error: object) -> str:
    """Return text that may quote a damaged file: one line, not endless, safe for a terminal."""
    line = " ".join(str(error).split())
    told = line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
    return "".join(sign if sign.isprintable() else "?" for sign in told)


def _kind_of(error: sqlite3.Error) -> tuple[type[DurableError], str] | None:
    """Return the fault of the disk that an error is; None for our own bug."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _KINDS.get(code & 0xFF)
    # without a code: the library could not read a text as UTF-8, and all that we write is
    return _DAMAGED if isinstance(error, sqlite3.OperationalError) else None
