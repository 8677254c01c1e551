"""Laws of a register that was lost or changed: it is refused in one line, no TID comes twice."""

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from link.durable import StoreBroken, StoreExists, StoreInUse
from link.secret import Secret
from tools.register import Register, back_up, check, put_back
from tools.register.records import LastTid, Total
from tools.register.tables import LAST_TID, TABLES, TOTAL, Sealed
from tools.vend.credit import Units, sell
from tools.vend.meters import add_meter
from tools.vend.till import Till

from ..damage import change, fields_of, other_than
from .test_register import SAMPLES
from .vending import METER, NOON, VENDING_KEYS, open_till

Splitmeter = Callable[..., Any]
DAY_S = 86_400
MINUTE_S = 60


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A register that has rows in all its tables."""
    path = Path(shutil.copy(SAMPLES / "register_2.db", tmp_path / "vend.db"))
    path.chmod(0o600)
    with Register.open(path):
        return path


def read_all(path: Path) -> None:
    with Register.open(path) as register:
        check(register)


def refused(path: Path) -> str:
    """Return the line with which a register is refused."""
    with pytest.raises(StoreBroken) as error:
        read_all(path)
    line = str(error.value)
    assert line.isprintable()
    assert line.startswith(f"{path}: damaged")
    assert "vend restore" in line
    return line


def test_any_value_that_was_changed_is_told_by_table_and_row(sound: Path) -> None:
    copy = sound.with_name("copy.db")
    fields = list(fields_of(sound))
    assert {table for table, *_ in fields} == {table.name for table in (*TABLES, TOTAL)}
    for table, number, column, value in fields:
        shutil.copy(sound, copy)
        change(copy, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", other_than(value), number)
        line = refused(copy)
        is_key = column in ("number", "id", "slip")
        assert is_key or f"row {number} of table {table} " in line


def test_any_row_that_was_taken_out_or_put_in_shows_when_the_register_is_opened(
    sound: Path,
) -> None:
    copy = sound.with_name("copy.db")
    for table in {table for table, *_ in fields_of(sound)}:
        shutil.copy(sound, copy)
        change(copy, f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
        with pytest.raises(StoreBroken, match="table"), Register.open(copy):
            pass
    shutil.copy(sound, copy)
    change(copy, "INSERT INTO last_tid VALUES ('1', 2014, 1, x'00')")
    with pytest.raises(StoreBroken, match="table last_tid does not have its 2 rows"):
        read_all(copy)


def test_a_slip_that_was_taken_out_shows_though_it_was_counted_out(sound: Path) -> None:
    for table, rows in (("token", 7), ("slip", 5)):
        change(sound, f"DELETE FROM {table} WHERE {'slip' if table == 'token' else 'number'} = 5")
        total = Sealed.record(TOTAL, Total(table, rows))
        change(sound, "UPDATE total SET rows = ?, seal = ? WHERE name = ?", rows, total.seal, table)
    assert "row 6 of table slip " in refused(sound)


def test_a_token_that_was_sealed_anew_shows_in_its_slip(sound: Path) -> None:
    with Register.open(sound) as register:
        (row,) = register.tables.rows(TABLES[6], "WHERE id = 1")
    changed = tuple(251 if value == 250 else value for value in row.row)
    its_seal = Sealed.of(row.table, changed).seal
    change(sound, "UPDATE token SET amount = 251, seal = ? WHERE id = 1", its_seal)
    assert "the tokens of slip 1 are not those it had" in refused(sound)


def test_a_last_tid_that_was_set_back_sells_nothing(tmp_path: Path) -> None:
    with open_till(tmp_path) as till:
        add_meter(till, METER, Secret.from_hex(VENDING_KEYS[0]))
        tid = sell(till, METER.drn, Units(Fraction(1)), now=NOON, rnd=1).token.tid
    assert tid is not None
    back = Sealed.record(LAST_TID, LastTid(METER.drn, METER.base, tid - 1))
    path = tmp_path / "vend.db"
    change(path, "UPDATE last_tid SET tid = ?, seal = ?", tid - 1, back.seal)
    with open_till(tmp_path) as till, pytest.raises(StoreBroken, match="the last TID of meter"):
        sell(till, METER.drn, Units(Fraction(1)), now=NOON, rnd=1)


LOST: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "a header alone": lambda path: path.write_bytes(path.read_bytes()[:100]),
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_register_that_was_lost_sells_nothing_and_is_not_begun(
    lose: Callable[[Path], object], sound: Path, splitmeter: Splitmeter
) -> None:
    lose(sound)
    left = sound.exists() and sound.read_bytes()
    for words in (("credit", METER.drn, "25"), ("meter", "list"), ("history",), ("check",)):
        ran = splitmeter("vend", "--register", sound, *words)
        assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "backup" in ran.err or "malformed" in ran.err
    assert (sound.exists() and sound.read_bytes()) == left


TRACES = ("keys.vend/123456-1-04.key", "64686956810/meter.toml", "ciu.toml")


@pytest.mark.parametrize("trace", TRACES)
@pytest.mark.parametrize("left", [None, b""], ids=["missing", "empty"])
def test_no_register_is_begun_where_there_was_one(
    trace: str, left: bytes | None, splitmeter: Splitmeter, tmp_path: Path, drn: Callable[..., str]
) -> None:
    lab = tmp_path / "lab"
    (lab / trace).parent.mkdir(parents=True)
    (lab / trace).touch()
    if left is not None:
        (lab / "vend.db").write_bytes(left)
    before = sorted(lab.rglob("*"))
    words = ("--drn", drn(1), "--listen", "pty:///tmp/line", "--test-keys", "--lab")
    ran = splitmeter("provision", "--dir", lab, *words)
    assert (ran.status, ran.err.count("\n"), "put" in ran.err) == (1, 1, True)
    ran = splitmeter("vend", "--register", lab / "vend.db", "begin")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert sorted(lab.rglob("*")) == before
    ran = splitmeter("vend", "--register", lab / "vend.db", "begin", "--anew")
    assert ran.status == 0
    kept = lab / "vend.db.lost-1"
    assert (kept.read_bytes() if kept.exists() else None) == left
    again = splitmeter("vend", "--register", lab / "vend.db", "begin", "--anew")
    assert (again.status, "whole" in again.err) == (1, True)


def test_a_register_that_was_begun_outlives_a_provision_that_fails(
    splitmeter: Splitmeter, tmp_path: Path, drn: Callable[..., str]
) -> None:
    path = tmp_path / "vend.db"
    Register.begin(path)
    words = ("--drn", drn(1), "--listen", "pty:///tmp/line", "--lab")
    assert splitmeter("provision", "--dir", tmp_path, *words).status == 2
    assert list(tmp_path.iterdir()) == [path]
    read_all(path)


@pytest.fixture
def till_at_noon(tmp_path: Path) -> Path:
    """A folder with a register that has sold one token at noon, and its backup after that."""
    with open_till(tmp_path) as till:
        add_meter(till, METER, Secret.from_hex(VENDING_KEYS[0]))
        sell_at(till, NOON)
        back_up(till.register, tmp_path / "copy.db")
    return tmp_path


def sell_at(till: Till, now: int) -> int:
    tid = sell(till, METER.drn, Units(Fraction(1)), now=now, rnd=1).token.tid
    assert tid is not None
    return tid


def test_a_backup_is_what_the_register_was(till_at_noon: Path) -> None:
    copy = till_at_noon / "copy.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert list(fields_of(copy)) == list(fields_of(till_at_noon / "vend.db"))


def test_a_backup_that_was_put_back_issues_no_tid_of_the_lost_register(till_at_noon: Path) -> None:
    path = till_at_noon / "vend.db"
    with open_till(till_at_noon) as till:
        lost = {sell_at(till, NOON + minute * MINUTE_S) for minute in range(10)}
    path.unlink()
    now = NOON + 10 * MINUTE_S
    with Register.open(till_at_noon / "copy.db") as backup:
        put_back(backup, path, now, ahead=0)
    with open_till(till_at_noon) as till:
        again = {sell_at(till, now + second) for second in range(5)}
        assert check(till.register).slips == 6
    assert len(again) == 5
    assert min(again) > max(lost)


def test_tokens_ahead_of_the_clock_before_the_backup_count_too(till_at_noon: Path) -> None:
    path = till_at_noon / "vend.db"
    with open_till(till_at_noon) as till:
        before = [sell_at(till, NOON) for _ in range(20)]
        back_up(till.register, till_at_noon / "later.db")
        lost = [sell_at(till, NOON) for _ in range(10)]
    path.unlink()
    with Register.open(till_at_noon / "later.db") as backup:
        put_back(backup, path, NOON, ahead=10)
    with open_till(till_at_noon) as till:
        assert sell_at(till, NOON) > max(*before, *lost)


def test_tokens_that_were_sold_ahead_of_the_clock_do_not_come_again(
    splitmeter: Splitmeter, till_at_noon: Path
) -> None:
    path = till_at_noon / "vend.db"
    with open_till(till_at_noon) as till:
        lost = [sell_at(till, NOON) for _ in range(50)]
    path.write_bytes(b"")
    ran = splitmeter("vend", "--register", path, "restore", till_at_noon / "copy.db", "--ahead", 50)
    assert ran.status == 0
    with open_till(till_at_noon) as till:
        assert sell_at(till, NOON) == lost[-1] + 1


def test_a_base_date_that_the_lost_register_began_is_covered_too(till_at_noon: Path) -> None:
    later = int(NOON + 9 * 365.25 * DAY_S)
    (till_at_noon / "vend.db").unlink()
    with Register.open(till_at_noon / "copy.db") as backup:
        put_back(backup, till_at_noon / "vend.db", later, ahead=0)
    with open_till(till_at_noon) as till:
        found = {base: till.register.last_tid(METER.drn, base) for base in (1993, 2014, 2035)}
    assert found[1993] is None or found[1993] > 0
    assert found[2014] == (later - 1_388_534_400) // MINUTE_S
    assert found[2035] == (later - 2_051_222_400) // MINUTE_S


def test_nothing_is_replaced_and_no_journal_of_another_is_taken_over(till_at_noon: Path) -> None:
    path, copy = till_at_noon / "vend.db", till_at_noon / "copy.db"
    before = path.read_bytes()
    with Register.open(copy) as backup, pytest.raises(StoreExists, match="whole"):
        put_back(backup, path, NOON, ahead=0)
    with (
        open_till(till_at_noon),
        Register.open(copy) as backup,
        pytest.raises(StoreInUse, match="in use"),
    ):
        put_back(backup, path, NOON, ahead=0)
    assert path.read_bytes() == before
    path.unlink()
    for ending in ("-wal", "-journal"):
        (till_at_noon / f"vend.db{ending}").write_bytes(b"x" * 5000)
    with pytest.raises(StoreExists, match="move it away too"):
        Register.begin(path)
    with Register.open(copy) as backup:
        _, gone = put_back(backup, path, NOON, ahead=0)
    read_all(path)
    assert gone == till_at_noon / "vend.db.lost-1"
    assert sorted(file.name for file in till_at_noon.glob("vend.db*")) == [
        "vend.db",
        "vend.db.lost-1-journal",
        "vend.db.lost-1-wal",
    ]


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_lost_register_is_kept_beside_the_backup_in_its_place(
    lose: Callable[[Path], object], till_at_noon: Path
) -> None:
    path = till_at_noon / "vend.db"
    lose(path)
    left = path.read_bytes() if path.exists() else None
    with Register.open(till_at_noon / "copy.db") as backup:
        contents, gone = put_back(backup, path, NOON, ahead=0)
    assert (gone and gone.read_bytes()) == left
    with open_till(till_at_noon) as till:
        assert check(till.register) == contents


def test_a_damaged_register_is_not_copied(till_at_noon: Path) -> None:
    change(till_at_noon / "vend.db", "UPDATE token SET amount = amount + 1")
    with Register.open(till_at_noon / "vend.db") as register, pytest.raises(StoreBroken):
        back_up(register, till_at_noon / "other.db")
    assert not (till_at_noon / "other.db").exists()


def test_backup_and_restore_by_hand(splitmeter: Splitmeter, till_at_noon: Path) -> None:
    path, copy = till_at_noon / "vend.db", till_at_noon / "monday.db"
    vend = ("vend", "--register", path)
    ran = splitmeter(*vend, "backup", copy, clock=lambda: NOON)
    assert (ran.status, "1 tokens" in ran.out, "keys.vend" in ran.out) == (0, True, True)
    assert splitmeter(*vend, "backup", copy).status == 1
    path.unlink()
    ran = splitmeter(*vend, "restore", copy, clock=lambda: NOON - 1)
    assert (ran.status, "set the clock" in ran.err, path.exists()) == (2, True, False)
    ran = splitmeter(*vend, "restore", copy, clock=lambda: NOON + DAY_S)
    assert (ran.status, "no TID up to 2026-11-24 12:00 UTC is issued again" in ran.out) == (0, True)
    ran = splitmeter(*vend, "check", "--json")
    assert json.loads(ran.out) == {"meters": 1, "slips": 1, "tokens": 1, "newest": NOON}
    ran = splitmeter(*vend, "check")
    assert ran.out.endswith(
        "1 meters, 1 tokens, 1 slips, the last on 2026-11-22 12:00 UTC: all as it was written\n"
    )
