"""What one client says to one meter: association, its number, asks in order. link.md 3.

Invariant: every ask ends exactly once, and an exchange is begun exactly once for it.

| phase       | leaves it by                     | for                          |
|-------------|----------------------------------|------------------------------|
| DOWN        | an ask                           | LINKING                      |
| LINKING     | link connected                   | ASSOCIATING (AARQ is out)    |
| ASSOCIATING | AARE accepted / rejected         | IDENTIFYING / DROPPING       |
| IDENTIFYING | own number / another's, refused  | UP / DROPPING                |
| UP          | close                            | RELEASING, busy: CLOSING     |
| RELEASING   | any APDU                         | CLOSING                      |
| CLOSING     | link disconnected                | DOWN (LinkClosed)            |
| DROPPING    | link disconnected                | DOWN                         |

From every phase a failed link leads to DOWN, and an APDU that cannot be to DROPPING. Both end all
asks; asks that come while a link is being taken down wait for the next one.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from link.client.association import AARQ, Grant, read_grant
from link.client.events import (
    Answered,
    AskId,
    Event,
    Failed,
    LinkClosed,
    LinkDown,
    LinkUp,
)
from link.client.exchange import Exchange, exchange
from link.client.orders import Connect, Disconnect, Order, Send
from link.client.requests import (
    Get,
    ProtocolViolation,
    Refusal,
    Request,
    Result,
    read_response,
    to_apdu,
)
from link.cosem import row
from link.dlms import Apdu, Conformance, DlmsError, ReleaseRequestReason, Rlrq, read_apdu
from link.hdlc import Station
from link.terms import LinkTrouble

MAX_WAITING = 64
"""Asks that wait for one meter, beside the one in flight; the next one is Failed at once."""

_HIGH_PRIORITY_CONFIRMED = 0xC0
"""Upper half of invoke-id-and-priority."""

_INVOKE_IDS = 16


class Phase(Enum):
    """How far the conversation is; the table stands at the head of this file."""

    DOWN = auto()
    LINKING = auto()
    ASSOCIATING = auto()
    IDENTIFYING = auto()
    UP = auto()
    RELEASING = auto()
    CLOSING = auto()
    DROPPING = auto()


_METER_NUMBER = Get(row("meter_number.value"))
_ON_REQUEST = "closed on request"


@dataclass(frozen=True, slots=True)
class _Ask:
    ask: AskId
    exchange: Exchange


class Conversation:
    """One meter as a client sees it. Octets and link news in, orders and events out."""

    def __init__(self, station: Station, drn: str, events: list[Event]) -> None:
        """`events` is the list that the conversation reports to."""
        self.station = station
        self.unexpected = 0
        """APDUs that came while none was awaited."""
        self._drn = drn
        self._events = events
        self._orders: list[Order] = []
        self._phase = Phase.DOWN
        self._waiting: deque[_Ask] = deque()
        self._in_flight: _Ask | None = None
        self._grant = Grant(Conformance(0), 0)
        self._invoke = 0
        self._number_invoke = 0

    @property
    def is_down(self) -> bool:
        """Return whether there is no link and none is wanted."""
        return self._phase is Phase.DOWN

    def take_orders(self) -> list[Order]:
        """Return what to do at the link, in order, and forget it."""
        orders, self._orders = self._orders, []
        return orders

    def ask(self, ask: AskId, request: Request) -> None:
        """Queue an ask; ValueError for one that cannot be written."""
        way = exchange(request, self._next_invoke())
        if len(self._waiting) == MAX_WAITING:
            self._fail(ask, LinkTrouble.TEMPORARY, f"{MAX_WAITING} asks wait already", sent=False)
            return
        self._waiting.append(_Ask(ask, way))
        self._go_on()

    def withdraw(self, ask: AskId) -> bool:
        """Take back an ask that waits, without a word; False for one that has gone out."""
        others = [each for each in self._waiting if each.ask != ask]
        withdrawn = len(others) < len(self._waiting)
        self._waiting = deque(others)
        return withdrawn

    def close(self) -> None:
        """End all asks, the association and the link; LinkClosed follows."""
        is_idle = self._in_flight is None
        self._fail_in_flight(LinkTrouble.RESET, _ON_REQUEST)
        self._fail_waiting(LinkTrouble.RESET, _ON_REQUEST)
        match self._phase:
            case Phase.DOWN:
                self._closed()
            case Phase.DROPPING:
                self._phase = Phase.CLOSING
            case Phase.RELEASING | Phase.CLOSING:
                pass
            case Phase.UP if is_idle:
                self._send(Rlrq(ReleaseRequestReason.NORMAL).to_bytes(), Phase.RELEASING)
            case _:
                self._take_down(Phase.CLOSING)

    def connected(self) -> None:
        """Record that the link is up."""
        self._send(AARQ, Phase.ASSOCIATING)

    def disconnected(self) -> None:
        """Record that the link has ended as it was told to."""
        if self._phase is Phase.CLOSING:
            self._closed()
        self._phase = Phase.DOWN
        self._go_on()

    def failed(self, trouble: LinkTrouble) -> None:
        """Record that the link is gone."""
        self._orders.clear()
        match self._phase:
            case Phase.RELEASING:
                self._phase = Phase.CLOSING
            case Phase.CLOSING | Phase.DROPPING:
                pass
            case _:
                self._report_down(trouble, trouble.value)
        self.disconnected()

    def received(self, octets: bytes) -> None:
        """Take one APDU of the meter."""
        match self._phase:
            case Phase.ASSOCIATING | Phase.IDENTIFYING:
                self._understand(octets)
            case Phase.UP if self._in_flight:
                self._understand(octets)
            case Phase.RELEASING:
                self._take_down(Phase.CLOSING)
            case _:
                self.unexpected += 1

    def _understand(self, octets: bytes) -> None:
        try:
            apdu = read_apdu(octets)
        except DlmsError as error:
            self._drop(LinkTrouble.MALFORMED, str(error))
            return
        if self._in_flight:
            self._answered(self._in_flight, apdu)
        elif self._phase is Phase.ASSOCIATING:
            self._associated(apdu)
        else:
            self._identified(apdu)

    def _associated(self, apdu: Apdu) -> None:
        grant = read_grant(apdu)
        if isinstance(grant, Refusal):
            self._drop(grant.trouble, grant.detail)
            return
        self._grant = grant
        self._number_invoke = self._next_invoke()
        self._send(to_apdu(_METER_NUMBER, self._number_invoke).to_bytes(), Phase.IDENTIFYING)

    def _identified(self, apdu: Apdu) -> None:
        response = read_response(_METER_NUMBER, self._number_invoke, apdu)
        match response:
            case Result(value) if value == self._drn:
                self._phase = Phase.UP
                self._events.append(LinkUp(self.station))
                self._go_on()
            case Result(value):
                self._drop(LinkTrouble.OTHER_METER, f"meter {value} where {self._drn} is expected")
            case Refusal(trouble, detail) | ProtocolViolation(trouble, detail):
                self._drop(trouble, f"meter number: {detail}")
            case _:
                assert_never(response)

    def _answered(self, asked: _Ask, apdu: Apdu) -> None:
        response = asked.exchange.take(apdu)
        match response:
            case bytes():
                self._send(response, Phase.UP)
            case Result(value):
                self._in_flight = None
                self._events.append(Answered(asked.ask, self.station, value))
            case Refusal(trouble, detail):
                self._fail_in_flight(trouble, detail)
            case ProtocolViolation(trouble, detail):
                self._drop(trouble, detail)
            case _:
                assert_never(response)
        self._go_on()

    def _go_on(self) -> None:
        """Open the link, or send the next ask, when there is one and nothing else is under way."""
        if not self._waiting or self._in_flight:
            return
        match self._phase:
            case Phase.DOWN:
                self._orders.append(Connect())
                self._phase = Phase.LINKING
            case Phase.UP:
                self._in_flight = self._waiting.popleft()
                self._send(self._in_flight.exchange.begin(self._grant), Phase.UP)

    def _send(self, apdu: bytes, phase: Phase) -> None:
        self._orders.append(Send(apdu))
        self._phase = phase

    def _drop(self, trouble: LinkTrouble, detail: str) -> None:
        self._report_down(trouble, detail)
        self._take_down(Phase.DROPPING)

    def _take_down(self, phase: Phase) -> None:
        self._orders.append(Disconnect())
        self._phase = phase

    def _report_down(self, trouble: LinkTrouble, detail: str) -> None:
        """End the asks that this failure concerns: those that wait for a link that had come up
        are spared, so that each new link costs at least one ask."""
        self._events.append(LinkDown(self.station, trouble, detail))
        if self._phase is not Phase.UP or trouble is LinkTrouble.PORT_DOWN:
            self._fail_waiting(trouble, detail)
        self._fail_in_flight(trouble, detail)

    def _closed(self) -> None:
        self._events.append(LinkClosed(self.station))

    def _fail_waiting(self, trouble: LinkTrouble, detail: str) -> None:
        for asked in self._waiting:
            self._fail(asked.ask, trouble, detail, sent=False)
        self._waiting.clear()

    def _fail_in_flight(self, trouble: LinkTrouble, detail: str) -> None:
        if self._in_flight:
            self._fail(self._in_flight.ask, trouble, detail, sent=True)
            self._in_flight = None

    def _fail(self, ask: AskId, trouble: LinkTrouble, detail: str, *, sent: bool) -> None:
        self._events.append(Failed(ask, self.station, trouble, detail, sent))

    def _next_invoke(self) -> int:
        self._invoke = (self._invoke + 1) % _INVOKE_IDS
        return _HIGH_PRIORITY_CONFIRMED | self._invoke
