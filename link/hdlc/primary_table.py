"""What a primary does on one link, as rows that the docs draw.

Window 1 and the RR poll make this small. A link says one frame at a time, always with P = 1, and
keeps it until something answers it. After silence a link with a request on its way does not say
it again but polls: N(R) of the answer tells whether the request arrived. Only where it did not is
the same I-frame said again, bit for bit.

A pair that is not here is refused: an order of ours raises, a peer's frame is counted.
"""

from enum import Enum, auto
from typing import NamedTuple

from link.hdlc.primary_signals import PrimarySignal


class PrimaryState(Enum):
    """Where a link stands."""

    DOWN = auto()
    OPENING = auto()
    READY = auto()
    CHECKING = auto()
    """Nothing was said for long: is the server still there?"""
    SENDING = auto()
    """An I-frame of the request is said."""
    POLLING = auto()
    """Silence followed, or the answer is not ready: an RR is said, at once or after a pause."""
    COLLECTING = auto()
    """An RR is said for the next segment of the answer."""
    CLOSING = auto()


class PrimaryAction(Enum):
    """What the link does about it."""

    SAY_SNRM = auto()
    SAY_DISC = auto()
    SAY_PART = auto()
    """The first part of the request that the server is not known to have."""
    SAY_POLL = auto()
    SAY_POLL_LATER = auto()
    SAY_AGAIN = auto()
    COLLECT = auto()
    COME_UP = auto()
    REST = auto()
    DELIVER = auto()
    REPORT_DISCONNECTED = auto()
    FAIL_SILENT = auto()
    FAIL_REFUSED = auto()
    FAIL_RESET = auto()
    FAIL_MALFORMED = auto()
    FAIL_MEDIUM = auto()
    FAIL_CLASHED = auto()


class PrimaryRow(NamedTuple):
    """One arrow of the drawing."""

    state: PrimaryState
    signal: PrimarySignal
    action: PrimaryAction
    next: PrimaryState


def _rows() -> tuple[PrimaryRow, ...]:
    s, g, a = PrimaryState, PrimarySignal, PrimaryAction
    linked = (s.READY, s.CHECKING, s.SENDING, s.POLLING, s.COLLECTING)
    asking = (s.SENDING, s.POLLING, s.COLLECTING)
    said = (s.OPENING, s.CHECKING, s.POLLING, s.COLLECTING, s.CLOSING)
    rows = [
        (s.DOWN, g.CONNECT, a.SAY_SNRM, s.OPENING),
        (s.OPENING, g.UA, a.COME_UP, s.READY),
        (s.OPENING, g.UNFIT_UA, a.FAIL_MALFORMED, s.DOWN),
        (s.OPENING, g.DM, a.FAIL_REFUSED, s.DOWN),
        (s.OPENING, g.FRMR, a.FAIL_REFUSED, s.DOWN),
        (s.OPENING, g.CLASHED, a.FAIL_CLASHED, s.DOWN),
        (s.OPENING, g.DISCONNECT, a.SAY_DISC, s.CLOSING),
        (s.READY, g.SEND, a.SAY_PART, s.SENDING),
        (s.READY, g.IDLE, a.SAY_POLL, s.CHECKING),
        (s.CHECKING, g.SEND, a.SAY_PART, s.SENDING),
        (s.CHECKING, g.TAKEN, a.REST, s.READY),
        (s.CHECKING, g.BUSY, a.REST, s.READY),
        (s.SENDING, g.SILENCE, a.SAY_POLL, s.POLLING),
        (s.CLOSING, g.UA, a.REPORT_DISCONNECTED, s.DOWN),
        (s.CLOSING, g.DM, a.REPORT_DISCONNECTED, s.DOWN),
    ]
    for state in (s.SENDING, s.POLLING):
        rows += [
            (state, g.MISSED, a.SAY_PART, s.SENDING),
            (state, g.PART_TAKEN, a.SAY_PART, s.SENDING),
        ]
    for state in asking:
        rows += [
            (state, g.TAKEN, a.SAY_POLL_LATER, s.POLLING),
            (state, g.BUSY, a.SAY_POLL_LATER, s.POLLING),
            (state, g.PART, a.COLLECT, s.COLLECTING),
            (state, g.WHOLE, a.DELIVER, s.READY),
            (state, g.MALFORMED, a.FAIL_MALFORMED, s.DOWN),
        ]
    rows += [(state, g.SILENCE, a.SAY_AGAIN, state) for state in said]
    for state in linked:
        rows += [
            (state, g.DM, a.FAIL_RESET, s.DOWN),
            (state, g.FRMR, a.FAIL_RESET, s.DOWN),
            (state, g.DISCONNECT, a.SAY_DISC, s.CLOSING),
        ]
    for state in (*linked, s.OPENING, s.CLOSING):
        rows += [
            (state, g.GIVEN_UP, a.FAIL_SILENT, s.DOWN),
            (state, g.MEDIUM_LOST, a.FAIL_MEDIUM, s.DOWN),
        ]
    return tuple(PrimaryRow(*row) for row in rows)


PRIMARY_ROWS = _rows()
PRIMARY_TABLE = {(row.state, row.signal): row for row in PRIMARY_ROWS}
