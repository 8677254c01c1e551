"""The form of a meter's store file, and how one of version 1 is brought to it.

Invariant: a store of version 1 is rewritten in one commit, or not at all.
"""

from contextlib import closing, suppress
from pathlib import Path

from link.durable import Connect, Database, NotAStore, StoreDamaged
from meter.store.records import NOTHING_WRITTEN, add_line, write_snapshot
from meter.store.retention import RetentionClass

APPLICATION_ID = 0x53504D54
"""In the file's header (ours)."""
VERSION = 2
SCHEMA = """
CREATE TABLE facts (
    id INTEGER PRIMARY KEY, kept_as INTEGER NOT NULL, line TEXT NOT NULL,
    before BLOB NOT NULL, seal BLOB NOT NULL
) STRICT;
CREATE INDEX facts_by_shelf ON facts (kept_as, id);
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY CHECK (id = 1), line TEXT NOT NULL, chains TEXT NOT NULL,
    seal BLOB NOT NULL
) STRICT
"""

_BEFORE = 1
_SCHEMA_BEFORE = """
CREATE TABLE facts (id INTEGER PRIMARY KEY, shelf INTEGER NOT NULL, line TEXT NOT NULL);
CREATE INDEX facts_by_shelf ON facts (shelf, id);
CREATE TABLE snapshot (id INTEGER PRIMARY KEY CHECK (id = 1), line TEXT NOT NULL)
"""
_MOVE_ASIDE = (
    "DROP INDEX facts_by_shelf",
    "ALTER TABLE facts RENAME TO facts_1",
    "ALTER TABLE snapshot RENAME TO snapshot_1",
)


def open_database(path: Path, connect: Connect) -> Database:
    """Open a store's file; one of version 1 is brought to this one first.

    Raises DurableError, as `Database.open` does.
    """
    with suppress(NotAStore):
        return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)
    with suppress(NotAStore):
        _migrate(path, connect)
    return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)  # says what is wrong


def _migrate(path: Path, connect: Connect) -> None:
    opened = closing(Database.open(path, APPLICATION_ID, _BEFORE, _SCHEMA_BEFORE, connect))
    with opened as database, database.transaction():
        for statement in (*_MOVE_ASIDE, *SCHEMA.split(";")):
            database.execute(statement)
        written = NOTHING_WRITTEN
        for kept_as, line in database.execute("SELECT shelf, line FROM facts_1 ORDER BY id"):
            if kept_as not in tuple(RetentionClass):
                raise StoreDamaged(f"{path}: damaged: no class {kept_as!r} of facts")
            written = add_line(database, RetentionClass(int(kept_as or 0)), str(line), written)
        for (line,) in database.execute("SELECT line FROM snapshot_1"):
            write_snapshot(database, str(line), written)
        for table in ("facts_1", "snapshot_1"):
            database.execute(f"DROP TABLE {table}")
        database.execute(f"PRAGMA user_version = {VERSION}")
