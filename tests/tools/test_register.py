"""Laws of the register's file: an old one loses nothing, and a record comes back as it went in."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from link.durable import NotAStore, StoreFull
from link.secret import Secret
from link.settings import write_secret
from meter.sts import UnitsCredit
from tools.register import (
    Block,
    Contents,
    FormerKey,
    Issue,
    MeterRecord,
    Payment,
    Register,
    Slip,
    Tariff,
    TokenRecord,
    VendingKey,
    check,
    decoder_key,
)
from tools.register.schema import VERSION
from tools.register.tables import TABLES
from tools.vend.credit import Units, sell

from .faults import FullAtCommit
from .vending import METER, NOON, VENDING_KEYS, Meter, open_till

SAMPLES = Path(__file__).parent / "samples"
SAMPLE = SAMPLES / "register_1.db"
WRITTEN_BY_1 = 1_795_901_495
"""UTC second of the sample's last token."""
WRITTEN_BY_2 = 1_795_780_980
"""UTC second of the last slip of the sample of version 2."""
VENDING_KEY = Secret.from_hex("abababababababab949494949494949401234567")
"""The one of the standard's vectors: the sample's keys are derived from it."""
MADE = date(2026, 11, 20)

OLD_METERS = (
    MeterRecord("11111111115", "123456", 1, 2, "01", 2014, "04", "11", 255, MADE),
    MeterRecord("12345678903", "123456", 1, 2, "01", 2014, "04", "11", 255, MADE),
    MeterRecord("64686956810", "000017", 3, 2, "07", 2014, "02", "07", 255, MADE),
)
OLD_KEYS = (
    VendingKey("000017", 3, "02", 2, 2014, "keys.vend/000017-3-02.key", test=False),
    VendingKey("123456", 1, "04", 2, 2014, "keys.vend/123456-1-04.key", test=False),
)
OLD_TOKENS = (
    ("12345678903", 1_795_901_494, "33829558015462897941", 6_789_451, 210),
    ("12345678903", 1_795_901_494, "00256261777203472223", 6_789_452, 220),
    ("12345678903", 1_795_901_495, "30676851287935417798", 6_789_453, 230),
    ("64686956810", 1_795_901_495, "17395402639872187331", 6_789_451, 1),
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A register of version 1 in a folder with its vending key."""
    path = Path(shutil.copy(SAMPLE, tmp_path / "vend.db"))
    path.chmod(0o600)
    (tmp_path / "keys.vend").mkdir(mode=0o700)
    write_secret(tmp_path / "keys.vend/123456-1-04.key", VENDING_KEY)
    return path


def test_a_register_of_version_1_opens_and_loses_nothing(old: Path) -> None:
    with Register.open(old) as register:
        assert register.meter_records() == OLD_METERS
        assert register.vending_keys() == OLD_KEYS
        assert [register.last_tid(meter.drn, 2014) for meter in OLD_METERS] == [
            None,
            6_789_453,
            6_789_451,
        ]
        slips = register.slips()
        assert [(slip.kind, slip.again) for slip in slips] == [("credit", 0)] * 4
        tokens = [token for slip in slips for token in register.tokens(slip.number)]
        assert tokens == [
            TokenRecord(drn, at, "credit", 0, digits, 2014, tid, tenths)
            for drn, at, digits, tid, tenths in OLD_TOKENS
        ]


def test_a_register_of_version_1_sells_on(old: Path) -> None:
    meter = Meter("11", decoder_key(OLD_METERS[1], VENDING_KEY))
    with open_till(old.parent) as till:
        sold = sell(till, "12345678903", Units(Fraction(5)), now=WRITTEN_BY_1, rnd=3)
        assert sold.number == len(OLD_TOKENS) + 1
        assert till.register.bought("12345678903", 0, WRITTEN_BY_1 + 1) == 210 + 220 + 230 + 50
    token = meter.read(sold.token.digits)
    assert isinstance(token, UnitsCredit)
    assert (token.tid, token.amount) == (6_789_454, 50)
    old_tokens = [meter.read(digits) for drn, _, digits, _, _ in OLD_TOKENS if drn == "12345678903"]
    assert [token.tid for token in old_tokens if isinstance(token, UnitsCredit)] == [
        6_789_451,
        6_789_452,
        6_789_453,
    ]


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A register of version 2 with all kinds of rows, in a folder with its vending key."""
    folder = tmp_path / "second"
    (folder / "keys.vend").mkdir(mode=0o700, parents=True)
    write_secret(folder / "keys.vend/123456-1-04.key", Secret.from_hex(VENDING_KEYS[0]))
    path = Path(shutil.copy(SAMPLES / "register_2.db", folder / "vend.db"))
    path.chmod(0o600)
    return path


def test_a_register_of_version_2_opens_and_loses_nothing(second: Path) -> None:
    with closing(sqlite3.connect(second)) as database:
        before = [database.execute(f"SELECT * FROM {table.name}").fetchall() for table in TABLES]
    with Register.open(second) as register:
        assert check(register) == Contents(meters=2, slips=6, tokens=8, newest=WRITTEN_BY_2)
        former = FormerKey(3, METER.drn, "123456", 1, 2, "01", 2014, 255, "")
        assert register.former_keys(METER.drn) == (former,)
        assert register.payment(2) == Payment("home", "KES", 100_000_000, 99_882_000, 13_777_000)
        assert [register.last_tid(drn, 2014) for drn in register.meters()] == [6_787_442] * 2
    with closing(sqlite3.connect(second)) as database:
        after = [database.execute(f"SELECT * FROM {table.name}").fetchall() for table in TABLES]
    for rows, sealed in zip(before, after, strict=True):
        assert [row[: len(old)] for row, old in zip(sealed, rows, strict=True)] == rows


def test_a_register_of_version_2_sells_on(second: Path) -> None:
    with open_till(second.parent) as till:
        sold = sell(till, METER.drn, Units(Fraction(5)), now=WRITTEN_BY_2, rnd=3)
        assert (sold.number, sold.token.tid) == (7, 6_787_443)
        assert check(till.register).slips == 7


def test_an_old_register_becomes_what_a_new_one_is(old: Path, second: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    Register.begin(new)
    for path in (old, second):
        with Register.open(path):
            pass
    assert schema(old) == schema(second) == schema(new)
    with closing(sqlite3.connect(old)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def schema(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT name, tbl_name, sql FROM sqlite_master ORDER BY name")
        return rows.fetchall()


def test_a_register_that_cannot_be_rewritten_stays_as_it_is(old: Path) -> None:
    before = schema(old)
    with (
        pytest.raises(StoreFull),
        Register.open(old, connect=lambda path: FullAtCommit(path, 0)),
    ):
        pass
    assert schema(old) == before
    with Register.open(old) as register:
        assert register.meter_records() == OLD_METERS


def test_a_register_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vend.db"
    Register.begin(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(NotAStore, match="a newer version"), Register.open(path):
        pass


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with open_till(tmp_path) as till:
        yield till.register


ISSUED = TokenRecord(METER.drn, NOON, "credit", 0, "0" * 20, 2014, 7, 250)
TARIFF = Tariff("home", "electricity", "KES", 2, 16_000)
BLOCKS = (Block("home", 1, 500, 1_222_000), Block("home", 2, 0, 2_050_000))
PAYMENT = Payment("home", "KES", 100, 90, 10)


def test_what_is_entered_is_found_again(register: Register) -> None:
    meter = replace(METER, commodity="water", currency="KES", tariff="home", key_file="x")
    key = VendingKey("123456", 1, "04", 1, 1993, "file", test=True)
    register.add_meter(meter)
    register.add_vending_key(key)
    register.add_tariff(TARIFF, BLOCKS)
    number = register.add_issue(Issue(meter, NOON, "credit", (ISSUED,), PAYMENT))
    assert register.meter(meter.drn) == meter
    assert register.vending_key("123456", 1, "04", 1) == key
    assert register.vending_key("123456", 1, "04", 2) is None
    assert (register.tariff("home"), register.blocks("home")) == (TARIFF, BLOCKS)
    assert register.slips() == (Slip(number, meter.drn, NOON, "credit", 0),)
    assert (register.tokens(number), register.payment(number)) == ((ISSUED,), PAYMENT)
    assert register.former_keys(meter.drn) == ()


def test_a_new_key_is_kept_together_with_its_slip(register: Register) -> None:
    register.add_meter(METER)
    after = replace(METER, krn=2, ti="02", base=2035)
    number = register.add_issue(Issue(after, NOON, "key-change", ()))
    assert register.meter(METER.drn) == after
    former = FormerKey(number, METER.drn, "123456", 1, 2, "01", 2014, 255, "")
    assert register.former_keys(METER.drn) == (former,)


Spoil = Callable[[Issue], Issue]
SPOILT: dict[str, Spoil] = {
    "a TID that was used": lambda issue: replace(issue, tokens=(ISSUED,)),
    "a tariff that there is not": lambda issue: replace(issue, payment=PAYMENT),
    "a meter that there is not": lambda issue: replace(issue, meter=replace(METER, drn="1")),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_slip_is_entered_whole_or_not_at_all(register: Register, spoil: Spoil) -> None:
    register.add_meter(METER)
    register.add_issue(Issue(METER, NOON, "credit", (ISSUED,)))
    after = replace(METER, krn=2)
    fresh = replace(ISSUED, tid=8)
    with pytest.raises(sqlite3.IntegrityError):
        register.add_issue(spoil(Issue(after, NOON, "credit", (fresh,))))
    assert register.meter(METER.drn) == METER
    assert len(register.slips()) == 1
    assert register.last_tid(METER.drn, 2014) == 7


def test_the_last_tid_is_one_for_each_base_date(register: Register) -> None:
    register.add_meter(METER)
    for base, tid in ((2014, 9), (2035, 3), (2014, 12)):
        token = replace(ISSUED, base=base, tid=tid)
        register.add_issue(Issue(METER, NOON, "credit", (token,)))
    assert [register.last_tid(METER.drn, base) for base in (1993, 2014, 2035)] == [None, 12, 3]


def test_the_key_of_the_last_revision_is_found(register: Register) -> None:
    assert register.newest_key("123456", "04", 2) is None
    for krn in (1, 3, 2):
        register.add_vending_key(VendingKey("123456", krn, "04", 2, 1993, f"{krn}", test=False))
    newest = register.newest_key("123456", "04", 2)
    assert newest is not None
    assert newest.krn == 3
