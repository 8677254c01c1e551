"""Laws of amounts on the wire: never more than there is, and int32."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem import floored, most
from link.cosem.amounts import GREATEST_AMOUNT, LEAST_AMOUNT

scales = st.integers(-6, 4)


@given(st.integers(LEAST_AMOUNT, GREATEST_AMOUNT), scales, scales)
def test_what_is_shown_is_never_more_and_less_than_one_step_below(
    amount: int, amount_scale: int, wire_scale: int
) -> None:
    true = amount * Fraction(10) ** amount_scale
    step = Fraction(10) ** wire_scale
    try:
        shown = floored(amount, amount_scale, wire_scale)
    except ValueError:
        assert not LEAST_AMOUNT * step <= true < (GREATEST_AMOUNT + 1) * step
    else:
        assert shown * step <= true < (shown + 1) * step


@given(scales, scales)
def test_the_most_fits_and_one_more_does_not(amount_scale: int, wire_scale: int) -> None:
    greatest = most(amount_scale, wire_scale)
    assert floored(greatest, amount_scale, wire_scale) <= GREATEST_AMOUNT
    with pytest.raises(ValueError, match="does not fit int32"):
        floored(greatest + 1, amount_scale, wire_scale)


def test_debts_and_cents_are_floored() -> None:
    assert floored(-1, -5, -2) == -1
    assert floored(129_999, -5, -2) == 129
    assert floored(25_000, 0, 0) == 25_000
