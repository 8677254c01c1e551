"""The records of a store as rows: facts with their seals, and the snapshot with its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from link.durable import Database, Row, seal
from meter.store.chain import NO_FACTS, Chain, Record, chains_from_json, chains_to_json
from meter.store.retention import Retention, RetentionClass


class Damaged(ValueError):
    """A record that is not as it was written; the message is one line."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the file: the chains, and the number of the newest record."""

    chains: Mapping[RetentionClass, Chain]
    last_id: int


NOTHING_WRITTEN = Written(NO_FACTS, 0)


def add_line(database: Database, kept_as: RetentionClass, line: str, written: Written) -> Written:
    """Append a fact; return what is in the file then."""
    id = written.last_id + 1
    chain, record = written.chains[kept_as].with_one_more(id, kept_as, line)
    database.execute(
        "INSERT INTO facts (id, kept_as, line, before, seal) VALUES (?, ?, ?, ?, ?)",
        (id, int(kept_as), line, record.before, record.seal),
    )
    return Written({**written.chains, kept_as: chain}, id)


def trim(database: Database, kept_as: RetentionClass, keep: Retention, written: Written) -> Written:
    """Forget the oldest facts of a class beyond what is kept."""
    chain = written.chains[kept_as].trimmed(keep.of(kept_as))
    if chain == written.chains[kept_as]:
        return written
    database.execute(
        "DELETE FROM facts WHERE kept_as = ?1 AND id <= "
        "(SELECT id FROM facts WHERE kept_as = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (int(kept_as), keep.of(kept_as)),
    )
    return Written({**written.chains, kept_as: chain}, written.last_id)


def write_snapshot(database: Database, line: str, written: Written) -> None:
    """Write the state's line and the chains under one seal."""
    chains = chains_to_json(written.chains)
    database.execute(
        "INSERT OR REPLACE INTO snapshot (id, line, chains, seal) VALUES (1, ?, ?, ?)",
        (line, chains, seal(line, chains)),
    )


def read_snapshot(database: Database) -> tuple[str, Written]:
    """Return the state's line, and what is in the file; raises Damaged, DurableError."""
    rows = database.execute(
        "SELECT CAST(line AS BLOB), CAST(chains AS BLOB), seal FROM snapshot ORDER BY id"
    )
    match rows:
        case [(bytes(line_octets), bytes(chains_octets), bytes(found))]:
            line, chains = _text(line_octets), _text(chains_octets)
            if found != seal(line, chains):
                raise Damaged("the state was changed")
            try:
                return line, Written(chains_from_json(chains), _last_id(database))
            except ValueError as error:
                raise Damaged(f"the state: {error}") from None
        case []:
            raise Damaged("the state is missing")
    raise Damaged("the state is none")


def _text(octets: bytes) -> str:
    """Return the text that octets are; what is no text becomes another one, whose seal is wrong."""
    return octets.decode(errors="replace")


def _last_id(database: Database) -> int:
    match database.execute("SELECT coalesce(max(id), 0) FROM facts"):
        case [(int(last),)]:
            return last
    raise Damaged("the facts have no numbers")


def read_records(database: Database) -> tuple[Record, ...]:
    """Return all facts that are kept, the oldest first; raises Damaged, DurableError."""
    return tuple(map(record_of, read_rows(database)))


def read_rows(database: Database) -> list[Row]:
    """Return the rows of all facts that are kept, the oldest first; raises DurableError."""
    return database.execute(
        "SELECT id, kept_as, CAST(line AS BLOB), before, seal FROM facts ORDER BY id"
    )


def record_of(row: Row) -> Record:
    """Return the record that a row holds; raises Damaged if it holds none."""
    match row:
        case (int(id), int(kept_as), bytes(line), bytes(before), bytes(found)):
            if kept_as in tuple(RetentionClass):
                return Record(id, RetentionClass(kept_as), _text(line), before, found)
    raise Damaged(f"record {row[0]!r} is none")
