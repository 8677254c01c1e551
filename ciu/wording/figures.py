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


def floor_decimal(value: int, divisor: int, places: int) -> str:
    """Return value / divisor with so many decimal places, rounded toward less."""
    scale = 10**places
    floored = value * scale // divisor
    whole, rest = divmod(abs(floored), scale)
    decimals = f".{rest:0{places}d}" if places else ""
    return f"{'-' if floored < 0 else ''}{whole}{decimals}"


@dataclass(frozen=True, slots=True)
class Measure:
    """How amounts are shown: so many of what they count are one of `symbol`."""

    divisor: int
    symbol: str
    places: int = 1

    def figure(self, value: int) -> str:
        """Return an amount as a number."""
        return floor_decimal(value, self.divisor, self.places)

    def short(self, value: int, longest: int) -> str:
        """Return an amount as a number, without decimals where it has more signs than that."""
        full = self.figure(value)
        return full if len(full) <= longest else floor_decimal(value, self.divisor, 0)

    def amount(self, value: int) -> str:
        """Return an amount as a person reads it, "25.0 kWh"."""
        return f"{self.figure(value)} {self.symbol}".rstrip()

    def signed(self, value: int) -> str:
        """Return an amount as it changes a credit, "+25.0 kWh"."""
        return f"{'+' if value >= 0 else ''}{self.amount(value)}"


MEASURES = {
    Unit.WATT_HOUR: Measure(1000, "kWh"),
    Unit.CUBIC_METRE: Measure(1000, "m³"),
    Unit.SECOND: Measure(HOUR_S, "h", places=2),
    Unit.WATT: Measure(1000, "kW", places=2),
    Unit.CURRENCY: Measure(100_000, "", places=2),
}
"""How amounts in base units are shown; of money only the meter knows the name."""

COUNTED = Measure(1, "", places=0)
"""Anything else is shown as it is."""


def measure_of(unit: Unit) -> Measure:
    """Return how amounts in base units of a unit are shown."""
    return MEASURES.get(unit, COUNTED)


def figure(value: int, unit: Unit) -> str:
    """Return an amount in base units as a number."""
    return measure_of(unit).figure(value)


def amount(value: int, unit: Unit) -> str:
    """Return an amount in base units as a person reads it, "25.0 kWh"."""
    return measure_of(unit).amount(value)


def signed(value: int, unit: Unit) -> str:
    """Return an amount in base units as it changes a credit, "+25.0 kWh"."""
    return measure_of(unit).signed(value)


def scaled(value: int, scaler: int, places: int, symbol: str) -> str:
    """Return an integer in steps of 10**scaler as "230.1 V", with so many decimals."""
    return f"{floor_decimal(value, 10**-scaler, places)} {symbol}".rstrip()


def kilowatts(watts: int) -> str:
    """Return a power as "0.42 kW"."""
    return amount(watts, Unit.WATT)


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
