"""Damage to a store: by another hand than the program's, octet by octet, and at every length."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from link.durable import DurableError, connect_sqlite

Value = str | bytes | int | float | None


def change(path: Path, sql: str, *parameters: Value) -> None:
    """Change a store behind its back."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(sql, parameters)


def fields_of(path: Path) -> Iterator[tuple[str, int, str, Value]]:
    """Yield table, row, column and value of all that stands in a store."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            found = database.execute(f"SELECT rowid, * FROM {table}")
            names = [name for name, *_ in found.description]
            for number, *row in found.fetchall():
                for column, value in zip(names[1:], row, strict=True):
                    yield table, number, column, value


def other_than(value: Value) -> Value:
    """Return another value of the same type."""
    match value:
        case None:
            return 1
        case int() | float():
            return value + 1000
        case str():
            return value[:-1] + chr((ord(value[-1]) if value else 64) ^ 1)
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])


ROUNDS = int(os.environ.get("SPLITMETER_ROUNDS", "1"))
SEED = int(os.environ.get("SPLITMETER_SEED", "1"))
WHOLE = 1000
"""From so many rounds on every octet is changed in turn; fewer draw so many hundred of them."""
PER_ROUND = 100

PAGE_OCTETS = 512
"""The smallest page of SQLite: a store of few octets, so that few of them mean nothing."""

Verdict = Callable[[bytes], str]
"""Returns what becomes of a store with these octets: REFUSED, or something that is the truth."""

REFUSED = "refused"


def small_pages(path: Path) -> sqlite3.Connection:
    """Open a file whose pages are small if it is created."""
    connection = connect_sqlite(path)
    connection.execute(f"PRAGMA page_size = {PAGE_OCTETS}")
    return connection


def one_line(error: DurableError) -> str:
    """Return REFUSED for an error that is told in one line which a terminal can show."""
    assert str(error).isprintable(), repr(error)
    return REFUSED


def put(path: Path, octets: bytes) -> None:
    """Let a file have these octets, and none of what SQLite keeps beside it."""
    for other in path.parent.glob(f"{path.name}*"):
        other.unlink()
    path.write_bytes(octets)
    path.chmod(0o600)


def flipped(octets: bytes, places: Iterable[int], rng: Random) -> Iterator[bytes]:
    """Yield the file with one octet changed, at each place."""
    for place in places:
        changed = octets[place] ^ rng.randrange(1, 256)
        yield octets[:place] + bytes([changed]) + octets[place + 1 :]


def damaged(octets: bytes, verdict: Verdict, some: int, seed: int) -> dict[str, Counter[str]]:
    """Change so many octets in turn, cut at so many lengths; return how often what became of it."""
    rng = Random(seed)
    places, lengths = (sorted(rng.sample(range(len(octets)), some)) for _ in range(2))
    return {
        "changed": Counter(map(verdict, flipped(octets, places, rng))),
        "cut": Counter(verdict(octets[:length]) for length in {0, *lengths}),
    }


def count_of_places(octets: bytes) -> int:
    """Return how many octets are changed, and at how many lengths is cut: all, or some hundred."""
    return len(octets) if ROUNDS >= WHOLE else min(ROUNDS * PER_ROUND, len(octets))


def prove(octets: bytes, verdict: Verdict) -> str:
    """Damage a store as often as SPLITMETER_ROUNDS says; return the counts in a line."""
    found = damaged(octets, verdict, count_of_places(octets), SEED)
    return f"{len(octets)} octets: " + ", ".join(
        f"{how} {dict(count)}" for how, count in found.items()
    )
