"""The file of a store on the disk: what can be none, and a finished one's name."""

import itertools
import os
import stat
import tempfile
from pathlib import Path

from link.durable.errors import NotADatabase, NotAStore, StoreBroken, StoreExists, StoreMissing
from link.files import is_open_to_others, reason_of, sync

HEADER_OCTETS = 100
"""Length of the header of an SQLite file (SQLite file format, 1.3)."""


JOURNALS = ("-wal", "-journal")
"""Endings of the files in which SQLite keeps what is not in the store's file yet."""

BESIDE = ("", "-shm", *JOURNALS)
"""Endings of the files that belong to one store."""


def refuse_existing(path: Path) -> None:
    """Raise StoreExists if there is a file where a store is to be created, or a journal of one."""
    if os.path.lexists(path):
        raise StoreExists(f"{path}: exists already and is not replaced")
    for journal in (beside(path, ending) for ending in JOURNALS):
        if os.path.lexists(journal):
            raise StoreExists(f"{journal}: belongs to a store that is gone: move it away too")


def set_aside(path: Path) -> Path | None:
    """Give the files of a lost store another name, `.lost-1` or later; None if there are none."""
    there = _files_of(path)
    if not there:
        return None
    names = (beside(path, f".lost-{number}") for number in itertools.count(1))
    aside = next(name for name in names if not _files_of(name))
    try:
        for file in there:
            file.rename(beside(aside, file.name.removeprefix(path.name)))
        sync(path.absolute().parent)
    except OSError as error:
        raise StoreBroken(f"{path}: cannot be set aside ({reason_of(error)})") from error
    return aside


def _files_of(path: Path) -> list[Path]:
    return [file for file in (beside(path, ending) for ending in BESIDE) if os.path.lexists(file)]


def new_draft(path: Path) -> Path:
    """Create an empty file for us alone beside `path`."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.absolute().parent)
        os.close(descriptor)
    except OSError as error:
        raise StoreBroken(f"{path}: {reason_of(error)}") from error
    return Path(name)


def give_name(draft: Path, path: Path) -> None:
    """Give a finished file its name, never another one's, and return when the disk has both."""
    try:
        sync(draft)
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            draft.rename(path)
        sync(path.absolute().parent)
    except FileExistsError as error:
        raise StoreExists(f"{path}: exists already and is not replaced") from error
    except OSError as error:
        raise StoreBroken(f"{path}: {reason_of(error)}") from error


def beside(path: Path, ending: str) -> Path:
    """Return the name of a file that belongs to the store at `path`."""
    return path.with_name(path.name + ending)


def check_file(path: Path) -> None:
    """Refuse what can be no store, without opening it.

    Closing a file that this process has open elsewhere would take away its locks there.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise StoreMissing(f"{path}: {reason_of(error)}") from error
    except OSError as error:
        raise StoreBroken(f"{path}: {reason_of(error)}") from error
    if not stat.S_ISREG(status.st_mode):
        raise NotAStore(f"{path}: not a file")
    if status.st_size == 0:
        raise StoreMissing(f"{path}: empty: what was stored here is lost")
    if status.st_size < HEADER_OCTETS:  # SQLite would take a single octet for an empty file
        raise NotADatabase(f"{path}: not a store: only {status.st_size} octets")
    if is_open_to_others(status.st_mode):
        raise NotAStore(f"{path}: readable by others: chmod 600 {path}")
