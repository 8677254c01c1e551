"""What each fact makes of the state. Total: every fact fits every state, nothing is judged here."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import assert_never

from link.terms import Alarm, SupplyReason, TokenOutcome
from meter.domain.alarms import conditions
from meter.domain.calendar import LocalDay
from meter.domain.effects import effect
from meter.domain.facts import (
    AlarmsAcknowledged,
    BaselineTaken,
    ConditionsObserved,
    DayBegan,
    EnergyUsed,
    Entered,
    Fact,
    GuessFailed,
    KeyChanged,
    KeySectionHeld,
    OverloadOpened,
    PowerReturned,
    ReasonArose,
    ReasonLifted,
    ReconnectionConfirmed,
    RegisterFell,
    StoreRestored,
    SwitchTested,
    TamperSeen,
    TimePassed,
    TokenAccepted,
)
from meter.domain.key_change import changed_by, held_after
from meter.domain.ledger import is_credit
from meter.domain.restore import restored
from meter.domain.state import UNIT_FACTOR, Held, State, Supply
from meter.domain.supply import RANK


def apply(state: State, fact: Fact) -> State:
    """Return the state after a fact."""
    after = _applied(state, fact)
    alarms = after.alarms
    shown_again = replace(alarms, acknowledged=alarms.acknowledged & conditions(after))
    return after if shown_again == alarms else replace(after, alarms=shown_again)


def apply_all(state: State, facts: Iterable[Fact]) -> State:
    """Return the state after facts, in their order."""
    return reduce(apply, facts, state)


def _applied(state: State, fact: Fact) -> State:
    match fact:
        case TokenAccepted() | KeyChanged() | KeySectionHeld():
            return _token_entered(state, fact)
        case EnergyUsed() | BaselineTaken() | RegisterFell():
            return _metered(state, fact)
        case GuessFailed():
            return replace(state, ladders=state.ladders.failed(fact.source, fact.digest))
        case SwitchTested() | ReasonArose() | ReasonLifted():
            return _supply_moved(state, fact)
        case OverloadOpened() | ReconnectionConfirmed() | PowerReturned():
            return replace(state, supply=_supply_noted(state.supply, fact))
        case TimePassed():
            return _time_passed(state, fact)
        case DayBegan() | TamperSeen() | StoreRestored():
            return _noted(state, fact)
        case ConditionsObserved() | AlarmsAcknowledged():
            return _alarms_changed(state, fact)
        case _:
            assert_never(fact)


def _token_entered(state: State, fact: Entered) -> State:
    """Note the entry; what is wholly done also clears its path, and credit puts it to use."""
    entry = fact.entry
    after = replace(state, ledger=state.ledger.added(entry))
    match fact:
        case KeySectionHeld(sealed=sealed):
            return replace(after, sts=held_after(state.sts, sealed))
        case KeyChanged(sealed=sealed):
            after = replace(after, sts=changed_by(state.sts, sealed))
        case TokenAccepted():
            used = replace(state.sts, tids=state.sts.tids.added(entry.tid))
            after = effect(replace(after, sts=used), entry)
        case _:
            assert_never(fact)
    return replace(
        after,
        supply=_commissioned(after.supply, entry),
        ladders=after.ladders.cleared(entry.source),
    )


def _commissioned(supply: Supply, entry: TokenOutcome) -> Supply:
    """Put the meter to use with its first credit."""
    if supply.commissioned or not is_credit(entry):
        return supply
    return replace(supply, commissioned=True, commissioned_at=entry.at)


def _metered(state: State, fact: EnergyUsed | BaselineTaken | RegisterFell) -> State:
    metering = replace(state.metering, register=fact.register)
    match fact:
        case EnergyUsed(used=counted):
            used, rest = divmod(metering.rest + counted * metering.factor, UNIT_FACTOR)
            metering = replace(metering, total=metering.total + used, rest=rest)
            return replace(state, metering=metering, account=state.account.charged(used))
        case BaselineTaken(epoch=epoch):
            return replace(state, metering=replace(metering, epoch=epoch))
        case RegisterFell():
            latched = state.alarms.latched | Alarm.REGISTER_FELL
            return replace(state, metering=metering, alarms=replace(state.alarms, latched=latched))
        case _:
            assert_never(fact)


def _supply_moved(state: State, fact: SwitchTested | ReasonArose | ReasonLifted) -> State:
    supply = state.supply
    match fact:
        case SwitchTested(seconds=seconds, pause_s=pause_s):
            supply = replace(supply, test_left_s=seconds, test_pause_s=pause_s)
        case ReasonArose(reason=reason, at=at):
            others = _others(supply.held, reason)
            held = sorted((*others, Held(reason, at)), key=lambda one: RANK[one.reason])
            supply = replace(supply, held=tuple(held), changed_at=at)
        case ReasonLifted(reason=reason, at=at):
            supply = replace(supply, held=_others(supply.held, reason), changed_at=at)
        case _:
            assert_never(fact)
    return replace(state, supply=supply)


def _supply_noted(
    supply: Supply, fact: OverloadOpened | ReconnectionConfirmed | PowerReturned
) -> Supply:
    match fact:
        case OverloadOpened():
            return replace(supply, overload=supply.overload.opened())
        case ReconnectionConfirmed():
            return replace(supply, overload=supply.overload.confirmed())
        case PowerReturned():
            return replace(supply, power_offs=supply.power_offs + 1)
        case _:
            assert_never(fact)


def _others(held: tuple[Held, ...], reason: SupplyReason) -> tuple[Held, ...]:
    return tuple(one for one in held if one.reason != reason)


def _noted(state: State, fact: DayBegan | TamperSeen | StoreRestored) -> State:
    match fact:
        case DayBegan(day, month, at):
            total = state.metering.total
            return replace(state, calendar=state.calendar.begun(LocalDay(day, month), at, total))
        case TamperSeen(tamper, opens):
            return replace(state, tampering=state.tampering.reported(tamper, opens=opens))
        case StoreRestored(at):
            return replace(state, sts=restored(state.sts, at))
        case _:
            assert_never(fact)


def _time_passed(state: State, fact: TimePassed) -> State:
    supply = replace(
        state.supply,
        test_left_s=max(state.supply.test_left_s - fact.seconds, 0),
        test_pause_s=max(state.supply.test_pause_s - fact.seconds, 0),
        overload=state.supply.overload.passed(fact.seconds),
    )
    sts = replace(state.sts, held=state.sts.held.passed(fact.seconds))
    ladders = state.ladders.passed(fact.seconds)
    return replace(state, supply=supply, sts=sts, ladders=ladders)


def _alarms_changed(state: State, fact: ConditionsObserved | AlarmsAcknowledged) -> State:
    alarms = state.alarms
    match fact:
        case ConditionsObserved(conditions=observed):
            alarms = replace(alarms, observed=observed)
        case AlarmsAcknowledged(alarms=noted):
            alarms = replace(
                alarms,
                latched=alarms.latched & ~noted,
                acknowledged=alarms.acknowledged | noted,
            )
        case _:
            assert_never(fact)
    return replace(state, alarms=alarms)
