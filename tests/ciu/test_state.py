"""What must survive a power cut does, and what must be forgotten is."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ciu.state import CiuState, IntentOpen
from link.durable import (
    Connection,
    DurableError,
    NotAStore,
    StoreDamaged,
    StoreExists,
    StoreFull,
    StoreInUse,
    StoreMissing,
    connect_sqlite,
    seal,
)
from link.token_entry import Intent

from ..damage import change
from .lab import open_state

DIGITS = "23716100501183194197"
METER, OTHER = "01000000016", "01000000024"
INTENT = Intent(DIGITS, 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ciu.db"


def octets(path: Path) -> bytes:
    """All that lies on the disk of a store."""
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_an_intent_survives_and_is_forgotten_when_resolved(path: Path) -> None:
    state = open_state(path)
    state.begin(METER, INTENT)
    state.close()
    state = open_state(path)
    assert state.intent(METER) == INTENT
    assert state.intent(OTHER) is None
    state.resolve(METER)
    state.resolve(METER)
    state.close()
    assert open_state(path).intent(METER) is None


def test_one_intent_a_meter(path: Path) -> None:
    state = open_state(path)
    state.begin(METER, INTENT)
    with pytest.raises(IntentOpen):
        state.begin(METER, Intent("0" * 20, 8))
    state.begin(OTHER, Intent("0" * 20, 8))
    assert state.intent(METER) == INTENT


def test_the_digits_leave_the_disk_with_the_intent(path: Path) -> None:
    state = open_state(path)
    state.begin(METER, INTENT)
    assert DIGITS.encode() in octets(path)
    state.resolve(METER)
    assert DIGITS.encode() not in octets(path)
    state.close()
    assert DIGITS.encode() not in octets(path)


def untidy(path: Path) -> Connection:
    """A connection of a library that was built to leave in the file what was deleted."""
    connection = connect_sqlite(path)
    connection.execute("PRAGMA secure_delete = OFF")
    return connection


def test_the_digits_leave_the_disk_whatever_the_library_does_by_itself(path: Path) -> None:
    state = open_state(path, untidy)
    state.begin(METER, INTENT)
    state.resolve(METER)
    state.close()
    assert DIGITS.encode() not in octets(path)


def test_a_ledger_that_went_back_is_noticed_until_it_goes_as_far_again(path: Path) -> None:
    state = open_state(path)
    assert not state.saw_ledger(METER, 5)
    assert not state.saw_ledger(METER, 5)
    state.close()
    for _ in range(2):
        state = open_state(path)
        assert not state.saw_ledger(OTHER, 1)
        assert state.saw_ledger(METER, 3)
        assert state.saw_ledger(METER, 4)
        assert state.greatest_sequence(METER) == 5
        state.close()
    state = open_state(path)
    assert not state.saw_ledger(METER, 5)
    assert not state.saw_ledger(METER, 9)
    assert state.saw_ledger(METER, 8)


def test_a_ledger_that_went_back_is_noticed_until_somebody_accepts_it(path: Path) -> None:
    state = open_state(path)
    state.saw_ledger(METER, 5)
    state.accept_ledger(METER)
    assert state.saw_ledger(METER, 3)
    state.accept_ledger(METER)
    assert not state.saw_ledger(METER, 3)
    state.close()
    state = open_state(path)
    assert not state.saw_ledger(METER, 4)
    assert state.saw_ledger(METER, 3)


@pytest.fixture
def sound(path: Path) -> Path:
    """A store with two intents and two ledgers."""
    state = open_state(path)
    for number, meter in enumerate((METER, OTHER), 7):
        state.begin(meter, Intent(DIGITS, number))
        state.saw_ledger(meter, number)
    state.close()
    return path


def refused(path: Path) -> str:
    """Return the line with which a damaged store is refused."""
    with pytest.raises(StoreDamaged) as error:
        CiuState.open(path)
    line = str(error.value)
    assert line.isprintable()
    assert "may have been accepted or not" in line
    assert "splitmeter ciu begin" in line
    return line


FIELDS = {"intent": ("meter", "digits", "known_sequence", "seal"), "ledger": ("sequence", "seal")}


def test_any_value_that_was_changed_is_told_by_table_and_row(sound: Path) -> None:
    whole = sound.read_bytes()
    for table, columns in FIELDS.items():
        for number, meter in enumerate((METER, OTHER), 1):
            for column in columns:
                sound.write_bytes(whole)
                wrong = "0" if column in ("meter", "digits") else 1
                wrong = b"0" * 16 if column == "seal" else wrong
                change(sound, f"UPDATE {table} SET {column} = ? WHERE meter = ?", wrong, meter)
                due = 1 if column == "meter" else number
                assert f"row {due} of table {table} " in refused(sound)


@pytest.mark.parametrize("table", FIELDS)
def test_a_record_that_was_taken_out_or_put_in_shows(sound: Path, table: str) -> None:
    whole = sound.read_bytes()
    change(sound, f"DELETE FROM {table} WHERE meter = ?", METER)
    assert "a record is missing" in refused(sound)
    sound.write_bytes(whole)
    values: tuple[str | int, ...] = (DIGITS, 1) if table == "intent" else (1,)
    marks = ", ".join("?" * (len(values) + 2))
    row = ("1", *values, seal(table, "1", *values))
    change(sound, f"INSERT INTO {table} VALUES ({marks})", *row)
    assert "one too many" in refused(sound)


def test_a_store_is_begun_once_and_never_by_opening_it(path: Path) -> None:
    for lose in (lambda: None, lambda: path.write_bytes(b"")):
        lose()
        with pytest.raises(StoreMissing, match=r"may have been accepted or not.*ciu begin"):
            CiuState.open(path)
    assert path.read_bytes() == b""
    with pytest.raises(StoreExists):
        CiuState.begin_store(path)
    path.unlink()
    CiuState.begin_store(path)
    CiuState.open(path).close()
    with pytest.raises(StoreExists):
        CiuState.begin_store(path)


SAMPLE = Path(__file__).parent / "samples" / "unit_1.db"


@pytest.fixture
def first(path: Path) -> Path:
    """A store as version 1 wrote it."""
    shutil.copy(SAMPLE, path)
    path.chmod(0o600)
    return path


def test_a_store_of_version_1_opens_and_loses_nothing(first: Path) -> None:
    for _ in range(2):
        state = CiuState.open(first)
        assert state.intent(METER) == INTENT
        assert [state.greatest_sequence(meter) for meter in (METER, OTHER)] == [7, 12]
        state.close()
    state = CiuState.open(first)
    state.resolve(METER)
    state.close()
    assert DIGITS.encode() not in octets(first)


def test_an_old_store_becomes_what_a_new_one_is(first: Path, tmp_path: Path) -> None:
    CiuState.open(first).close()
    new = tmp_path / "new.db"
    CiuState.begin_store(new)
    assert schema(first) == schema(new)


def schema(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT name, tbl_name, sql FROM sqlite_master ORDER BY name")
        return [*rows.fetchall(), *database.execute("PRAGMA user_version").fetchall()]


def test_a_store_that_cannot_be_rewritten_stays_as_it_is(first: Path) -> None:
    before = schema(first)
    with pytest.raises(StoreFull):
        CiuState.open(first, full_disk)
    assert schema(first) == before
    assert CiuState.open(first).intent(METER) == INTENT


def test_a_second_holder_is_refused_at_once(path: Path) -> None:
    first = open_state(path)
    with pytest.raises(StoreInUse, match="in use"):
        open_state(path)
    first.close()
    open_state(path).close()


def test_a_store_of_something_else_is_refused(path: Path) -> None:
    path.write_text("a text of some length " * 50)
    path.chmod(0o600)
    with pytest.raises(NotAStore):
        open_state(path)


def full_disk(path: Path) -> Connection:
    """A connection to a disk on which nothing more fits."""
    connection = connect_sqlite(path)
    connection.execute("PRAGMA max_page_count = 1")
    return connection


def fill(state: CiuState) -> None:
    for serial in range(10_000):
        state.begin(f"{serial:011d}", INTENT)


def test_an_intent_that_cannot_be_stored_is_an_error_and_leaves_nothing(path: Path) -> None:
    open_state(path).close()
    state = open_state(path, full_disk)
    with pytest.raises(StoreFull, match="full"):
        fill(state)
    with pytest.raises(DurableError):
        state.intent(METER)
    state.close()
    assert open_state(path).intent(METER) is None
