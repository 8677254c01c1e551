"""Coded amounts: every code, and rounding in the customer's favour (sts.md 3.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.sts import AmountError, currency_amount, currency_field, units_amount, units_field
from meter.sts.amount import CURRENCY_MAX, SIGN, UNITS_MAX


@pytest.mark.parametrize(
    ("amount", "field", "coded"),
    [
        (0, 0, 0),
        (16383, 0x3FFF, 16383),
        (16384, 0x4000, 16384),
        (16385, 0x4001, 16394),
        (180214, 0x7FFF, 180214),
        (180215, 0x8000, 180224),
        (1818524, 0xBFFF, 1818524),
        (1818525, 0xC000, 1818624),
        (1802240, 2 << 14 | 16221, 1802324),
        (18201624, 0xFFFF, 18201624),
    ],
)
def test_the_units_of_the_standard(amount: int, field: int, coded: int) -> None:
    assert units_field(amount) == field
    assert units_amount(field) == coded


@pytest.mark.parametrize(
    ("exponent", "step", "smallest", "largest"),
    [
        (0, 1, 0, 16383),
        (1, 10, 16384, 180214),
        (2, 100, 180224, 1818524),
        (3, 1000, 1818624, 18201624),
    ],
)
def test_the_bands_of_the_standard(exponent: int, step: int, smallest: int, largest: int) -> None:
    codes = range(exponent << 14, (exponent + 1) << 14)
    assert [units_amount(code) for code in codes] == list(range(smallest, largest + 1, step))


def test_every_units_code_has_its_own_amount_in_order() -> None:
    amounts = [units_amount(field) for field in range(1 << 16)]
    assert amounts == sorted(set(amounts))
    assert amounts[-1] == UNITS_MAX == 18201624


def test_every_units_code_is_its_own() -> None:
    assert all(units_field(units_amount(field)) == field for field in range(1 << 16))


@given(st.integers(0, UNITS_MAX))
def test_units_take_the_smallest_code_that_is_enough(amount: int) -> None:
    field = units_field(amount)
    assert units_amount(field) >= amount
    assert field == 0 or units_amount(field - 1) < amount


@pytest.mark.parametrize("amount", [-1, UNITS_MAX + 1, 10**30])
def test_units_outside_the_codes_are_refused_with_their_value(amount: int) -> None:
    with pytest.raises(AmountError, match=str(amount)):
        units_field(amount)


@pytest.mark.parametrize(
    ("amount", "field", "coded"),
    [
        (100000, 0x060AA, 100004),
        (-100000, 0x860A9, -99994),
        (-18022400000, SIGN | 6 << 14 | 16201, -18021442624),
        (0, 0, 0),
        (16383, 0x03FFF, 16383),
        (16384, 0x04000, 16384),
        (180215, 0x08000, 180224),
        (-180215, SIGN | 0x07FFF, -180214),
        (CURRENCY_MAX, 0x7FFFF, CURRENCY_MAX),
        (-CURRENCY_MAX, 0xFFFFF, -CURRENCY_MAX),
    ],
)
def test_the_currency_of_the_standard(amount: int, field: int, coded: int) -> None:
    assert currency_field(amount) == field
    assert currency_amount(field) == coded


@given(st.integers(0, (1 << 20) - 1))
def test_every_currency_code_but_minus_zero_is_its_own(field: int) -> None:
    expected = 0 if field == SIGN else field
    assert currency_field(currency_amount(field)) == expected


@pytest.mark.parametrize("exponent", range(32))
@pytest.mark.parametrize("sign", [0, SIGN])
def test_the_first_and_the_last_code_of_a_band_are_their_own(exponent: int, sign: int) -> None:
    first, last = sign | exponent << 14, sign | exponent << 14 | 0x3FFF
    assert currency_field(currency_amount(last)) == last
    assert currency_field(currency_amount(first)) == (first if first != SIGN else 0)


@given(st.integers(0, CURRENCY_MAX) | st.integers(0, 10**8))
def test_a_positive_amount_takes_the_smallest_code_that_is_enough(amount: int) -> None:
    field = currency_field(amount)
    assert currency_amount(field) >= amount
    assert field == 0 or currency_amount(field - 1) < amount


@given(st.integers(1, CURRENCY_MAX) | st.integers(1, 10**8))
def test_a_negative_amount_is_never_taken_in_full_if_it_has_no_code(amount: int) -> None:
    field = currency_field(-amount)
    assert field & SIGN
    assert currency_amount(field) >= -amount
    assert field == 0xFFFFF or currency_amount(field + 1) < -amount


@pytest.mark.parametrize("amount", [CURRENCY_MAX + 1, -CURRENCY_MAX - 1])
def test_currency_outside_the_codes_is_refused_with_its_value(amount: int) -> None:
    with pytest.raises(AmountError, match=str(amount)):
        currency_field(amount)
