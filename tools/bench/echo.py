"""The yardstick of a round trip: so many octets out, so many back, nothing thought about them.

A request begins with its own length and that of its answer, two octets each, high octet first;
the rest of both is filling.
"""

from dataclasses import dataclass
from struct import Struct

HEAD = Struct(">HH")


@dataclass(frozen=True, slots=True)
class Size:
    """Octets of a request and of its answer; a request has four at the least."""

    out: int
    back: int


class EchoServer:
    """The session of the far side."""

    deadline: float | None = None

    def __init__(self) -> None:
        self._heard = b""
        self._outgoing = b""

    def receive(self, data: bytes, now: float) -> None:  # noqa: ARG002 - the contract's
        self._heard += data
        while len(self._heard) >= HEAD.size:
            out, back = HEAD.unpack_from(self._heard)
            if len(self._heard) < out:
                return
            self._heard = self._heard[out:]
            self._outgoing += bytes(back)

    def tick(self, now: float) -> None:
        """Nothing is ever due."""

    def take_outgoing(self) -> bytes:
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing


class EchoClient:
    """The session of the near side; one request at a time."""

    deadline: float | None = None

    def __init__(self) -> None:
        self._wanted = 0
        self._outgoing = b""
        self._events: list[None] = []

    def ask(self, size: Size) -> None:
        """Send a request; an event follows when its answer is complete."""
        self._wanted = size.back
        self._outgoing = HEAD.pack(size.out, size.back) + bytes(size.out - HEAD.size)

    def receive(self, data: bytes, now: float) -> None:  # noqa: ARG002 - the contract's
        self._wanted -= len(data)
        if not self._wanted:
            self._events.append(None)

    def tick(self, now: float) -> None:
        """Nothing is ever due."""

    def take_outgoing(self) -> bytes:
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def take_events(self) -> list[None]:
        """Return one for each answer since the last call."""
        events, self._events = self._events, []
        return events
