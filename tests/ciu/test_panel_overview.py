"""What stands beside the lines: large credit and its age, bars, and a line for each meter."""

import pytest

from ciu import pages
from ciu.overview import Quality
from ciu.panel import Beep, Heard, Label, Look, Mode, Paced, Reading, WentSilent
from ciu.screen import MOST_BARS, NO_FIGURE, Tone
from ciu.wording import Silence, Silent
from link.cosem.values import Currency, CurrencyUnit
from link.terms import LinkTrouble

from .panel_customer import Customer, sells

NO_ANSWER = Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)


def credit(meter: str, wh: int) -> Reading:
    return Reading(meter, pages.CREDIT, wh, 0)


def test_the_credit_stands_in_large_digits_rounded_toward_less(
    customer: Customer, meter: str
) -> None:
    assert customer.panel.screen.big == NO_FIGURE
    customer.tell(credit(meter, 12_499))
    assert (customer.panel.screen.big, customer.panel.screen.unit) == (NO_FIGURE, "")
    customer.tell(*sells(meter))
    for wh, shown in ((12_499, "12.4"), (-99, "-0.1"), (99_999_999, "99999.9")):
        customer.tell(credit(meter, wh))
        assert (customer.panel.screen.big, customer.panel.screen.unit) == (shown, "kWh")


KES = Currency("KES", -2, CurrencyUnit.MONETARY)


@pytest.mark.parametrize(
    ("currency", "told", "shown"),
    [
        (KES, 25_049, ("250.49", "KES")),
        (KES, 999_999, ("9999.99", "KES")),
        (KES, 1_000_099, ("10000", "KES")),
        (KES, -1, ("-0.01", "KES")),
        (Currency("l", 0, CurrencyUnit.CONSUMPTION), 12_499, ("12.4", "m³")),
        (Currency("s", 0, CurrencyUnit.TIME), 5_400, ("1.50", "h")),
        (Currency("??", 9, CurrencyUnit.MONETARY), 5_400, (NO_FIGURE, "")),
    ],
)
def test_the_large_digits_are_of_what_the_meter_says_its_account_holds(
    currency: Currency, told: int, shown: tuple[str, str], customer: Customer, meter: str
) -> None:
    customer.tell(*sells(meter, currency), credit(meter, told))
    assert (customer.panel.screen.big, customer.panel.screen.unit) == shown


def test_its_age_stands_beside_it_once_it_is_older_than_two_polls_and_grows(
    customer: Customer, meter: str
) -> None:
    customer.tell(credit(meter, 12_400))
    customer.wait(6)
    assert customer.panel.screen.age == ""
    customer.wait(1)
    assert customer.panel.screen.age == "6 s"
    customer.wait(5)
    assert customer.panel.screen.age in ("11 s", "12 s")
    customer.wait(120)
    assert customer.panel.screen.age == "2 min"
    customer.tell(credit(meter, 12_400))
    assert customer.panel.screen.age == ""


@pytest.mark.parametrize("poll_s", [3.0, 20.0])
def test_what_is_old_depends_on_how_often_the_meter_is_polled(
    poll_s: float, customer: Customer, meter: str
) -> None:
    customer.tell(Paced(meter, Quality(poll_s)), credit(meter, 12_400))
    customer.wait(2 * poll_s)
    assert customer.panel.screen.age == ""
    customer.wait(poll_s)
    assert customer.panel.screen.age != ""


def test_bars_tell_how_many_asks_are_answered_at_the_first_try(
    customer: Customer, meter: str
) -> None:
    assert customer.panel.screen.signs.bars == 0
    shown = []
    for share in (100, 90, 30):
        customer.tell(Heard(meter), Paced(meter, Quality(3.0, 0.1, 100, share)))
        shown.append(customer.panel.screen.signs.bars)
    assert shown == [MOST_BARS, MOST_BARS - 1, 1]
    customer.tell(WentSilent(meter, NO_ANSWER))
    assert customer.panel.screen.signs.bars == 0


def test_each_meter_has_a_line_that_says_how_it_stands_with_it(
    customer: Customer, labels: tuple[Label, Label]
) -> None:
    first, second = labels
    lines = customer.panel.meter_lines(0.0)
    assert [(line.drn, line.tail, line.name, line.shown) for line in lines] == [
        (first.drn, first.tail, "House 4", True),
        (second.drn, second.tail, "House 5", False),
    ]
    assert {(line.state, line.well, line.round_trip_s) for line in lines} == {
        ("asking", False, None)
    }
    customer.tell(Heard(first.drn), Paced(first.drn, Quality(3.0, 0.09, 99, 98)))
    well = customer.panel.meter_lines(1.0)[0]
    assert (well.state, well.well, well.round_trip_s, well.answered_percent) == (
        "ok",
        True,
        0.09,
        99,
    )
    customer.tell(WentSilent(first.drn, NO_ANSWER), WentSilent(second.drn, NO_ANSWER))
    states = [line.state for line in customer.panel.meter_lines(12.0)]
    assert states == ["silent 12 s: meter", "silent: meter"]
    assert not any(line.well for line in customer.panel.meter_lines(12.0))


def test_a_meter_is_chosen_where_nothing_is_under_way(
    customer: Customer, labels: tuple[Label, Label]
) -> None:
    first, second = (label.drn for label in labels)
    customer.panel.choose(second, customer.now)
    assert customer.panel.meter == second
    customer.press("37E")
    customer.panel.choose(first, customer.now)
    customer.collect()
    assert customer.of(Look)[-1] == Look(second, ())
    assert (customer.panel.meter, customer.panel.mode) == (first, Mode.IDLE)


@pytest.mark.parametrize("keys", ["2371", "23716100501183194197E"])
def test_no_meter_is_chosen_while_digits_for_another_stand_there(
    keys: str, customer: Customer, labels: tuple[Label, Label]
) -> None:
    customer.press(keys)
    before = customer.panel.typed, customer.panel.mode
    customer.panel.choose(labels[1].drn, customer.now)
    customer.collect()
    assert customer.effects[-1] == Beep(Tone.WRONG)
    assert (customer.panel.typed, customer.panel.mode) == before
    assert customer.panel.meter == labels[0].drn


def test_what_another_meter_tells_does_not_turn_the_pages_back(
    customer: Customer, labels: tuple[Label, Label]
) -> None:
    customer.press("i")
    assert customer.lines[0].startswith("Power now")
    customer.tell(WentSilent(labels[1].drn, NO_ANSWER))
    assert customer.lines[0].startswith("Power now")
