"""The diary notes what has changed, once, and not what was so when it began to listen."""

from collections.abc import Callable

import pytest

from ciu import pages
from ciu.app.diary import KEPT, Diary
from ciu.panel import Heard, Label, LedgerCaughtUp, LedgerFell, Reading, Settled, WentSilent
from ciu.wording import Silence, Silent, Words
from link.cosem.values import Currency, CurrencyUnit
from link.terms import (
    Alarm,
    LinkTrouble,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
    Unit,
)
from link.token_entry import Accepted

from .panel_customer import sells

ON = SupplyExplanation(SupplyState.CONNECTED, SupplyReason.NONE, 0, RestoredBy.NOTHING, 0)
OFF = SupplyExplanation(SupplyState.READY, SupplyReason.NO_CREDIT, 0, RestoredBy.CREDIT_TOKEN, 0)
SILENT = Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)


@pytest.fixture
def diary(labels: tuple[Label, Label], words: Words) -> Diary:
    """Of a unit with one meter, at two minutes and eleven seconds past two."""
    return Diary(labels[:1], words, lambda: 14 * 3600 + 2 * 60 + 11)


def texts(diary: Diary) -> list[str]:
    return [event.text for event in diary.newest_first]


def test_a_change_is_noted_with_its_time_newest_first(
    diary: Diary, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    diary.take(Reading(meter, pages.SUPPLY, OFF, 0))
    diary.take(Settled(meter, "4197", Accepted(outcome())))
    diary.take(Reading(meter, pages.SUPPLY, ON, 0))
    assert texts(diary) == ["supply connected", "token ..4197 accepted +25.0 kWh"]
    assert diary.newest_first[0].time == "14:02:11"


def test_money_is_noted_in_the_currency_of_the_meter(
    diary: Diary, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    for told in sells(meter, Currency("KES", -2, CurrencyUnit.MONETARY)):
        diary.take(told)
    paid = outcome(unit=Unit.CURRENCY, amount=25_000_000)
    priced = outcome(unit=Unit.CURRENCY, amount=2_550_000, token_class=2, subclass=2)
    diary.take(Settled(meter, "4197", Accepted(paid)))
    diary.take(Settled(meter, "4198", Accepted(priced)))
    assert texts(diary) == [
        "token ..4198 accepted: tariff rate 25.50 KES/kWh",
        "token ..4197 accepted +250.00 KES",
    ]


def test_what_was_so_at_the_start_or_stays_so_is_not_noted(diary: Diary, meter: str) -> None:
    for _ in range(3):
        diary.take(Heard(meter))
        diary.take(Reading(meter, pages.SUPPLY, OFF, 0))
        diary.take(Reading(meter, pages.ALARMS, Alarm.LOW_CREDIT, 0))
    assert texts(diary) == []


def test_an_alarm_and_a_silence_are_noted_when_they_begin(diary: Diary, meter: str) -> None:
    diary.take(Reading(meter, pages.ALARMS, Alarm(0), 0))
    diary.take(Reading(meter, pages.ALARMS, Alarm.LOW_CREDIT, 0))
    diary.take(WentSilent(meter, SILENT))
    diary.take(WentSilent(meter, SILENT))
    diary.take(Heard(meter))
    diary.take(LedgerFell(meter, 4, 9))
    diary.take(LedgerCaughtUp(meter))
    assert texts(diary) == [
        "meter memory is up to date",
        "meter memory is old",
        "answers again",
        "silent: meter",
        "credit is low",
    ]


def test_a_meter_among_several_is_named(labels: tuple[Label, Label], words: Words) -> None:
    diary = Diary(labels, words, lambda: 0)
    diary.take(LedgerFell(labels[1].drn, 4, 9))
    assert texts(diary) == [f"…{labels[1].tail} meter memory is old"]


def test_the_oldest_are_forgotten(diary: Diary, meter: str) -> None:
    for _ in range(KEPT + 1):
        diary.take(LedgerFell(meter, 4, 9))
    assert len(diary.newest_first) == KEPT
