"""The control octet of an HDLC frame, IEC 62056-46 clause 6.4.3 (modulo 8).

All 256 octets are decoded once, at import, so that a frame's control is one look-up and two
frames with the same octet share one Control.
"""

from dataclasses import dataclass
from enum import Enum, auto

MODULO = 8
"""Sequence numbers N(S) and N(R) count modulo this."""
POLL_BIT = 0x10


class Kind(Enum):
    """What a frame is."""

    I = auto()  # noqa: E741 - the standard's name
    RR = auto()
    RNR = auto()
    REJ = auto()
    SNRM = auto()
    DISC = auto()
    UA = auto()
    DM = auto()
    FRMR = auto()
    UI = auto()
    UNKNOWN = auto()


_UNNUMBERED = {
    0x83: Kind.SNRM,
    0x43: Kind.DISC,
    0x63: Kind.UA,
    0x0F: Kind.DM,
    0x87: Kind.FRMR,
    0x03: Kind.UI,
}
_SUPERVISORY = {0x01: Kind.RR, 0x05: Kind.RNR, 0x09: Kind.REJ}


@dataclass(frozen=True, slots=True)
class Control:
    """A control octet read: `poll` is P in a command and F in a response.

    `send` is N(S) and `receive` is N(R); 0 where the kind has none.
    """

    octet: int
    kind: Kind
    poll: bool
    send: int
    receive: int


def _read(octet: int) -> Control:
    poll = bool(octet & POLL_BIT)
    if not octet & 1:
        return Control(octet, Kind.I, poll, octet >> 1 & 7, octet >> 5)
    supervisory = _SUPERVISORY.get(octet & 0x0F)
    if supervisory:
        return Control(octet, supervisory, poll, 0, octet >> 5)
    kind = _UNNUMBERED.get(octet & ~POLL_BIT, Kind.UNKNOWN)
    return Control(octet, kind, poll, 0, 0)


CONTROLS = tuple(_read(octet) for octet in range(256))
"""Every control octet, at its own number."""

SNRM = CONTROLS[0x93]
DISC = CONTROLS[0x53]
UA = CONTROLS[0x73]
DM = CONTROLS[0x1F]
FRMR = CONTROLS[0x97]


def information(send: int, receive: int) -> Control:
    """Return the control of an I-frame that ends a turn (P or F set)."""
    return CONTROLS[receive << 5 | POLL_BIT | send << 1]


def receive_ready(receive: int) -> Control:
    """Return the control of an RR that ends a turn."""
    return CONTROLS[receive << 5 | POLL_BIT | 0x01]


def receive_not_ready(receive: int) -> Control:
    """Return the control of an RNR that ends a turn."""
    return CONTROLS[receive << 5 | POLL_BIT | 0x05]
