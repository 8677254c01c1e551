"""The primary station of a medium: it alone decides who speaks (IEC 62056-46, clause 6.4).

One exchange at a time: a frame with P = 1 and what answers it up to F = 1, or silence until the
response time-out. Links with something to say take turns. Sans I/O: octets and `now` in, octets,
events and a deadline out.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from link.hdlc.address import Station
from link.hdlc.events import LinkStateError, PrimaryEvent
from link.hdlc.frame import FRAME_OVERHEAD, Frame
from link.hdlc.negotiation import LinkParameters
from link.hdlc.primary_link import PrimaryLink, Turn
from link.hdlc.primary_signals import PrimarySignal
from link.hdlc.reader import DEFAULT_INFORMATION, FrameReader, LineCounts
from link.hdlc.sharing import MORE_RETRIES, SharedLine
from link.hdlc.timing import Timing

if TYPE_CHECKING:
    from random import Random

JITTER = 0.25
"""A response time-out after silence is longer or shorter by up to this share (link.md 2)."""
LATEST = 2.0
"""A frame that is coming in holds the line for this many response time-outs at the most."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn of one link, said and not answered yet."""

    link: PrimaryLink
    turn: Turn
    reply_by: float
    latest: float
    disturbance: int
    """What was counted of it on the medium before."""

    def is_answered_by(self, frame: Frame) -> bool:
        """Return whether a frame goes from the server asked to the client that asked."""
        return frame.source == self.link.server and frame.destination == self.link.client

    @property
    def still_wanted(self) -> bool:
        """False where the application changed its mind meanwhile."""
        return self.link.turn is self.turn


class Primary:
    """Links to many servers over one medium. After each call, `deadline` tells when to tick."""

    deadline: float | None

    def __init__(
        self, *, timing: Timing, rng: "Random", max_info: int = DEFAULT_INFORMATION
    ) -> None:
        """Offer `max_info` octets of information a frame, both ways."""
        self.deadline = None
        self._timing = timing
        self._rng = rng
        self._own = LinkParameters(max_info, max_info)
        self._reader = FrameReader(max_info)
        self._links: dict[Station, PrimaryLink] = {}
        self._preferred: Station | None = None
        self._turns = 0
        self._exchange: Exchange | None = None
        self._line = SharedLine(timing, max_info + FRAME_OVERHEAD + 2, rng)
        self._events: list[PrimaryEvent] = []
        self._outgoing = b""
        self._heard_at = float("-inf")

    @property
    def counts(self) -> LineCounts:
        """What was heard on the medium."""
        return self._reader.counts

    def unanswered(self, station: Station) -> int:
        """Return how many turns of a link no good answer has followed since the start."""
        return self._links[station].unanswered if station in self._links else 0

    def prefer(self, station: Station | None) -> None:
        """Let one link go first wherever it has something to say; None for none."""
        self._preferred = station

    def connect(self, station: Station, now: float) -> None:
        """Open a link: Connected or Failed follows. Raises LinkStateError unless it is down."""
        if station not in self._links:
            link = PrimaryLink(station, self._own, self._timing, self._events)
            self._links[station] = link
        self._links[station].order(PrimarySignal.CONNECT, now)
        self._settle(now)

    def send(self, station: Station, apdu: bytes, now: float) -> None:
        """Ask; Received or Failed follows.

        Raises LinkStateError unless the link is up and idle, ValueError for 0 or > 65535 octets.
        """
        self._link(station).send(apdu, now)
        self._settle(now)

    def disconnect(self, station: Station, now: float) -> None:
        """Close a link: Disconnected or Failed follows. Raises LinkStateError where it is down."""
        self._link(station).order(PrimarySignal.DISCONNECT, now)
        self._settle(now)

    def lose_medium(self, now: float) -> None:
        """End every link: nobody can be heard until the medium is opened again."""
        for link in self._links.values():
            link.lose_medium(now)
        self._exchange = None
        self._outgoing = b""
        self._reader.reset()
        self._settle(now)

    def receive(self, data: bytes, now: float) -> None:
        """Take octets from the medium, cut anywhere."""
        self._heard_at = now
        frames = self._reader.feed(data)
        self._line.hear(self._reader.unfinished, now)
        for frame in frames:
            self._take(frame, now)
        self._settle(now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        if self._reader.unfinished and now >= self._gap_at:
            for frame in self._reader.gap():
                self._take(frame, now)
        if self._exchange and now >= self._silent_at(self._exchange):
            self._give_up_waiting(self._exchange, now)
        self._settle(now)

    def take_outgoing(self) -> bytes:
        """Return what must be written now: at most one frame."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def take_events(self) -> list[PrimaryEvent]:
        """Return what happened since the last call."""
        events = self._events[:]
        self._events.clear()
        return events

    @property
    def _gap_at(self) -> float:
        return self._heard_at + self._timing.inter_octet_s

    def _link(self, station: Station) -> PrimaryLink:
        link = self._links.get(station)
        if link is None:
            raise LinkStateError(f"{station} was never connected")
        return link

    def _take(self, frame: Frame, now: float) -> None:
        exchange = self._exchange
        if exchange is None or not exchange.is_answered_by(frame):
            self._overhear(frame, now)
            return
        if exchange.still_wanted and not exchange.link.take(frame, now):
            self.counts.refused += 1
            return
        if frame.control.poll:
            self._end(exchange, now)
            self._line.note_answer()

    def _overhear(self, frame: Frame, now: float) -> None:
        """Count a frame that answers nothing: a late one, our own echo, or between others."""
        ends = (frame.destination, frame.source)
        if any(link.client in ends for link in self._links.values()):
            self.counts.refused += 1
        else:
            self.counts.foreign += 1
            self._line.overhear(frame, now)

    def _silent_at(self, exchange: Exchange) -> float:
        """Return when an exchange ends without an answer; one that is coming in is awaited."""
        if not self._reader.unfinished:
            return exchange.reply_by
        return min(max(exchange.reply_by, self._gap_at), exchange.latest)

    def _give_up_waiting(self, exchange: Exchange, now: float) -> None:
        damaged = self._end(exchange, now)
        self._line.note_silence(now)
        if exchange.still_wanted:
            exchange.link.pass_silence(damaged, self._others_are_clean(exchange.link), now)

    def _end(self, exchange: Exchange, now: float) -> bool:
        """End an exchange and tell whether anything damaged was heard in it."""
        self._exchange = None
        damaged = self.counts.disturbance > exchange.disturbance
        if damaged:
            exchange.link.damaged_at = now
        return damaged

    def _others_are_clean(self, link: PrimaryLink) -> bool:
        """Return whether others answer, and none damaged since this link was asked for."""
        others = [other for other in self._links.values() if other is not link]
        clean = all(other.damaged_at < link.opening_from for other in others)
        return clean and any(other.heard for other in others)

    def _settle(self, now: float) -> None:
        """Begin the next exchange where the line is free, and set the deadline."""
        if self._exchange is None and now >= self._line.free_at:
            self._begin(now)
        self.deadline = self._next_deadline()

    def _begin(self, now: float) -> None:
        """Let a link speak, if any has something to say: the preferred, or who waited longest."""
        for link in self._links.values():
            link.pass_idle(now)
        preferred = self._links.get(self._preferred) if self._preferred else None
        turns = [(link, link.turn) for link in self._links.values() if link.turn]
        due = [(link, turn) for link, turn in turns if turn.due <= now]
        if due:
            link, turn = min(due, key=lambda one: (one[0] is not preferred, one[0].spoke_in))
            self._say(link, turn, now)

    def _say(self, link: PrimaryLink, turn: Turn, now: float) -> None:
        wait_s = self._timing.response_s(len(turn.octets), turn.answer_octets)
        if link.insisting:
            wait_s *= self._rng.uniform(1 - JITTER, 1 + JITTER)
        disturbance = self.counts.disturbance
        self._exchange = Exchange(link, turn, now + wait_s, now + LATEST * wait_s, disturbance)
        self._line.speak(len(turn.octets), now)
        self._outgoing = turn.octets
        self._turns += 1
        link.spoke_in = self._turns
        link.retries = self._timing.retries + MORE_RETRIES * self._line.is_shared(now)

    def _next_deadline(self) -> float | None:
        moments = [self._gap_at] if self._reader.unfinished else []
        if self._exchange:
            moments.append(self._silent_at(self._exchange))
        else:
            due = [at for link in self._links.values() if (at := link.due) is not None]
            moments += [max(min(due), self._line.free_at)] if due else []
        return min(moments, default=None)
