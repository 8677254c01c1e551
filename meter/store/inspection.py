"""A look at a store as it stands, damaged or not: what can be read, and what is not as written."""

from dataclasses import dataclass, replace
from pathlib import Path

from link.durable import Connect, Database, connect_sqlite
from meter.domain import (
    Entered,
    Fact,
    State,
    WireError,
    fact_from_json,
    in_order,
    state_from_json,
)
from meter.store.chain import Chains, Record, faults
from meter.store.records import Damaged, read_records, read_snapshot
from meter.store.schema import open_database


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a store holds."""

    state: State | None
    """None if the state's own record cannot be trusted; its ledger has the entries that can."""
    facts: tuple[Fact, ...]
    """Those whose seals hold, oldest first."""
    faults: tuple[str, ...]
    """What is not as it was written, a line each; empty for a store that is whole."""


def inspect(path: Path, connect: Connect = connect_sqlite) -> Inspection:
    """Look at a store that no meter runs on.

    Raises StoreInUse if one does, DurableError if the file is none or cannot be read at all.
    """
    database = open_database(path, connect)
    try:
        return _inspected(database)
    finally:
        database.close()


def _inspected(database: Database) -> Inspection:
    found: list[str] = []
    records = _records(database, found)
    state, chains = _state(database, found)
    found += faults(records, chains) if chains is not None else ()
    facts = tuple(_facts(records, found))
    if state is not None:
        entries = (fact.entry for fact in facts if isinstance(fact, Entered))
        state = replace(state, ledger=in_order(entries))
    return Inspection(state, facts, tuple(found))


def _records(database: Database, found: list[str]) -> tuple[Record, ...]:
    try:
        return read_records(database)
    except Damaged as error:
        found.append(str(error))
        return ()


def _state(database: Database, found: list[str]) -> tuple[State | None, Chains | None]:
    try:
        line, written = read_snapshot(database)
        return state_from_json(line), written.chains
    except (Damaged, WireError) as error:
        found.append(str(error))
        return None, None


def _facts(records: tuple[Record, ...], found: list[str]) -> list[Fact]:
    facts = []
    for record in records:
        if not record.is_whole:
            continue
        try:
            facts.append(fact_from_json(record.line))
        except WireError as error:
            found.append(f"record {record.id}: {error}")
    return facts
