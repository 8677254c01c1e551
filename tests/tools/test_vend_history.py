"""Laws of the register's commands: meters as they were entered, history, reissue, roll-over."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from link.secret import Secret
from link.settings import read_secret, write_secret
from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    Management,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)
from tools.exits import Stop
from tools.register import decoder_key
from tools.vend.credit import Units, sell
from tools.vend.history import outdated, reissue
from tools.vend.manage import MANAGED, ROWS, manage, own_register
from tools.vend.measures import MEASURES
from tools.vend.meters import add_meter
from tools.vend.tids import next_tid, written
from tools.vend.till import Till

from .vending import LATER, METER, NOON, VENDING_KEYS, Meter, open_till

Splitmeter = Callable[..., Any]
Vend = Callable[..., Any]
KEY = Secret.from_hex(VENDING_KEYS[0])
DRN = METER.drn


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    with open_till(tmp_path) as till:
        add_meter(till, METER, KEY)
        yield till


@pytest.fixture
def vend(splitmeter: Splitmeter, tmp_path: Path) -> Vend:
    """Run `splitmeter vend` on a register of the test's own, with two vending key files beside."""
    for name, key in (("vk1", VENDING_KEYS[0]), ("vk2", VENDING_KEYS[1])):
        write_secret(tmp_path / name, Secret.from_hex(key))
    with open_till(tmp_path):
        pass

    def run(*words: object) -> Any:
        return splitmeter("vend", "--register", tmp_path / "vend.db", *words)

    return run


FIELDS: dict[str, tuple[int, Management]] = {
    "clear-credit": (0, ClearCredit(3, 0, 0)),
    "clear-tamper": (0, ClearTamperCondition(3, 0, 0)),
    "power-limit": (16_385, SetMaximumPowerLimit(3, 0, 0x4001)),  # sts.md 3.4
    "phase-unbalance": (1818525, SetMaximumPhasePowerUnbalanceLimit(3, 0, 0xC000)),
    "tariff-rate": (7, SetTariffRate(3, 0, 7)),
    "water-factor": (0xFFFF, SetWaterMeterFactor(3, 0, 0xFFFF)),
}


@pytest.mark.parametrize("row", MANAGED, ids=lambda row: row.name)
def test_each_management_token_is_read_by_the_meter(till: Till, row: Any) -> None:
    number, wanted = FIELDS[row.name]
    made = manage(till, DRN, row, number, now=NOON, rnd=3)
    token = Meter("11", decoder_key(METER, KEY)).read(made.token.digits)
    assert token == replace(wanted, tid=next_tid(METER, None, NOON))
    assert till.register.tokens(made.number) == made.issue.tokens


@pytest.mark.parametrize("commodity", MEASURES)
def test_the_register_that_is_cleared_is_the_meters_own(commodity: str) -> None:
    """sts.md 3.3: 0-3 the commodities, 4-7 their currency registers, 0xFFFF all."""
    place = list(MEASURES).index(commodity)
    units = replace(METER, commodity=commodity)
    money = replace(units, currency="KES")
    assert (own_register(units, 0), own_register(money, 0)) == (place, 4 + place)
    assert own_register(money, 1) == 0xFFFF


def test_all_kinds_share_the_tids_of_a_meter(till: Till) -> None:
    tids = [manage(till, DRN, row, 0, now=NOON, rnd=0).token.tid for row in MANAGED]
    tids.append(sell(till, DRN, Units(Fraction(1)), now=NOON, rnd=0).token.tid)
    first = next_tid(METER, None, NOON)
    assert tids == list(range(first, first + len(tids)))


def test_a_number_beyond_the_field_is_refused_however_it_is_written(vend: Vend) -> None:
    for name, most in (("power-limit", 18_201_624), ("tariff-rate", 0xFFFF)):
        for text in (f"{most + 1}", f"{most + 1:020}", f"{'9' * 5000}"):
            ran = vend(name, DRN, text)
            assert (ran.status, "no whole number" in ran.err) == (2, True)
        assert "is not in the register" in vend(name, DRN, f"{most:05000}").err


def test_a_meter_is_listed_as_it_was_entered(vend: Vend, tmp_path: Path) -> None:
    words = ("--sgc", "000017", "--krn", 3, "--ti", "07", "--commodity", "water")
    more = ("--currency", "KES", "--manufactured", "2026-11-21", "--vk-file", tmp_path / "vk1")
    assert vend("meter", "add", "--drn", DRN, *words, *more).status == 0
    (listed,) = json.loads(vend("meter", "list", "--json").out)
    wanted = {
        "drn": DRN,
        "sgc": "000017",
        "krn": 3,
        "kt": 2,
        "ti": "07",
        "base": 2014,
        "dkga": "04",
        "ea": "11",
        "ken": 255,
        "manufactured": "2026-11-21",
        "commodity": "water",
        "currency": "KES",
        "tariff": "",
        "key_file": "",
        "mode": "currency",
    }
    assert listed == wanted
    shown = json.loads(vend("meter", "show", DRN, "--json").out)
    file = "keys.vend/000017-3-04.key"
    assert shown == wanted | {"key_file": file, "last_tid": {}, "former_keys": []}
    assert (tmp_path / file).stat().st_mode & 0o777 == 0o600
    assert DRN in vend("meter", "list").out
    assert file in vend("meter", "show", DRN).out


def test_a_register_is_begun_for_us_alone(splitmeter: Splitmeter, tmp_path: Path) -> None:
    path = tmp_path / "new" / "shop" / "vend.db"
    assert splitmeter("vend", "--register", path, "begin").status == 0
    assert [each.stat().st_mode & 0o777 for each in (path, path.parent)] == [0o600, 0o700]


def test_a_second_meter_of_a_group_needs_no_key_file(
    vend: Vend, tmp_path: Path, drn: Callable[..., str]
) -> None:
    vend("meter", "add", "--drn", DRN, "--vk-file", tmp_path / "vk1")
    assert vend("meter", "add", "--drn", drn(2)).status == 0
    assert vend("credit", drn(2), 1).status == 0


BAD_METERS: dict[str, tuple[Sequence[str], str]] = {
    "no key": ((), "add --vk-file FILE"),
    "a key too short": (("--dkga", "02", "--ea", "07", "--vk-file", "vk1"), "wants 8"),
    "dkga 02 and ea 11": (("--dkga", "02", "--vk-file", "vk1"), "add --ea 07"),
    "type 0 without its key": (("--kt", "0"), "go together"),
    "a key of its own with type 2": (("--key-file", "vk1"), "go together"),
    "type 0 with a key too long": (("--kt", "0", "--key-file", "vk1"), "20 octets"),
    "type 3": (("--kt", "3"), "invalid choice"),
    "no such tariff": (("--vk-file", "vk1", "--tariff", "home"), "no tariff 'home'"),
}


@pytest.mark.parametrize(("words", "says"), BAD_METERS.values(), ids=BAD_METERS)
def test_a_meter_that_does_not_fit_is_not_entered(
    vend: Vend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Sequence[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = vend("meter", "add", "--drn", DRN, *words)
    assert (ran.status, ran.out, ran.err.count("\n"), says in ran.err) == (2, "", 1, True)
    with open_till(tmp_path) as till:
        assert till.register.meters() == ()
    assert list(tmp_path.glob("keys.vend/*")) == []


def test_a_tariff_of_another_commodity_is_refused(vend: Vend, tmp_path: Path) -> None:
    vend("tariff", "add", "home", "--currency", "KES", "--price", "20")
    words = ("--commodity", "gas", "--vk-file", tmp_path / "vk1", "--tariff", "home")
    assert "tariff add --commodity" in vend("meter", "add", "--drn", DRN, *words).err


def test_a_meter_is_entered_once(vend: Vend, tmp_path: Path) -> None:
    words = ("meter", "add", "--drn", DRN, "--vk-file", tmp_path / "vk1")
    assert vend(*words).status == 0
    assert "already" in vend(*words).err


def test_history_shows_whole_digits_only_when_asked(vend: Vend, tmp_path: Path) -> None:
    vend("meter", "add", "--drn", DRN, "--vk-file", tmp_path / "vk1")
    sold = json.loads(vend("credit", DRN, 25, "--json").out)
    grouped = vend("reissue", DRN).out.splitlines()[0]
    digits = sold["token"]
    assert grouped.replace(" ", "") == digits
    told, whole = vend("history", DRN).out, vend("history", "--digits").out
    assert (grouped in told, f"...{digits[-4:]}" in told, grouped in whole) == (False, True, True)
    assert f"reissue of {sold['slip']}" in told
    brief, full = (vend("history", "--json", *more).out for more in ((), ("--digits",)))
    assert (digits in brief, digits in full) == (False, True)
    first, second = json.loads(brief)
    assert (first["slip"], first["again"], first["tokens"][0]["tid"]) == (1, None, sold["tid"])
    assert (second["kind"], second["again"], second["tokens"]) == ("reissue", 1, [])
    assert "not in the register" in vend("history", "11111111115").err


def test_a_reissue_is_the_same_slip_and_spends_no_tid(till: Till) -> None:
    with pytest.raises(Stop, match="nothing was issued"):
        reissue(till, DRN, None, now=NOON)
    first, second = (sell(till, DRN, Units(Fraction(1)), now=NOON, rnd=0) for _ in range(2))
    number, slip = reissue(till, DRN, None, now=NOON)
    assert (number, slip.number) == (3, second.number)
    assert reissue(till, DRN, first.number, now=NOON)[1].number == first.number
    assert till.register.last_tid(DRN, 2014) == second.token.tid
    assert reissue(till, DRN, None, now=NOON)[1].number == second.number
    with pytest.raises(Stop, match="slip 3 is not one"):
        reissue(till, DRN, number, now=NOON)


def test_roll_over_names_who_is_behind_and_until_when(till: Till) -> None:
    assert outdated(till, NOON) == ()
    (found,) = outdated(till, LATER)
    assert (found.drn, found.base, found.next_base) == (DRN, 2014, 2035)
    assert written(found.ends_at) == "2045-11-24 20:16"
    old = replace(METER, drn="11111111115", base=1993)
    add_meter(till, old, None)
    assert [each.drn for each in outdated(till, NOON)] == [old.drn]


def test_roll_over_is_told(vend: Vend, tmp_path: Path) -> None:
    assert vend("meter", "add", "--drn", DRN, "--vk-file", tmp_path / "vk1").status == 0
    assert vend("roll-over").out == "no meter is on an old base date\n"
    vend("meter", "add", "--drn", "11111111115", "--base", "1993")
    assert vend("roll-over").out == (
        "11111111115    base 1993, TIDs end on 2024-11-24 20:16 UTC, next base 2014\n"
    )
    (told,) = json.loads(vend("roll-over", "--json").out)
    assert (told["drn"], told["base"], told["next_base"]) == ("11111111115", 1993, 2014)
    assert told["days_left"] < 0


def test_no_key_is_in_anything_that_a_point_of_sale_says_or_keeps(
    vend: Vend, tmp_path: Path
) -> None:
    """Also not the decoder keys, which are derived and never written."""
    with open_till(tmp_path):
        pass
    own = Secret(bytes.fromhex("c0ffee00c0ffee11c0ffee22c0ffee33"))
    write_secret(tmp_path / "own", own)
    sales = (("credit", DRN, 5), ("key-change", DRN, "--ti", "02", "--json"), ("credit", DRN, 5))
    ran = [
        vend("meter", "add", "--drn", DRN, "--vk-file", tmp_path / "vk1"),
        vend("meter", "add", "--drn", "11111111115", "--kt", 0, "--key-file", tmp_path / "own"),
        vend("key", "add", "--sgc", "123456", "--krn", 2, "--vk-file", tmp_path / "vk2"),
        *(vend(*words) for words in sales),
        vend("credit", "11111111115", 5, "--json"),
        vend("meter", "add", "--drn", "64686956810", "--krn", 1, "--vk-file", tmp_path / "vk2"),
        *(vend("meter", "show", each, "--json") for each in (DRN, "11111111115")),
        vend("key", "list", "--json"),
        vend("history", "--json"),
        vend("history"),
        vend("reissue", DRN),
    ]
    assert [one.status for one in ran] == [0] * 7 + [2] + [0] * 6
    derived = [
        decoder_key(replace(METER, krn=krn, ti=ti), Secret.from_hex(VENDING_KEYS[krn - 1]))
        for krn in (1, 2)
        for ti in ("01", "02")
    ]
    said = "".join(one.out + one.err for one in ran).lower().encode()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("vend.db*"))
    for key in (*map(Secret.from_hex, VENDING_KEYS[:2]), own, *derived):
        octets = key.reveal()
        for form in (octets.hex().encode(), octets, octets[:8], octets.hex()[:12].encode()):
            assert form not in said
            assert form not in kept
    files = list((tmp_path / "keys.vend").iterdir())
    assert len(files) == 3
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    assert read_secret(tmp_path / "keys.vend/11111111115-ditk-1.key") == own
    assert ROWS.keys() == FIELDS.keys()
