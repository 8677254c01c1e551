"""What the meters tell leads to the screens that a customer expects."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciu import pages
from ciu.keypad import Key
from ciu.panel import (
    TABLE,
    Beep,
    Cue,
    Heard,
    Label,
    Look,
    Mode,
    Panel,
    Pending,
    Reading,
    Settled,
    Show,
    Submit,
    WentSilent,
)
from ciu.profiles import PROFILES
from ciu.screen import Lamp, LinkSign, RelaySign, Tone
from ciu.wording import Silence, Silent, Words
from link.terms import (
    Alarm,
    Consumption,
    KeySet,
    LinkTrouble,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
    TokenResult,
    Unit,
)
from link.token_entry import Accepted, NotDone, NotSent, Refused, Unknown

from .panel_customer import Customer, sells

DIGITS = "23716100501183194197"
Make = Callable[..., TokenOutcome]
NO_ANSWER = Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)
OFF = SupplyExplanation(SupplyState.READY, SupplyReason.NO_CREDIT, 0, RestoredBy.CREDIT_TOKEN, 0)
ON = SupplyExplanation(SupplyState.CONNECTED, SupplyReason.NONE, 0, RestoredBy.NOTHING, 0)


def test_the_table_takes_every_verdict_that_does_not_wait_and_every_pause() -> None:
    for mode in Mode:
        turns = mode in (Mode.IDLE, Mode.WIZARD)
        assert (mode, Cue.TURN if turns else Cue.PAUSE) in TABLE
        if mode not in (Mode.ENTRY, Mode.CORRECTING):
            for cue in (Cue.VERDICT, Cue.PAGED, Cue.HELD):
                assert (mode, cue) in TABLE
    assert {mode for mode, _ in TABLE} == {step.mode for step in TABLE.values()} == set(Mode)


def test_an_accepted_token_is_shown_for_ten_seconds(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.press(DIGITS + "E")
    customer.tell(Settled(meter, "4197", Accepted(outcome())))
    assert customer.lines == ("ACCEPTED  +25.0 kWh", "Credit 25.0 kWh")
    customer.tell(*sells(meter), Reading(meter, pages.SUPPLY, ON, 0))
    assert customer.lines[1] == "Credit 25.0 Light on"
    assert Beep(Tone.ACCEPT) in customer.effects
    customer.wait(9.9)
    assert customer.panel.mode is Mode.RESULT
    customer.wait(0.2)
    assert customer.panel.mode is Mode.IDLE


def test_the_light_is_told_only_from_after_the_verdict(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.tell(Reading(meter, pages.SUPPLY, OFF, 0))
    customer.press(DIGITS + "E")
    customer.tell(Settled(meter, "4197", Accepted(outcome())))
    assert customer.lines[1] == "Credit 25.0 kWh"


def test_a_key_ends_the_result_and_a_digit_begins_the_next_entry(
    customer: Customer, meter: str, outcome: Make
) -> None:
    refused = Settled(meter, "4197", Refused(outcome(result=TokenResult.CRCError)))
    for key, mode in (("E", Mode.IDLE), ("B", Mode.IDLE), ("i", Mode.IDLE), ("1", Mode.ENTRY)):
        customer.tell(refused)
        assert customer.lines == ("NOT FOR THIS METER", "or wrong digit typed")
        customer.press(key)
        assert customer.panel.mode is mode
        customer.wait(120)
    assert Beep(Tone.REJECT) in customer.effects


def test_a_lock_out_counts_down_on_the_display(
    customer: Customer, meter: str, outcome: Make
) -> None:
    locked = outcome(result=TokenResult.LockedOut, seconds=160)
    customer.press(DIGITS + "E")
    customer.tell(Settled(meter, "4197", Refused(locked)))
    customer.wait(9.5)
    shown = [effect.screen.lines[0] for effect in customer.effects if isinstance(effect, Show)]
    assert shown[-10:] == [f"LOCKED, wait 2:{second}" for second in range(40, 30, -1)]


def test_a_token_whose_fate_is_unknown_blocks_the_next_one_until_it_is_known(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.press(DIGITS + "E")
    customer.tell(Settled(meter, "4197", Unknown(LinkTrouble.NO_ANSWER)))
    assert customer.lines == ("RESULT NOT KNOWN YET", "Do not type it again")
    customer.wait(10)
    assert customer.lines == ("RESULT NOT KNOWN YET", "Do not type it again")
    customer.press(DIGITS + "E")
    assert customer.lines == ("Earlier token still", "being checked: wait")
    customer.tell(Settled(meter, "4197", Accepted(outcome())))
    customer.press("E")
    assert customer.submitted == [DIGITS]
    customer.press("E")
    assert customer.submitted == [DIGITS, DIGITS]


def test_a_verdict_waits_while_somebody_types(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.tell(Pending(meter, "4197"))
    customer.press("123")
    customer.tell(Settled(meter, "4197", Accepted(outcome())))
    assert customer.panel.typed == "123"
    customer.press("BBB")
    assert customer.lines[0] == "ACCEPTED  +25.0 kWh"


def test_a_verdict_that_was_overtaken_by_the_next_token_says_whose_it_is(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.press(DIGITS + "E")
    customer.tell(Settled(meter, "4197", Unknown(LinkTrouble.NO_ANSWER)))
    customer.press("1" * 20)
    customer.tell(Settled(meter, "4197", Accepted(outcome())))
    customer.press("E")
    customer.tell(Settled(meter, "1111", Refused(outcome(result=TokenResult.CRCError))))
    assert customer.lines == ("NOT FOR THIS METER", "or wrong digit typed")
    customer.wait(10.1)
    assert customer.lines == ("Earlier token ..4197", "ACCEPTED  +25.0 kWh")


@pytest.mark.parametrize("verdict", [NotDone(), NotSent(LinkTrouble.NO_ANSWER)])
def test_a_token_that_never_arrived_is_to_be_typed_again(
    verdict: NotDone | NotSent, customer: Customer, meter: str
) -> None:
    customer.tell(Settled(meter, "4197", verdict))
    assert customer.lines == ("..4197 NOT RECEIVED", "Type it again")


def test_checking_says_why_it_takes_long_and_gives_the_display_back(
    customer: Customer, meter: str
) -> None:
    customer.press(DIGITS + "E")
    customer.tell(WentSilent(meter, NO_ANSWER))
    assert customer.lines == ("Checking with meter…", "No answer from meter")
    customer.wait(121)
    assert customer.panel.mode is Mode.IDLE
    assert customer.submitted == [DIGITS]


def test_a_short_code_shows_its_page_for_thirty_seconds(customer: Customer, meter: str) -> None:
    customer.press("03E")
    look = Look(meter, (pages.CONSUMPTION,))
    assert look in customer.effects
    assert customer.lines == ("Total used     …0016", "reading…")
    customer.tell(Reading(meter, pages.CONSUMPTION, Consumption(1_234_567, Unit.WATT_HOUR), 0))
    assert customer.lines[1] == "1234.5 kWh"
    customer.wait(29.0)
    assert customer.panel.mode is Mode.PAGES
    customer.wait(1.1)
    assert customer.panel.mode is Mode.IDLE
    assert customer.of(Look) == [look, Look(meter, ())]


def test_idle_pages_turn_every_ten_seconds_and_by_key(customer: Customer, meter: str) -> None:
    customer.tell(Reading(meter, pages.CREDIT, 25_000, 0), Reading(meter, pages.SUPPLY, ON, 0))
    titles = []
    for _ in range(3):
        titles.append(customer.lines[0].split("  ")[0])
        customer.wait(10)
    assert titles == ["Credit left", "Power now", "Supply was on"]
    customer.press("i")
    assert customer.lines[0].startswith("Power now")
    customer.press("E")
    assert customer.lines[0].startswith("Credit left")


def test_a_test_token_shows_its_pages_in_turn(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.press(DIGITS + "E")
    tested = outcome(token_class=1, amount=0, control=0b11100)
    customer.tell(Settled(meter, "4197", Accepted(tested)))
    first = Look(
        meter, (pages.CONSUMPTION, "sts.key_revision_number", "sts.key_type", "sts.tariff_index")
    )
    assert first in customer.effects
    titles = []
    while customer.panel.mode is Mode.PAGES:
        titles.append(customer.lines[0].split("  ")[0])
        customer.wait(10)
    assert titles == ["Total used", "Key", "Tariff index"]


def test_a_test_token_without_a_page_here_is_accepted_in_words(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.tell(Settled(meter, "4197", Accepted(outcome(token_class=1, control=1 << 18))))
    assert customer.lines[0] == "TEST ACCEPTED"


def test_the_credit_beside_a_verdict_is_that_of_the_large_digits(
    customer: Customer, meter: str, outcome: Make
) -> None:
    customer.tell(*sells(meter), Settled(meter, "4197", Accepted(outcome())))
    customer.tell(Reading(meter, pages.SUPPLY, ON, 0))
    assert customer.lines[1] == "Credit 25.0 Light on"
    customer.tell(Reading(meter, pages.CREDIT, 24_710, 0))
    assert customer.lines == ("ACCEPTED  +25.0 kWh", "Credit 24.7 Light on")
    assert customer.panel.screen.big == "24.7"


def test_silence_is_shown_at_once_and_then_in_turn_with_the_age(
    customer: Customer, meter: str
) -> None:
    customer.tell(Heard(meter), *sells(meter), Reading(meter, pages.CREDIT, 25_000, 0))
    assert customer.panel.screen.signs.link is LinkSign.GOOD
    customer.wait(12)
    customer.tell(WentSilent(meter, NO_ANSWER))
    assert customer.lines == ("No answer from meter", "Trying every 3 s")
    assert customer.panel.screen.signs.link is LinkSign.LOST
    customer.wait(10)
    assert customer.lines == ("Credit left    …0016", "25.0 kWh    22 s old")
    customer.tell(Heard(meter), Reading(meter, pages.CREDIT, 24_990, 0))
    assert customer.lines == ("Credit left    …0016", "24.9 kWh")


def test_nobody_knows_how_the_switch_of_a_silent_meter_stands(
    customer: Customer, meter: str
) -> None:
    customer.tell(Heard(meter), Reading(meter, pages.SUPPLY, ON, 0))
    assert customer.panel.screen.signs.relay is RelaySign.CLOSED
    customer.wait(12)
    customer.tell(WentSilent(meter, NO_ANSWER))
    assert customer.panel.screen.signs.relay is RelaySign.UNKNOWN
    customer.press("iii")
    assert customer.lines == ("Supply was on", "13 s ago")
    customer.tell(Heard(meter))
    assert customer.panel.screen.signs.relay is RelaySign.CLOSED


def test_the_pages_turn_on_while_the_meter_stays_silent(customer: Customer, meter: str) -> None:
    customer.tell(WentSilent(meter, NO_ANSWER))
    for again_s in range(3, 13):
        customer.tell(WentSilent(meter, replace(NO_ANSWER, again_s=again_s)))
        customer.wait(1.1)
    assert customer.lines[0].startswith("Credit left")


def test_an_alarm_is_shown_and_heard_and_heard_again(customer: Customer, meter: str) -> None:
    low = Reading(meter, pages.ALARMS, Alarm.LOW_CREDIT, 0)
    customer.tell(Reading(meter, pages.CREDIT, 900, 0), low)
    assert customer.lines == ("CREDIT IS LOW", "Buy a token soon")
    assert customer.panel.screen.signs.lamp is Lamp.AMBER
    customer.wait(1799)
    assert customer.effects.count(Beep(Tone.ALARM)) == 1
    customer.wait(2)
    assert customer.effects.count(Beep(Tone.ALARM)) == 2
    customer.tell(replace(low, value=Alarm(0)))
    customer.wait(3600)
    assert customer.effects.count(Beep(Tone.ALARM)) == 2


def test_the_signs_tell_switch_and_credit(customer: Customer, meter: str) -> None:
    customer.tell(Reading(meter, pages.SUPPLY, OFF, 0), Reading(meter, pages.CREDIT, 0, 0))
    signs = customer.panel.screen.signs
    assert (signs.relay, signs.lamp) == (RelaySign.OPEN, Lamp.RED)


def test_a_meter_is_chosen_by_its_last_digits_or_as_the_next(
    customer: Customer, labels: tuple[Label, Label]
) -> None:
    first, second = labels
    customer.press(f"*{second.tail}E")
    assert (customer.panel.meter, customer.panel.screen.name) == (second.drn, "House 5")
    customer.press("*E")
    assert customer.panel.meter == first.drn


def test_a_token_goes_to_the_meter_on_the_display(
    customer: Customer, labels: tuple[Label, Label]
) -> None:
    customer.press("*E" + DIGITS + "E")
    assert customer.of(Submit) == [Submit(labels[1].drn, DIGITS)]


def test_a_verdict_of_another_meter_is_shown_under_its_own_number(
    customer: Customer, labels: tuple[Label, Label], outcome: Make
) -> None:
    customer.press(DIGITS + "E")
    customer.tell(Settled(labels[1].drn, "0000", Accepted(outcome())))
    assert customer.panel.mode is Mode.CHECKING
    customer.tell(Settled(labels[0].drn, "4197", Accepted(outcome())))
    assert customer.panel.screen.meter == labels[0].tail
    customer.wait(10)
    assert customer.panel.mode is Mode.RESULT
    assert customer.panel.screen.meter == labels[1].tail


NEWS = st.sampled_from(
    [
        *("heard", "silent", "credit", "alarm", "unknown", "accepted", "not done"),
        *("held", "key changed", "a set", "no set"),
    ]
)
SETTLES = ("accepted", "not done", "held", "key changed")


@settings(max_examples=60)
@given(st.lists(st.one_of(st.sampled_from(Key), st.floats(0, 40), NEWS), max_size=60))
def test_whatever_happens_only_whole_tokens_leave_and_one_at_a_time(
    labels: tuple[Label, Label],
    words: Words,
    outcome: Make,
    events: list[Key | float | str],
) -> None:
    customer = Customer(Panel(labels, PROFILES["spln"], words, 0.0))
    section = outcome(
        result=TokenResult.FirstKCT, token_class=2, subclass=3, amount=1, missing=1, seconds=600
    )
    meter, open_tokens = labels[0].drn, 0
    news = {
        "heard": Heard(meter),
        "silent": WentSilent(meter, NO_ANSWER),
        "credit": Reading(meter, pages.CREDIT, -1, 0),
        "alarm": Reading(meter, pages.ALARMS, Alarm.CREDIT_EXHAUSTED, 0),
        "unknown": Settled(meter, "4197", Unknown(LinkTrouble.NO_ANSWER)),
        "accepted": Settled(meter, "4197", Accepted(outcome())),
        "not done": Settled(meter, "4197", NotDone()),
        "held": Settled(meter, "4197", Accepted(section)),
        "key changed": Settled(meter, "4197", Accepted(outcome(token_class=2, subclass=4))),
        "a set": Reading(meter, pages.KEY_SET, KeySet(2, 1, 30), 0),
        "no set": Reading(meter, pages.KEY_SET, KeySet(0, 0, 0), 0),
    }
    for event in events:
        before = len(customer.submitted)
        match event:
            case Key():
                customer.press(event.value, every_s=0.0)
            case float():
                customer.wait(event)
            case str():
                customer.tell(news[event])
                open_tokens = 0 if event in SETTLES else open_tokens
        open_tokens += len(customer.submitted) - before
        assert open_tokens <= 1
        assert all(len(digits) == 20 for digits in customer.submitted)
        assert customer.panel.deadline >= customer.now
