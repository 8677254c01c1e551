"""Amounts on the wire: int32 at the currency's scale, floored. Source: link.md 4.

Invariant: what is shown is never more than there is.
"""

GREATEST_AMOUNT = (1 << 31) - 1
LEAST_AMOUNT = -(1 << 31)


def floored(amount: int, amount_scale: int, wire_scale: int) -> int:
    """Return amount x 10^amount_scale as a count of 10^wire_scale, toward less.

    ValueError where int32 cannot hold it: a maximum credit above `most` was configured.
    """
    factor, divisor = _ratio(amount_scale - wire_scale)
    result = amount * factor // divisor
    if not LEAST_AMOUNT <= result <= GREATEST_AMOUNT:
        raise ValueError(f"amount {result} does not fit int32")
    return result


def most(amount_scale: int, wire_scale: int) -> int:
    """Return the largest amount, a count of 10^amount_scale, that the wire can carry."""
    factor, divisor = _ratio(amount_scale - wire_scale)
    return ((GREATEST_AMOUNT + 1) * divisor - 1) // factor


def _ratio(shift: int) -> tuple[int, int]:
    """Return 10^shift as a fraction of whole numbers."""
    power: int = 10 ** abs(shift)
    return (power, 1) if shift >= 0 else (1, power)
