"""Questions about the state: when an app must come back, and what a face shows of it."""

from dataclasses import replace

from link.terms import DAYS_UNKNOWN, CreditStatus, KeySet, Usage
from meter.domain.calendar import Capture, used_by_period
from meter.domain.overload import PowerLimit
from meter.domain.state import NOT_SET, UNIT_FACTOR, State

AVERAGED_DAYS = 7
"""Days of credit left are told by what the last full days used, so many at the most (ours)."""


def crossing(state: State) -> int | None:
    """Return after how much more of the source's register the credit is low or exhausted.

    None once it is exhausted, and where use costs nothing.
    """
    account, metering = state.account, state.metering
    if account.credit <= 0:
        return None
    low = account.low if account.credit > account.low else 0
    used = account.lasts(account.credit - low)
    if used is None:
        return None
    return -((metering.rest - used * UNIT_FACTOR) // metering.factor)


def power_limit(state: State, configured: PowerLimit) -> PowerLimit:
    """Return the limit that holds: a token's, or where none has set one that of the meter."""
    if state.limits.power_w == NOT_SET:
        return configured
    return replace(configured, power_w=state.limits.power_w)


def next_elapse_s(state: State) -> int | None:
    """Return the seconds until a count-down that somebody can see ends; None where none runs."""
    running = [ladder.locked_s for ladder in state.ladders.paths if ladder.locked_s]
    supply = state.supply
    overload = supply.overload
    waits = (
        supply.test_left_s,
        overload.off_left_s,
        overload.lockout_left_s,
        state.sts.held.left_s,
    )
    return min((*running, *filter(None, waits)), default=None)


def is_counting(state: State) -> bool:
    """Return whether running time changes anything: counted-down seconds are lost else."""
    supply = state.supply
    testing = supply.test_left_s or supply.test_pause_s
    waiting = testing or state.sts.held.left_s
    return bool(waiting or supply.overload.counting or state.ladders.counting)


def key_set(state: State, passed_s: int = 0) -> KeySet:
    """Return how many sections of a new key are held and missing, and how much longer.

    `passed_s` is what has run since the state was counted down.
    """
    held = state.sts.held.passed(passed_s)
    missing = held.missing(state.sts.key.cipher()) if held.sealed else 0
    return KeySet(len(held.sealed), missing, held.left_s)


def credit_status(state: State) -> CreditStatus:
    """Return the status of the token credit (COSEM class 112)."""
    return CreditStatus.IN_USE if state.account.credit > 0 else CreditStatus.EXHAUSTED


def usage(state: State) -> Usage:
    """Return what was used in the running and the last local day and month."""
    total, calendar = state.metering.total, state.calendar
    today, yesterday = _newest_two(calendar.days, total)
    month, last_month = _newest_two(calendar.months, total)
    return Usage(today, yesterday, month, last_month)


def _newest_two(captures: tuple[Capture, ...], total: int) -> tuple[int, int]:
    """Return what was used in the running period and of the one numbered before it."""
    running = captures[-1].number if captures else 0
    used = tuple(used_by_period(captures, total))
    this, before = (sum(use for number, use in used if number == running - n) for n in (0, 1))
    return this, before


def days_left(state: State) -> int:
    """Return for how many whole days the credit lasts if days go on as the last full ones.

    The oldest day that is known began with the meter and counts as no full one. DAYS_UNKNOWN where
    there is no full day, or none used anything.
    """
    days = state.calendar.days
    full = min(AVERAGED_DAYS, len(days) - 2)
    used = days[-1].total - days[-1 - full].total if full > 0 else 0
    left = state.account.lasts(max(state.account.credit, 0))
    if not used or left is None:
        return DAYS_UNKNOWN
    return min(left * full // used, DAYS_UNKNOWN - 1)
