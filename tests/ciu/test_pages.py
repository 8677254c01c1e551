"""Every page fits the display at the least and the greatest value of its rows."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ciu import COLUMNS, pages
from ciu.pages import PAGES, Page, Seen
from ciu.remote.registers import MOST, SCALERS
from ciu.wording import MEASURES, Lines, Words
from link.cosem import Role, row
from link.cosem.values import Currency, CurrencyUnit
from link.terms import LASTING, Alarm, Consumption, LedgerHead, Tamper, Unit, Usage

from .panel_customer import KWH

KES = Currency("KES", -2, CurrencyUnit.MONETARY)
LITRES = Currency("l", 0, CurrencyUnit.CONSUMPTION)
SECONDS = Currency("s", 0, CurrencyUnit.TIME)
STRANGE = Currency("W" * 16, 99, CurrencyUnit.MONETARY)
SOLD = {
    "electricity": (KWH, KES, STRANGE),
    "water": (LITRES, Currency("Old Shillings", -2, CurrencyUnit.MONETARY)),
    "gas": (LITRES, Currency("UGX", 0, CurrencyUnit.MONETARY)),
    "time": (SECONDS, Currency("JOD", -3, CurrencyUnit.MONETARY)),
    "else": (KES,),
}
"""Commodities, and what their accounts may hold."""

FRESH = Seen(tail="6810", at=0, age_s=0, values={})
OLD = replace(FRESH, at=(1 << 32) - 1, age_s=(1 << 31) - 1)


def shown(words: Words, name: str, **values: object) -> Lines:
    seen = replace(FRESH, values=dict(zip(PAGES[name].rows, values.values(), strict=True)))
    return pages.draw(words, PAGES[name], seen)


def test_a_register_that_another_meter_may_have_fits_at_its_bounds(words: Words) -> None:
    for page in PAGES.values():
        for steps in (-MOST, MOST):
            values = {key: steps for key in page.rows if key in SCALERS}
            for seen in (FRESH, OLD) if values.keys() == set(page.rows) else ():
                for line in pages.draw(words, page, replace(seen, values=values)):
                    assert len(line) <= COLUMNS


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_page_reads_rows_that_a_customer_may_read(page: Page) -> None:
    assert all(Role.CIU in row(key).read for key in page.rows)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_page_fits_at_the_least_and_the_greatest_value(page: Page, words: Words) -> None:
    for seen in (FRESH, OLD):
        for values in (
            {key: row(key).schema.least() for key in page.rows},
            {key: row(key).schema.greatest() for key in page.rows},
            *(dict.fromkeys(page.rows, trouble) for trouble in LASTING),
            {},
        ):
            for sold in accounts():
                lines = pages.draw(words, page, replace(seen, values=values | sold))
                assert all(0 < len(line) <= COLUMNS for line in lines)


def accounts() -> Iterator[dict[str, object]]:
    """Nothing more told, and what a page may be told of commodity and currency."""
    yield {}
    for commodity, currencies in SOLD.items():
        for currency in currencies:
            yield {pages.COMMODITY: commodity, pages.CURRENCY: currency, pages.DAYS_LEFT: 65534}


def test_credit_is_shown_with_its_age_once_it_is_old(words: Words) -> None:
    seen = replace(FRESH, values={pages.CREDIT: 25_049, pages.CURRENCY: KWH})
    assert pages.draw(words, PAGES["credit"], seen) == ("Credit left    …6810", "25.0 kWh")
    old = replace(seen, age_s=12)
    assert pages.draw(words, PAGES["credit"], old)[1] == "25.0 kWh    12 s old"
    full = replace(old, values={pages.CREDIT: 1_234_567_890, pages.CURRENCY: KWH})
    assert pages.draw(words, PAGES["credit"], full)[1] == "1234567.8 kWh   12 s"


def test_pages_say_what_their_rows_hold(words: Words) -> None:
    assert shown(words, "power", watts=420)[1] == "0.42 kW"
    assert shown(words, "key", krn=1, kt=2) == ("Key revision 1", "Key type 2 DUTK")
    assert shown(words, "tariff", index=1)[1] == "01"
    assert shown(words, "group", code=1234)[1] == "001234"
    assert shown(words, "meter_number", drn="01000000019")[1] == "01000000019"
    assert shown(words, "last_token", head=LedgerHead(0, 0))[1] == "none yet"


def test_a_page_waits_for_all_its_rows(words: Words) -> None:
    half = replace(FRESH, values={"sts.key_type": 2})
    assert pages.draw(words, PAGES["key"], half)[1] == "reading…"
    assert pages.draw(words, PAGES["key"], replace(half, silent=True))[1] == "no link"


def test_each_bit_of_a_test_token_asks_for_its_own_page() -> None:
    by_test = {page.test: page for page in PAGES.values() if page.test}
    assert sorted(by_test) == list(range(1, 19))
    assert len(by_test) == sum(1 for page in PAGES.values() if page.test)
    for test, page in by_test.items():
        assert pages.pages_of_test(1 << (test - 1)) == (page,)
    assert pages.pages_of_test(pages.ALL_TESTS) == tuple(by_test[n] for n in sorted(by_test))
    assert pages.pages_of_test(1 << 18) == ()


@pytest.mark.parametrize(
    ("currency", "credit", "said"),
    [
        (KWH, 25_049, "25.0 kWh"),
        (KES, 25_049, "250.49 KES"),
        (KES, -1, "-0.01 KES"),
        (LITRES, 12_499, "12.4 m³"),
        (SECONDS, 5_400, "1.50 h"),
        (STRANGE, 25_049, "in an unknown unit"),
    ],
)
def test_credit_is_shown_in_what_the_account_holds(
    currency: Currency, credit: int, said: str, words: Words
) -> None:
    assert shown(words, "credit", credit=credit, currency=currency)[1] == said
    assert shown(words, "low_credit", credit=credit, currency=currency)[1] == said


def test_use_is_shown_in_units_of_the_commodity(words: Words) -> None:
    used = Usage(1_500, 0, 36_000, 0)
    for commodity, said in (
        ("electricity", ("1.5 kWh", "36.0 kWh")),
        ("water", ("1.5 m³", "36.0 m³")),
        ("time", ("0.41 h", "10.00 h")),
    ):
        lines = shown(words, "usage", used=used, commodity=commodity)
        assert tuple(line.split("  ")[-1].strip() for line in lines) == said
    assert shown(words, "total", used=Consumption(12_345, Unit.CUBIC_METRE))[1] == "12.3 m³"


def test_minutes_that_were_bought_are_some_hours() -> None:
    assert MEASURES[Unit.SECOND].amount(300) == "0.08 h"


def test_a_supply_group_that_no_token_has_told_is_not_known(words: Words) -> None:
    assert shown(words, "key_changed", sgc=0, krn=2, ti=1) == ("KEY CHANGED", "KRN 2 TI 01")
    assert shown(words, "group", code=0)[1] == "not known"


def test_nobody_is_told_of_power_beside_water(words: Words) -> None:
    asked = replace(FRESH, values={pages.POWER: 0, pages.COMMODITY: "water"})
    assert pages.draw(words, PAGES["power"], asked)[1] == "not on this meter"
    values = {pages.POWER: 0, pages.COMMODITY: "water", pages.DAYS_LEFT: 13}
    drawn = pages.draw(words, PAGES["outlook"], replace(FRESH, values=values))
    assert drawn == ("Credit left    …6810", "13 days")
    lit = pages.draw(words, PAGES["outlook"], replace(FRESH, values={**values, pages.POWER: 420}))
    assert lit == drawn


def test_the_tests_of_a_meter_have_pages_that_say_what_it_holds(words: Words) -> None:
    none, all_of_them = Tamper(0), Tamper.COVER | Tamper.MAGNET | Tamper.TERMINAL_COVER
    assert shown(words, "tamper", told=none) == ("Tamper status  …6810", "none")
    assert shown(words, "tamper", told=Tamper.COVER)[1] == "cover"
    assert shown(words, "tamper", told=all_of_them) == ("TAMPER cover", "magnet, terminal")
    assert shown(words, "unbalance_limit", limit_w=500)[1] == "0.50 kW"
    assert shown(words, "unbalance_limit", limit_w=0)[1] == "none"
    assert shown(words, "water_factor", factor=1250)[1] == "1.250"
    rate = shown(words, "tariff_rate", price=2_550_000, currency=KES, commodity="electricity")
    assert rate == ("Tariff rate    …6810", "25.50 KES/kWh")
    assert shown(words, "tariff_rate", price=0, currency=KWH, commodity="electricity")[1] == "none"
    changed = shown(words, "key_changed", sgc=123_456, krn=2, ti=1)
    assert changed == ("KEY CHANGED", "123456 KRN 2 TI 01")
    assert shown(words, "keypad_test") == ("Keypad test", "Press keys, see them")


def test_raised_alarms_come_most_pressing_first() -> None:
    raised = Alarm.LOW_CREDIT | Alarm.CREDIT_EXHAUSTED | Alarm.RELAY_OPEN
    assert pages.alarms_raised({pages.ALARMS: raised}) == (
        Alarm.CREDIT_EXHAUSTED,
        Alarm.LOW_CREDIT,
    )
    assert pages.alarms_raised({}) == ()
