"""Every page fits the display at the least and the greatest value of its rows."""

from dataclasses import replace

import pytest

from ciu import COLUMNS, pages
from ciu.pages import PAGES, Page, Seen
from ciu.wording import Lines, Words
from link.cosem import Role, row
from link.terms import Alarm, LedgerHead

FRESH = Seen(tail="6810", at=0, age_s=0, values={})
OLD = replace(FRESH, at=(1 << 32) - 1, age_s=(1 << 31) - 1)


def shown(words: Words, name: str, **values: object) -> Lines:
    seen = replace(FRESH, values=dict(zip(PAGES[name].rows, values.values(), strict=True)))
    return pages.draw(words, PAGES[name], seen)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_page_reads_rows_that_a_customer_may_read(page: Page) -> None:
    assert all(Role.CIU in row(key).read for key in page.rows)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_page_fits_at_the_least_and_the_greatest_value(page: Page, words: Words) -> None:
    for seen in (FRESH, OLD):
        for values in (
            {key: row(key).schema.least() for key in page.rows},
            {key: row(key).schema.greatest() for key in page.rows},
            dict.fromkeys(page.rows),
            {},
        ):
            lines = pages.draw(words, page, replace(seen, values=values))
            assert all(0 < len(line) <= COLUMNS for line in lines)


def test_credit_is_shown_with_its_age_once_it_is_old(words: Words) -> None:
    seen = replace(FRESH, values={pages.CREDIT: 25_049})
    assert pages.draw(words, PAGES["credit"], seen) == ("Credit left    …6810", "25.0 kWh")
    old = replace(seen, age_s=12)
    assert pages.draw(words, PAGES["credit"], old)[1] == "25.0 kWh    12 s old"
    full = replace(old, values={pages.CREDIT: 1_234_567_890})
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
    assert len(by_test) == sum(1 for page in PAGES.values() if page.test)
    for test, page in by_test.items():
        assert pages.pages_of_test(1 << (test - 1)) == (page,)
    assert pages.pages_of_test((1 << 36) - 1) == tuple(by_test[n] for n in sorted(by_test))
    assert pages.pages_of_test(1 << 7) == ()


def test_raised_alarms_come_most_pressing_first() -> None:
    raised = Alarm.LOW_CREDIT | Alarm.CREDIT_EXHAUSTED | Alarm.RELAY_OPEN
    assert pages.alarms_raised({pages.ALARMS: raised}) == (
        Alarm.CREDIT_EXHAUSTED,
        Alarm.LOW_CREDIT,
    )
    assert pages.alarms_raised({}) == ()
