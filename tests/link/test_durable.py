"""Laws of link.durable: one process, nothing acknowledged is lost, no foreign file is touched."""

import random
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import link
from link.durable import (
    Database,
    DurableError,
    NotAStore,
    StoreBroken,
    StoreFull,
    StoreInUse,
    connect_sqlite,
)

APPLICATION = 0x53504C31
SCHEMA = "CREATE TABLE facts (number INTEGER PRIMARY KEY, body BLOB) STRICT"
ROOT = Path(link.__file__).parents[1]
KILLS = 5

WRITER = f"""
import resource, sys
from pathlib import Path
from link.durable import Database, DurableError
database = Database.open(Path(sys.argv[1]), {APPLICATION}, 1, "{SCHEMA}")
if sys.argv[2] != "0":
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
try:
    for number in range(100_000):
        with database.transaction():
            database.execute("INSERT INTO facts VALUES (?, ?)", (number, bytes(1000)))
        print(number, flush=True)
except DurableError as error:
    print(type(error).__name__, error, file=sys.stderr)
    sys.exit(3)
"""


def opened(path: Path, **changed: int) -> Database:
    return Database.open(path, APPLICATION, changed.get("version", 1), SCHEMA)


def append(database: Database, number: int, octets: int = 10) -> None:
    with database.transaction():
        database.execute("INSERT INTO facts VALUES (?, ?)", (number, bytes(octets)))


def numbers(database: Database) -> list[object]:
    return [number for (number,) in database.execute("SELECT number FROM facts ORDER BY number")]


def writer(path: Path, limit: int = 0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(limit)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meter.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = opened(path)
    yield database
    database.close()


def test_what_was_committed_is_there_after_opening_again(path: Path) -> None:
    for number in range(3):
        database = opened(path)
        append(database, number)
        assert numbers(database) == list(range(number + 1))
        database.close()


def test_the_file_is_ours_alone_and_set_for_safety(path: Path, database: Database) -> None:
    append(database, 1)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in path.parent.iterdir())
    assert database.execute("PRAGMA journal_mode") == [("wal",)]
    assert database.execute("PRAGMA synchronous") == [(2,)]
    assert database.execute("PRAGMA application_id") == [(APPLICATION,)]
    assert database.execute("PRAGMA user_version") == [(1,)]


def careless(path: Path) -> sqlite3.Connection:
    """A connection of a library that was built to be quick and to share."""
    connection = connect_sqlite(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA locking_mode = NORMAL")
    return connection


def test_every_opening_syncs_every_commit_and_shares_with_nobody(path: Path) -> None:
    for number in range(3):
        database = Database.open(path, APPLICATION, 1, SCHEMA, careless)
        append(database, number)
        assert database.execute("PRAGMA synchronous") == [(2,)]
        assert database.execute("PRAGMA locking_mode") == [("exclusive",)]
        database.close()


def test_a_store_open_to_others_is_refused_with_the_remedy(path: Path) -> None:
    opened(path).close()
    path.chmod(0o640)
    with pytest.raises(NotAStore, match=f"readable by others: chmod 600 {re.escape(str(path))}"):
        opened(path)


def change_your_mind(database: Database) -> None:
    with database.transaction():
        database.execute("DELETE FROM facts")
        raise KeyError("our own reason")


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    append(database, 1)
    with pytest.raises(KeyError):
        change_your_mind(database)
    assert numbers(database) == [1]
    append(database, 2)
    assert numbers(database) == [1, 2]


def test_our_own_wrong_statement_is_not_the_disks_fault(database: Database) -> None:
    append(database, 1)
    with pytest.raises(sqlite3.IntegrityError):
        append(database, 1)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.execute("SELECT * FROM theirs")
    with database.transaction(), pytest.raises(sqlite3.OperationalError), database.transaction():
        pass
    assert numbers(database) == [1]


def test_one_process_holds_the_store_and_the_second_fails_at_once(
    path: Path, database: Database
) -> None:
    append(database, 1)
    with pytest.raises(StoreInUse, match=f"^{re.escape(str(path))}: in use by another process"):
        opened(path)
    second = writer(path)
    assert second.communicate()[1].splitlines()[-1].startswith("link.durable.StoreInUse: ")
    append(database, 2)
    assert numbers(database) == [1, 2]


def test_of_processes_that_start_together_one_gets_the_store(path: Path) -> None:
    rivals = [writer(path) for _ in range(3)]
    outcomes = []
    for rival in rivals:
        assert rival.stdout is not None
        outcomes.append(bool(rival.stdout.readline()))
    for rival in rivals:
        rival.kill()
        rival.communicate()
    assert sorted(outcomes) == [False, False, True]


def test_a_rival_that_gives_up_leaves_the_store_to_us(path: Path) -> None:
    opened(path).close()
    rival = sqlite3.connect(path)
    rival.execute("BEGIN EXCLUSIVE")
    attempts = []

    def connect(path: Path) -> sqlite3.Connection:
        attempts.append(path)
        if len(attempts) == 2:
            rival.close()
        return connect_sqlite(path)

    database = Database.open(path, APPLICATION, 1, SCHEMA, connect)
    append(database, 1)
    database.close()


@pytest.mark.parametrize("round_number", range(KILLS))
def test_what_was_acknowledged_survives_a_kill(path: Path, round_number: int) -> None:
    process = writer(path)
    assert process.stdout is not None
    lines = random.Random(round_number).randrange(1, 40)
    acknowledged = [int(process.stdout.readline()) for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()  # communicate() would pass over what readline() has buffered
    acknowledged += [int(line) for line in rest.split("\n")[:-1]]
    process.communicate()
    database = opened(path)
    kept = numbers(database)
    database.close()
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1


def test_a_full_disk_is_told_and_takes_nothing_away(path: Path) -> None:
    process = writer(path, limit=300_000)
    acknowledged, told = process.communicate()
    assert process.returncode == 3
    assert re.fullmatch(rf"Store(Full|Broken) {re.escape(str(path))}: .*\n", told)
    database = opened(path)
    kept = numbers(database)
    assert kept[: acknowledged.count("\n")] == list(range(acknowledged.count("\n")))
    assert len(kept) > 10
    append(database, 1_000_000)
    database.close()


def fill(database: Database, kept: list[object]) -> None:
    while True:
        append(database, len(kept), 3000)
        kept.append(len(kept))


def small(path: Path) -> sqlite3.Connection:
    connection = connect_sqlite(path)
    connection.execute("PRAGMA max_page_count = 20")
    return connection


def test_a_store_at_its_permitted_size_is_full_and_keeps_what_it_has(path: Path) -> None:
    database = Database.open(path, APPLICATION, 1, SCHEMA, small)
    kept: list[object] = []
    with pytest.raises(StoreFull, match=f"^{re.escape(str(path))}: full"):
        fill(database, kept)
    with pytest.raises(StoreBroken, match="failed before: close it and open it again"):
        append(database, 0)
    with pytest.raises(StoreBroken, match="failed before"):
        database.execute("SELECT 1")
    database.close()
    again = Database.open(path, APPLICATION, 1, SCHEMA, small)
    assert numbers(again) == kept
    with again.transaction():
        again.execute("DELETE FROM facts WHERE number = 0")
    append(again, 0, 3000)
    assert numbers(again) == kept
    again.close()


def test_a_store_with_no_room_at_all_is_told_at_once(path: Path) -> None:
    def tiny(path: Path) -> sqlite3.Connection:
        connection = connect_sqlite(path)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    with pytest.raises(StoreFull):
        Database.open(path, APPLICATION, 1, SCHEMA, tiny)
    database = opened(path)
    append(database, 1)
    database.close()


def foreign(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "octets",
    [
        b"\n",
        b"not a store\n",
        b"not a store\n" * 1000,
        bytes(4096),
        b"SQLite format 3\0",
        b"SQLite format 3\0" + bytes(4096),
        foreign,
    ],
)
def test_another_kind_of_file_is_refused_and_left_as_it_is(path: Path, octets: object) -> None:
    content = octets if isinstance(octets, bytes) else foreign(path)
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(NotAStore, match=f"^{re.escape(str(path))}: not a store"):
        opened(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("found", "wanted", "age"), [(2, 1, "a newer version"), (1, 2, "an older version")]
)
def test_a_store_of_another_version_is_refused(
    path: Path, found: int, wanted: int, age: str
) -> None:
    opened(path, version=found).close()
    line = f"written by {age} of the program: format {found}, this one reads {wanted}"
    with pytest.raises(NotAStore, match=line):
        opened(path, version=wanted)
    opened(path, version=found).close()


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch(0o600)
    opened(path).close()
    database = opened(path)
    assert numbers(database) == []
    database.close()


@pytest.mark.parametrize(
    ("kind", "make", "line"),
    [
        (NotAStore, Path.mkdir, "not a file"),
        (StoreBroken, lambda path: path.symlink_to(path), "too many levels of symbolic links"),
        (StoreBroken, lambda path: path.symlink_to("/nowhere/x"), "no such file or directory"),
    ],
)
def test_a_path_that_can_be_no_store_is_one_line(
    path: Path, kind: type[DurableError], make: object, line: str
) -> None:
    assert callable(make)
    make(path)
    with pytest.raises(kind) as refusal:
        opened(path)
    assert str(refusal.value) == f"{path}: {line}"


@pytest.fixture
def sound(path: Path) -> bytes:
    database = opened(path)
    append(database, 1)
    database.close()
    octets = path.read_bytes()
    path.unlink()
    return octets


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 199), value=st.integers(0, 255))
@example(place=47, value=5)
def test_a_damaged_file_is_refused_in_one_line_or_read(
    path: Path, sound: bytes, place: int, value: int
) -> None:
    path.write_bytes(sound[:place] + bytes([value]) + sound[place + 1 :])
    path.chmod(0o600)
    with suppress(DurableError):
        database = opened(path)
        with suppress(DurableError, sqlite3.OperationalError):
            numbers(database)
        database.close()
    for leftover in path.parent.iterdir():
        leftover.unlink()
