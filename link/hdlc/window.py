"""Sequence numbers and the one I-frame under way: window 1, modulo 8 (IEC 62056-46, 6.4.4.4.4).

Invariant: while a part is under way N(R) does not move, so the same part is the same octets.
"""

from collections import deque
from collections.abc import Iterable

from link.hdlc.control import MODULO, Control, information, receive_not_ready, receive_ready
from link.hdlc.frame import Frame


class Window:
    """One end of a link: V(S), V(R) and the parts of our APDU that the peer does not have yet."""

    __slots__ = ("_destination", "_parts", "_receive", "_said", "_send", "_source")

    def __init__(self, destination: bytes, source: bytes) -> None:
        self._destination = destination
        self._source = source
        self.reset()

    def reset(self) -> None:
        """Start at 0 both ways, with nothing under way."""
        self._send = 0
        self._receive = 0
        self._parts: deque[bytes] = deque()
        self._said = b""

    def load(self, parts: Iterable[bytes]) -> None:
        """Take the information fields of an APDU to be sent."""
        self._parts.extend(parts)

    @property
    def left(self) -> int:
        """Parts that the peer is not known to have."""
        return len(self._parts)

    def left_after(self, control: Control) -> int | None:
        """Return how many parts are left by this N(R); None where it cannot be."""
        if control.receive == self._send:
            return len(self._parts)
        if self._said and control.receive == (self._send + 1) % MODULO:
            return len(self._parts) - 1
        return None

    def acknowledge(self, control: Control) -> None:
        """Drop the part that this N(R) shows to have arrived, if it does."""
        if self.left_after(control) == len(self._parts) - 1:
            self._parts.popleft()
            self._send = (self._send + 1) % MODULO
            self._said = b""

    def is_next(self, control: Control) -> bool:
        """Return whether this N(S) is the one expected."""
        return control.send == self._receive

    def is_repeat(self, control: Control) -> bool:
        """Return whether this N(S) is the one before."""
        return (control.send + 1) % MODULO == self._receive

    def accept(self) -> None:
        """Count the expected I-frame as received."""
        self._receive = (self._receive + 1) % MODULO

    def part(self) -> bytes:
        """Return the I-frame of the first part left, the same octets until it has arrived."""
        if not self._said:
            control = information(self._send, self._receive)
            self._said = self.frame(control, self._parts[0], len(self._parts) > 1)
        return self._said

    def ready(self) -> bytes:
        """Return an RR."""
        return self.frame(receive_ready(self._receive))

    def not_ready(self) -> bytes:
        """Return an RNR."""
        return self.frame(receive_not_ready(self._receive))

    def rejection(self, control: Control, reason: int) -> bytes:
        """Return the three octets that an FRMR carries [mem: ISO/IEC 13239, 5.5.3.4.2]."""
        return bytes((control.octet, self._receive << 5 | self._send << 1, reason))

    def frame(self, control: Control, information: bytes = b"", more: bool = False) -> bytes:
        """Return any frame to the peer."""
        return Frame(self._destination, self._source, control, information, more).to_bytes()
