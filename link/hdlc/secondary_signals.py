"""What can happen to a link at its secondary, and how a frame of the client is read.

Reading changes nothing.
"""

from enum import Enum, auto

from link.hdlc.control import Kind
from link.hdlc.frame import Frame
from link.hdlc.negotiation import LinkParameters, ParameterError
from link.hdlc.segment import Assembled, Assembly
from link.hdlc.window import Window


class SecondarySignal(Enum):
    """What happens to a link: frames of the client, orders of ours, and time."""

    SNRM = auto()
    UNFIT_SNRM = auto()
    """Parameters that cannot be read, or no room for another link."""
    DISC = auto()
    PART = auto()
    WHOLE = auto()
    NO_LLC = auto()
    """A whole APDU that is no request of DLMS."""
    REPEATED = auto()
    """The I-frame before: our reply to it was lost."""
    EARLY = auto()
    """A new I-frame, although the client did not take our answer whole."""
    POLL = auto()
    """RR that wants to hear what we have."""
    TAKEN = auto()
    """RR: the client has our answer whole."""
    WAIT = auto()
    """RNR: the client cannot take our answer now."""
    MISPLACED = auto()
    """A frame that cannot be here."""
    STRAY = auto()
    """Any other frame outside a link."""
    ANSWER = auto()
    DECLINE = auto()
    INACTIVE = auto()
    MEDIUM_LOST = auto()


_ASSEMBLED = {
    Assembled.PART: SecondarySignal.PART,
    Assembled.WHOLE: SecondarySignal.WHOLE,
    Assembled.NO_LLC: SecondarySignal.NO_LLC,
    Assembled.TOO_LONG: SecondarySignal.MISPLACED,
    Assembled.EMPTY: SecondarySignal.MISPLACED,
}


def read_command(frame: Frame, window: Window, assembly: Assembly) -> SecondarySignal | None:
    """Return what a frame of the client means inside a link; None for what only a server says."""
    match frame.control.kind:
        case Kind.I:
            return _read_request(frame, window, assembly)
        case Kind.RR | Kind.RNR | Kind.REJ:
            return _read_receipt(frame, window)
        case Kind.UNKNOWN:
            return SecondarySignal.MISPLACED
        case _:
            return read_opening(frame)


def read_opening(frame: Frame) -> SecondarySignal | None:
    """Return what a frame of the client means outside a link; None for what only a server says."""
    match frame.control.kind:
        case Kind.SNRM:
            return _read_snrm(frame)
        case Kind.DISC:
            return SecondarySignal.DISC
        case Kind.UA | Kind.DM | Kind.FRMR | Kind.UI:
            return None
        case _:
            return SecondarySignal.STRAY


def _read_snrm(frame: Frame) -> SecondarySignal:
    try:
        LinkParameters.from_bytes(frame.information)
    except ParameterError:
        return SecondarySignal.UNFIT_SNRM
    return SecondarySignal.SNRM


def _read_request(frame: Frame, window: Window, assembly: Assembly) -> SecondarySignal:
    left = window.left_after(frame.control)
    if window.is_repeat(frame.control):
        taken = left == 0 and window.left > 0
        return SecondarySignal.TAKEN if taken else SecondarySignal.REPEATED
    if left is None or not window.is_next(frame.control):
        return SecondarySignal.MISPLACED
    if left > 0:
        return SecondarySignal.EARLY
    return _ASSEMBLED[assembly.judge(frame.information, frame.more)]


def _read_receipt(frame: Frame, window: Window) -> SecondarySignal:
    left = window.left_after(frame.control)
    if left is None:
        return SecondarySignal.MISPLACED
    if left == 0 and window.left > 0:
        return SecondarySignal.TAKEN
    if left > 0 and frame.control.kind is Kind.RNR:
        return SecondarySignal.WAIT
    return SecondarySignal.POLL
