"""Laws of begin, backup and restore: a store begins once, and nothing is lost or used twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from link.durable import DurableError, NotAStore, StoreExists, StoreInUse, StoreMissing
from link.terms import EntrySource, TokenResult
from meter.app.upkeep import WrongClock, back_up, begin, restore
from meter.domain import EnterToken, State, apply_all, decide
from meter.store import Store
from meter.store.inspection import inspect
from meter.store.rescue import rescue_path
from meter.sts import BaseDate, tid_at

from .unit_bench import SEED, UTC, token

MINUTE_S = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meter.db"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def sold(at: int, wh: int = 1_000) -> str:
    """Return a token that was made at a UTC second."""
    return token(tid_at(at, BaseDate.YEAR_2014), wh)


def entered(path: Path, digits: str, at: int) -> TokenResult:
    """Enter a token at the meter of a store, as one run of the meter does."""
    store = Store.open(path)
    state = store.load()
    decision = decide(state, EnterToken(digits, EntrySource.SLOT_0), at)
    store.commit(decision.facts, apply_all(state, decision.facts))
    store.close()
    assert decision.outcome is not None
    return decision.outcome.result


def state_of(path: Path) -> State:
    found = inspect(path)
    assert found.faults == ()
    assert found.state is not None
    return found.state


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_store_begins_once(path: Path) -> None:
    begin(path, SEED, UTC)
    assert entered(path, sold(UTC), UTC) is TokenResult.Accept
    before = content(path.parent)
    for in_use in (False, True):
        with pytest.raises(StoreExists):
            begin(path, SEED, UTC, in_use=in_use)
    assert content(path.parent) == before


def test_an_empty_file_was_a_store_and_so_the_meter_was_in_use(path: Path) -> None:
    path.touch(0o600)
    with pytest.raises(StoreExists, match=r"empty: a store was here.*--in-use"):
        begin(path, SEED, UTC)
    begin(path, SEED, UTC, in_use=True)
    assert entered(path, sold(UTC), UTC) is TokenResult.OldError
    assert entered(path, sold(UTC + MINUTE_S), UTC + MINUTE_S) is TokenResult.Accept


def test_a_meter_that_was_in_use_does_not_begin_before_it_was_made(path: Path) -> None:
    seed = replace(SEED, manufactured=UTC)
    with pytest.raises(WrongClock):
        begin(path, seed, UTC - 1, in_use=True)
    begin(path, seed, 0)
    assert state_of(path).sts.restored_at == 0


@pytest.mark.parametrize(
    "lose",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:5_000]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"credit", b"debits")),
        lambda path: path.write_bytes(b"not a store\n" * 1_000),
    ],
)
def test_a_lost_store_comes_back_and_no_token_is_used_twice(
    path: Path, backup: Path, lose: object
) -> None:
    begin(path, SEED, UTC)
    before, between, unused = sold(UTC, 1_000), sold(UTC + 60, 2_000), sold(UTC + 120, 3_000)
    assert entered(path, before, UTC) is TokenResult.Accept
    back_up(path, backup)
    assert entered(path, between, UTC + 60) is TokenResult.Accept
    assert callable(lose)
    lose(path)
    lost = content(path.parent).get("meter.db")
    kept = backup.read_bytes()
    at = UTC + 600
    state, gone = restore(path, backup, SEED, at)
    assert (state.account.credit, backup.read_bytes()) == (1_000, kept)
    assert (None if gone is None else gone.read_bytes()) == lost
    for digits in (before, between, unused, sold(at)):
        assert entered(path, digits, at) is TokenResult.OldError
    assert entered(path, sold(at + MINUTE_S, 500), at + MINUTE_S) is TokenResult.Accept
    assert state_of(path).account.credit == 1_500


def test_a_whole_store_is_never_replaced(path: Path, backup: Path) -> None:
    begin(path, SEED, UTC)
    back_up(path, backup)
    before = content(path.parent)
    with pytest.raises(StoreExists, match="whole"):
        restore(path, backup, SEED, UTC)
    with pytest.raises(StoreExists, match="exists already"):
        back_up(path, backup)
    assert content(path.parent) == before


def test_the_store_of_another_meter_is_set_aside_and_its_backup_refused(
    path: Path, backup: Path, tmp_path: Path
) -> None:
    other = replace(SEED, drn="64686956810")
    begin(path, SEED, UTC)
    back_up(path, backup)
    path.unlink()
    begin(path, other, UTC)
    before = content(tmp_path)
    with pytest.raises(NotAStore, match=r"another meter: \[meter\] drn is 12345678903"):
        restore(tmp_path / "elsewhere.db", backup, other, UTC)
    assert content(tmp_path) == before
    restore(path, backup, SEED, UTC)
    assert state_of(path).sts.drn == SEED.drn
    assert state_of(tmp_path / "meter.db.lost-1").sts.drn == other.drn


def test_a_running_meter_is_left_alone(path: Path, backup: Path) -> None:
    begin(path, SEED, UTC)
    back_up(path, backup)
    running = Store.open(path)
    running.load()
    for upkeep in (
        lambda: restore(path, backup, SEED, UTC),
        lambda: back_up(path, backup.with_name("second")),
        lambda: inspect(path),
    ):
        with pytest.raises(StoreInUse):
            upkeep()
    running.close()


def test_a_clock_that_stands_before_what_the_backup_knows_is_refused(
    path: Path, backup: Path, tmp_path: Path
) -> None:
    begin(path, SEED, UTC)
    assert entered(path, sold(UTC), UTC) is TokenResult.Accept
    back_up(path, backup)
    path.unlink()
    before = content(tmp_path)
    with pytest.raises(WrongClock):
        restore(path, backup, SEED, UTC - 1)
    assert content(tmp_path) == before


@pytest.mark.parametrize("octets", [None, b"", b"x", b"not a backup" * 1_000])
def test_what_is_no_backup_changes_nothing(
    path: Path, backup: Path, tmp_path: Path, octets: bytes | None
) -> None:
    begin(path, SEED, UTC)
    path.write_bytes(b"")
    if octets is not None:
        backup.write_bytes(octets)
    before = content(tmp_path)
    with pytest.raises(DurableError) as refusal:
        restore(path, backup, SEED, UTC)
    assert str(refusal.value).startswith(f"{backup}: ")
    assert content(tmp_path) == before


def test_the_journal_of_a_lost_store_never_meets_the_backup(path: Path, backup: Path) -> None:
    begin(path, SEED, UTC)
    back_up(path, backup)
    path.write_bytes(b"")
    Path(f"{path}-wal").write_bytes(b"journal")
    _, gone = restore(path, backup, SEED, UTC)
    assert gone is not None
    assert Path(f"{gone}-wal").read_bytes() == b"journal"
    assert entered(path, sold(UTC + 60), UTC + 60) is TokenResult.Accept


def test_a_rescue_that_was_not_put_into_place_is_the_store(path: Path) -> None:
    begin(path, SEED, UTC)
    assert entered(path, sold(UTC), UTC) is TokenResult.Accept
    path.rename(rescue_path(path))
    with pytest.raises(StoreExists):
        begin(path, SEED, UTC, in_use=True)
    assert state_of(path).account.credit == 1_000


def test_a_backup_that_is_missing_is_named(path: Path, backup: Path) -> None:
    with pytest.raises(StoreMissing, match="no such file"):
        restore(path, backup, SEED, UTC)
