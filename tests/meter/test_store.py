"""The meter's door to the disk (meter.md 2): what was committed stands, whatever breaks."""

import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from link.durable import (
    Connection,
    Cursor,
    Database,
    DurableError,
    NotAStore,
    StoreBroken,
    StoreFull,
    StoreInUse,
    StoreMissing,
    connect_sqlite,
)
from link.secret import Secret
from link.terms import DAYS_UNKNOWN, LEDGER_KEPT, EntrySource, meter_pan
from meter.domain import (
    Command,
    Elapsed,
    EnterToken,
    Fact,
    KeepCalendar,
    LocalDay,
    Measure,
    Overload,
    Seed,
    State,
    apply_all,
    days_left,
    decide,
    fact_to_json,
    initial,
)
from meter.store import KEEP_ALL, Retention, Store
from meter.store.inspection import inspect
from meter.store.records import add_line, read_snapshot, write_snapshot
from meter.store.rescue import rescue_path
from meter.store.retention import RetentionClass, retention_class_of
from meter.store.schema import APPLICATION_ID, SCHEMA, VERSION
from meter.sts import DecoderKey, EncryptionAlgorithm, UnitsCredit, write_token

OCTETS = bytes(range(70, 78))
SEED = Seed(
    "12345678903",
    meter_pan("12345678903"),
    "07",
    "02",
    2014,
    "123456",
    "01",
    1,
    2,
    255,
    0,
    Secret(OCTETS),
)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SEED.key)
STRANGER = DecoderKey(EncryptionAlgorithm.EA07, Secret(bytes(8)))
FIRST = initial(SEED, 1_000)
ROOT = Path(__file__).parents[2]


def credit(tid: int, key: DecoderKey = KEY) -> EnterToken:
    token = UnitsCredit(0, rnd=0, tid=tid, field=10)
    return EnterToken(write_token(token, key), EntrySource.SLOT_0)


def step(state: State, command: Command) -> tuple[tuple[Fact, ...], State]:
    facts = decide(state, command, at=2_000).facts
    return facts, apply_all(state, facts)


def commands(seed: int, number: int) -> list[Command]:
    """A random life, the same for the same seed."""
    rng, chosen, register = Random(seed), list[Command](), 0
    for tid in range(number):
        register += rng.randrange(200)
        one_of: list[Command] = [
            credit(tid),
            credit(tid, STRANGER),
            Measure(0, register),
            Elapsed(rng.randrange(100)),
        ]
        chosen.append(rng.choice(one_of))
    return chosen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meter.db"


def begun(path: Path, **how: object) -> Store:
    """Open and load a store; begin it with FIRST where there is none."""
    if not path.exists():
        Store.create(path, FIRST)
    store = Store.open(path, **how)  # type: ignore[arg-type]
    store.load()
    return store


def test_a_new_store_has_its_first_state_and_is_for_its_user_alone(path: Path) -> None:
    Store.create(path, FIRST)
    store = Store.open(path)
    assert store.load() == FIRST
    assert store.facts() == ()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


def test_a_store_of_before_overload_and_calendar_opens_and_goes_on(path: Path) -> None:
    shutil.copy(ROOT / "tests/meter/samples/store_1.db", path)
    path.chmod(0o600)
    store = begun(path)
    state = store.load()
    assert (state.account.credit, state.metering.total) == (500, 1_500)
    assert [entry.tid for entry in state.ledger.entries] == [1, 2]
    assert state.supply.overload == Overload()
    assert days_left(state) == DAYS_UNKNOWN
    facts, state = step(state, KeepCalendar(LocalDay(1, 1)))
    store.commit(facts, state)
    store.close()
    store = begun(path)
    assert store.load() == state
    assert [capture.total for capture in state.calendar.days] == [1_500]
    store.close()


@pytest.mark.parametrize("seed", range(4))
def test_the_facts_alone_make_the_state_across_restarts(seed: int, path: Path) -> None:
    rng, state = Random(seed), FIRST
    store = begun(path, keep=KEEP_ALL)
    for command in commands(seed, 40):
        facts, state = step(state, command)
        store.commit(facts, state)
        if rng.random() < 0.1:
            store.close()
            store = begun(path, keep=KEEP_ALL)
            assert store.load() == state
    assert apply_all(FIRST, store.facts()) == state
    store.close()


def test_a_live_store_trims_facts_and_no_state(path: Path) -> None:
    keep, state = Retention(events=3, running=4), FIRST
    store = begun(path, keep=keep)
    kept: list[Fact] = []
    for command in commands(9, 400):
        facts, state = step(state, command)
        store.commit(facts, state)
        kept += facts
    assert store.load() == state
    found = store.facts()
    assert Counter(map(retention_class_of, kept)) > Counter(map(retention_class_of, found))
    for kept_as in RetentionClass:
        newest = [fact for fact in kept if retention_class_of(fact) is kept_as][-keep.of(kept_as) :]
        assert [fact for fact in found if retention_class_of(fact) is kept_as] == newest
    store.close()


@pytest.mark.parametrize("keep", [Retention(), KEEP_ALL])
def test_the_ledger_grows_on_where_it_was_after_a_restart(keep: Retention, path: Path) -> None:
    store, state = begun(path, keep=keep), FIRST
    facts: tuple[Fact, ...] = ()
    for tid in range(LEDGER_KEPT + 3):
        more, state = step(state, credit(tid))
        facts += more
    store.commit(facts, state)
    store.close()
    store = begun(path, keep=keep)
    found = store.load()
    assert found == state
    _, after = step(found, credit(LEDGER_KEPT + 3))
    assert after.ledger.head.sequence == found.ledger.head.sequence + 1 == LEDGER_KEPT + 4
    store.close()


def test_a_store_keeps_fifty_credits_and_a_hundred_events_at_the_least() -> None:
    assert Retention().credits >= 50
    assert Retention().events >= 100


def test_no_fact_on_the_disk_holds_the_key(path: Path) -> None:
    store, state = begun(path), FIRST
    for command in commands(2, 30):
        facts, state = step(state, command)
        store.commit(facts, state)
    store.close()
    rows = sqlite3.connect(path).execute("SELECT line FROM facts").fetchall()
    assert rows
    assert not any(OCTETS.hex() in line for (line,) in rows)


def test_a_second_process_is_refused_at_once(path: Path) -> None:
    store = begun(path)
    with pytest.raises(StoreInUse, match="in use by another process"):
        begun(path)
    store.close()
    begun(path).close()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"version":4', '"version":9', "state version 9 is not known"),
        ('{"version"', '"version"', "not JSON"),
    ],
)
def test_a_state_that_no_version_wrote_stops_the_meter_with_its_name(
    old: str, new: str, message: str, path: Path
) -> None:
    begun(path).close()
    database = Database.open(path, APPLICATION_ID, VERSION, SCHEMA)
    line, written = read_snapshot(database)
    write_snapshot(database, line.replace(old, new), written)
    database.close()
    store = Store.open(path)
    with pytest.raises(NotAStore, match=message) as caught:
        store.load()
    assert str(caught.value).startswith(str(path))
    store.close()


def test_a_fact_that_no_version_wrote_stops_the_meter_with_its_name(path: Path) -> None:
    begun(path).close()
    database = Database.open(path, APPLICATION_ID, VERSION, SCHEMA)
    line, written = read_snapshot(database)
    rose = fact_to_json(step(FIRST, credit(1))[0][0]).replace("TokenAccepted", "MoonRose")
    write_snapshot(database, line, add_line(database, RetentionClass.CREDIT, rose, written))
    database.close()
    store = Store.open(path)
    with pytest.raises(NotAStore, match="fact MoonRose version 1 is not known"):
        store.load()
    store.close()


TOUCHED = (
    "UPDATE snapshot SET line = replace(line, '\"credit\":', '\"credit\":9')",
    "UPDATE snapshot SET chains = replace(chains, '[3,', '[2,')",
    "DELETE FROM snapshot",
    "UPDATE facts SET line = replace(line, '1000', '9000') WHERE line LIKE '%1000%'",
    "UPDATE facts SET kept_as = 2 WHERE id = (SELECT min(id) FROM facts WHERE kept_as = 1)",
    "DELETE FROM facts WHERE id = (SELECT min(id) FROM facts WHERE kept_as = 1)",
    "DELETE FROM facts WHERE id = (SELECT max(id) FROM facts WHERE kept_as = 1)",
    "DELETE FROM facts WHERE id = (SELECT max(id) - 1 FROM facts)",
    "INSERT INTO facts SELECT 900, kept_as, line, before, seal FROM facts WHERE id = 1",
    "UPDATE facts SET id = -id",
    "UPDATE facts SET kept_as = 99 WHERE id = 1",
    "UPDATE facts SET line = (SELECT line FROM facts WHERE id = 1),"
    " before = (SELECT before FROM facts WHERE id = 1),"
    " seal = (SELECT seal FROM facts WHERE id = 1) WHERE id = 2",
)
"""Changes of a store behind the meter's back."""


def test_whatever_was_changed_put_in_or_taken_out_is_refused_and_shown(path: Path) -> None:
    store, state = begun(path), FIRST
    for tid in range(3):
        facts, state = step(state, credit(tid))
        store.commit(facts, state)
    store.close()
    assert inspect(path).faults == ()
    whole = path.read_bytes()
    for statement in TOUCHED:
        path.write_bytes(whole)
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(statement).rowcount, statement
        store = Store.open(path)
        with pytest.raises(StoreBroken, match=f"^{re.escape(str(path))}: damaged: .+") as refusal:
            store.load()
        assert str(refusal.value).isprintable()
        store.close()
        assert inspect(path).faults, statement


@dataclass
class Disk:
    """Fails at a statement to come: before it is done, or after, so that only its answer is lost.

    From then on it does nothing at all, until it is healed.
    """

    fails_in: int | None = None
    done_first: bool = False
    dead: bool = False

    def connect(self, path: Path) -> Connection:
        return Faulty(connect_sqlite(path), self)

    def heal(self) -> None:
        self.fails_in, self.dead = None, False

    def fail(self) -> None:
        self.dead = True
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR | 4 << 8  # from fsync
        raise error


@dataclass
class Faulty:
    """A connection on a disk that may fail."""

    inner: sqlite3.Connection
    disk: Disk

    @property
    def in_transaction(self) -> bool:
        return self.inner.in_transaction

    def execute(
        self, sql: str, parameters: Sequence[str | bytes | int | float | None] = (), /
    ) -> Cursor:
        due = self.disk.fails_in == 0
        if self.disk.dead or (due and not self.disk.done_first):
            self.disk.fail()
        cursor = self.inner.execute(sql, parameters)
        if due:
            cursor.close()
            self.disk.fail()
        if self.disk.fails_in is not None:
            self.disk.fails_in -= 1
        return cursor

    def executescript(self, sql_script: str, /) -> object:
        return self.inner.executescript(sql_script)

    def close(self) -> None:
        self.inner.close()


def broken_commits(path: Path, disk: Disk) -> int:
    """Break a commit at each of its statements in turn; return how many there are."""
    for number in range(100):
        path.unlink(missing_ok=True)
        store = begun(path, connect=disk.connect, keep=KEEP_ALL)
        facts, after = step(FIRST, credit(1))
        disk.fails_in = number
        try:
            store.commit(facts, after)
        except StoreBroken:
            assert_whole(store, disk, after)
        else:
            disk.heal()
            store.close()
            return number
        store.close()
    raise AssertionError("a commit has no end")


def assert_whole(store: Store, disk: Disk, after: State) -> None:
    with pytest.raises(DurableError):
        store.load()
    disk.heal()
    found = store.reopen()
    assert found in (FIRST, after)
    assert apply_all(FIRST, store.facts()) == found
    more, state = step(found, credit(2))
    store.commit(more, state)
    assert store.reopen() == state


@pytest.mark.parametrize("done_first", [False, True])
def test_a_commit_that_breaks_is_whole_or_nothing(done_first: bool, path: Path) -> None:
    assert broken_commits(path, Disk(done_first=done_first)) >= 5


def test_after_a_failed_disk_the_store_goes_on_in_a_copy(path: Path) -> None:
    disk = Disk()
    store = begun(path, connect=disk.connect)
    facts, after = step(FIRST, credit(1))
    before = path.stat().st_ino
    disk.fails_in = 2
    with pytest.raises(StoreBroken, match="the disk failed"):
        store.commit(facts, after)
    disk.heal()
    assert store.reopen() == FIRST
    assert path.stat().st_ino != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {file.name for file in path.parent.iterdir()} <= {"meter.db", "meter.db-wal"}
    moved = path.stat().st_ino
    assert store.reopen() == FIRST
    assert path.stat().st_ino == moved
    store.close()


@pytest.mark.parametrize("done_first", [False, True])
def test_a_rescue_that_breaks_loses_nothing(done_first: bool, path: Path) -> None:
    for number in range(100):
        path.unlink(missing_ok=True)
        disk = Disk()
        store = begun(path, connect=disk.connect)
        facts, after = step(FIRST, credit(1))
        store.commit(facts, after)
        disk.fails_in = 0
        with pytest.raises(StoreBroken):
            store.commit((), replace(after))
        disk.heal()
        disk.fails_in, disk.done_first = number, done_first
        try:
            found = store.reopen()
        except StoreBroken:
            disk.heal()
            assert store.reopen() == after
            store.close()
            continue
        assert found == after
        assert number > 5
        store.close()
        return


def finished_rescue(path: Path) -> State:
    """Leave an old store with its journal, and a finished copy, as a crash between them does."""
    disk = Disk()
    store = begun(path, connect=disk.connect)
    facts, after = step(FIRST, credit(1))
    store.commit(facts, after)
    shutil.copy(path, f"{path}.old")
    shutil.copy(f"{path}-wal", f"{path}.old-wal")
    store.close()
    shutil.copy(path, rescue_path(path))
    for ending in ("", "-wal"):
        Path(f"{path}.old{ending}").rename(f"{path}{ending}")
    return after


@pytest.mark.parametrize("journal_left", [True, False])
def test_a_crash_in_a_rescue_is_finished_by_the_next_start(journal_left: bool, path: Path) -> None:
    after = finished_rescue(path)
    if not journal_left:
        Path(f"{path}-wal").unlink()
    store = begun(path)
    assert store.load() == after
    assert not rescue_path(path).exists()
    store.close()


def test_a_draft_that_a_crash_left_is_no_copy(path: Path) -> None:
    store = begun(path)
    store.close()
    Path(f"{path}.draft").write_bytes(b"half")
    store = begun(path)
    assert store.load() == FIRST
    store.close()


def test_a_full_store_loses_nothing_and_goes_on_when_there_is_room(path: Path) -> None:
    pages = 40

    def small(path: Path) -> Connection:
        connection = connect_sqlite(path)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    store, state = begun(path, connect=small, keep=KEEP_ALL), FIRST
    full = False
    while not full:
        facts, after = step(state, Measure(0, state.metering.register + 1))
        try:
            store.commit(facts, after)
        except StoreFull:
            full = True
        else:
            state = after
    assert state.metering.register > 50
    assert store.reopen() == state
    pages = 400
    assert store.reopen() == state
    facts, state = step(state, Measure(0, 1_000_000))
    store.commit(facts, state)
    assert store.reopen() == state == apply_all(FIRST, store.facts())
    store.close()


COMMITTER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from meter.domain import Measure, apply_all, decide
from meter.store import KEEP_ALL, Store
store = Store.open(Path(sys.argv[1]), keep=KEEP_ALL)
state = store.load()
while True:
    metering = state.metering
    facts = decide(state, Measure(0, metering.register + 1), at=0).facts
    state = apply_all(state, facts)
    store.commit(facts, state)
    print(state.metering.register, flush=True)
"""
"""A process that uses 1 Wh a commit and says so when the disk has it."""


def killed_while_committing(path: Path, lines: int) -> int:
    """Run the committer until it has said so many lines, kill it, and return the last one."""
    arguments = [sys.executable, "-c", COMMITTER, str(path), str(ROOT)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    return int([line for line in said if line.endswith(b"\n")][-1])


def kill_law(path: Path, times: int) -> None:
    rng = Random(times)
    store = begun(path, keep=KEEP_ALL)
    store.commit(*step(FIRST, Measure(0, 0)))
    store.close()
    for _ in range(times):
        said_wh = killed_while_committing(path, rng.randrange(1, 60))
        store = begun(path, keep=KEEP_ALL)
        state = store.load()
        assert state.metering.register in (said_wh, said_wh + 1)
        assert apply_all(FIRST, store.facts()) == state
        store.close()


def test_a_killed_process_loses_nothing_that_it_said(path: Path) -> None:
    kill_law(path, times=3)


@pytest.mark.proof
def test_a_process_killed_again_and_again_loses_nothing_that_it_said(path: Path) -> None:
    kill_law(path, times=int(os.environ.get("SPLITMETER_ROUNDS", "1000")))


def test_a_store_in_a_folder_that_is_gone_is_one_line(path: Path) -> None:
    with pytest.raises(StoreMissing, match="no such file or directory"):
        Store.open(path / "meter.db")
    assert os.listdir(path.parent) == []  # noqa: PTH208
