"""Laws of key changes at the point of sale: what the meter reads at each stage, what is refused."""

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
    FirstSection,
    KeyType,
    MeterTest,
    NewKey,
    SecondSection,
    UnitsCredit,
    read_token,
)
from tools.exits import Exit, Stop
from tools.register import FormerKey, MeterRecord, VendingKey, decoder_key, vending_key_of
from tools.vend.credit import Issued, Units, sell
from tools.vend.due import due_change
from tools.vend.key_rules import FOLLOWS, check_change, check_type
from tools.vend.key_set import KeyChange
from tools.vend.manage import ROWS, manage
from tools.vend.meters import add_meter
from tools.vend.selling import change_key
from tools.vend.tids import next_tid
from tools.vend.till import Till, enter_vending_key

from .vending import LATER, METER, NOON, SHORT_KEYS, VENDING_KEYS, Meter, open_till

Splitmeter = Callable[..., Any]

FORMS = {
    "four tokens": METER,
    "two tokens": replace(METER, ea="07"),
    "two tokens, dkga 02": replace(METER, ea="07", dkga="02"),
}
forms = pytest.mark.parametrize("meter", FORMS.values(), ids=FORMS)


def vending_key(meter: MeterRecord) -> Secret:
    """The vending key of each revision and kind, the same one for the same row."""
    keys = SHORT_KEYS if meter.dkga == "02" else VENDING_KEYS
    octets = bytearray.fromhex(keys[meter.krn - 1])
    octets[0] ^= meter.kt
    return Secret(bytes(octets))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    with open_till(tmp_path) as till:
        yield till


def side_of(meter: MeterRecord) -> Meter:
    return Meter(meter.ea, decoder_key(meter, vending_key(meter)))


def change(
    till: Till, before: MeterRecord, after: MeterRecord, now: int = NOON, *, three: bool = False
) -> Issued:
    key = None if after.kt == KeyType.DITK else vending_key(after)
    return change_key(till, KeyChange(before, after, three), now=now, vending_key=key)


def digits(issued: Issued) -> list[str]:
    return [token.digits for token in issued.issue.tokens]


def buy(till: Till, now: int = NOON, *, key_first: bool = True) -> Issued:
    return sell(till, METER.drn, Units(Fraction(5)), now=now, rnd=9, key_first=key_first)


@forms
def test_a_set_gives_the_meter_the_key_of_the_next_sale(till: Till, meter: MeterRecord) -> None:
    add_meter(till, meter, vending_key(meter))
    side = side_of(meter)
    side.read(buy(till).token.digits)
    after = replace(meter, ti="02", ken=254)
    issued = change(till, meter, after)
    assert [token.subclass for token in issued.issue.tokens] == [3, 4, 8, 9][: len(digits(issued))]
    new = side.take(digits(issued))
    assert new.secret == decoder_key(after, vending_key(after))
    sgc = int(after.sgc) if meter.ea == "11" else None
    assert new == NewKey(new.secret, ken=254, krn=1, kt=2, ti=2, ro=0, sgc=sgc)
    token = side.read(buy(till).token.digits)
    assert isinstance(token, UnitsCredit)
    assert till.register.meter(meter.drn) == after


def test_a_life_of_keys_is_read_at_each_stage(till: Till) -> None:
    maker = replace(METER, kt=0)
    made = Secret(bytes(range(100, 116)))
    add_meter(till, maker, made)
    before = till.register.meter(METER.drn)
    assert before is not None
    side = Meter("11", made)
    side.read(buy(till).token.digits)
    stages = (
        replace(METER, kt=1),
        replace(METER, kt=2),
        replace(METER, kt=2, sgc="000777"),
        replace(METER, kt=2, sgc="000777", krn=2),
        replace(METER, kt=2, sgc="000777", krn=2, base=2035),
    )
    for after in stages:
        new = side.take(digits(change(till, before, after, LATER)))
        assert (new.kt, new.krn, new.sgc) == (after.kt, after.krn, int(after.sgc))
        assert new.ro == (after.base != before.base)
        side.read(manage(till, METER.drn, ROWS["clear-tamper"], 0, now=LATER, rnd=1).token.digits)
        before = after
    assert [former.kt for former in till.register.former_keys(METER.drn)] == [0, 1, 2, 2, 2]
    assert isinstance(side.read(buy(till, LATER).token.digits), UnitsCredit)


def test_a_newer_revision_comes_before_the_next_sale(till: Till) -> None:
    add_meter(till, METER, vending_key(METER))
    side = side_of(METER)
    side.read(buy(till).token.digits)
    newer = replace(METER, krn=3)
    enter_vending_key(till, vending_key_of(newer, test=False), vending_key(newer))
    old = buy(till, key_first=False)
    assert (len(old.issue.tokens), old.change) == (1, None)
    side.read(old.token.digits)
    sold = buy(till)
    assert side.take(digits(sold)[:4]).krn == 3
    credit = side.read(sold.token.digits)
    assert isinstance(credit, UnitsCredit)
    assert old.token.tid is not None
    assert credit.tid == old.token.tid + 1
    assert sold.warnings[0].startswith("2 tokens were made with the present key")
    assert len(buy(till).issue.tokens) == 1


def test_an_older_revision_is_no_reason_for_a_change(till: Till) -> None:
    newer = replace(METER, krn=2)
    add_meter(till, newer, vending_key(newer))
    enter_vending_key(till, vending_key_of(METER, test=False), vending_key(METER))
    assert due_change(till, newer, NOON) is None


def test_another_kind_of_key_is_no_newer_revision(till: Till) -> None:
    add_meter(till, METER, vending_key(METER))
    for other in (replace(METER, kt=1, krn=2), replace(METER, sgc="000777", krn=2)):
        enter_vending_key(till, vending_key_of(other, test=False), vending_key(other))
    assert due_change(till, METER, NOON) is None


def test_a_base_date_that_a_key_asks_for_comes_when_it_has_begun(till: Till) -> None:
    add_meter(till, METER, vending_key(METER))
    side = side_of(METER)
    newer = replace(METER, krn=2, base=2035)
    enter_vending_key(till, vending_key_of(newer, test=False), vending_key(newer))
    sold = buy(till)
    new = side.take(digits(sold)[:4])
    assert (new.krn, new.ro) == (2, 0)
    rolled = buy(till, LATER)
    new = side.take(digits(rolled)[:4])
    assert (new.krn, new.ro) == (2, 1)
    credit = side.read(rolled.token.digits)
    assert isinstance(credit, UnitsCredit)
    assert credit.tid == next_tid(replace(METER, base=2035), None, LATER)
    later = till.register.meter(METER.drn)
    assert later == newer
    assert buy(till, LATER).token.tid == credit.tid + 1


def test_a_base_date_whose_tids_are_at_an_end_is_left(till: Till) -> None:
    old = replace(METER, base=1993, manufactured=METER.manufactured.replace(year=2020))
    add_meter(till, old, vending_key(old))
    side = side_of(old)
    sold = buy(till)
    assert side.take(digits(sold)[:4]).ro == 1
    assert isinstance(side.read(sold.token.digits), UnitsCredit)
    assert sold.issue.meter == replace(old, base=2014)
    assert buy(till).change is None


def test_a_set_of_three_tells_the_supply_group(till: Till) -> None:
    meter = FORMS["two tokens"]
    add_meter(till, meter, vending_key(meter))
    after = replace(meter, sgc="123457")
    with pytest.raises(Stop, match="add --three"):
        change(till, meter, after)
    new = side_of(meter).take(digits(change(till, meter, after, three=True)))
    assert new.sgc == 123_457


def test_a_set_of_four_needs_no_third_token(till: Till) -> None:
    add_meter(till, METER, vending_key(METER))
    with pytest.raises(Stop, match="keys of 64 bits"):
        change(till, METER, replace(METER, ti="02"), three=True)


@pytest.mark.parametrize("before", KeyType)
@pytest.mark.parametrize("after", KeyType)
def test_a_key_type_that_may_not_follow_is_refused_by_name(before: KeyType, after: KeyType) -> None:
    if after in FOLLOWS[before] and after is not KeyType.DCTK:
        check_type(before, after)
        return
    with pytest.raises(Stop, match=f"KeyTypeError: .*{after.name}") as refused:
        check_type(before, after)
    assert refused.value.status is Exit.REFUSED


def test_the_rules_of_key_types_are_those_of_the_page() -> None:
    """sts.md 10.3, typed again."""
    changes = {(a.value, b.value) for a, row in FOLLOWS.items() for b in row if a is not b}
    assert changes == {(0, 1), (0, 2), (0, 3), (2, 1), (1, 2), (1, 3)}


def former(meter: MeterRecord) -> FormerKey:
    return FormerKey(1, meter.drn, meter.sgc, meter.krn, meter.kt, meter.ti, meter.base, 255, "")


SHORT = FORMS["two tokens, dkga 02"]
REFUSED: dict[str, tuple[MeterRecord, MeterRecord, Sequence[FormerKey], str]] = {
    "nothing new": (METER, METER, (), "nothing of the key"),
    "a base date of before": (replace(METER, base=2035), METER, (), "would be good again"),
    "the same key, the list emptied": (SHORT, replace(SHORT, base=2035), (), "had this key before"),
    "a key of before, the list emptied": (
        replace(SHORT, ti="02"),
        replace(SHORT, base=2035),
        (former(SHORT),),
        "had this key before",
    ),
    "a key of before, the list emptied in between": (
        replace(SHORT, ti="03", base=2035),
        replace(SHORT, base=2035),
        (former(SHORT), former(replace(SHORT, ti="02"))),
        "had this key before",
    ),
}


@pytest.mark.parametrize(("before", "after", "old", "says"), REFUSED.values(), ids=REFUSED)
def test_a_change_that_brings_back_used_tokens_is_refused(
    before: MeterRecord, after: MeterRecord, old: Sequence[FormerKey], says: str
) -> None:
    with pytest.raises(Stop, match=says):
        check_change(before, after, old, LATER)


def test_a_key_of_before_may_come_back_where_no_list_was_emptied() -> None:
    check_change(replace(SHORT, ti="02"), SHORT, (former(SHORT),), LATER)


def test_a_base_date_to_come_is_refused() -> None:
    check_change(METER, replace(METER, base=2035), (), LATER)
    with pytest.raises(Stop, match="has not begun"):
        check_change(METER, replace(METER, base=2035), (), NOON)


def test_a_maker_key_that_is_the_old_one_never_empties_the_list(till: Till) -> None:
    made = Secret(bytes(range(16)))
    add_meter(till, replace(METER, kt=0), made)
    before = till.register.meter(METER.drn)
    assert before is not None
    write_secret(till.folder / "keys.vend/again.key", made)
    after = replace(before, base=2035, key_file="keys.vend/again.key")
    with pytest.raises(Stop, match="the new key is the old one"):
        change(till, before, after, LATER)
    assert till.register.meter(METER.drn) == before


def test_credit_under_a_default_key_is_refused_and_management_is_not(till: Till) -> None:
    default = replace(METER, kt=1)
    add_meter(till, default, vending_key(default))
    with pytest.raises(Stop, match=r"DDTK.*key-change --kt 2") as refused:
        buy(till)
    assert refused.value.status is Exit.REFUSED
    limit = manage(till, METER.drn, ROWS["power-limit"], 3000, now=NOON, rnd=0)
    side_of(default).read(limit.token.digits)


def test_a_key_that_has_expired_sells_nothing() -> None:
    tid = next_tid(METER, None, NOON)
    assert next_tid(replace(METER, ken=tid >> 16), None, NOON) == tid
    with pytest.raises(Stop, match="has expired") as refused:
        next_tid(replace(METER, ken=(tid >> 16) - 1), None, NOON)
    assert refused.value.status is Exit.REFUSED


def test_another_vending_key_for_a_known_revision_is_refused(till: Till) -> None:
    row = vending_key_of(METER, test=False)
    enter_vending_key(till, row, vending_key(METER))
    enter_vending_key(till, row, None)
    with pytest.raises(Stop, match="has another vending key already"):
        enter_vending_key(till, row, Secret(bytes(20)))
    with pytest.raises(Stop, match="8 octets, dkga 04 wants 20"):
        enter_vending_key(till, replace(row, krn=2), Secret(bytes(8)))
    with pytest.raises(Stop, match="add --vk-file"):
        enter_vending_key(till, replace(row, krn=2), None)


def test_a_key_file_that_a_killed_process_left_is_taken_or_refused(till: Till) -> None:
    row: VendingKey = vending_key_of(METER, test=False)
    (till.folder / "keys.vend").mkdir()
    write_secret(till.folder / row.file, vending_key(METER))
    with pytest.raises(Stop, match="not overwritten"):
        enter_vending_key(till, row, Secret(bytes(20)))
    enter_vending_key(till, row, vending_key(METER))
    assert till.register.vending_keys() == (row,)


def test_the_command_shows_the_digits_alone_and_then_the_change(
    lab: Path, splitmeter: Splitmeter
) -> None:
    drn = next(path.name for path in lab.iterdir() if path.name.startswith("12"))
    side = Meter("11", read_secret(lab / drn / "decoder.key"))
    ran = splitmeter("vend", "--register", lab / "vend.db", "key-change", drn, "--ti", "42")
    *shown, told = ran.out.splitlines()
    assert side.take([line.replace(" ", "") for line in shown]).ti == 42
    assert told == f"new key of meter {drn}: ti 01 -> 42"


def test_json_of_a_sale_has_the_set_before_the_credit(
    lab: Path, tmp_path: Path, splitmeter: Splitmeter
) -> None:
    drn = next(path.name for path in lab.iterdir() if path.name.startswith("12"))
    side = Meter("11", read_secret(lab / drn / "decoder.key"))
    write_secret(tmp_path / "vk", Secret.from_hex(VENDING_KEYS[1]))
    vend = ("vend", "--register", lab / "vend.db")
    assert splitmeter(*vend, "credit", drn, "1").status == 0
    added = splitmeter(
        *vend, "key", "add", "--sgc", "123456", "--krn", 2, "--vk-file", tmp_path / "vk"
    )
    assert added.status == 0
    ran = splitmeter(*vend, "credit", drn, "25", "--json")
    sold = json.loads(ran.out)
    assert sold["key_change"]["tokens"] == sold["tokens"][:4]
    assert sold["token"] == sold["tokens"][4]
    assert (sold["key_change"]["before"]["krn"], sold["key_change"]["after"]["krn"]) == (1, 2)
    assert sold["warnings"][0] in ran.err
    side.take(sold["key_change"]["tokens"])
    side.read(sold["token"])
    assert splitmeter(*vend, "reissue", drn, "--json").out.count('"token"') == 5


def test_sections_describe_the_new_key(till: Till) -> None:
    add_meter(till, METER, vending_key(METER))
    issued = change(till, METER, replace(METER, ti="17", ken=0xA5))
    side = side_of(METER)
    first, second = (side.read(each) for each in digits(issued)[:2])
    assert isinstance(first, FirstSection)
    assert isinstance(second, SecondSection)
    assert (first.ken_high, second.ken_low, second.ti) == (0xA, 0x5, 17)


def test_class_1_needs_no_key_and_no_record(lab: Path, splitmeter: Splitmeter) -> None:
    ran = splitmeter("vend", "--register", lab / "vend.db", "test", 18, "--mfr", "0000")
    assert ran.out == "0115 3484 4546 9451 4832\n"  # sts.md 8
    token = read_token(ran.out.replace(" ", "").strip(), None)
    assert token == MeterTest(1, 1 << 17, 0)
    assert (
        splitmeter("vend", "--register", lab / "vend.db", "history").out == "nothing was issued\n"
    )
