"""The client that all compared servers have in common: prepared octets out, whole answers back.

It is a blocking socket, so that as little as possible of a round trip is the client's.
"""

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter
from urllib.parse import urlsplit

from tools.exits import Exit, Stop

ANSWER_S = 5.0
"""How long one answer may take."""

TRIPS = 16
"""Round trips of one turn: the first ones find a server that has slept."""

_READ_OCTETS = 4096


@dataclass(frozen=True, slots=True)
class Exchange:
    """The octets of a request, and of an answer to it."""

    request: bytes
    answer: bytes


class RawClient:
    """One connection to `tcp://host:port`. Its methods raise Stop if the server does not answer."""

    def __init__(self, url: str) -> None:
        self._url = url
        place = urlsplit(url)
        try:
            self._socket = socket.create_connection((place.hostname, place.port), ANSWER_S)
        except OSError as error:
            raise self._stopped(str(error)) from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def send(self, octets: bytes) -> None:
        """Send octets."""
        try:
            self._socket.sendall(octets)
        except OSError as error:
            raise self._stopped(str(error)) from None

    def receive(self) -> bytes:
        """Wait for octets and return them."""
        try:
            octets = self._socket.recv(_READ_OCTETS)
        except OSError as error:
            raise self._stopped(str(error)) from None
        if not octets:
            raise self._stopped("closed by the server")
        return octets

    def check(self, exchange: Exchange) -> None:
        """Raise Stop if the answer is not the one of the exchange."""
        self.send(exchange.request)
        answer = b""
        while len(answer) < len(exchange.answer):
            answer += self.receive()
        if answer != exchange.answer:
            raise self._stopped(f"{answer.hex()} where {exchange.answer.hex()} is expected")

    def trips(self, exchanges: Iterable[Exchange]) -> None:
        """Send each request when the answer before it is whole, judged by its length."""
        for exchange in exchanges:
            self.send(exchange.request)
            missing = len(exchange.answer)
            while missing > 0:
                missing -= len(self.receive())
            if missing:
                raise self._stopped(f"{-missing} octets more than the answer has")

    def _stopped(self, detail: str) -> Stop:
        return Stop(f"{self._url}: {detail}", Exit.FAILED)


class RawTurns:
    """The same exchanges again and again, TRIPS of them in a turn."""

    def __init__(self, client: RawClient, exchanges: Sequence[Exchange]) -> None:
        self._client = client
        self._exchanges = cycle(exchanges)

    async def turn(self) -> float:
        """Return the seconds of one round trip. Nothing else runs in this process meanwhile."""
        start = perf_counter()
        self._client.trips(islice(self._exchanges, TRIPS))
        return (perf_counter() - start) / TRIPS
