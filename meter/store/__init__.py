"""The meter's one door to the disk: facts appended, the state beside them, in one commit.

The ledger stands once, as the facts that made its entries; the rest of the state is one line that
every commit writes anew. Start-up reads both and replays nothing. Errors are link.durable's, one
line each. After a commit that raised nobody knows what the disk has: `reopen` asks it (meter.md 2).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from link.durable import (
    Connect,
    Database,
    DurableError,
    NotAStore,
    Row,
    StoreBroken,
    connect_sqlite,
)
from link.terms import LEDGER_KEPT
from meter.domain import (
    Entered,
    Fact,
    Ledger,
    State,
    WireError,
    fact_from_json,
    fact_to_json,
    in_order,
    state_from_json,
    state_to_json,
)
from meter.store.rescue import copy_aside, put_into_place
from meter.store.shelves import KEEP_ALL, Keep, Shelf, shelf_of

__all__ = ["KEEP_ALL", "Keep", "Store"]

APPLICATION_ID = 0x53504D54
"""In the file's header (ours)."""
VERSION = 1
LEDGER_SHELVES = (Shelf.CREDIT, Shelf.TOKEN)
SCHEMA = """
CREATE TABLE facts (id INTEGER PRIMARY KEY, shelf INTEGER NOT NULL, line TEXT NOT NULL);
CREATE INDEX facts_by_shelf ON facts (shelf, id);
CREATE TABLE snapshot (id INTEGER PRIMARY KEY CHECK (id = 1), line TEXT NOT NULL)
"""


class Store:
    """The store file of one meter, held by this process alone."""

    def __init__(self, path: Path, connect: Connect, keep: Keep) -> None:
        self._path = path
        self._connect = connect
        self._keep = keep
        self._distrusted = False
        self._database = self._opened()

    @classmethod
    def open(
        cls, path: Path, *, connect: Connect = connect_sqlite, keep: Keep | None = None
    ) -> Self:
        """Open or create the store; raises DurableError."""
        return cls(path, connect, keep or Keep())

    def load(self) -> State | None:
        """Return the state as last committed, None for a new store; raises DurableError."""
        rows = self._database.execute("SELECT line FROM snapshot")
        return replace(self._read_state(rows[0]), ledger=self._ledger()) if rows else None

    def commit(self, facts: Sequence[Fact], state: State) -> None:
        """Make facts and the state after them durable, all or nothing.

        Raises DurableError; the store is closed then, and only `reopen` can tell what the disk has.
        """
        try:
            with self._database.transaction():
                self._write(facts, state)
        except DurableError as error:
            self._distrusted = self._distrusted or isinstance(error, StoreBroken)
            self.close()
            raise

    def reopen(self) -> State | None:
        """Open the file again and load what it says; raises DurableError where it cannot be used.

        Where the disk itself had failed, the store goes on in a copy, freshly synced.
        """
        self.close()
        self._database = self._opened()
        if self._distrusted:
            self._move_to_copy()
        return self.load()

    def facts(self) -> tuple[Fact, ...]:
        """Return the facts that are kept, oldest first; NotAStore names an unknown kind."""
        rows = self._database.execute("SELECT line FROM facts ORDER BY id")
        return tuple(self._read_fact(row) for row in rows)

    def close(self) -> None:
        """Give the file free; harmless when repeated."""
        self._database.close()

    def _opened(self) -> Database:
        put_into_place(self._path)
        if not self._path.exists():
            Database.create(self._path, APPLICATION_ID, VERSION, SCHEMA, connect=self._connect)
        return Database.open(self._path, APPLICATION_ID, VERSION, SCHEMA, self._connect)

    def _move_to_copy(self) -> None:
        try:
            copy_aside(self._database, self._path)
        finally:
            self.close()
        self._database = self._opened()
        self._distrusted = False

    def _write(self, facts: Sequence[Fact], state: State) -> None:
        for fact in facts:
            self._database.execute(
                "INSERT INTO facts (shelf, line) VALUES (?, ?)",
                (int(shelf_of(fact)), fact_to_json(fact)),
            )
        for shelf in {shelf_of(fact) for fact in facts}:
            self._trim(shelf)
        self._database.execute(
            "INSERT OR REPLACE INTO snapshot (id, line) VALUES (1, ?)",
            (state_to_json(replace(state, ledger=Ledger())),),
        )

    def _trim(self, shelf: Shelf) -> None:
        self._database.execute(
            "DELETE FROM facts WHERE shelf = ?1 AND id <= "
            "(SELECT id FROM facts WHERE shelf = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            (int(shelf), self._keep.of(shelf)),
        )

    def _ledger(self) -> Ledger:
        facts = (fact for shelf in LEDGER_SHELVES for fact in self._newest(shelf))
        return in_order(fact.entry for fact in facts if isinstance(fact, Entered))

    def _newest(self, shelf: Shelf) -> list[Fact]:
        rows = self._database.execute(
            "SELECT line FROM facts WHERE shelf = ? ORDER BY id DESC LIMIT ?",
            (int(shelf), LEDGER_KEPT),
        )
        return [self._read_fact(row) for row in rows]

    def _read_state(self, row: Row) -> State:
        try:
            return state_from_json(str(row[0]))
        except WireError as error:
            raise NotAStore(f"{self._path}: {error}") from error

    def _read_fact(self, row: Row) -> Fact:
        try:
            return fact_from_json(str(row[0]))
        except WireError as error:
            raise NotAStore(f"{self._path}: {error}") from error
