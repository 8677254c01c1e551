"""A look at a store as it stands, damaged or not: what can be read, and what is not as written."""

from dataclasses import dataclass, replace
from pathlib import Path

from link.durable import Connect, Database, connect_sqlite, printable
from meter.domain import (
    Entered,
    Fact,
    Ledger,
    State,
    WireError,
    fact_from_json,
    in_order,
    state_from_json,
)
from meter.store.chain import Chains, Record, faults
from meter.store.records import Damaged, read_rows, read_snapshot, record_of
from meter.store.rescue import put_into_place
from meter.store.schema import open_database


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a store holds."""

    state: State | None
    """None if the state's own record cannot be trusted."""
    ledger: Ledger
    """The entries whose seals hold."""
    faults: tuple[str, ...]
    """What is not as it was written, a line each; empty for a store that is whole."""


def inspect(path: Path, connect: Connect = connect_sqlite) -> Inspection:
    """Look at a store that no meter runs on.

    Raises StoreInUse if one does, DurableError if the file is none or cannot be read at all.
    """
    put_into_place(path)
    database = open_database(path, connect)
    try:
        return _inspected(database)
    finally:
        database.close()


def _inspected(database: Database) -> Inspection:
    found: list[str] = []
    records = _records(database, found)
    state, chains = _state(database, found)
    found += faults(records, chains or {})
    facts = _facts(records, found)
    ledger = in_order(fact.entry for fact in facts if isinstance(fact, Entered))
    return Inspection(state and replace(state, ledger=ledger), ledger, tuple(found))


def _records(database: Database, found: list[str]) -> list[Record]:
    records = []
    for row in read_rows(database):
        try:
            records.append(record_of(row))
        except Damaged as error:
            found.append(str(error))
    return records


def _state(database: Database, found: list[str]) -> tuple[State | None, Chains | None]:
    try:
        line, written = read_snapshot(database)
        return state_from_json(line), written.chains
    except (Damaged, WireError) as error:
        found.append(printable(error))
        return None, None


def _facts(records: list[Record], found: list[str]) -> list[Fact]:
    facts = []
    for record in records:
        if not record.is_whole:
            continue
        try:
            facts.append(fact_from_json(record.line))
        except WireError as error:
            found.append(f"record {record.id}: {printable(error)}")
    return facts
