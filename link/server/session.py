"""The server side of one medium: an association for each client, answers by the map. link.md 3-5.

Sans I/O. A Secondary holds the links; a Dialogue knows what each client may do; what only the
application knows comes out as Asked, and nothing is sent for it until `answer`.
"""

from dataclasses import dataclass
from typing import assert_never

from link.cosem import role_of
from link.cosem.values import SapName
from link.hdlc import (
    Connected,
    Disconnected,
    LineCounts,
    OwnAddress,
    Received,
    Secondary,
    SecondaryEvent,
    Station,
    Timing,
)
from link.hdlc.negotiation import WINDOW
from link.hdlc.secondary import INACTIVITY_S
from link.server.counts import ServerCounts
from link.server.dialogue import Dialogue
from link.server.events import Asked, AskedId, Client, Response
from link.server.objects import HdlcSetup
from link.server.services import Question


@dataclass(frozen=True, slots=True)
class _Pending:
    peer: Station
    question: Question


class ServerSession:
    """Answers clients over one medium. The Asked of each client belong to one request."""

    def __init__(
        self,
        *,
        addresses: OwnAddress,
        timing: Timing,
        device_name: str,
        lab: bool,
        max_info: int = 128,
        lacking: frozenset[str] = frozenset(),
    ) -> None:
        """Serve as `device_name`, the logical device name of up to 16 ASCII characters.

        `lacking` names objects of the map that this meter has not.
        """
        self._lacking = lacking
        self.counts = ServerCounts()
        self._secondary = Secondary(addresses=addresses, timing=timing, max_info=max_info)
        self._device_name = device_name
        self._hdlc = HdlcSetup(
            baudrate=timing.baudrate,
            window=WINDOW,
            info_octets=max_info,
            inter_octet_s=timing.inter_octet_s,
            inactivity_s=INACTIVITY_S,
            physical_address=addresses.lower,
        )
        self._lab = lab
        self._dialogues: dict[Station, Dialogue] = {}
        self._pending: dict[AskedId, _Pending] = {}
        self._events: list[Asked] = []
        self._last_asked = 0

    @property
    def deadline(self) -> float | None:
        """When tick must be called at the latest, monotonic seconds."""
        return self._secondary.deadline

    @property
    def line_counts(self) -> LineCounts:
        """What was heard on the medium."""
        return self._secondary.counts

    @property
    def clients(self) -> tuple[int, ...]:
        """SAPs of the clients that hold a link."""
        return tuple(peer.client for peer in self._dialogues)

    def answer(self, asked: AskedId, response: Response, now: float) -> None:
        """Answer an Asked; it is said with the last one of its request.

        Nothing happens where the client has gone meanwhile.

        ValueError for a response that does not fit the operation or the type of the row.
        """
        pending = self._pending.get(asked)
        if pending is None:
            self.counts.late += 1
            return
        apdu = self._dialogues[pending.peer].answered(pending.question, response)
        del self._pending[asked]
        if apdu is not None:
            self._secondary.send(pending.peer, apdu, now)

    def lose_medium(self, now: float) -> None:
        """Record that the port is gone, and with it every link."""
        self._secondary.lose_medium(now)
        self._settle(now)

    def receive(self, data: bytes, now: float) -> None:
        """Take octets from the medium, cut anywhere."""
        self._secondary.receive(data, now)
        self._settle(now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._secondary.tick(now)
        self._settle(now)

    def take_outgoing(self) -> bytes:
        """Return what must be written now."""
        return self._secondary.take_outgoing()

    def take_events(self) -> list[Asked]:
        """Return what is asked since the last call."""
        events, self._events = self._events, []
        return events

    def _settle(self, now: float) -> None:
        for event in self._secondary.take_events():
            self._hear(event, now)

    def _hear(self, event: SecondaryEvent, now: float) -> None:
        match event:
            case Connected(peer):
                self._dialogues[peer] = self._open(peer)
            case Received(peer, apdu):
                self._take(peer, apdu, now)
            case Disconnected(peer):
                del self._dialogues[peer]
                self._withdraw(peer)
            case _:
                assert_never(event)

    def _open(self, peer: Station) -> Dialogue:
        role = role_of(peer.client)
        client = Client(peer.client, role) if role else None
        device = SapName(peer.server.upper, self._device_name)
        return Dialogue(
            client,
            device=device,
            hdlc=self._hdlc,
            lab=self._lab,
            counts=self.counts,
            lacking=self._lacking,
        )

    def _take(self, peer: Station, apdu: bytes, now: float) -> None:
        taken = self._dialogues[peer].received(apdu)
        if isinstance(taken, bytes):
            self._secondary.send(peer, taken, now)
        else:
            for question in taken:
                self._put(peer, question)

    def _put(self, peer: Station, question: Question) -> None:
        self._last_asked += 1
        asked = AskedId(self._last_asked)
        self._pending[asked] = _Pending(peer, question)
        self._events.append(
            Asked(
                id=asked,
                client=question.situation.client,
                row=question.row,
                operation=question.operation,
                value=question.value,
                selection=question.selection,
            )
        )

    def _withdraw(self, peer: Station) -> None:
        """Forget what a client asked that has gone, the Asked not taken yet included."""
        gone = {asked for asked, pending in self._pending.items() if pending.peer == peer}
        self._events = [event for event in self._events if event.id not in gone]
        for asked in gone:
            del self._pending[asked]
