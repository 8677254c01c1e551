"""What can happen to a link at its primary, and how a frame of the server is read.

Reading changes nothing: a frame that fits nothing that was asked leaves no trace.
"""

from enum import Enum, auto

from link.hdlc.control import Kind
from link.hdlc.frame import Frame
from link.hdlc.negotiation import LinkParameters, ParameterError
from link.hdlc.segment import Assembled, Assembly
from link.hdlc.window import Window


class PrimarySignal(Enum):
    """What happens to a link: orders of ours, frames of the server, and silence."""

    CONNECT = auto()
    SEND = auto()
    DISCONNECT = auto()
    IDLE = auto()
    MEDIUM_LOST = auto()
    UA = auto()
    UNFIT_UA = auto()
    DM = auto()
    FRMR = auto()
    MISSED = auto()
    """RR whose N(R) shows that our I-frame did not arrive."""
    PART_TAKEN = auto()
    """RR: it did, and the request has further segments."""
    TAKEN = auto()
    """RR: nothing of ours is under way."""
    BUSY = auto()
    """RNR."""
    PART = auto()
    """The next segment of the answer."""
    WHOLE = auto()
    """The last segment of the answer."""
    MALFORMED = auto()
    """An answer without LLC, longer than any, or with an empty segment before its end."""
    SILENCE = auto()
    GIVEN_UP = auto()
    """Silence once more than is borne, or no answer although the server is alive."""
    CLASHED = auto()
    """Given up, and what came instead of an answer was damaged more than once."""


_ASSEMBLED = {
    Assembled.PART: PrimarySignal.PART,
    Assembled.WHOLE: PrimarySignal.WHOLE,
    Assembled.NO_LLC: PrimarySignal.MALFORMED,
    Assembled.TOO_LONG: PrimarySignal.MALFORMED,
    Assembled.EMPTY: PrimarySignal.MALFORMED,
}


def read_reply(frame: Frame, window: Window, assembly: Assembly) -> PrimarySignal | None:
    """Return what a frame of the server means; None for one that cannot answer anything of ours.

    Among the latter are late copies: I-frames that we have, N(R) from before.
    """
    match frame.control.kind:
        case Kind.I:
            return _read_answer(frame, window, assembly)
        case Kind.RR | Kind.RNR | Kind.REJ:
            return _read_receipt(frame, window)
        case Kind.UA:
            return _read_ua(frame)
        case Kind.DM:
            return PrimarySignal.DM
        case Kind.FRMR:
            return PrimarySignal.FRMR
        case _:
            return None


def _read_answer(frame: Frame, window: Window, assembly: Assembly) -> PrimarySignal | None:
    if window.left_after(frame.control) != 0 or not window.is_next(frame.control):
        return None
    return _ASSEMBLED[assembly.judge(frame.information, frame.more)]


def _read_receipt(frame: Frame, window: Window) -> PrimarySignal | None:
    left = window.left_after(frame.control)
    if left is None:
        return None
    if frame.control.kind is Kind.RNR:
        return PrimarySignal.BUSY
    if left == 0:
        return PrimarySignal.TAKEN
    return PrimarySignal.PART_TAKEN if left < window.left else PrimarySignal.MISSED


def _read_ua(frame: Frame) -> PrimarySignal:
    try:
        LinkParameters.from_bytes(frame.information)
    except ParameterError:
        return PrimarySignal.UNFIT_UA
    return PrimarySignal.UA
