"""The alarm register: conditions that hold, events that stand, less what was acknowledged."""

from link.terms import Alarm
from meter.domain.state import State


def alarms(state: State) -> Alarm:
    """Return the alarm register, without STORE_FAILED, which the app adds."""
    return conditions(state) & ~state.alarms.acknowledged | state.alarms.latched


def conditions(state: State) -> Alarm:
    """Return the alarms whose cause holds now, acknowledged or not."""
    account = state.account
    holding = state.alarms.observed
    if account.credit <= 0:
        holding |= Alarm.CREDIT_EXHAUSTED
    elif account.credit <= account.low:
        holding |= Alarm.LOW_CREDIT
    if state.tampering.seen:
        holding |= Alarm.TAMPERED
    if state.supply.held:
        holding |= Alarm.RELAY_OPEN
    return holding
