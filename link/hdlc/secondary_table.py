"""What a secondary does on one link, as rows that the docs draw.

It speaks only when it was given the turn (P = 1), so an action that says something leaves it
unsaid where there is no turn; the next poll asks for it again. A request is handed on once: the
same N(S) again is answered from the stored answer, bit for bit, or with RR while there is none.

A pair that is not here is refused: an order of ours raises, a peer's frame is counted.
"""

from enum import Enum, auto
from typing import NamedTuple

from link.hdlc.secondary_signals import SecondarySignal


class SecondaryState(Enum):
    """Where a link stands."""

    DOWN = auto()
    READY = auto()
    COLLECTING = auto()
    """Some segments of a request came."""
    PENDING = auto()
    """The application has the request."""
    ANSWERING = auto()
    """An answer is held or stored until the client shows that it has all of it."""


class SecondaryAction(Enum):
    """What the link does about it."""

    COME_UP = auto()
    RESET = auto()
    END_WITH_UA = auto()
    END_WITH_DM = auto()
    END_WITH_FRMR = auto()
    END_SILENTLY = auto()
    SAY_DM = auto()
    KEEP_PART = auto()
    DELIVER = auto()
    DISCARD = auto()
    SAY_READY = auto()
    SAY_BUSY = auto()
    SAY_ANSWER = auto()


class SecondaryRow(NamedTuple):
    """One arrow of the drawing."""

    state: SecondaryState
    signal: SecondarySignal
    action: SecondaryAction
    next: SecondaryState


def _rows() -> tuple[SecondaryRow, ...]:
    s, g, a = SecondaryState, SecondarySignal, SecondaryAction
    linked = (s.READY, s.COLLECTING, s.PENDING, s.ANSWERING)
    rows = [
        (s.DOWN, g.SNRM, a.COME_UP, s.READY),
        (s.DOWN, g.UNFIT_SNRM, a.SAY_DM, s.DOWN),
        (s.DOWN, g.DISC, a.SAY_DM, s.DOWN),
        (s.DOWN, g.STRAY, a.SAY_DM, s.DOWN),
        (s.PENDING, g.PART, a.SAY_BUSY, s.PENDING),
        (s.PENDING, g.WHOLE, a.SAY_BUSY, s.PENDING),
        (s.PENDING, g.NO_LLC, a.SAY_BUSY, s.PENDING),
        (s.PENDING, g.ANSWER, a.SAY_ANSWER, s.ANSWERING),
        (s.PENDING, g.DECLINE, a.SAY_READY, s.READY),
        (s.ANSWERING, g.REPEATED, a.SAY_ANSWER, s.ANSWERING),
        (s.ANSWERING, g.EARLY, a.SAY_ANSWER, s.ANSWERING),
        (s.ANSWERING, g.POLL, a.SAY_ANSWER, s.ANSWERING),
        (s.ANSWERING, g.WAIT, a.SAY_READY, s.ANSWERING),
        (s.ANSWERING, g.TAKEN, a.SAY_READY, s.READY),
    ]
    for state in (s.READY, s.COLLECTING, s.ANSWERING):
        rows += [
            (state, g.PART, a.KEEP_PART, s.COLLECTING),
            (state, g.WHOLE, a.DELIVER, s.PENDING),
            (state, g.NO_LLC, a.DISCARD, s.READY),
        ]
    for state in (s.READY, s.COLLECTING, s.PENDING):
        rows += [
            (state, g.REPEATED, a.SAY_READY, state),
            (state, g.POLL, a.SAY_READY, state),
        ]
    for state in linked:
        rows += [
            (state, g.SNRM, a.RESET, s.READY),
            (state, g.UNFIT_SNRM, a.END_WITH_DM, s.DOWN),
            (state, g.DISC, a.END_WITH_UA, s.DOWN),
            (state, g.MISPLACED, a.END_WITH_FRMR, s.DOWN),
            (state, g.INACTIVE, a.END_SILENTLY, s.DOWN),
            (state, g.MEDIUM_LOST, a.END_SILENTLY, s.DOWN),
        ]
    return tuple(SecondaryRow(*row) for row in rows)


SECONDARY_ROWS = _rows()
SECONDARY_TABLE = {(row.state, row.signal): row for row in SECONDARY_ROWS}
