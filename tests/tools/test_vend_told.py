"""What each command of a sale says, in words and in JSON, and that the meter reads its digits."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from link.secret import Secret
from link.settings import write_secret
from tools.register import Register, decoder_key
from tools.vend import COMMANDS, GROUPS, keeping

from .vending import METER, VENDING_KEYS, Meter

Splitmeter = Callable[..., Any]
Vend = Callable[..., Any]
DRN = METER.drn
KEY = Secret.from_hex(VENDING_KEYS[0])


@pytest.fixture
def vend(splitmeter: Splitmeter, tmp_path: Path) -> Vend:
    """Run `splitmeter vend` on a register with one meter."""

    def run(*words: object) -> Any:
        return splitmeter("vend", "--register", tmp_path / "vend.db", *words)

    Register.begin(tmp_path / "vend.db")
    write_secret(tmp_path / "vk", KEY)
    assert run("meter", "add", "--drn", DRN, "--vk-file", tmp_path / "vk").status == 0
    return run


TOLD: dict[str, tuple[Sequence[object], str, dict[str, object]]] = {
    "credit": (
        ("credit", DRN, "25.04"),
        "25.1 kWh, rounded up from 25.04",
        {"kind": "credit", "subclass": 0, "amount": 25_100, "unit": "Wh"},
    ),
    "a power limit, rounded up": (
        ("power-limit", DRN, "16385"),
        "power-limit 16394 W",  # sts.md 3.4
        {"kind": "power-limit", "subclass": 0, "amount": 16_394, "unit": "W"},
    ),
    "a limit of unbalance": (
        ("phase-unbalance", DRN, "500"),
        "phase-unbalance 500 W",
        {"kind": "phase-unbalance", "subclass": 6, "amount": 500, "unit": "W"},
    ),
    "one credit register": (
        ("clear-credit", DRN),
        "clear-credit",
        {"kind": "clear-credit", "subclass": 1, "amount": 0, "unit": ""},
    ),
    "all credit registers": (
        ("clear-credit", DRN, "--all"),
        "clear-credit",
        {"kind": "clear-credit", "subclass": 1, "amount": 0xFFFF, "unit": ""},
    ),
    "a tamper condition": (
        ("clear-tamper", DRN),
        "clear-tamper",
        {"kind": "clear-tamper", "subclass": 5, "amount": 0, "unit": ""},
    ),
    "a tariff rate": (
        ("tariff-rate", DRN, "7"),
        "tariff-rate 7",
        {"kind": "tariff-rate", "subclass": 2, "amount": 7, "unit": ""},
    ),
    "a water factor": (
        ("water-factor", DRN, "9"),
        "water-factor 9",
        {"kind": "water-factor", "subclass": 7, "amount": 9, "unit": ""},
    ),
}
told = pytest.mark.parametrize(("words", "says", "fields"), TOLD.values(), ids=TOLD)


def test_a_refused_change_of_a_makers_key_leaves_nothing_that_bars_the_next(
    vend: Vend, tmp_path: Path
) -> None:
    drn = "11111111115"
    for name, octet in (("own", "1f"), ("next", "2e"), ("third", "3d")):
        write_secret(tmp_path / name, Secret.from_hex(f"{octet}00112233445566778899aabbccddee"))
    vend("meter", "add", "--drn", drn, "--kt", 0, "--key-file", tmp_path / "own")
    refused = vend("key-change", drn, "--base", 1993, "--key-file", tmp_path / "next")
    assert (refused.status, "is before 2014" in refused.err) == (3, True)
    assert vend("key-change", drn, "--key-file", tmp_path / "third").status == 0


@told
def test_words_json_and_history_tell_the_same(
    vend: Vend, words: Sequence[object], says: str, fields: dict[str, object]
) -> None:
    digits, line = vend(*words).out.splitlines()
    side = Meter("11", decoder_key(METER, KEY))
    side.read(digits.replace(" ", ""))
    assert line.startswith(f"{says}, meter {DRN}, TID ")
    made = json.loads(vend(*words, "--json").out)
    assert made | fields == made
    assert made["tokens"] == [made["token"]]
    side.read(made["token"])
    assert (made["payment"], made["key_change"], made["warnings"]) == (None, None, [])
    _, kept = json.loads(vend("history", "--json").out)
    (token,) = kept["tokens"]
    assert token | fields == token
    assert (kept["slip"], token["tid"]) == (made["slip"], made["tid"])
    assert f"{says.partition(',')[0]}, TID {made['tid']}" in vend("history").out


def test_all_tokens_with_a_record_are_told() -> None:
    made = {words[0] for words, _, _ in TOLD.values()}
    others = {"key-change", "test", "history", "reissue", "roll-over"}
    others |= {command.name for command in keeping.COMMANDS}
    assert made | others == {command.name for command in COMMANDS}
    assert [name for name, _, _ in GROUPS] == ["meter", "key", "tariff"]


def test_currency_is_told(vend: Vend) -> None:
    words = ("--drn", "11111111115", "--currency", "KES")
    assert vend("meter", "add", *words).status == 0
    sold = ("credit", "11111111115", "--currency", "12.345")
    assert "12.34524 KES, meter 11111111115" in vend(*sold).out
    made = json.loads(vend(*sold, "--json").out)
    wanted = {"amount_wh": None, "kwh": None, "subclass": 4, "amount_e5": 1_234_524, "unit": "KES"}
    assert made | wanted == made
    assert "amount" not in made
    assert "12.34524 KES" in vend("history").out
    assert "12.34524 KES" in vend("reissue", "11111111115").out
    assert "KES" in vend("meter", "list").out


def test_a_sale_for_money_stands_in_the_history(vend: Vend) -> None:
    vend("tariff", "add", "home", "--currency", "KES", "--price", "20")
    vend("meter", "tariff", DRN, "home")
    vend("credit", DRN, "--money", "21")
    assert "20.00 KES, VAT 0.00 of it, tariff home, change 1.00 of 21.00" in vend("history").out


def test_a_makers_own_key_is_followed_by_another(vend: Vend, tmp_path: Path) -> None:
    own, next_ = (Secret(bytes(range(first, first + 16))) for first in (40, 80))
    for name, key in (("own", own), ("next", next_)):
        write_secret(tmp_path / name, key)
    drn = "11111111115"
    words = ("meter", "add", "--drn", drn, "--kt", 0, "--key-file", tmp_path / "own")
    assert vend(*words).status == 0
    side = Meter("11", own)
    side.read(json.loads(vend("credit", drn, 5, "--json").out)["token"])
    ran = vend("key-change", drn, "--key-file", tmp_path / "next")
    *lines, line = ran.out.splitlines()
    assert side.take([each.replace(" ", "") for each in lines]).secret == next_
    assert line == f"new key of meter {drn}: a new key of its maker"
    shown = json.loads(vend("meter", "show", drn, "--json").out)
    assert shown["key_file"] == f"keys.vend/{drn}-ditk-2.key"
    refused = vend("key-change", drn, "--kt", 2, "--key-file", tmp_path / "next")
    assert (refused.status, "--key-file is for --kt 0" in refused.err) == (2, True)
    taken = json.loads(vend("key-change", drn, "--kt", 2, "--json").out)
    assert (side.take(taken["tokens"]).kt, list(taken)[:5]) == (
        2,
        ["drn", "at", "slip", "kind", "tokens"],
    )
    back = vend("key-change", drn, "--kt", 0, "--key-file", tmp_path / "own")
    assert (back.status, "KeyTypeError: no DITK may follow a DUTK" in back.err) == (3, True)


def test_a_new_group_or_type_takes_its_newest_revision(vend: Vend, tmp_path: Path) -> None:
    for krn in (1, 2):
        words = ("--sgc", "000777", "--krn", krn, "--vk-file", tmp_path / "vk")
        assert vend("key", "add", *words).status == 0
    made = json.loads(vend("key-change", DRN, "--sgc", "000777", "--json").out)
    assert made["key_change"]["after"]["krn"] == 2
    again = vend("key", "add", "--sgc", "000777", "--krn", 2, "--vk-file", tmp_path / "vk")
    assert (again.status, "already" in again.err) == (2, True)
    assert "000777  krn 2  dkga 04  VUDK" in vend("key", "list").out
    missing = vend("key-change", DRN, "--krn", 5)
    assert (missing.status, "add --vk-file" in missing.err) == (2, True)


BAD_TESTS = {
    "a test beyond the last": (("37",), "36"),
    "a test beyond the last of a long code": (("29", "--mfr", "0012"), "above 28"),
    "a code of three digits": (("1", "--mfr", "123"), "not two digits or four"),
}


@pytest.mark.parametrize(("words", "says"), BAD_TESTS.values(), ids=BAD_TESTS)
def test_a_test_that_there_is_not_is_refused(vend: Vend, words: Sequence[str], says: str) -> None:
    ran = vend("test", *words)
    assert (ran.status, ran.out, ran.err.count("\n"), says in ran.err) == (2, "", 1, True)


def test_a_test_is_told_in_json(vend: Vend) -> None:
    made = json.loads(vend("test", "0", "--json").out)
    assert made == {
        "token": "56493153725450313471",  # sts.md 8
        "kind": "test",
        "subclass": 0,
        "control": 2**36 - 1,
        "tokens": ["56493153725450313471"],
    }
