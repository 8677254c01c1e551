"""What is typed is shown, corrected and submitted, and nothing leaves by mistake."""

import pytest

from ciu.keypad import read_keys
from ciu.panel import (
    Beep,
    Complain,
    Heard,
    Label,
    Mode,
    Panel,
    Show,
)
from ciu.profiles import PROFILES
from ciu.screen import Tone
from ciu.wording import Complaint, Words

from .panel_customer import Customer

DIGITS = "23716100501183194197"


def brand(name: str, labels: tuple[Label, ...], words: Words) -> Customer:
    return Customer(Panel(labels, PROFILES[name], words, 0.0))


def test_digits_are_shown_as_they_are_typed(customer: Customer) -> None:
    customer.press(DIGITS[:14])
    assert customer.lines == ("2371 6100 5011 83__", "            14 of 20")


def test_the_twentieth_digit_submits_after_two_seconds(customer: Customer, meter: str) -> None:
    customer.press(DIGITS)
    customer.wait(1.9)
    assert customer.submitted == []
    customer.wait(0.2)
    assert customer.submitted == [DIGITS]
    assert customer.lines == ("Checking with meter…", "calling the meter")
    customer.tell(Heard(meter))
    assert customer.lines == ("Checking with meter…", "signal good")


def test_enter_submits_at_once(customer: Customer) -> None:
    customer.press(DIGITS + "E")
    assert customer.submitted == [DIGITS]


def test_a_token_is_submitted_once(customer: Customer) -> None:
    customer.press(DIGITS + "EEE")
    customer.wait(60)
    assert customer.submitted == [DIGITS]


def test_backspace_takes_one_digit_and_twice_quickly_all(customer: Customer) -> None:
    customer.press("1234B")
    assert customer.panel.typed == "123"
    customer.press("B")
    assert customer.panel.typed == "12"
    customer.press("B", every_s=0.2)
    assert (customer.panel.typed, customer.panel.mode) == ("", Mode.IDLE)


def test_backspace_on_the_only_digit_ends_the_entry(customer: Customer) -> None:
    customer.press("1B")
    assert customer.panel.mode is Mode.IDLE


def test_an_entry_left_alone_is_given_up_with_a_message(customer: Customer) -> None:
    customer.press("1234")
    customer.wait(29.9)
    assert customer.panel.mode is Mode.ENTRY
    customer.wait(0.2)
    assert customer.lines == ("Entry given up", "4 typed")
    customer.wait(5)
    assert customer.panel.mode is Mode.IDLE


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        (DIGITS[:19] + "E", Complaint.TOO_SHORT),
        (DIGITS + "1E", Complaint.TOO_LONG),
        (DIGITS + "1111111111E", Complaint.TOO_LONG),
        ("73786976294838206464E", Complaint.NOT_A_TOKEN),
        ("80000000000000000000E", Complaint.NOT_A_TOKEN),
        ("99E", Complaint.UNKNOWN_CODE),
        ("#9#E", Complaint.UNKNOWN_CODE),
        ("70E", Complaint.NO_PAGE),
        ("12E", Complaint.UNKNOWN_CODE),
        ("36E", Complaint.UNKNOWN_TEST),
        ("*9999E", Complaint.NO_METER),
    ],
)
def test_what_is_no_token_goes_nowhere(keys: str, complaint: Complaint, customer: Customer) -> None:
    customer.press(keys)
    customer.wait(2)
    complaints = [effect.kind for effect in customer.effects if isinstance(effect, Complain)]
    assert complaints == [complaint]
    customer.wait(120)
    assert customer.submitted == []


def test_the_largest_token_number_is_sent_and_the_next_is_not(customer: Customer) -> None:
    customer.press("73786976294838206463E")
    assert customer.submitted == ["73786976294838206463"]


def test_twenty_digits_that_are_no_token_are_not_sent_by_the_pause_either(
    customer: Customer,
) -> None:
    customer.press("99999999999999999999")
    customer.wait(10)
    assert customer.submitted == []
    assert len(customer.of(Complain)) == 1


def test_a_wrong_number_can_be_corrected(customer: Customer) -> None:
    customer.press(DIGITS[:19] + "E" + DIGITS[19] + "E")
    assert customer.submitted == [DIGITS]


def test_a_digit_too_many_can_be_taken_back(customer: Customer) -> None:
    customer.press(DIGITS + "9")
    customer.wait(10)
    customer.press("BE")
    assert customer.submitted == [DIGITS]


def test_keys_are_refused_by_a_sound_while_a_token_is_checked(customer: Customer) -> None:
    customer.press(DIGITS + "E")
    customer.effects.clear()
    customer.press("5i#BE")
    assert customer.effects == [Beep(Tone.WRONG)] * 5


@pytest.mark.parametrize(
    ("name", "keys"),
    [("conlog", "#4#"), ("conlog", "#4#E"), ("landis_gyr", "i000E"), ("hexing", "804E")],
)
def test_codes_are_typed_as_on_the_brand(
    name: str, keys: str, labels: tuple[Label, Label], words: Words
) -> None:
    customer = brand(name, labels, words)
    customer.press(keys)
    assert customer.panel.mode is Mode.PAGES
    assert customer.lines[0].startswith("Meter number")


def test_an_e_after_a_code_that_a_hash_has_ended_changes_nothing(
    labels: tuple[Label, Label], words: Words
) -> None:
    customer = brand("conlog", labels, words)
    customer.press("#6#E")
    assert customer.lines == ("Not shown here yet", "#6#")
    customer.press("E")
    assert customer.panel.mode is Mode.IDLE
    customer.press("#4#")
    customer.wait(60)
    customer.press("E")
    assert customer.panel.mode is Mode.IDLE


def test_no_effect_shows_what_was_typed(customer: Customer) -> None:
    customer.press(DIGITS[:19] + "E" + DIGITS[19] + "E")
    assert DIGITS[:12] not in repr([e for e in customer.effects if not isinstance(e, Show)])


def test_a_paste_takes_the_place_of_what_is_typed(customer: Customer) -> None:
    for typed in ("", "123", "123E", DIGITS[:19] + "E", "37E"):
        customer.press(typed)
        for at, key in enumerate(read_keys(DIGITS)):
            customer.panel.press(key, customer.now, anew=not at)
        assert (customer.panel.typed, customer.panel.mode) == (DIGITS, Mode.ENTRY)
        customer.press("BB", every_s=0.1)


@pytest.mark.parametrize("typed", ["", "2371", DIGITS[:19] + "E", "37E", "12E"])
def test_a_paste_that_is_no_token_is_told_and_heard_and_changes_nothing(
    typed: str, customer: Customer
) -> None:
    customer.press(typed)
    before, wrong = customer.panel.typed, customer.effects.count(Beep(Tone.WRONG))
    customer.panel.refuse(Complaint.SEVERAL_PASTED, customer.now)
    customer.collect()
    assert customer.lines == ("SEVERAL TOKENS FOUND", "Paste one at a time")
    assert customer.effects.count(Beep(Tone.WRONG)) == wrong + 1
    assert customer.panel.typed == before
    customer.wait(6)
    assert customer.panel.mode is (Mode.ENTRY if before in DIGITS[:19] and before else Mode.IDLE)


def test_a_paste_while_a_token_is_checked_is_refused_by_a_sound(customer: Customer) -> None:
    customer.press(DIGITS + "E")
    customer.effects.clear()
    customer.panel.refuse(Complaint.NOTHING_PASTED, customer.now)
    customer.collect()
    assert customer.effects == [Beep(Tone.WRONG)]
