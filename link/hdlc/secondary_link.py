"""One link as its secondary sees it: secondary_table.py in motion.

A link says nothing by itself: what a frame or an answer makes it say is returned, and the
Secondary says it if the link has the turn.
"""

from collections.abc import Callable

from link.hdlc.address import Station
from link.hdlc.control import DM, FRMR, UA, Kind
from link.hdlc.events import (
    Connected,
    Disconnected,
    LinkStateError,
    Received,
    SecondaryEvent,
)
from link.hdlc.frame import Frame
from link.hdlc.negotiation import LinkParameters
from link.hdlc.secondary_signals import SecondarySignal, read_command, read_opening
from link.hdlc.secondary_table import (
    SECONDARY_TABLE,
    SecondaryAction,
    SecondaryRow,
    SecondaryState,
)
from link.hdlc.segment import LLC_REQUEST, LLC_RESPONSE, Assembly, segments
from link.hdlc.window import Window

UNKNOWN_CONTROL = 1
BAD_NUMBER = 8

_ACCEPTING = (SecondaryAction.KEEP_PART, SecondaryAction.DELIVER, SecondaryAction.DISCARD)
_OPENING = (SecondaryAction.COME_UP, SecondaryAction.RESET)


class SecondaryLink:
    """The state of one link with one client."""

    def __init__(
        self, peer: Station, own: LinkParameters, events: list[SecondaryEvent], *, room: bool
    ) -> None:
        """Stand outside a link; without `room` it will not come up."""
        self.state = SecondaryState.DOWN
        self.heard_at = float("-inf")
        self._peer = peer
        self._own = own
        self._agreed = own
        self._events = events
        self._room = room
        self._window = Window(peer.client_octet, peer.server.to_bytes())
        self._assembly = Assembly(LLC_REQUEST)
        self._rejection = b""
        self.actions = self._bind_actions()
        """What each action of the table does here."""

    @property
    def is_up(self) -> bool:
        """Return whether there is a link."""
        return self.state is not SecondaryState.DOWN

    def take(self, frame: Frame) -> bytes | None:
        """Take a frame of the client and return what to say to it.

        Empty where the application owes the answer; None where the frame fits nothing.
        """
        signal = self._read(frame)
        row = None if signal is None else SECONDARY_TABLE.get((self.state, signal))
        if row is None:
            return None
        self._keep(frame, row.action)
        return self._step(row)

    def answer(self, apdu: bytes) -> bytes:
        """Hold an answer and return its first frame.

        Raises LinkStateError unless a request waits, ValueError for 0 or > 65535 octets.
        """
        row = self._row(SecondarySignal.ANSWER)
        self._window.load(segments(LLC_RESPONSE, apdu, self._agreed.transmit))
        return self._step(row)

    def order(self, signal: SecondarySignal) -> bytes:
        """Do what the application or the time wants. Raises LinkStateError."""
        return self._step(self._row(signal))

    def _read(self, frame: Frame) -> SecondarySignal | None:
        if self.is_up:
            return read_command(frame, self._window, self._assembly)
        signal = read_opening(frame)
        full = signal is SecondarySignal.SNRM and not self._room
        return SecondarySignal.UNFIT_SNRM if full else signal

    def _keep(self, frame: Frame, action: SecondaryAction) -> None:
        """Note what the frame carries."""
        if action in _OPENING:
            self._agreed = self._own.agreed(LinkParameters.from_bytes(frame.information))
        elif action is SecondaryAction.END_WITH_FRMR:
            self._rejection = self._window.rejection(frame.control, _reason(frame))
        else:
            self._window.acknowledge(frame.control)
        if action in _ACCEPTING:
            self._window.accept()
            self._assembly.add(frame.information)

    def _row(self, signal: SecondarySignal) -> SecondaryRow:
        row = SECONDARY_TABLE.get((self.state, signal))
        if row is None:
            wanted, state = signal.name.lower(), self.state.name.lower()
            raise LinkStateError(f"{wanted} while the link of {self._peer} is {state}")
        return row

    def _step(self, row: SecondaryRow) -> bytes:
        self.state = row.next
        return self.actions[row.action]()

    def _bind_actions(self) -> dict[SecondaryAction, Callable[[], bytes]]:
        a, window = SecondaryAction, self._window
        return {
            a.COME_UP: self._come_up,
            a.RESET: self._reset,
            a.END_WITH_UA: lambda: self._end(window.frame(UA)),
            a.END_WITH_DM: lambda: self._end(window.frame(DM)),
            a.END_WITH_FRMR: lambda: self._end(window.frame(FRMR, self._rejection)),
            a.END_SILENTLY: lambda: self._end(b""),
            a.SAY_DM: lambda: window.frame(DM),
            a.KEEP_PART: window.ready,
            a.DELIVER: self._deliver,
            a.DISCARD: self._discard,
            a.SAY_READY: window.ready,
            a.SAY_BUSY: window.not_ready,
            a.SAY_ANSWER: window.part,
        }

    def _come_up(self) -> bytes:
        self._window.reset()
        self._assembly.clear()
        self._events.append(Connected(self._peer))
        return self._window.frame(UA, self._agreed.to_bytes())

    def _reset(self) -> bytes:
        self._report_end()
        return self._come_up()

    def _end(self, farewell: bytes) -> bytes:
        self._report_end()
        return farewell

    def _report_end(self) -> None:
        """Report the end; a request that the application has not seen yet is not shown to it."""
        self._events[:] = [event for event in self._events if not self._is_request(event)]
        self._events.append(Disconnected(self._peer))

    def _is_request(self, event: SecondaryEvent) -> bool:
        return isinstance(event, Received) and event.station == self._peer

    def _deliver(self) -> bytes:
        self._events.append(Received(self._peer, self._assembly.take()))
        return b""

    def _discard(self) -> bytes:
        self._assembly.clear()
        return self._window.ready()


def _reason(frame: Frame) -> int:
    """Return the reason of an FRMR [mem: bits w and z of ISO/IEC 13239, 5.5.3.4.2]."""
    return UNKNOWN_CONTROL if frame.control.kind is Kind.UNKNOWN else BAD_NUMBER
