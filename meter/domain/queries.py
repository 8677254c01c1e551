"""Questions about the state: when an app must come back, and what a face shows of it."""

from link.terms import DAYS_UNKNOWN, CreditStatus, Usage
from meter.domain.calendar import Capture, used_by_period
from meter.domain.state import State

AVERAGED_DAYS = 7
"""Days of credit left are told by what the last full days used, so many at the most (ours)."""


def crossing_wh(state: State) -> int | None:
    """Return after how many more Wh the credit is low or exhausted; None once it is exhausted."""
    account = state.account
    if account.credit_wh <= 0:
        return None
    if account.credit_wh > account.low_wh:
        return account.credit_wh - account.low_wh
    return account.credit_wh


def next_elapse_s(state: State) -> int | None:
    """Return the seconds until a count-down that somebody can see ends; None where none runs."""
    running = [ladder.locked_s for ladder in state.ladders.paths if ladder.locked_s]
    supply = state.supply
    waits = (supply.test_left_s, supply.overload.off_left_s, supply.overload.lockout_left_s)
    return min((*running, *filter(None, waits)), default=None)


def is_counting(state: State) -> bool:
    """Tell whether running time changes anything: counted-down seconds are lost else."""
    supply = state.supply
    testing = supply.test_left_s or supply.test_pause_s
    return bool(testing or supply.overload.counting or state.ladders.counting)


def credit_status(state: State) -> CreditStatus:
    """Return the status of the token credit (COSEM class 112)."""
    return CreditStatus.IN_USE if state.account.credit_wh > 0 else CreditStatus.EXHAUSTED


def usage(state: State) -> Usage:
    """Return the energy of the running and the last local day and month."""
    total_wh, calendar = state.metering.total_wh, state.calendar
    today_wh, yesterday_wh = _newest_two(calendar.days, total_wh)
    month_wh, last_month_wh = _newest_two(calendar.months, total_wh)
    return Usage(today_wh, yesterday_wh, month_wh, last_month_wh)


def _newest_two(captures: tuple[Capture, ...], total_wh: int) -> tuple[int, int]:
    """Return the energy of the running period and of the one numbered before it."""
    running = captures[-1].number if captures else 0
    used = tuple(used_by_period(captures, total_wh))
    this, before = (sum(wh for number, wh in used if number == running - n) for n in (0, 1))
    return this, before


def days_left(state: State) -> int:
    """Return for how many whole days the credit lasts if days go on as the last full ones.

    The oldest day that is known began with the meter and counts as no full one. DAYS_UNKNOWN where
    there is no full day, or none used anything.
    """
    days = state.calendar.days
    full = min(AVERAGED_DAYS, len(days) - 2)
    used_wh = days[-1].total_wh - days[-1 - full].total_wh if full > 0 else 0
    if not used_wh:
        return DAYS_UNKNOWN
    return min(max(state.account.credit_wh, 0) * full // used_wh, DAYS_UNKNOWN - 1)
