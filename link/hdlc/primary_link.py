"""One link as its primary sees it: primary_table.py in motion.

A link owns no line and no clock. What it wants to say stands in `turn`; the Primary says it when
the line is free, and hands back the answer or the silence.
"""

from collections.abc import Callable
from dataclasses import dataclass

from link.hdlc.address import Station
from link.hdlc.control import DISC, SNRM
from link.hdlc.events import (
    Connected,
    Disconnected,
    Failed,
    LinkStateError,
    PrimaryEvent,
    Received,
)
from link.hdlc.frame import FRAME_OVERHEAD, Frame
from link.hdlc.negotiation import LinkParameters
from link.hdlc.primary_signals import PrimarySignal, read_reply
from link.hdlc.primary_table import PRIMARY_TABLE, PrimaryAction, PrimaryState
from link.hdlc.segment import LLC_REQUEST, LLC_RESPONSE, Assembly, segments
from link.hdlc.timing import Timing
from link.hdlc.window import Window
from link.terms import LinkTrouble

UNNUMBERED_OCTETS = 40
"""The longest UA, DM or FRMR, flags included."""
CLASH_SIGNS = 2
"""Damaged answers to SNRM that make two meters with one address likely (link.md 2)."""

_FAILURES = {
    PrimaryAction.FAIL_SILENT: LinkTrouble.NO_ANSWER,
    PrimaryAction.FAIL_REFUSED: LinkTrouble.REFUSED_LINK,
    PrimaryAction.FAIL_RESET: LinkTrouble.RESET,
    PrimaryAction.FAIL_MALFORMED: LinkTrouble.MALFORMED,
    PrimaryAction.FAIL_MEDIUM: LinkTrouble.PORT_DOWN,
    PrimaryAction.FAIL_CLASHED: LinkTrouble.ADDRESS_CLASH,
}
_PARTS = (PrimarySignal.PART, PrimarySignal.WHOLE)
_WAITING = (PrimarySignal.TAKEN, PrimarySignal.BUSY)


@dataclass(frozen=True, slots=True)
class Turn:
    """A frame that a link wants to say, not before `due`, and how long its answer may be."""

    octets: bytes
    answer_octets: int
    due: float


class PrimaryLink:
    """The state of one link, and what it wants to say next."""

    def __init__(
        self, station: Station, own: LinkParameters, timing: Timing, events: list[PrimaryEvent]
    ) -> None:
        self.server = station.server.to_bytes()
        self.client = station.client_octet
        self.state = PrimaryState.DOWN
        self.turn: Turn | None = None
        self.spoke_in = 0
        """Number of its last turn on the medium; the Primary counts."""
        self.heard = False
        """Whether the last frame said was answered."""
        self.damaged_at = float("-inf")
        """When something damaged was last heard where an answer was due."""
        self.opening_from = float("-inf")
        """When the link was last asked for."""
        self.retries = timing.retries
        """Silences in a row that are borne; the Primary knows the line."""
        self.unanswered = 0
        """Turns since the start that no good answer followed."""
        self._station = station
        self._own = own
        self._agreed = own
        self._timing = timing
        self._events = events
        self._window = Window(self.server, self.client)
        self._assembly = Assembly(LLC_RESPONSE)
        self._silences = self._misses = self._damaged = 0
        self._asked_at = self._idle_at = 0.0
        self.actions = self._bind_actions()
        """What each action of the table does here."""

    @property
    def due(self) -> float | None:
        """When this link has something to say, if nothing happens before."""
        if self.turn:
            return self.turn.due
        return self._idle_at if self.state is PrimaryState.READY else None

    @property
    def insisting(self) -> bool:
        """Return whether what it wants to say follows silence or a loss."""
        return self._silences > 0 or self._misses > 0

    def can(self, signal: PrimarySignal) -> bool:
        """Return whether an order or a frame fits the state."""
        return (self.state, signal) in PRIMARY_TABLE

    def order(self, signal: PrimarySignal, now: float) -> None:
        """Do what the application wants. Raises LinkStateError where it cannot be now."""
        self._require(signal)
        self._step(signal, now)

    def send(self, apdu: bytes, now: float) -> None:
        """Ask; one request at a time. Raises LinkStateError, ValueError for a bad size."""
        self._require(PrimarySignal.SEND)
        self._window.load(segments(LLC_REQUEST, apdu, self._agreed.transmit))
        self._asked_at = now
        self._step(PrimarySignal.SEND, now)

    def pass_idle(self, now: float) -> None:
        """Poll if nothing was said for long."""
        if self.state is PrimaryState.READY and now >= self._idle_at:
            self._asked_at = now
            self._step(PrimarySignal.IDLE, now)

    def take(self, frame: Frame, now: float) -> bool:
        """Take a frame of the server; False where it fits nothing that was asked."""
        signal = self._borne(read_reply(frame, self._window, self._assembly), now)
        if signal is None or not self.can(signal):
            return False
        self._silences = 0
        self._misses = self._misses + 1 if signal is PrimarySignal.MISSED else 0
        self.heard = True
        self._keep(frame, signal, now)
        self._step(signal, now)
        return True

    def pass_silence(self, damaged: bool, others_are_clean: bool, now: float) -> None:
        """Record that what was said had no answer, or a damaged one only."""
        self.heard = False
        self.unanswered += 1
        self._silences += 1
        self._damaged += damaged
        opening = self.state is PrimaryState.OPENING
        if self._silences <= self.retries:
            self._step(PrimarySignal.SILENCE, now)
        elif opening and others_are_clean and self._damaged >= CLASH_SIGNS:
            self._step(PrimarySignal.CLASHED, now)
        else:
            self._step(PrimarySignal.GIVEN_UP, now)

    def lose_medium(self, now: float) -> None:
        """End the link if there is one: nobody can be heard."""
        if self.can(PrimarySignal.MEDIUM_LOST):
            self._step(PrimarySignal.MEDIUM_LOST, now)

    def _borne(self, signal: PrimarySignal | None, now: float) -> PrimarySignal | None:
        """Turn what has gone on for too long into giving up."""
        if signal is PrimarySignal.MISSED and self._misses >= self.retries:
            return PrimarySignal.GIVEN_UP
        if signal in _WAITING and now >= self._asked_at + self._timing.patience_s:
            return PrimarySignal.GIVEN_UP
        return signal

    def _keep(self, frame: Frame, signal: PrimarySignal, now: float) -> None:
        """Note what the frame carries."""
        if signal is PrimarySignal.PART_TAKEN or signal in _PARTS:
            self._window.acknowledge(frame.control)
            self._asked_at = now
        if signal in _PARTS:
            self._window.accept()
            self._assembly.add(frame.information)
        if signal is PrimarySignal.UA:
            self._agreed = self._own.agreed(LinkParameters.from_bytes(frame.information))

    def _require(self, signal: PrimarySignal) -> None:
        if not self.can(signal):
            wanted, state = signal.name.lower(), self.state.name.lower()
            raise LinkStateError(f"{wanted} while the link to {self._station} is {state}")

    def _step(self, signal: PrimarySignal, now: float) -> None:
        row = PRIMARY_TABLE[self.state, signal]
        self.state = row.next
        self.actions[row.action](now)

    def _bind_actions(self) -> dict[PrimaryAction, Callable[[float], None]]:
        a = PrimaryAction
        return {
            a.SAY_SNRM: self._say_snrm,
            a.SAY_DISC: self._say_disc,
            a.SAY_PART: lambda now: self._say(self._window.part(), now),
            a.SAY_POLL: lambda now: self._say(self._window.ready(), now),
            a.SAY_POLL_LATER: self._say_poll_later,
            a.SAY_AGAIN: lambda _: None,
            a.COLLECT: lambda now: self._say(self._window.ready(), now),
            a.COME_UP: self._come_up,
            a.REST: self._rest,
            a.DELIVER: self._deliver,
            a.REPORT_DISCONNECTED: lambda _: self._end(Disconnected(self._station)),
        } | {action: self._failing(trouble) for action, trouble in _FAILURES.items()}

    def _failing(self, trouble: LinkTrouble) -> Callable[[float], None]:
        return lambda _: self._end(Failed(self._station, trouble))

    def _say(self, octets: bytes, due: float) -> None:
        self.turn = Turn(octets, self._agreed.receive + FRAME_OVERHEAD + 2, due)

    def _say_snrm(self, now: float) -> None:
        self._damaged = 0
        self.opening_from = now
        self.turn = Turn(self._window.frame(SNRM, self._own.to_bytes()), UNNUMBERED_OCTETS, now)

    def _say_disc(self, now: float) -> None:
        self._silences = self._misses = 0
        self.turn = Turn(self._window.frame(DISC), UNNUMBERED_OCTETS, now)

    def _say_poll_later(self, now: float) -> None:
        self._say(self._window.ready(), now + self._timing.pause_s)

    def _come_up(self, now: float) -> None:
        self._rest(now)
        self._events.append(Connected(self._station))

    def _deliver(self, now: float) -> None:
        self._rest(now)
        self._events.append(Received(self._station, self._assembly.take()))

    def _rest(self, now: float) -> None:
        self.turn = None
        self._idle_at = now + self._timing.idle_s

    def _end(self, event: PrimaryEvent) -> None:
        self.turn = None
        self._silences = self._misses = 0
        self._window.reset()
        self._assembly.clear()
        self._events.append(event)
