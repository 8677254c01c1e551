"""What a management token has done at the meter: two lines, and a few words for the log.

Source: IEC 62055-41 clause 6 (class 2), sts.md 3.3. What a tariff rate and a water factor count is
ours.
"""

from dataclasses import dataclass
from enum import IntEnum

from ciu.wording.accounts import Account, Commodity, measure_in
from ciu.wording.figures import MEASURES, Measure
from link.terms import TokenClass, TokenOutcome, TokenResult, Unit


class Management(IntEnum):
    """Subclasses of class 2 that have words of their own."""

    POWER_LIMIT = 0
    CLEAR_CREDIT = 1
    TARIFF_RATE = 2
    KEY_FIRST = 3
    KEY_SECOND = 4
    CLEAR_TAMPER = 5
    UNBALANCE_LIMIT = 6
    WATER_FACTOR = 7
    KEY_THIRD = 8
    KEY_FOURTH = 9


KEY_SECTIONS = frozenset(
    {
        Management.KEY_FIRST,
        Management.KEY_SECOND,
        Management.KEY_THIRD,
        Management.KEY_FOURTH,
    }
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What is said on the display, and in a few words; `{value}` is what was set or taken."""

    lines: str
    brief: str


_KEY_CHANGED = Effect("KEY CHANGED\nNew key is in use", "key changed")

EFFECTS = {
    Management.POWER_LIMIT: Effect(
        "POWER LIMIT SET\nNow {value}|{value}|{figure}", "power limit {value}"
    ),
    Management.CLEAR_CREDIT: Effect(
        "CREDIT CLEARED\n{value}, now {credit}|{value}|{figure}", "credit cleared, {value}"
    ),
    Management.TARIFF_RATE: Effect(
        "TARIFF RATE SET\nNow {value}|{value}|{figure}", "tariff rate {value}"
    ),
    Management.CLEAR_TAMPER: Effect("TAMPER CLEARED\n{done}|{light}", "tamper cleared"),
    Management.UNBALANCE_LIMIT: Effect(
        "UNBALANCE LIMIT SET\nNow {value}|{value}|{figure}", "unbalance limit {value}"
    ),
    Management.WATER_FACTOR: Effect(
        "WATER FACTOR SET\nNow {value}|{value}|{figure}", "water factor {value}"
    ),
    **dict.fromkeys(KEY_SECTIONS, _KEY_CHANGED),
}
NOTHING_CLEARED = Effect("CREDIT CLEARED\nNone was left", "credit cleared, none was left")
OTHER = Effect("ACCEPTED\nMeter has taken it", "")

FACTOR = Measure(1000, "", places=3)
"""A water factor is told in thousandths (0.0.96.50.15.255, ours)."""

PRICE = Measure(100_000, "", places=5)
LEAST_PLACES = 2

NO_LIMIT = "none"


def effect_of(outcome: TokenOutcome) -> Effect:
    """Return what an accepted management token did."""
    if outcome.subclass == Management.CLEAR_CREDIT and not outcome.amount:
        return NOTHING_CLEARED
    known = outcome.subclass in EFFECTS
    return EFFECTS[Management(outcome.subclass)] if known else OTHER


def completes_key_change(outcome: TokenOutcome) -> bool:
    """Return whether this was the last section of a new key, which is in use now."""
    managed = outcome.token_class == TokenClass.MANAGEMENT
    accepted = outcome.result is TokenResult.Accept
    return accepted and managed and outcome.subclass in KEY_SECTIONS


def value_of(outcome: TokenOutcome, account: Account | None, commodity: Commodity | None) -> str:
    """Return what an accepted management token has set or taken, with its unit."""
    match outcome.subclass:
        case Management.POWER_LIMIT | Management.UNBALANCE_LIMIT:
            return limit(outcome.amount)
        case Management.TARIFF_RATE:
            return price(outcome.amount, account, commodity)
        case Management.WATER_FACTOR:
            return FACTOR.figure(outcome.amount)
        case _:
            return measure_in(account, outcome.unit).signed(outcome.amount)


def limit(watts: int) -> str:
    """Return a limit of power, of which nothing is none."""
    return MEASURES[Unit.WATT].amount(watts) if watts else NO_LIMIT


def price(price_e5: int, account: Account | None, commodity: Commodity | None) -> str:
    """Return a price with as many decimals as it has, "12.50 KES/kWh"."""
    whole, _, decimals = PRICE.figure(price_e5).partition(".")
    shown = f"{whole}.{decimals.rstrip('0'):0<{LEAST_PLACES}}"
    symbol = "" if account is None else account.tokens.symbol
    per = "" if commodity is None else f"/{MEASURES[commodity.unit].symbol}"
    return f"{shown} {symbol}{per}".rstrip()
