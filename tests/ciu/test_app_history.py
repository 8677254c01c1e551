"""The history notes what has changed, once, and not what was so when it began to listen."""

from collections.abc import Callable

import pytest

from ciu import pages
from ciu.app.history import KEPT, History
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
def history(labels: tuple[Label, Label], words: Words) -> History:
    """Of a unit with one meter, at two minutes and eleven seconds past two."""
    return History(labels[:1], words, lambda: 14 * 3600 + 2 * 60 + 11)


def texts(history: History) -> list[str]:
    return [event.text for event in history.newest_first]


def test_a_change_is_noted_with_its_time_newest_first(
    history: History, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    history.take(Reading(meter, pages.SUPPLY, OFF, 0))
    history.take(Settled(meter, "4197", Accepted(outcome())))
    history.take(Reading(meter, pages.SUPPLY, ON, 0))
    assert texts(history) == ["supply connected", "token ..4197 accepted +25.0 kWh"]
    assert history.newest_first[0].time == "14:02:11"


def test_money_is_noted_in_the_currency_of_the_meter(
    history: History, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    for told in sells(meter, Currency("KES", -2, CurrencyUnit.MONETARY)):
        history.take(told)
    paid = outcome(unit=Unit.CURRENCY, amount=25_000_000)
    priced = outcome(unit=Unit.CURRENCY, amount=2_550_000, token_class=2, subclass=2)
    history.take(Settled(meter, "4197", Accepted(paid)))
    history.take(Settled(meter, "4198", Accepted(priced)))
    assert texts(history) == [
        "token ..4198 accepted: tariff rate 25.50 KES/kWh",
        "token ..4197 accepted +250.00 KES",
    ]


def test_what_was_so_at_the_start_or_stays_so_is_not_noted(history: History, meter: str) -> None:
    for _ in range(3):
        history.take(Heard(meter))
        history.take(Reading(meter, pages.SUPPLY, OFF, 0))
        history.take(Reading(meter, pages.ALARMS, Alarm.LOW_CREDIT, 0))
    assert texts(history) == []


def test_an_alarm_and_a_silence_are_noted_when_they_begin(history: History, meter: str) -> None:
    history.take(Reading(meter, pages.ALARMS, Alarm(0), 0))
    history.take(Reading(meter, pages.ALARMS, Alarm.LOW_CREDIT, 0))
    history.take(WentSilent(meter, SILENT))
    history.take(WentSilent(meter, SILENT))
    history.take(Heard(meter))
    history.take(LedgerFell(meter, 4, 9))
    history.take(LedgerCaughtUp(meter))
    assert texts(history) == [
        "meter memory is up to date",
        "meter memory is old",
        "answers again",
        "silent: meter",
        "credit is low",
    ]


def test_a_meter_among_several_is_named(labels: tuple[Label, Label], words: Words) -> None:
    history = History(labels, words, lambda: 0)
    history.take(LedgerFell(labels[1].drn, 4, 9))
    assert texts(history) == [f"…{labels[1].tail} meter memory is old"]


def test_the_oldest_are_forgotten(history: History, meter: str) -> None:
    for _ in range(KEPT + 1):
        history.take(LedgerFell(meter, 4, 9))
    assert len(history.newest_first) == KEPT
