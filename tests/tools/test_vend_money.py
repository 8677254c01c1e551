"""Laws of money: exact to the coin, never more than was given, no more than a block has left."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.settings import write_secret
from meter.sts import CurrencyCredit, UnitsCredit, units_amount, units_field
from tools.exits import Stop
from tools.register import Block, MeterRecord, Register, Tariff, decoder_key
from tools.vend.credit import Currency, Issued, Money, Units, Wanted, sell
from tools.vend.manage import ROWS, manage
from tools.vend.measures import E5, MEASURES
from tools.vend.meters import add_meter
from tools.vend.money import PriceList, Purchase, buy, month_of
from tools.vend.tariffs import blocks_of

from .vending import METER, NOON, VENDING_KEYS, Meter, open_till

Splitmeter = Callable[..., Any]
KEY = Secret.from_hex(VENDING_KEYS[0])
HOME = Tariff("home", "electricity", "KES", 2, 16_000)
BLOCKS = blocks_of(HOME, [(Fraction(50), 1_222_000), (Fraction(200), 1_630_000)], 2_050_000)


def prices(bought: int = 0, tariff: Tariff = HOME, blocks: Sequence[Block] = BLOCKS) -> PriceList:
    return PriceList(tariff, blocks, bought)


def cost_by_the_tenth(tenths: int, listed: PriceList) -> Fraction:
    """What units cost with tax, counted one by one: the oracle."""
    total = Fraction(0)
    for number in range(listed.bought, listed.bought + tenths):
        block = next(each for each in listed.blocks if not each.upto or number < each.upto)
        total += Fraction(block.price_e5, 10 * E5)
    return total * (1 + Fraction(listed.tariff.vat_e5, E5))


@given(cents=st.integers(238, 400_000), bought=st.integers(0, 3000))
@settings(max_examples=40)
def test_the_units_are_the_most_that_the_money_pays_for(cents: int, bought: int) -> None:
    given_ = Fraction(cents, 100)
    listed = prices(bought)
    purchase = buy(given_, listed)
    cost = cost_by_the_tenth(purchase.tenths, listed)
    assert cost <= given_ < cost_by_the_tenth(purchase.tenths + 1, listed) or stepped(purchase)
    assert abs(Fraction(purchase.price_e5, E5) - cost) <= Fraction(1, 200)


def stepped(purchase: Purchase) -> bool:
    """Whether tokens step by more than a tenth here."""
    return units_amount(units_field(purchase.tenths + 1)) > purchase.tenths + 1


@given(
    cents=st.integers(1000, 10**8),
    vat=st.integers(0, 30_000),
    price=st.integers(100_000, 5_000_000),
    bought=st.integers(0, 5000),
)
def test_price_and_change_make_what_was_given(
    cents: int, vat: int, price: int, bought: int
) -> None:
    listed = prices(bought, replace(HOME, vat_e5=vat), blocks_of(HOME, [], price))
    purchase = buy(Fraction(cents, 100), listed)
    assert purchase.price_e5 + purchase.change_e5 == cents * E5 // 100
    assert min(purchase.price_e5, purchase.change_e5, purchase.vat_e5) >= 0
    assert all(
        sum_ % 1000 == 0 for sum_ in (purchase.price_e5, purchase.change_e5, purchase.vat_e5)
    )
    assert units_amount(units_field(purchase.tenths)) == purchase.tenths


EXAMPLES = {
    "one price": (prices(blocks=BLOCKS[2:]), "2378", Purchase(1000, 237_800_000, 32_800_000, 0)),
    "two blocks": (prices(), "897.84", Purchase(600, 89_784_000, 12_384_000, 0)),
    "the rest of a block": (prices(499), "3.31", Purchase(2, 331_000, 46_000, 0)),
    "change": (prices(), "3", Purchase(2, 284_000, 39_000, 16_000)),
}


@pytest.mark.parametrize(("listed", "sum_", "purchase"), EXAMPLES.values(), ids=EXAMPLES)
def test_prices_worked_out_by_hand(listed: PriceList, sum_: str, purchase: Purchase) -> None:
    assert buy(Fraction(sum_), listed) == purchase


def test_a_first_block_may_cost_nothing() -> None:
    free = blocks_of(HOME, [(Fraction(5), 0)], 2_000_000)
    assert buy(Fraction("2.32"), prices(0, HOME, free)).tenths == 51


def test_a_sum_that_no_coins_make_is_refused() -> None:
    with pytest.raises(Stop, match=r"5.005 KES is no sum in coins of 0.01"):
        buy(Fraction("5.005"), prices())
    assert buy(Fraction(5), prices(tariff=replace(HOME, places=0))).tenths == 3


def test_too_little_for_a_tenth_is_refused() -> None:
    with pytest.raises(Stop, match=r"buys less than 0\.1 kWh"):
        buy(Fraction("1.41"), prices())
    assert buy(Fraction("1.42"), prices()).tenths == 1


def test_what_one_token_cannot_carry_is_refused() -> None:
    with pytest.raises(Stop, match="sell it in parts"):
        buy(Fraction(999_999_999), prices())


@pytest.mark.parametrize("day", ["2026-02-28", "2026-12-31", "2028-02-29", "2027-01-01"])
def test_a_month_is_that_of_the_calendar(day: str) -> None:
    at = int(datetime.fromisoformat(f"{day}T23:59:59+00:00").timestamp())
    first, following = (datetime.fromtimestamp(each, UTC) for each in month_of(at))
    assert (first.day, first.hour, following.day, following.hour) == (1, 0, 1, 0)
    assert first.timestamp() <= at < following.timestamp()
    assert (first.month % 12 + 1, (following - first).days < 32) == (following.month, True)


def sold(folder: Path, meter: MeterRecord, *wanted: Wanted, now: int = NOON) -> list[Issued]:
    with open_till(folder) as till:
        if till.register.meter(meter.drn) is None:
            till.register.add_tariff(HOME, BLOCKS)
            add_meter(till, meter, KEY)
        return [sell(till, meter.drn, each, now=now, rnd=1) for each in wanted]


def test_blocks_count_what_was_bought_in_the_month(tmp_path: Path) -> None:
    meter = replace(METER, tariff="home")
    in_november = sold(tmp_path, meter, Units(Fraction(50)))
    with open_till(tmp_path) as till:  # its watts are no units
        manage(till, meter.drn, ROWS["power-limit"], 3000, now=NOON, rnd=0)
    in_november += sold(tmp_path, meter, Money(Fraction(100)))
    in_december = sold(tmp_path, meter, Money(Fraction(100)), now=NOON + 9 * 86400)
    assert [one.token.amount for one in (*in_november[1:], *in_december)] == [52, 70]
    payment = in_november[1].issue.payment
    assert payment is not None
    assert (payment.given_e5, payment.tariff, payment.currency) == (10_000_000, "home", "KES")


COMMODITIES = pytest.mark.parametrize("commodity", MEASURES)


@COMMODITIES
def test_units_of_each_commodity_are_in_the_token(tmp_path: Path, commodity: str) -> None:
    meter = replace(METER, commodity=commodity)
    (one,) = sold(tmp_path, meter, Units(Fraction("12.34")))
    token = Meter("11", decoder_key(meter, KEY)).read(one.token.digits)
    assert isinstance(token, UnitsCredit)
    assert (token.commodity.name.lower(), token.amount) == (commodity, 124)


@COMMODITIES
def test_money_of_each_commodity_is_in_the_token(tmp_path: Path, commodity: str) -> None:
    meter = replace(METER, commodity=commodity, currency="KES")
    (one,) = sold(tmp_path, meter, Currency(Fraction("1.00001")))
    token = Meter("11", decoder_key(meter, KEY)).read(one.token.digits)
    assert isinstance(token, CurrencyCredit)
    assert (token.commodity.name.lower(), token.amount) == (commodity, 100_004)  # sts.md 3.4


WRONG_ACCOUNT = {
    "units for an account of money": ("KES", Units(Fraction(1)), "--currency"),
    "money units for an account of money": ("KES", Money(Fraction(1)), "--currency"),
    "currency for an account of units": ("", Currency(Fraction(1)), "not in money"),
    "no tariff": ("", Money(Fraction(1)), "has no tariff"),
}


@pytest.mark.parametrize(("currency", "wanted", "says"), WRONG_ACCOUNT.values(), ids=WRONG_ACCOUNT)
def test_what_the_account_does_not_keep_is_refused(
    tmp_path: Path, currency: str, wanted: Wanted, says: str
) -> None:
    with pytest.raises(Stop, match=says):
        sold(tmp_path, replace(METER, currency=currency), wanted)


BAD_TARIFFS = {
    "blocks that do not rise": (("--block", "50:1", "--block", "50:2", "--price", "3"), "above"),
    "a block of nothing": (("--block", "0:1", "--price", "3"), "above"),
    "no end and no price": (("--price", "0"), "without end"),
    "too many decimals": (("--price", "1.000001"), "more than 5"),
    "too many decimals of tax": (("--price", "1", "--vat", "1.0001"), "more than 3"),
    "no block": (("--price", "1", "--block", "50"), "50:12.50"),
    "a bound between tenths": (("--price", "1", "--block", "0.05:1"), "whole 0.1"),
}


@pytest.mark.parametrize(("words", "says"), BAD_TARIFFS.values(), ids=BAD_TARIFFS)
def test_a_tariff_that_makes_no_sense_is_refused(
    tmp_path: Path, splitmeter: Splitmeter, words: Sequence[str], says: str
) -> None:
    Register.begin(tmp_path / "vend.db")
    vend = ("vend", "--register", tmp_path / "vend.db")
    ran = splitmeter(*vend, "tariff", "add", "home", "--currency", "KES", *words)
    assert (ran.status, ran.out, ran.err.count("\n"), says in ran.err) == (2, "", 1, True)


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "\x1b[2J", "\udcff"])
def test_a_name_that_nobody_can_read_is_refused_in_one_line(
    tmp_path: Path, splitmeter: Splitmeter, name: str
) -> None:
    Register.begin(tmp_path / "vend.db")
    vend = ("vend", "--register", tmp_path / "vend.db")
    write_secret(tmp_path / "vk", Secret.from_hex(VENDING_KEYS[0]))
    splitmeter(*vend, "meter", "add", "--drn", METER.drn, "--vk-file", tmp_path / "vk")
    for words in (
        ("tariff", "add", name, "--currency", "KES", "--price", "1"),
        ("credit", name, "25"),
        ("history", name),
    ):
        ran = splitmeter(*vend, *words)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert ran.err.rstrip("\n").isprintable()


def test_a_tariff_whose_name_nobody_can_read_is_not_there(
    tmp_path: Path, splitmeter: Splitmeter
) -> None:
    Register.begin(tmp_path / "vend.db")
    vend = ("vend", "--register", tmp_path / "vend.db")
    write_secret(tmp_path / "vk", Secret.from_hex(VENDING_KEYS[0]))
    splitmeter(*vend, "meter", "add", "--drn", METER.drn, "--vk-file", tmp_path / "vk")
    ran = splitmeter(*vend, "meter", "tariff", METER.drn, "\udcff")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "no tariff '\\udcff'" in ran.err


def test_a_tariff_by_the_hour_is_told(tmp_path: Path, splitmeter: Splitmeter) -> None:
    Register.begin(tmp_path / "vend.db")
    vend = ("vend", "--register", tmp_path / "vend.db")
    words = ("--currency", "KES", "--price", "60", "--block", "1.5:30", "--vat", "12.5")
    splitmeter(*vend, "tariff", "add", "room", "--commodity", "time", *words)
    assert splitmeter(*vend, "tariff", "list").out == (
        "room  time, KES for a h: up to 1.5 30.00; 60.00; VAT 12.5 %\n"
    )
    (told,) = json.loads(splitmeter(*vend, "tariff", "list", "--json").out)
    assert told["blocks"] == [
        {"upto": 1.5, "price_e5": 3_000_000},
        {"upto": None, "price_e5": 6_000_000},
    ]
    again = splitmeter(*vend, "tariff", "add", "room", "--currency", "KES", "--price", "1")
    assert "already" in again.err


def test_a_sale_for_money_tells_price_tax_and_change(lab: Path, splitmeter: Splitmeter) -> None:
    drn = next(path.name for path in lab.iterdir() if path.name.startswith("12"))
    vend = ("vend", "--register", lab / "vend.db")
    home = ("home", "--currency", "KES", "--block", "50:12.22", "--price", "20.5", "--vat", "16")
    splitmeter(*vend, "tariff", "add", *home)
    splitmeter(*vend, "meter", "tariff", drn, "home")
    *_, paid = splitmeter(*vend, "credit", drn, "--money", "3").out.splitlines()
    assert paid == "2.84 KES, VAT 0.39 of it, tariff home, change 0.16 of 3.00"
    sale = json.loads(splitmeter(*vend, "credit", drn, "--money", "100", "--json").out)
    assert sale["payment"] == {
        "tariff": "home",
        "currency": "KES",
        "given_e5": 10_000_000,
        "price_e5": 9_923_000,
        "vat_e5": 1_369_000,
        "change_e5": 77_000,
    }
    assert (sale["amount_wh"], sale["kwh"]) == (7000, 7.0)
