"""Numbers of meters and tokens: what they are, and how they name each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.terms import (
    DRN_DIGITS,
    is_digits,
    is_meter_number,
    luhn_digit,
    meter_pan,
    meter_title,
    physical_address,
)

PAYLOADS = st.sampled_from(DRN_DIGITS).flatmap(
    lambda count: st.text("0123456789", min_size=count - 1, max_size=count - 1)
)


@pytest.mark.parametrize("text", ["", " 1", "1_0", "-1", "+1", "1.0", "١٢", "²", "1\n"])
def test_other_signs_are_no_digits(text: str) -> None:
    assert not is_digits(text)


def test_digits_are_counted_where_a_count_is_given() -> None:
    assert is_digits("007")
    assert is_digits("007", 2, 3)
    assert not is_digits("007", 2, 4)


@pytest.mark.parametrize("drn", ["11111111115", "12345678903", "0100000000008"])
def test_the_numbers_of_the_standard_are_meter_numbers(drn: str) -> None:
    assert is_meter_number(drn)


@pytest.mark.parametrize("drn", ["11111111113", "12345678904", "1111111111", "011111111115", ""])
def test_a_number_of_another_length_or_check_digit_is_no_meter_number(drn: str) -> None:
    assert not is_meter_number(drn)


@given(PAYLOADS, st.data())
def test_a_check_digit_finds_every_wrong_digit(payload: str, data: st.DataObject) -> None:
    drn = payload + luhn_digit(payload)
    at = data.draw(st.integers(0, len(drn) - 1))
    wrong = data.draw(st.sampled_from("0123456789".replace(drn[at], "")))
    assert is_meter_number(drn)
    assert not is_meter_number(drn[:at] + wrong + drn[at + 1 :])


@pytest.mark.parametrize(
    ("drn", "pan"),
    [
        ("00000000000", "600727000000000009"),
        ("11111111115", "600727111111111153"),
        ("0100000000008", "000001000000000082"),
    ],
)
def test_a_meter_pan_is_that_of_the_published_examples(drn: str, pan: str) -> None:
    assert meter_pan(drn) == pan


@given(PAYLOADS)
def test_a_physical_address_comes_from_the_serial_number_alone(payload: str) -> None:
    drn = payload + luhn_digit(payload)
    assert 1000 <= physical_address(drn) <= 10999
    assert physical_address(drn) == int(payload[-4:]) + 1000


@pytest.mark.parametrize(
    ("drn", "title"),
    [("12345678903", "5a5a5a00499602d2"), ("0100000000008", "5a5a5a02540be400")],
)
def test_a_meters_title_holds_its_number_without_the_check_digit(drn: str, title: str) -> None:
    assert meter_title(drn).hex() == title
