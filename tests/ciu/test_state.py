"""What must survive a power cut does, and what must be forgotten is."""

from pathlib import Path

import pytest

from ciu.state import CiuState, IntentOpen
from link.durable import (
    Connection,
    DurableError,
    NotAStore,
    StoreFull,
    StoreInUse,
    connect_sqlite,
)
from link.token_entry import Intent

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
    state = CiuState.open(path)
    state.begin(METER, INTENT)
    state.close()
    state = CiuState.open(path)
    assert state.intent(METER) == INTENT
    assert state.intent(OTHER) is None
    state.resolve(METER)
    state.resolve(METER)
    state.close()
    assert CiuState.open(path).intent(METER) is None


def test_one_intent_a_meter(path: Path) -> None:
    state = CiuState.open(path)
    state.begin(METER, INTENT)
    with pytest.raises(IntentOpen):
        state.begin(METER, Intent("0" * 20, 8))
    state.begin(OTHER, Intent("0" * 20, 8))
    assert state.intent(METER) == INTENT


def test_the_digits_leave_the_disk_with_the_intent(path: Path) -> None:
    state = CiuState.open(path)
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
    state = CiuState.open(path, untidy)
    state.begin(METER, INTENT)
    state.resolve(METER)
    state.close()
    assert DIGITS.encode() not in octets(path)


def test_a_ledger_that_goes_back_is_noticed_across_runs_and_once(path: Path) -> None:
    state = CiuState.open(path)
    assert not state.saw_ledger(METER, 5)
    assert not state.saw_ledger(METER, 5)
    state.close()
    state = CiuState.open(path)
    assert not state.saw_ledger(OTHER, 1)
    assert state.saw_ledger(METER, 4)
    assert not state.saw_ledger(METER, 4)
    assert not state.saw_ledger(METER, 9)


def test_a_second_holder_is_refused_at_once(path: Path) -> None:
    first = CiuState.open(path)
    with pytest.raises(StoreInUse, match="in use"):
        CiuState.open(path)
    first.close()
    CiuState.open(path).close()


def test_a_store_of_something_else_is_refused(path: Path) -> None:
    path.write_text("a text of some length " * 50)
    path.chmod(0o600)
    with pytest.raises(NotAStore):
        CiuState.open(path)


def full_disk(path: Path) -> Connection:
    """A connection to a disk on which nothing more fits."""
    connection = connect_sqlite(path)
    connection.execute("PRAGMA max_page_count = 1")
    return connection


def fill(state: CiuState) -> None:
    for serial in range(10_000):
        state.begin(f"{serial:011d}", INTENT)


def test_an_intent_that_cannot_be_stored_is_an_error_and_leaves_nothing(path: Path) -> None:
    CiuState.open(path).close()
    state = CiuState.open(path, full_disk)
    with pytest.raises(StoreFull, match="full"):
        fill(state)
    with pytest.raises(DurableError):
        state.intent(METER)
    state.close()
    assert CiuState.open(path).intent(METER) is None
