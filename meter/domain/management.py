"""What the class 2 tokens with a TID do at this meter (sts.md 3.3, meter.md 3).

The standard reserves the coding of a tariff rate and of a water factor: what is made of them here
is ours. Extended settings (edition 3) are read and not supported.
"""

from dataclasses import dataclass
from typing import assert_never

from link.terms import TokenOutcome, TokenResult, Unit
from meter.domain.account import TARIFF_STEP_E5
from meter.domain.facts import Decision
from meter.domain.outcomes import accepted, credited, refused
from meter.domain.overload import MOST_POWER_W
from meter.domain.state import State
from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    Commodity,
    ExtendedSet,
    Management,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)

ALL_REGISTERS = 0xFFFF
MONEY_REGISTERS = 4
"""Credit registers 0-3 count units, 4-7 money, both in the order of the commodities."""
REGISTERS = 8

CLEARS_TAMPER = 0
"""The only field that a ClearTamperCondition token of the standard's form has."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that a token sets: in which unit, and the greatest and least that the meter takes."""

    value: int
    unit: Unit
    least: int
    most: int
    supported: bool


def manage(state: State, token: Management, blank: TokenOutcome) -> Decision:
    """Judge a token that its TID and the active key do not rule out."""
    match token:
        case ClearCredit():
            return _clear_credit(state, token, blank)
        case ClearTamperCondition(field=field):
            if field != CLEARS_TAMPER:
                return refused(blank, TokenResult.FormatError)
            return accepted(state, blank, 0, Unit.COUNT)
        case ExtendedSet():
            return refused(blank, TokenResult.FunctionError)
        case (
            SetMaximumPowerLimit()
            | SetMaximumPhasePowerUnbalanceLimit()
            | SetTariffRate()
            | SetWaterMeterFactor()
        ):
            return _set(state, _setting(state, token), blank)
        case _:
            assert_never(token)


def _setting(
    state: State,
    token: SetMaximumPowerLimit
    | SetMaximumPhasePowerUnbalanceLimit
    | SetTariffRate
    | SetWaterMeterFactor,
) -> Setting:
    account = state.account
    electric = account.commodity is Commodity.ELECTRICITY
    match token:
        case SetMaximumPowerLimit(power_w=power_w):
            return Setting(power_w, Unit.WATT, 0, MOST_POWER_W, electric)
        case SetMaximumPhasePowerUnbalanceLimit(power_w=power_w):
            several = electric and state.limits.phases > 1
            return Setting(power_w, Unit.WATT, 0, MOST_POWER_W, several)
        case SetTariffRate(field=field):
            price_e5 = field * TARIFF_STEP_E5
            most_e5 = 0xFFFF * TARIFF_STEP_E5
            return Setting(price_e5, Unit.CURRENCY, 1, most_e5, bool(account.currency))
        case SetWaterMeterFactor(field=field):
            return Setting(field, Unit.COUNT, 1, 0xFFFF, account.commodity is Commodity.WATER)
        case _:
            assert_never(token)


def _set(state: State, setting: Setting, blank: TokenOutcome) -> Decision:
    if not setting.supported:
        return refused(blank, TokenResult.FunctionError)
    if not setting.least <= setting.value <= setting.most:
        return refused(blank, TokenResult.RangeError)
    return accepted(state, blank, setting.value, setting.unit)


def _clear_credit(state: State, token: ClearCredit, blank: TokenOutcome) -> Decision:
    """Take what is left of the own register; a credit below zero is owed on."""
    account = state.account
    own = account.commodity + (MONEY_REGISTERS if account.currency else 0)
    if token.field not in (own, ALL_REGISTERS):
        known = token.field < REGISTERS
        return refused(blank, TokenResult.FunctionError if known else TokenResult.RangeError)
    return credited(state, blank, -max(account.credit, 0))
