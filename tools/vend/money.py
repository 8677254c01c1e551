"""Units for money by a tariff: pure, exact, nothing rounded before the end.

Invariant: price and change make what was given, to the last coin; the units are the most that a
token can carry and that the money pays for. VAT is part of the price.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from math import floor

from meter.sts import units_amount, units_field
from meter.sts.amount import UNITS_MAX
from tools.exits import Stop
from tools.register import Block, Tariff
from tools.vend.arguments import plain
from tools.vend.measures import E5, MEASURES


@dataclass(frozen=True, slots=True)
class PriceList:
    """A tariff with its blocks, as of one meter and moment."""

    tariff: Tariff
    blocks: Sequence[Block]
    bought: int
    """Tenths of a unit that were bought in the calendar month."""

    def steps(self) -> Iterator[tuple[int | None, Fraction]]:
        """Yield how many tenths are left in each block, None without end, and a tenth's price.

        The price is in the currency, without VAT.
        """
        per_tenth = E5 * MEASURES[self.tariff.commodity].tenths_per_priced
        begins = (0, *(block.upto for block in self.blocks))
        for begin, block in zip(begins, self.blocks, strict=False):
            price = Fraction(block.price_e5, per_tenth)
            room = max(block.upto - max(self.bought, begin), 0) if block.upto else None
            yield room, price


@dataclass(frozen=True, slots=True)
class Purchase:
    """What money buys: tenths of a unit, their price and the tax in it, what is given back."""

    tenths: int
    price_e5: int
    vat_e5: int
    change_e5: int


def buy(given: Fraction, prices: PriceList) -> Purchase:
    """Return what a sum buys; raises Stop for a sum that no coins make or no token carries."""
    tariff = prices.tariff
    coin = Fraction(1, 10**tariff.places)
    if given % coin:
        raise Stop(f"{plain(given)} {tariff.currency} is no sum in coins of {plain(coin)}")
    tax = 1 + Fraction(tariff.vat_e5, E5)
    tenths = _largest_code(_affordable(given / tax, prices))
    if not tenths:
        measure = MEASURES[tariff.commodity]
        raise Stop(f"{plain(given)} {tariff.currency} buys less than 0.1 {measure.symbol}")
    price = _rounded(_cost(tenths, prices) * tax, coin)
    vat = price - _rounded(price / tax, coin)
    return Purchase(tenths, int(price * E5), int(vat * E5), int((given - price) * E5))


def _affordable(net: Fraction, prices: PriceList) -> int:
    """Return the whole tenths that a sum without tax pays for; raises Stop above one token's."""
    tenths, left = Fraction(0), net
    for room, price in prices.steps():
        paid = left / price if price else Fraction(UNITS_MAX)
        taken = paid if room is None else min(paid, Fraction(room))
        tenths, left = tenths + taken, left - taken * price
        if room is None or taken < room:
            break
    if tenths > UNITS_MAX:
        raise Stop("that is more than one token carries: sell it in parts")
    return int(tenths)


def _cost(tenths: int, prices: PriceList) -> Fraction:
    """Return what tenths of a unit cost without tax."""
    cost, left = Fraction(0), Fraction(tenths)
    for room, price in prices.steps():
        taken = left if room is None else min(left, Fraction(room))
        cost, left = cost + taken * price, left - taken
    return cost


def _largest_code(tenths: int) -> int:
    """Return the largest amount that a token can carry and that is not above this one."""
    field = units_field(tenths)
    return tenths if units_amount(field) == tenths else units_amount(field - 1)


def _rounded(exact: Fraction, coin: Fraction) -> Fraction:
    """Round half up to whole coins; the exact cost of what was afforded never rounds above it."""
    return floor(exact / coin + Fraction(1, 2)) * coin


def month_of(at: int) -> tuple[int, int]:
    """Return the UTC seconds at which the calendar month of a moment begins and ends."""
    day = datetime.fromtimestamp(at, UTC)
    first = datetime(day.year, day.month, 1, tzinfo=UTC)
    following = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=UTC)
    return int(first.timestamp()), int(following.timestamp())
