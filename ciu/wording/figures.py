"""Numbers, times and spans as people read them.

Invariant: what can be spent is rounded toward less, and "-0.0" never appears (ciu.md 2).
"""

from dataclasses import dataclass

from link.terms import Unit

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400

SPANS = ((2 * DAY_S, DAY_S, "d"), (HOUR_S, HOUR_S, "h"), (MINUTE_S, MINUTE_S, "min"))
"""From how many seconds on which size of step is told, and its symbol."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A moment on the wall clock of the place."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


@dataclass(frozen=True, slots=True)
class Commodity:
    """How an amount in base units is shown: so many of them are one of `symbol`."""

    divisor: int
    symbol: str
    places: int = 1


COMMODITIES = {
    Unit.WATT_HOUR: Commodity(1000, "kWh"),
    Unit.CUBIC_METRE: Commodity(1000, "m³"),
    Unit.SECOND: Commodity(HOUR_S, "h"),
}

COUNTED = Commodity(1, "", places=0)
"""Anything else is shown as it is."""


def commodity_of(unit: Unit) -> Commodity:
    """Return how amounts of a unit are shown."""
    return COMMODITIES.get(unit, COUNTED)


def floor_decimal(value: int, divisor: int, places: int) -> str:
    """Return value / divisor with so many decimal places, rounded toward less."""
    scale = 10**places
    floored = value * scale // divisor
    whole, rest = divmod(abs(floored), scale)
    decimals = f".{rest:0{places}d}" if places else ""
    return f"{'-' if floored < 0 else ''}{whole}{decimals}"


def figure(value: int, unit: Unit) -> str:
    """Return an amount in base units as a number, with one decimal but for counts."""
    commodity = commodity_of(unit)
    return floor_decimal(value, commodity.divisor, commodity.places)


def amount(value: int, unit: Unit) -> str:
    """Return an amount in base units as a person reads it, "25.0 kWh"."""
    return f"{figure(value, unit)} {commodity_of(unit).symbol}".rstrip()


def signed(value: int, unit: Unit) -> str:
    """Return an amount in base units as it changes a credit, "+25.0 kWh"."""
    return f"{'+' if value >= 0 else ''}{amount(value, unit)}"


def scaled(value: int, scaler: int, places: int, symbol: str) -> str:
    """Return an integer in steps of 10**scaler as "230.1 V", with so many decimals."""
    return f"{floor_decimal(value, 10**-scaler, places)} {symbol}".rstrip()


def kilowatts(watts: int) -> str:
    """Return a power as "0.42 kW"."""
    return f"{floor_decimal(watts, 1000, 2)} kW"


def countdown(seconds: int) -> str:
    """Return a span that runs out: "0:07", "21:20", "5 h", "3 d"."""
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S}:{seconds % MINUTE_S:02d}"
    return span(seconds)


def span(seconds: int) -> str:
    """Return a span roughly, rounded toward less: "12 s", "3 min", "47 h", "9 d"."""
    for least, size, symbol in SPANS:
        if seconds >= least:
            return f"{seconds // size} {symbol}"
    return f"{seconds} s"


def group_digits(digits: str) -> str:
    """Return digits in groups of four, as slips print them."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
