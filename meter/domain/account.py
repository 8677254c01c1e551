"""The account: what the customer has left, in units of the commodity or in money (meter.md 4).

Invariant: of what is used nothing is charged twice and nothing is forgotten: what the price leaves
below 10^-5 of the currency is carried on.
"""

from dataclasses import dataclass, replace

from link.terms import Unit
from meter.sts import Commodity

MOST_ON_THE_WIRE = (1 << 31) - 1
"""What int32 carries: the available credit of COSEM class 111 (link.md 4)."""

MONEY_STEP_E5 = 1000
"""Money goes over the wire in hundredths of the currency, scale -2 (link.md 4)."""

TARIFF_STEP_E5 = 1000
"""A SetTariffRate token tells the price in hundredths of the currency (ours: sts.md 3.3)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a commodity is counted."""

    unit: Unit
    token_units: int
    """Base units in one unit of a token: 0.1 kWh, 0.1 m3 or 0.1 minute (sts.md 3.1)."""
    priced_units: int
    """Base units that a price is for: a kWh, a m3 or an hour."""
    low: int
    """Level of the low-credit alarm in base units (ours)."""


MEASURES = {
    Commodity.ELECTRICITY: Measure(Unit.WATT_HOUR, 100, 1000, low=5_000),
    Commodity.WATER: Measure(Unit.CUBIC_METRE, 100, 1000, low=1_000),
    Commodity.GAS: Measure(Unit.CUBIC_METRE, 100, 1000, low=1_000),
    Commodity.TIME: Measure(Unit.SECOND, 6, 3600, low=3_600),
}


@dataclass(frozen=True, slots=True)
class Account:
    """Amounts are base units of the commodity, or 10^-5 of the currency where there is one.

    Credit may be below zero: what flowed between two samples (meter.md 2).
    """

    credit: int
    low: int
    maximum: int
    commodity: Commodity
    currency: str
    """Name of the currency; empty where the credit is kept in units."""
    price_e5: int
    """10^-5 of the currency for a kWh, a m3 or an hour; 0 where the credit is kept in units."""
    unpaid: int
    """Used and not charged yet, in 10^-5 of the currency over `priced_units`."""

    @property
    def measure(self) -> Measure:
        """How the commodity is counted."""
        return MEASURES[self.commodity]

    @property
    def unit(self) -> Unit:
        """What the credit counts."""
        return Unit.CURRENCY if self.currency else self.measure.unit

    def added(self, amount: int) -> "Account":
        """Change the credit by an amount, which may be below zero."""
        return replace(self, credit=self.credit + amount)

    def charged(self, used: int) -> "Account":
        """Take what was used, in base units, out of the credit."""
        if not self.currency:
            return self.added(-used)
        owed = self.unpaid + used * self.price_e5
        paid, unpaid = divmod(owed, self.measure.priced_units)
        return replace(self, credit=self.credit - paid, unpaid=unpaid)

    def lasts(self, amount: int) -> int | None:
        """Return the least use, in base units, that takes so much credit; None where none does."""
        if not self.currency:
            return amount
        if not self.price_e5:
            return None
        return max(-((self.unpaid - amount * self.measure.priced_units) // self.price_e5), 0)


def opened(commodity: Commodity, currency: str = "", price_e5: int = 0) -> Account:
    """Open an account without credit; `price_e5` counts where there is a currency."""
    measure = MEASURES[commodity]
    in_units = Account(
        credit=0,
        low=measure.low,
        maximum=MOST_ON_THE_WIRE,
        commodity=commodity,
        currency="",
        price_e5=0,
        unpaid=0,
    )
    if not currency:
        return in_units
    return replace(
        in_units,
        low=measure.low * price_e5 // measure.priced_units,
        maximum=MOST_ON_THE_WIRE * MONEY_STEP_E5,
        currency=currency,
        price_e5=price_e5,
    )
