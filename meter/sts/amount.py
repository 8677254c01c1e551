"""Coded amounts: units in 16 bits, currency in 20 (IEC 62055-41 clause 6.3).

Both are an exponent and a mantissa of 14 bits. Band e starts one step after the last value of
band e-1, so every code has a value of its own. Coding rounds towards plus infinity, in the
customer's favour; decoding is exact.
"""

MANTISSA_BITS = 14
MANTISSA_MAX = (1 << MANTISSA_BITS) - 1
UNITS_EXPONENTS = 4
CURRENCY_EXPONENTS = 32
SIGN = 1 << 19
STEPS: tuple[int, ...] = tuple(10**exponent for exponent in range(CURRENCY_EXPONENTS + 1))
"""The step of each band, in base units."""


UNIT_WH = 100
"""One base unit of an electricity token (sts.md 3.1)."""


class AmountError(ValueError):
    """An amount that no code has."""


def _first(exponent: int) -> int:
    """Return the smallest magnitude of a band."""
    return (1 << MANTISSA_BITS) * (STEPS[exponent] - 1) // 9


def _magnitude(code: int) -> int:
    exponent, mantissa = code >> MANTISSA_BITS, code & MANTISSA_MAX
    return mantissa * STEPS[exponent] + _first(exponent)


def _code_above(magnitude: int) -> int:
    """Return the smallest code whose magnitude is at least this one."""
    exponent = 0
    while _magnitude(exponent << MANTISSA_BITS | MANTISSA_MAX) < magnitude:
        exponent += 1
    mantissa = -(-(magnitude - _first(exponent)) // STEPS[exponent])
    return exponent << MANTISSA_BITS | mantissa


def _code_below(magnitude: int) -> int:
    """Return the largest code whose magnitude is at most this one."""
    exponent = 0
    while _first(exponent + 1) <= magnitude:
        exponent += 1
    mantissa = (magnitude - _first(exponent)) // STEPS[exponent]
    return exponent << MANTISSA_BITS | mantissa


UNITS_MAX = _magnitude((UNITS_EXPONENTS << MANTISSA_BITS) - 1)
"""18201624 base units, 1 820 162.4 kWh."""
CURRENCY_MAX = _magnitude((CURRENCY_EXPONENTS << MANTISSA_BITS) - 1)


def units_amount(field: int) -> int:
    """Return the base units (0.1 kWh, 0.1 m3, 0.1 min; or W) of a 16-bit code."""
    return _magnitude(field)


def units_field(amount: int) -> int:
    """Code an amount of base units in 16 bits, rounded up; raises AmountError outside them."""
    if not 0 <= amount <= UNITS_MAX:
        raise AmountError(f"amount {amount} is outside 0 to {UNITS_MAX} base units")
    return _code_above(amount)


def currency_amount(field: int) -> int:
    """Return the 10^-5 of the currency of a 20-bit code."""
    magnitude = _magnitude(field & ~SIGN)
    return -magnitude if field & SIGN else magnitude


def currency_field(amount: int) -> int:
    """Code 10^-5 of the currency in 20 bits, rounded up; raises AmountError outside them."""
    if abs(amount) > CURRENCY_MAX:
        raise AmountError(f"amount {amount} is outside +-{CURRENCY_MAX} of 10^-5 currency")
    return SIGN | _code_below(-amount) if amount < 0 else _code_above(amount)
