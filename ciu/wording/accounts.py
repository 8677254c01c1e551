"""What a meter counts: its commodity, and what its account holds, units of it or money (ciu.md 2).

The meter tells both; nothing of it stands in this unit's configuration.
"""

from dataclasses import dataclass
from enum import Enum

from ciu.wording.figures import MEASURES, Measure, measure_of
from link.cosem.values import Currency, CurrencyUnit
from link.terms import Unit


class Commodity(Enum):
    """What is sold, as the meter names it (class 116 attribute 3)."""

    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    TIME = "time"

    @property
    def unit(self) -> Unit:
        """What it is counted in."""
        return UNITS[self]


UNITS = {
    Commodity.ELECTRICITY: Unit.WATT_HOUR,
    Commodity.WATER: Unit.CUBIC_METRE,
    Commodity.GAS: Unit.CUBIC_METRE,
    Commodity.TIME: Unit.SECOND,
}


@dataclass(frozen=True, slots=True)
class Account:
    """How the amounts of one account are shown."""

    name: str
    """Of what one is, in plain letters: "kWh", "m3", "h", or the name of the currency."""
    unit: Unit
    """In whose base units tokens count."""
    tokens: Measure
    """Of the amounts of tokens."""
    rows: Measure
    """Of the amounts in the meter's own rows."""
    row_step: int = 1
    """Base units in one step of those."""


def _units(name: str, unit: Unit) -> Account:
    return Account(name, unit, MEASURES[unit], MEASURES[unit])


ELECTRICITY = _units("kWh", Unit.WATT_HOUR)

ACCOUNTS = {
    ("Wh", CurrencyUnit.CONSUMPTION): ELECTRICITY,
    ("l", CurrencyUnit.CONSUMPTION): _units("m3", Unit.CUBIC_METRE),
    ("s", CurrencyUnit.TIME): _units("h", Unit.SECOND),
}
"""Accounts in units, by the name and the kind of their currency."""

SCALE = 5
"""Tokens count money in 10^-5 of the currency (sts.md 3)."""
MOST_PLACES = 2
LONGEST_SYMBOL = 4
"""Signs of a currency's name that the display has room for."""


def account_of(currency: object) -> Account | None:
    """Return the account that a meter's currency describes; None where it is not understood."""
    match currency:
        case Currency(name, scale, CurrencyUnit.MONETARY) if -SCALE <= scale <= 0:
            return _money(name, -scale)
        case Currency(name, 0, kind):
            return ACCOUNTS.get((name, kind))
        case _:
            return None


def _money(name: str, decimals: int) -> Account:
    symbol = "".join(sign for sign in name if sign.isprintable())[:LONGEST_SYMBOL].strip()
    places = min(decimals, MOST_PLACES)
    return Account(
        name,
        Unit.CURRENCY,
        tokens=Measure(10**SCALE, symbol, places),
        rows=Measure(10**decimals, symbol, places),
        row_step=10 ** (SCALE - decimals),
    )


def commodity_of(told: object) -> Commodity | None:
    """Return the commodity that a meter names; None for another word."""
    return next((each for each in Commodity if each.value == told), None)


def measure_in(account: Account | None, unit: Unit) -> Measure:
    """Return how amounts of a token's unit are shown, as far as the account is known."""
    return account.tokens if account is not None and account.unit is unit else measure_of(unit)
