"""The secondary station of a medium: a meter, which speaks when it is given the turn.

It keeps a link for each (client, server address as received), and takes only frames whose source
is a client and whose destination is its own. Sans I/O: octets and `now` in, octets, events and a
deadline out.
"""

from dataclasses import dataclass

from link.hdlc.address import (
    ALL_STATIONS_SHORT,
    NO_STATION,
    OwnAddress,
    ServerAddress,
    Station,
)
from link.hdlc.events import LinkStateError, SecondaryEvent
from link.hdlc.frame import Frame
from link.hdlc.negotiation import LinkParameters
from link.hdlc.reader import DEFAULT_INFORMATION, FrameReader, LineCounts
from link.hdlc.secondary_link import SecondaryLink
from link.hdlc.secondary_signals import SecondarySignal
from link.hdlc.timing import Timing

LINKS = 32
"""Links at the same time; a further client gets DM."""
INACTIVITY_S = 120.0
"""A link on which nothing was heard for so long is dropped."""

Key = tuple[bytes, bytes]
"""Server and client address of a link, as octets."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The turn to speak, given by P = 1 and not used yet."""

    link: SecondaryLink
    given_at: float


class Secondary:
    """Links with many clients over one medium. After each call, `deadline` tells when to tick."""

    deadline: float | None

    def __init__(
        self,
        *,
        addresses: OwnAddress,
        timing: Timing,
        max_info: int = DEFAULT_INFORMATION,
        inactivity_s: float = INACTIVITY_S,
    ) -> None:
        """Offer `max_info` octets of information a frame, both ways."""
        self.deadline = None
        self._own_octets = addresses.octets()
        self._timing = timing
        self._inactivity_s = inactivity_s
        self._own = LinkParameters(max_info, max_info)
        self._reader = FrameReader(max_info)
        self._links: dict[Key, SecondaryLink] = {}
        self._floor: Floor | None = None
        self._events: list[SecondaryEvent] = []
        self._outgoing = b""
        self._heard_at = float("-inf")

    @property
    def counts(self) -> LineCounts:
        """What was heard on the medium."""
        return self._reader.counts

    def send(self, peer: Station, apdu: bytes, now: float) -> None:
        """Answer the request of a client, at once or as soon as it polls.

        Raises LinkStateError unless it owes an answer, ValueError for 0 or > 65535 octets.
        """
        link = self._link(peer)
        self._say_in_turn(link, link.answer(apdu), now)

    def decline(self, peer: Station, now: float) -> None:
        """Leave the request of a client without an answer. Raises LinkStateError as send()."""
        link = self._link(peer)
        self._say_in_turn(link, link.order(SecondarySignal.DECLINE), now)

    def lose_medium(self, now: float) -> None:
        """End every link: nobody can be heard until the medium is opened again."""
        for link in self._links.values():
            link.order(SecondarySignal.MEDIUM_LOST)
        self._links.clear()
        self._floor = None
        self._outgoing = b""
        self._reader.reset()
        self._settle(now)

    def receive(self, data: bytes, now: float) -> None:
        """Take octets from the medium, cut anywhere."""
        self._heard_at = now
        for frame in self._reader.feed(data):
            self._take(frame, now)
        self._settle(now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        if self._reader.unfinished and now >= self._gap_at:
            for frame in self._reader.gap():
                self._take(frame, now)
        self._settle(now)

    def take_outgoing(self) -> bytes:
        """Return what must be written now: at most one frame."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def take_events(self) -> list[SecondaryEvent]:
        """Return what happened since the last call."""
        events = self._events[:]
        self._events.clear()
        return events

    @property
    def _gap_at(self) -> float:
        return self._heard_at + self._timing.inter_octet_s

    def _link(self, peer: Station) -> SecondaryLink:
        link = self._links.get(_key(peer))
        if link is None:
            raise LinkStateError(f"no link with {peer}")
        return link

    def _take(self, frame: Frame, now: float) -> None:
        self._floor = None
        self._outgoing = b""
        link = self._links.get((frame.destination, frame.source)) or self._stranger(frame)
        if link is None:
            self.counts.foreign += 1
            return
        link.heard_at = now
        octets = link.take(frame)
        if octets is None:
            self.counts.refused += 1
            return
        self._keep(link, (frame.destination, frame.source))
        if frame.control.poll:
            self._floor = Floor(link, self._heard_at)
            self._say_in_turn(link, octets, now)

    def _stranger(self, frame: Frame) -> SecondaryLink | None:
        """Return a link, not up yet, for a client's frame to us; None for any other frame."""
        if frame.destination not in self._own_octets or len(frame.source) != 1:
            return None
        client = frame.source[0] >> 1
        if client in (NO_STATION, ALL_STATIONS_SHORT):
            return None
        peer = Station(client, ServerAddress.from_bytes(frame.destination))
        room = len(self._links) < LINKS
        return SecondaryLink(peer, self._own, self._events, room=room)

    def _keep(self, link: SecondaryLink, key: Key) -> None:
        if link.is_up:
            self._links[key] = link
        else:
            self._links.pop(key, None)

    def _say_in_turn(self, link: SecondaryLink, octets: bytes, now: float) -> None:
        """Say it if the link has the turn and the primary has not stopped waiting."""
        floor = self._floor
        if octets and floor and floor.link is link and now - floor.given_at <= self._timing.meter_s:
            self._outgoing = octets
            self._floor = None

    def _settle(self, now: float) -> None:
        """Drop links gone silent, and set the deadline."""
        silent = [key for key, link in self._links.items() if now >= self._ends_at(link)]
        for key in silent:
            self._links.pop(key).order(SecondarySignal.INACTIVE)
        moments = [self._ends_at(link) for link in self._links.values()]
        if self._reader.unfinished:
            moments.append(self._gap_at)
        self.deadline = min(moments, default=None)

    def _ends_at(self, link: SecondaryLink) -> float:
        return link.heard_at + self._inactivity_s


def _key(peer: Station) -> Key:
    return peer.server.to_bytes(), peer.client_octet
