"""Questions about the state that an app asks to know when to come back."""

from link.terms import CreditStatus
from meter.domain.state import State


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
    if state.supply.test_left_s:
        running.append(state.supply.test_left_s)
    return min(running, default=None)


def is_counting(state: State) -> bool:
    """Tell whether running time changes anything: counted-down seconds are lost else."""
    supply = state.supply
    return bool(supply.test_left_s or supply.test_pause_s or state.ladders.counting)


def credit_status(state: State) -> CreditStatus:
    """Return the status of the token credit (COSEM class 112)."""
    return CreditStatus.IN_USE if state.account.credit_wh > 0 else CreditStatus.EXHAUSTED
