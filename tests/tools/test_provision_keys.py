"""Laws of what is drawn for a new meter."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.terms import TOKEN_LIMIT, luhn_digit, meter_title
from tools.provision.keys import (
    Label,
    fresh_ciu_title,
    fresh_code,
    fresh_key,
    is_weak,
    with_check_digits,
)

PAYLOADS = st.text("0123456789", min_size=18, max_size=18)

WEAK = {
    "zeros": "00" * 16,
    "ones": "ff" * 20,
    "counting": "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
    "counting down": "0f0e0d0c0b0a09080706050403020100",
    "counting by 17": "00112233445566778899aabbccddeeff",
    "counting by 34": "0123456789abcdef",
    "example of dkga 02": "abababababababab",
    "example of dkga 04": "abababababababab949494949494949401234567",
    "weak for DES": "e0e0e0e0f1f1f1f1",
    "semi-weak for DES": "01fe01fe01fe01fe",
    "semi-weak for DES, four octets": "1fe01fe00ef10ef1",
}


def test_check_digits_agree_with_the_standards_example() -> None:
    assert with_check_digits("794") == "79444"  # ISO 7064


@given(PAYLOADS)
def test_a_whole_code_leaves_1_modulo_97(payload: str) -> None:
    assert int(with_check_digits(payload)) % 97 == 1


@given(PAYLOADS, st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_is_found(payload: str, place: int, step: int) -> None:
    code = with_check_digits(payload)
    wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]
    assert int(wrong) % 97 != 1


@given(PAYLOADS, st.integers(0, 18))
def test_two_exchanged_digits_are_found(payload: str, place: int) -> None:
    code = with_check_digits(payload)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert wrong == code or int(wrong) % 97 != 1


def test_a_pairing_code_is_never_a_token() -> None:
    codes = [fresh_code() for _ in range(200)]
    assert all(len(code) == 20 and int(code) >= TOKEN_LIMIT for code in codes)
    assert all(code == with_check_digits(code[:18]) for code in codes)
    assert len(set(codes)) == 200


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_weak_keys_are_known(key: str) -> None:
    assert is_weak(bytes.fromhex(key))


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK)
def test_a_weak_key_is_drawn_again(key: str) -> None:
    good = bytes(number * number % 251 for number in range(len(key) // 2))
    draws = iter([bytes.fromhex(key), bytes.fromhex(key), good])
    drawn = fresh_key(len(good), lambda octets: next(draws)[:octets])
    assert drawn.reveal() == good


def test_drawn_keys_differ(drn: Callable[..., str]) -> None:
    assert len({fresh_key(8).reveal() for _ in range(100)}) == 100
    assert Label.fresh(drn(1)).kept != Label.fresh(drn(1)).kept


@given(
    st.text("0123456789", min_size=10, max_size=10)
    | st.text("0123456789", min_size=12, max_size=12)
)
def test_a_ciu_never_has_a_meters_title(payload: str) -> None:
    meter, ciu = meter_title(payload + luhn_digit(payload)), fresh_ciu_title()
    assert len(meter) == len(ciu) == 8
    assert int.from_bytes(meter[3:]) == int(payload) < int.from_bytes(ciu[3:])
