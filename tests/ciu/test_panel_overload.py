"""Too much power: said at once, counted down, and a lock-out is ended by E where it says so."""

from collections.abc import Callable
from dataclasses import replace

from ciu import pages
from ciu.panel import Beep, Confirm, Label, Mode, Reading, Settled, WentSilent
from ciu.screen import Tone
from ciu.wording import Silence, Silent
from link.terms import (
    LinkTrouble,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
)
from link.token_entry import Accepted

from .panel_customer import Customer, sells

DIGITS = "23716100501183194197"
SINCE = 50_000
ON = SupplyExplanation(SupplyState.CONNECTED, SupplyReason.NONE, SINCE, RestoredBy.NOTHING, 0)
OFF = SupplyExplanation(
    SupplyState.READY, SupplyReason.OVERLOAD, SINCE, RestoredBy.TIME, seconds_left=60
)
LOCKED = replace(
    OFF,
    reason=SupplyReason.OVERLOAD_LOCKOUT,
    restored_by=RestoredBy.CONFIRMATION,
    seconds_left=1800,
)


def told(meter: str, explained: SupplyExplanation) -> Reading:
    return Reading(meter, pages.SUPPLY, explained, SINCE)


def test_an_overload_is_shown_at_once_and_heard_and_counted_down(
    customer: Customer, meter: str
) -> None:
    customer.tell(told(meter, ON))
    customer.wait(15)
    customer.tell(told(meter, OFF))
    assert customer.lines == ("TOO MUCH POWER USED", "Back on in 1:00")
    assert customer.effects[-2:].count(Beep(Tone.ALARM)) == 1
    assert customer.panel.screen.signs.alarm
    customer.wait(3)
    assert customer.lines[1] == "Back on in 0:57"
    customer.wait(100)
    customer.press("B")
    assert customer.lines[1] == "Back on soon"
    customer.tell(told(meter, ON))
    assert customer.lines[0].startswith("Credit left")
    assert not customer.panel.screen.signs.alarm


def test_the_page_after_it_says_what_to_do(customer: Customer, meter: str) -> None:
    customer.tell(told(meter, OFF))
    customer.press("i")
    assert customer.lines == ("Switch things off,", "so that it stays on")


def test_at_a_lock_out_it_names_the_key(customer: Customer, meter: str) -> None:
    customer.tell(told(meter, LOCKED))
    customer.press("i")
    assert customer.lines == ("Switch things off,", "then press Enter")
    customer.press("E")
    assert customer.of(Confirm) == [Confirm(meter, SINCE)]


def test_every_other_page_counts_down_and_that_of_the_supply_is_left_out(
    customer: Customer, meter: str
) -> None:
    customer.tell(told(meter, OFF))
    seen = []
    for _ in range(6):
        seen.append(customer.lines[0].split("  ")[0])
        customer.press("i")
    why = "TOO MUCH POWER USED"
    assert seen == [why, "Switch things off,", why, "Credit left", why, "Power now"]
    assert customer.lines[0] == why


def test_a_silent_meter_is_told_of_before_its_overload(customer: Customer, meter: str) -> None:
    customer.tell(told(meter, OFF))
    customer.tell(WentSilent(meter, Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)))
    assert customer.lines[0] == "No answer from meter"
    customer.press("i")
    assert customer.lines[0] == "TOO MUCH POWER USED"


def test_an_overload_at_a_meter_that_is_not_on_the_display_is_heard(
    customer: Customer, labels: tuple[Label, Label], meter: str
) -> None:
    assert customer.panel.meter == meter
    customer.tell(told(labels[1].drn, OFF))
    assert customer.effects.count(Beep(Tone.ALARM)) == 1


def test_each_new_overload_is_heard(customer: Customer, meter: str) -> None:
    for _ in range(3):
        customer.tell(told(meter, OFF))
        customer.tell(told(meter, ON))
    assert customer.effects.count(Beep(Tone.ALARM)) == 3


def test_enter_confirms_a_lock_out_once_and_for_the_one_that_is_held(
    customer: Customer, meter: str
) -> None:
    customer.tell(told(meter, LOCKED))
    assert customer.lines == ("OFF: TOO MUCH POWER", "Enter, or wait 30:00")
    customer.press("E")
    assert customer.of(Confirm) == [Confirm(meter, SINCE)]
    assert customer.lines == ("OFF: TOO MUCH POWER", "Asking the meter…")
    customer.tell(told(meter, ON))
    assert customer.lines[0].startswith("Credit left")


def test_a_confirmation_that_the_meter_did_not_take_may_be_given_again(
    customer: Customer, meter: str
) -> None:
    customer.tell(told(meter, LOCKED))
    customer.press("E")
    customer.tell(told(meter, replace(LOCKED, seconds_left=1795)))
    assert customer.lines[1] == "Enter, or wait 29:55"
    customer.press("E")
    assert len(customer.of(Confirm)) == 2


def test_a_silent_meter_is_not_said_to_be_asked(customer: Customer, meter: str) -> None:
    customer.tell(told(meter, LOCKED))
    customer.press("E")
    customer.tell(WentSilent(meter, Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)))
    assert customer.lines[0] == "No answer from meter"
    customer.press("i")
    assert customer.lines[1].startswith("Enter, or")


def test_enter_confirms_nothing_where_the_display_does_not_say_so(
    customer: Customer, meter: str, labels: tuple[Label, Label]
) -> None:
    customer.tell(told(meter, OFF))
    customer.press("E")
    customer.tell(told(labels[1].drn, LOCKED))
    customer.press("EB37E")
    customer.press("E")
    assert customer.of(Confirm) == []


def test_the_page_that_tells_why_takes_the_confirmation_too(customer: Customer, meter: str) -> None:
    customer.tell(told(meter, LOCKED))
    customer.press("90E")
    assert customer.panel.mode is Mode.PAGES
    customer.press("E")
    assert customer.of(Confirm) == [Confirm(meter, SINCE)]


def test_a_token_accepted_under_overload_is_told_with_why_the_light_stays_off(
    customer: Customer, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    customer.press(DIGITS + "E")
    customer.tell(*sells(meter), Settled(meter, "4197", Accepted(outcome())), told(meter, OFF))
    assert customer.lines == ("ACCEPTED  +25.0 kWh", "Light off: overload")
    customer.wait(10)
    assert customer.lines[0] == "TOO MUCH POWER USED"
