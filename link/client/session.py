"""The client side of one medium: asks of many meters in, answers out. link.md 3, house.md.

Sans I/O. A Primary shares the line between the meters; a Conversation knows what each is told.
"""

from typing import TYPE_CHECKING, assert_never

from link.client.conversation import Conversation
from link.client.events import AskId, Event
from link.client.orders import Connect, Disconnect, Order, Send
from link.client.requests import Request
from link.hdlc import (
    Connected,
    Disconnected,
    Failed,
    LineCounts,
    Primary,
    PrimaryEvent,
    Received,
    Station,
    Timing,
)

if TYPE_CHECKING:
    from random import Random

MAX_METERS = 64
"""Meters of one session."""


class ClientSession:
    """Asks meters over one medium. Every ask ends in one Answered or one Failed."""

    def __init__(self, *, timing: Timing, rng: "Random", max_info: int = 128) -> None:
        """Offer `max_info` octets of information a frame; `rng` spreads what is said again."""
        self._primary = Primary(timing=timing, rng=rng, max_info=max_info)
        self._conversations: dict[Station, Conversation] = {}
        self._events: list[Event] = []
        self._last_ask = 0

    @property
    def deadline(self) -> float | None:
        """When tick must be called at the latest, monotonic seconds."""
        return self._primary.deadline

    @property
    def counts(self) -> LineCounts:
        """What was heard on the medium."""
        return self._primary.counts

    @property
    def unexpected(self) -> int:
        """How many APDUs came that nobody had asked for."""
        return sum(each.unexpected for each in self._conversations.values())

    @property
    def is_down(self) -> bool:
        """Return whether no meter has a link, or an ask that wants one."""
        return all(each.is_down for each in self._conversations.values())

    def add_meter(self, station: Station, drn: str) -> None:
        """Make a meter known; ValueError for a station that is, or one too many."""
        if station in self._conversations or len(self._conversations) == MAX_METERS:
            raise ValueError(f"{station} is known already, or one of more than {MAX_METERS}")
        self._conversations[station] = Conversation(station, drn, self._events)

    def unanswered(self, station: Station) -> int:
        """Return how many turns at a meter's link no good answer has followed since the start."""
        return self._primary.unanswered(station)

    def prefer(self, station: Station | None) -> None:
        """Let what one meter is asked go first, before all others; None for none."""
        self._primary.prefer(station)

    def ask(self, station: Station, request: Request, now: float) -> AskId:
        """Ask; Answered or Failed follows. KeyError for a station that was not added.

        ValueError for a value that the row's schema does not hold.
        """
        ask = AskId(self._last_ask + 1)
        conversation = self._conversations[station]
        conversation.ask(ask, request)
        self._last_ask = ask
        self._settle(now, conversation)
        return ask

    def withdraw(self, station: Station, ask: AskId) -> bool:
        """Take back an ask: True where it never left and never will, then no event follows."""
        return self._conversations[station].withdraw(ask)

    def disconnect(self, station: Station, now: float) -> None:
        """End the asks of one meter and its link; LinkClosed follows."""
        self._conversations[station].close()
        self._settle(now, self._conversations[station])

    def close(self, now: float) -> None:
        """End all asks and all links; a LinkClosed for each meter follows."""
        for conversation in self._conversations.values():
            conversation.close()
        self._settle(now, *self._conversations.values())

    def lose_medium(self, now: float) -> None:
        """Record that the port is gone: every ask and every link ends with PORT_DOWN."""
        self._primary.lose_medium(now)
        self._settle(now)

    def receive(self, data: bytes, now: float) -> None:
        """Take octets from the medium, cut anywhere."""
        self._primary.receive(data, now)
        self._settle(now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._primary.tick(now)
        self._settle(now)

    def take_outgoing(self) -> bytes:
        """Return what must be written now."""
        return self._primary.take_outgoing()

    def take_events(self) -> list[Event]:
        """Return what happened since the last call."""
        events = self._events[:]
        self._events.clear()
        return events

    def _settle(self, now: float, *moved: Conversation) -> None:
        """Hear what the links have to say, all of it, and only then tell them what to do.

        Who hears nothing and was not moved has no orders.
        """
        giving = dict.fromkeys(moved)
        for event in self._primary.take_events():
            conversation = self._conversations[event.station]
            self._hear(conversation, event)
            giving[conversation] = None
        for conversation in giving:
            for order in conversation.take_orders():
                self._carry_out(conversation.station, order, now)

    def _hear(self, conversation: Conversation, event: PrimaryEvent) -> None:
        match event:
            case Connected():
                conversation.connected()
            case Received(apdu=apdu):
                conversation.received(apdu)
            case Disconnected():
                conversation.disconnected()
            case Failed(trouble=trouble):
                conversation.failed(trouble)
            case _:
                assert_never(event)

    def _carry_out(self, station: Station, order: Order, now: float) -> None:
        match order:
            case Connect():
                self._primary.connect(station, now)
            case Send(apdu):
                self._primary.send(station, apdu, now)
            case Disconnect():
                self._primary.disconnect(station, now)
            case _:
                assert_never(order)
