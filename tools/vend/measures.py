"""The commodities as a point of sale counts them (IEC 62055-41 clause 6.2, sts.md 3.1).

A token carries tenths: 0.1 kWh, 0.1 m3 or 0.1 minute.
"""

from dataclasses import dataclass
from fractions import Fraction

from meter.sts import UNIT_WH, Commodity
from meter.sts.amount import UNITS_MAX
from tools.register import MeterRecord
from tools.register.arguments import E5

__all__ = ["E5", "MEASURES", "TENTHS", "Measure", "measure_of"]

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """How a commodity is counted and priced."""

    commodity: Commodity
    symbol: str
    fine: str
    """Symbol of the meter's own count."""
    fine_per_tenth: int
    priced: str
    """What a price is for."""
    tenths_per_priced: int

    @property
    def name(self) -> str:
        """Its name, as in meter.toml."""
        return self.commodity.name.lower()

    @property
    def most(self) -> Fraction:
        """The most that one token carries."""
        return Fraction(UNITS_MAX, TENTHS)


_ROWS = (
    Measure(Commodity.ELECTRICITY, "kWh", "Wh", UNIT_WH, "kWh", 10),
    Measure(Commodity.WATER, "m3", "l", 100, "m3", 10),
    Measure(Commodity.GAS, "m3", "l", 100, "m3", 10),
    Measure(Commodity.TIME, "min", "s", 6, "h", 600),
)
MEASURES = {row.name: row for row in _ROWS}


def measure_of(meter: MeterRecord) -> Measure:
    """Return how a meter's commodity is counted."""
    return MEASURES[meter.commodity]
