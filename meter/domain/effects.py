"""What each token with a TID does to the state, by class and subclass: a row each.

Total: an entry of another kind changes nothing but what every token does.
"""

from collections.abc import Callable
from dataclasses import replace

from link.terms import TokenClass, TokenOutcome
from meter.domain.state import State
from meter.domain.tamper import NOT_TAMPERED
from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)

Effect = Callable[[State, int], State]
"""What an amount does, in the unit of the entry."""


def _credited(state: State, amount: int) -> State:
    return replace(state, account=state.account.added(amount))


def _power_limited(state: State, power_w: int) -> State:
    return replace(state, limits=replace(state.limits, power_w=power_w))


def _unbalance_limited(state: State, power_w: int) -> State:
    return replace(state, limits=replace(state.limits, unbalance_w=power_w))


def _priced(state: State, price_e5: int) -> State:
    return replace(state, account=replace(state.account, price_e5=price_e5))


def _tamper_cleared(state: State, _: int) -> State:
    return replace(state, tampering=NOT_TAMPERED)


def _flow_factored(state: State, factor: int) -> State:
    return replace(state, metering=replace(state.metering, factor=factor))


CREDITS = range(8)
"""Subclasses of class 0: units and money of the four commodities."""

EFFECTS: dict[tuple[int, int], Effect] = {
    **{(TokenClass.CREDIT, subclass): _credited for subclass in CREDITS},
    (TokenClass.MANAGEMENT, SetMaximumPowerLimit.subclass): _power_limited,
    (TokenClass.MANAGEMENT, ClearCredit.subclass): _credited,
    (TokenClass.MANAGEMENT, SetTariffRate.subclass): _priced,
    (TokenClass.MANAGEMENT, ClearTamperCondition.subclass): _tamper_cleared,
    (TokenClass.MANAGEMENT, SetMaximumPhasePowerUnbalanceLimit.subclass): _unbalance_limited,
    (TokenClass.MANAGEMENT, SetWaterMeterFactor.subclass): _flow_factored,
}


def effect(state: State, entry: TokenOutcome) -> State:
    """Return the state after what a token did besides being used up."""
    row = EFFECTS.get((entry.token_class, entry.subclass))
    return row(state, entry.amount) if row else state
