"""The meter's one door to the disk: facts appended, the state beside them, in one commit.

The ledger stands once, as the facts that made its entries; the rest of the state is one line that
every commit writes anew. Start-up reads both and replays nothing. A store is created once, with its
first state. Each record carries a seal, and the facts are chained (chain.py): what a disk or a hand
has changed is refused in one line when the state is loaded. Errors are link.durable's, one line
each. After a commit that raised nobody knows what the disk has: `reopen` asks it (meter.md 2).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from link.durable import (
    Connect,
    Database,
    DurableError,
    NotAStore,
    StoreBroken,
    StoreDamaged,
    connect_sqlite,
    printable,
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
from meter.store.chain import Record, faults
from meter.store.records import (
    NOTHING_WRITTEN,
    Damaged,
    Written,
    add_line,
    read_records,
    read_snapshot,
    trim,
    write_snapshot,
)
from meter.store.rescue import copy_aside, put_into_place
from meter.store.retention import KEEP_ALL, Retention, RetentionClass, retention_class_of
from meter.store.schema import APPLICATION_ID, SCHEMA, VERSION, open_database

__all__ = ["KEEP_ALL", "Retention", "Store"]

LEDGER_CLASSES = (RetentionClass.CREDIT, RetentionClass.TOKEN)


class Store:
    """The store file of one meter, held by this process alone."""

    def __init__(self, path: Path, connect: Connect, keep: Retention) -> None:
        self._path = path
        self._connect = connect
        self._keep = keep
        self._distrusted = False
        self._written: Written | None = None
        self._database = self._opened()

    @classmethod
    def create(
        cls,
        path: Path,
        state: State,
        facts: Sequence[Fact] = (),
        *,
        connect: Connect = connect_sqlite,
    ) -> None:
        """Create the store of a meter with its first state, and the facts that made it.

        Raises StoreExists if there is a file already, StoreFull or StoreBroken for the disk.
        """

        def fill(database: Database) -> None:
            with database.transaction():
                _write(database, facts, state, NOTHING_WRITTEN, Retention())

        Database.create(path, APPLICATION_ID, VERSION, SCHEMA, fill=fill, connect=connect)

    @classmethod
    def open(
        cls, path: Path, *, connect: Connect = connect_sqlite, keep: Retention | None = None
    ) -> Self:
        """Open the store; raises StoreMissing if it is missing or empty, else DurableError."""
        return cls(path, connect, keep or Retention())

    def load(self) -> State:
        """Return the state as last committed.

        Raises StoreDamaged if a record is not as it was written, NotAStore if a newer version wrote
        it, DurableError for the disk.
        """
        with self._checked():
            line, written = read_snapshot(self._database)
            records = read_records(self._database)
            if found := faults(records, written.chains):
                more = f", and {len(found) - 1} more" if found[1:] else ""
                raise Damaged(found[0] + more)
            self._written = written
        return replace(self._read_state(line), ledger=self._ledger(records))

    def commit(self, facts: Sequence[Fact], state: State) -> None:
        """Make facts and the state after them durable, all or nothing.

        Raises RuntimeError if the store was not loaded before. Raises DurableError; the store is
        closed then, and only `reopen` can tell what the disk has.
        """
        if self._written is None:
            raise RuntimeError("a store is loaded before it is written")
        try:
            with self._database.transaction():
                written = _write(self._database, facts, state, self._written, self._keep)
        except DurableError as error:
            self._distrusted = self._distrusted or isinstance(error, StoreBroken)
            self.close()
            raise
        self._written = written

    def reopen(self) -> State:
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
        with self._checked():
            records = read_records(self._database)
        return tuple(map(self._read_fact, records))

    def copy_to(self, path: Path) -> None:
        """Write a copy of the store to a new file; raises StoreExists, else DurableError."""
        self._database.copy_to(path)

    def close(self) -> None:
        """Give the file free; harmless when repeated."""
        self._database.close()

    def _opened(self) -> Database:
        put_into_place(self._path)
        return open_database(self._path, self._connect)

    def _move_to_copy(self) -> None:
        try:
            copy_aside(self._database, self._path)
        finally:
            self.close()
        self._database = self._opened()
        self._distrusted = False

    def _ledger(self, records: Sequence[Record]) -> Ledger:
        newest = (
            record
            for kept_as in LEDGER_CLASSES
            for record in [each for each in records if each.kept_as is kept_as][-LEDGER_KEPT:]
        )
        facts = map(self._read_fact, newest)
        return in_order(fact.entry for fact in facts if isinstance(fact, Entered))

    @contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except Damaged as error:
            raise StoreDamaged(f"{self._path}: damaged: {error}") from None

    def _read_state(self, line: str) -> State:
        try:
            return state_from_json(line)
        except WireError as error:
            raise NotAStore(f"{self._path}: {printable(error)}") from error

    def _read_fact(self, record: Record) -> Fact:
        try:
            return fact_from_json(record.line)
        except WireError as error:
            raise NotAStore(f"{self._path}: {printable(error)}") from error


def _write(
    database: Database, facts: Sequence[Fact], state: State, written: Written, keep: Retention
) -> Written:
    for fact in facts:
        written = add_line(database, retention_class_of(fact), fact_to_json(fact), written)
    for kept_as in {retention_class_of(fact) for fact in facts}:
        written = trim(database, kept_as, keep, written)
    write_snapshot(database, state_to_json(replace(state, ledger=Ledger())), written)
    return written
