"""What a command comes to: decide(state, command, at) -> Decision. Changes nothing, reads no clock.

`at` stamps facts and never measures. Invariant: applied to the state, the facts leave the supply
table with nothing more to say.
"""

from dataclasses import replace
from typing import assert_never

from link.terms import Tamper
from meter.domain.alarms import alarms
from meter.domain.apply import apply_all
from meter.domain.commands import (
    OBSERVABLE,
    Acknowledge,
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnterToken,
    KeepCalendar,
    Measure,
    Observe,
    PowerUp,
    ReportTamper,
    Restore,
)
from meter.domain.facts import (
    AlarmsAcknowledged,
    BaselineTaken,
    ConditionsObserved,
    DayBegan,
    Decision,
    EnergyUsed,
    OverloadOpened,
    PowerReturned,
    ReconnectionConfirmed,
    RegisterFell,
    StoreRestored,
    TamperSeen,
    TimePassed,
)
from meter.domain.queries import is_counting
from meter.domain.state import NO_EPOCH, State
from meter.domain.supply import contact_wanted, is_locked_out, supply_changes
from meter.domain.tokens import judge


def decide(state: State, command: Command, at: int) -> Decision:
    """Return facts and outcome of a command at a UTC second; no facts where nothing changes."""
    return decide_and_apply(state, command, at)[1]


def decide_and_apply(state: State, command: Command, at: int) -> tuple[State, Decision]:
    """Return what `decide` returns, behind the state after its facts; each is applied once."""
    decision = _decided(state, command, at)
    if not decision.facts:
        return state, decision
    after = apply_all(state, decision.facts)
    changes = supply_changes(after, at)
    whole = replace(decision, facts=(*decision.facts, *changes))
    return apply_all(after, changes), whole


def _decided(state: State, command: Command, at: int) -> Decision:
    match command:
        case EnterToken():
            return judge(state, command, at)
        case Measure():
            return _measured(state, command, at)
        case Elapsed():
            return _elapsed(state, command, at)
        case Observe():
            return _observed(state, command, at)
        case Acknowledge():
            noted = command.alarms & alarms(state)
            return Decision((AlarmsAcknowledged(noted, at),)) if noted else Decision()
        case KeepCalendar(today):
            began = DayBegan(today.day, today.month, at)
            return Decision((began,)) if state.calendar.begins(today) else Decision()
        case CutOverload() | ConfirmReconnection():
            return _overload(state, command, at)
        case ReportTamper(tamper, opens):
            return _tampered(state, tamper, opens, at)
        case PowerUp() | Restore():
            return _begun_again(state, command, at)
        case _:
            assert_never(command)


def _begun_again(state: State, command: PowerUp | Restore, at: int) -> Decision:
    match command:
        case Restore():
            return Decision((StoreRestored(at),))
        case PowerUp() if state.metering.epoch != NO_EPOCH:
            return Decision((PowerReturned(at),))
        case _:
            return Decision()


def _measured(state: State, command: Measure, at: int) -> Decision:
    metering = state.metering
    if command.epoch != metering.epoch:
        return Decision((BaselineTaken(command.epoch, command.register, at),))
    used = command.register - metering.register
    if used > 0:
        return Decision((EnergyUsed(command.register, used, at),))
    if used < 0:
        return Decision((RegisterFell(command.register, -used, at),))
    return Decision()


def _elapsed(state: State, command: Elapsed, at: int) -> Decision:
    if command.seconds and is_counting(state):
        return Decision((TimePassed(command.seconds, at),))
    return Decision()


def _observed(state: State, command: Observe, at: int) -> Decision:
    holding = command.conditions & OBSERVABLE
    if holding == state.alarms.observed:
        return Decision()
    return Decision((ConditionsObserved(holding, at),))


def _tampered(state: State, tamper: Tamper, opens: bool, at: int) -> Decision:
    """Note an interference, once; not before the first token, while installers open covers."""
    after = state.tampering.reported(tamper, opens=opens)
    if not state.supply.commissioned or after == state.tampering:
        return Decision()
    return Decision((TamperSeen(tamper, opens, at),))


def _overload(state: State, command: CutOverload | ConfirmReconnection, at: int) -> Decision:
    match command:
        case CutOverload(power_w) if contact_wanted(state):
            return Decision((OverloadOpened(power_w, at),))
        case ConfirmReconnection(since) if is_locked_out(state, since):
            return Decision((ReconnectionConfirmed(at),))
        case _:
            return Decision()
