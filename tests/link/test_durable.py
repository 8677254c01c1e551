"""Laws of link.durable: one process, nothing acknowledged is lost, no foreign file is touched."""

import os
import random
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import link
from link.durable import (
    SEAL_OCTETS,
    Database,
    DurableError,
    NotAStore,
    StoreBroken,
    StoreExists,
    StoreFull,
    StoreInUse,
    StoreMissing,
    Value,
    connect_sqlite,
    seal,
)

APPLICATION = 0x53504C31
SCHEMA = "CREATE TABLE facts (number INTEGER PRIMARY KEY, body ANY) STRICT"
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


def created(path: Path, version: int = 1) -> Path:
    Database.create(path, APPLICATION, version, SCHEMA)
    return path


def opened(path: Path, version: int = 1) -> Database:
    return Database.open(path, APPLICATION, version, SCHEMA)


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
def place(tmp_path: Path) -> Path:
    """Where a store may be; nothing is there."""
    return tmp_path / "meter.db"


@pytest.fixture
def path(place: Path) -> Path:
    """An empty store."""
    return created(place)


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
    assert second.communicate()[1].splitlines()[-1].startswith("link.durable.errors.StoreInUse: ")
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


def test_a_store_with_no_room_at_all_is_told_and_not_created(place: Path) -> None:
    def tiny(path: Path) -> sqlite3.Connection:
        connection = connect_sqlite(path)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    with pytest.raises(StoreFull):
        Database.create(place, APPLICATION, 1, SCHEMA, connect=tiny)
    assert list(place.parent.iterdir()) == []


def test_a_store_is_created_whole_or_not_at_all(place: Path) -> None:
    def fill(database: Database) -> None:
        append(database, 7)
        raise KeyError("our own reason")

    with pytest.raises(KeyError):
        Database.create(place, APPLICATION, 1, SCHEMA, fill=fill)
    assert list(place.parent.iterdir()) == []
    Database.create(place, APPLICATION, 1, SCHEMA, fill=lambda database: append(database, 8))
    assert list(place.parent.iterdir()) == [place]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    database = opened(place)
    assert numbers(database) == [8]
    database.close()


def test_creating_never_touches_what_is_there(place: Path) -> None:
    taken = (
        lambda: place.touch(0o600),
        lambda: place.write_bytes(b"theirs"),
        lambda: place.symlink_to("/nowhere/x"),
        lambda: created(place),
    )
    for take in taken:
        take()
        before = place.lstat()
        with pytest.raises(StoreExists, match="exists already and is not replaced"):
            created(place)
        assert place.lstat() == before
        assert list(place.parent.iterdir()) == [place]
        place.unlink()


def test_of_two_that_create_at_the_same_moment_one_does(place: Path) -> None:
    with pytest.raises(StoreExists):
        Database.create(place, APPLICATION, 1, SCHEMA, fill=lambda _: append_to(created(place)))
    database = opened(place)
    assert numbers(database) == [1]
    database.close()
    assert list(place.parent.iterdir()) == [place]


def append_to(path: Path) -> None:
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
def test_another_kind_of_file_is_refused_and_left_as_it_is(place: Path, octets: object) -> None:
    content = octets if isinstance(octets, bytes) else foreign(place)
    place.write_bytes(content)
    place.chmod(0o600)
    with pytest.raises(NotAStore, match=f"^{re.escape(str(place))}: not a store"):
        opened(place)
    assert place.read_bytes() == content
    assert list(place.parent.iterdir()) == [place]


@pytest.mark.parametrize(
    ("found", "wanted", "age"), [(2, 1, "a newer version"), (1, 2, "an older version")]
)
def test_a_store_of_another_version_is_refused(
    place: Path, found: int, wanted: int, age: str
) -> None:
    path = created(place, found)
    line = f"written by {age} of the program: format {found}, this one reads {wanted}"
    with pytest.raises(NotAStore, match=line):
        opened(path, version=wanted)
    opened(path, version=found).close()


@pytest.mark.parametrize(
    ("leave", "line"),
    [
        (Path.unlink, "no such file or directory"),
        (lambda path: os.truncate(path, 0), "empty: what was stored here is lost"),
    ],
)
def test_a_store_that_is_missing_or_empty_is_refused_and_not_begun_anew(
    path: Path, leave: Callable[[Path], None], line: str
) -> None:
    leave(path)
    before = path.exists()
    for _ in range(2):
        with pytest.raises(StoreMissing, match=f"^{re.escape(str(path))}: {line}$"):
            opened(path)
        assert path.exists() == before
        assert not before or path.stat().st_size == 0


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE facts",
        "DROP TABLE facts; CREATE TABLE facts (number TEXT)",
        "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER INSERT ON facts BEGIN DELETE FROM facts; END",
    ],
)
def test_a_store_whose_tables_are_others_is_damaged(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.executescript(change)
    with pytest.raises(StoreBroken, match="damaged: its tables are not those of a store"):
        opened(path)


@pytest.mark.parametrize(
    ("kind", "make", "line"),
    [
        (NotAStore, Path.mkdir, "not a file"),
        (StoreBroken, lambda path: path.symlink_to(path), "too many levels of symbolic links"),
        (StoreMissing, lambda path: path.symlink_to("/nowhere/x"), "no such file or directory"),
    ],
)
def test_a_path_that_can_be_no_store_is_one_line(
    place: Path, kind: type[DurableError], make: object, line: str
) -> None:
    assert callable(make)
    make(place)
    with pytest.raises(kind) as refusal:
        opened(place)
    assert str(refusal.value) == f"{place}: {line}"


@pytest.fixture
def sound(path: Path) -> bytes:
    database = opened(path)
    with database.transaction():
        database.execute("INSERT INTO facts VALUES (1, 'a text that is no text any more')")
    database.close()
    return path.read_bytes()


def check_damage(path: Path, octets: bytes) -> None:
    """A file with these octets is refused in one line, at opening or reading, or it is read."""
    path.write_bytes(octets)
    line = ""
    try:
        with closing(opened(path)) as database:
            database.execute("SELECT number, body FROM facts")
    except DurableError as error:
        line = str(error)
    assert line.isprintable(), repr(line)


def test_a_file_with_any_octet_changed_is_refused_in_one_line_or_read(
    path: Path, sound: bytes
) -> None:
    rng = random.Random(1)
    tables = sound.index(b"CREATE TABLE") - 50, sound.index(b"CREATE TABLE") + 100
    records = sound.index(b"a text") - 50, len(sound)
    for place in (*range(110), *range(*tables), *range(*records)):
        if place < len(sound):
            value = rng.randrange(256)
            check_damage(path, sound[:place] + bytes([value]) + sound[place + 1 :])


def test_a_text_that_cannot_be_read_is_damage(path: Path, sound: bytes) -> None:
    assert sound.count(b"text any more") == 1
    path.write_bytes(sound.replace(b"text any more", b"text \xff\xfe more"))
    database = opened(path)
    with pytest.raises(StoreBroken, match=r"^\S+: damaged \(a text that is not UTF-8\)$"):
        database.execute("SELECT body FROM facts")
    database.close()


FIELDS = st.none() | st.integers() | st.floats() | st.text() | st.binary()


@given(record=st.lists(FIELDS, min_size=1, max_size=5), other=st.lists(FIELDS, max_size=5))
@example(record=["ab", "c"], other=["a", "bc"])
@example(record=["1"], other=[1])
@example(record=[1], other=[1.0])
@example(record=[None], other=[""])
@example(record=[b"a"], other=["a"])
def test_two_records_have_two_seals(record: list[Value], other: list[Value]) -> None:
    assert (seal(*record) == seal(*other)) == (repr(record) == repr(other))
    assert seal(*record, before=seal(*other)) != seal(*record)
    assert len(seal(*record)) == SEAL_OCTETS
