"""The supply table: why the switch is open, what restores it (meter.md 4, COSEM class 70).

Invariant: the switch is wanted closed when no reason is held, and never otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from link.terms import RestoredBy, SupplyExplanation, SupplyReason, SupplyState
from meter.domain.facts import ReasonArose, ReasonLifted
from meter.domain.state import Held, State


@dataclass(frozen=True, slots=True)
class Row:
    """A reason: what lifts it, which state it leads to, whether it holds, seconds it has left."""

    reason: SupplyReason
    restored_by: RestoredBy
    leads_to: SupplyState
    holds: Callable[[State], bool]
    left_s: Callable[[State], int] = lambda _: 0


TABLE = (
    Row(
        SupplyReason.NEVER_COMMISSIONED,
        RestoredBy.FIRST_TOKEN,
        SupplyState.DISCONNECTED,
        holds=lambda state: not state.supply.commissioned,
    ),
    Row(
        SupplyReason.TAMPER,
        RestoredBy.CLEAR_TAMPER_TOKEN,
        SupplyState.READY,
        holds=lambda state: bool(state.tampering.opening),
    ),
    Row(
        SupplyReason.NO_CREDIT,
        RestoredBy.CREDIT_TOKEN,
        SupplyState.READY,
        holds=lambda state: state.account.credit <= 0,
    ),
    Row(
        SupplyReason.OVERLOAD_LOCKOUT,
        RestoredBy.CONFIRMATION,
        SupplyState.READY,
        holds=lambda state: state.supply.overload.lockout_left_s > 0,
        left_s=lambda state: state.supply.overload.lockout_left_s,
    ),
    Row(
        SupplyReason.OVERLOAD,
        RestoredBy.TIME,
        SupplyState.READY,
        holds=lambda state: state.supply.overload.off_left_s > 0,
        left_s=lambda state: state.supply.overload.off_left_s,
    ),
    Row(
        SupplyReason.TEST,
        RestoredBy.TIME,
        SupplyState.READY,
        holds=lambda state: state.supply.test_left_s > 0,
        left_s=lambda state: state.supply.test_left_s,
    ),
)
"""Strongest first: what would hold the longest if nobody did anything.

COSEM knows a local disconnect (ready for reconnection) and the other ones.
"""

ROW_OF = {row.reason: row for row in TABLE}
RANK = {row.reason: rank for rank, row in enumerate(TABLE)}


def supply_changes(state: State, at: int) -> tuple[ReasonArose | ReasonLifted, ...]:
    """Return what the table says of a state whose other facts have been applied."""
    held = {one.reason for one in state.supply.held}
    holding = {row.reason for row in TABLE if row.holds(state)}
    arose = (ReasonArose(row.reason, at) for row in TABLE if row.reason in holding - held)
    lifted = (ReasonLifted(row.reason, at) for row in TABLE if row.reason in held - holding)
    return (*arose, *lifted)


def contact_wanted(state: State) -> bool:
    """Return whether the switch is to be closed."""
    return not state.supply.held


def is_locked_out(state: State, since: int) -> bool:
    """Return whether the lock-out that began at this UTC second still holds."""
    return Held(SupplyReason.OVERLOAD_LOCKOUT, since) in state.supply.held


def explain(state: State, passed_s: int = 0) -> SupplyExplanation:
    """Return the strongest reason, or NONE and since when the supply is connected.

    `passed_s` is what has run since the state was counted down, so that a count-down moves.
    """
    if state.supply.held:
        strongest = _explained(state.supply.held[0], state)
        return replace(strongest, seconds_left=max(strongest.seconds_left - passed_s, 0))
    return SupplyExplanation(
        state=SupplyState.CONNECTED,
        reason=SupplyReason.NONE,
        since=state.supply.changed_at,
        restored_by=RestoredBy.NOTHING,
        seconds_left=0,
    )


def supply_rows(state: State) -> tuple[SupplyExplanation, ...]:
    """Return every reason that is held, strongest first."""
    return tuple(_explained(held, state) for held in state.supply.held)


def _explained(held: Held, state: State) -> SupplyExplanation:
    row = ROW_OF[held.reason]
    return SupplyExplanation(
        state=row.leads_to,
        reason=held.reason,
        since=held.since,
        restored_by=row.restored_by,
        seconds_left=row.left_s(state),
    )
