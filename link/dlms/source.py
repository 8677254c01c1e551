"""A bounded cursor over the octets of one APDU, and the length form of A-XDR and BER.

Source: IEC 61334-6 (A-XDR), X.690 8.1.3. Invariant: every octet string at all either is read or
raises DlmsError.
"""

from link.dlms.codes import DlmsError

MAX_OCTETS = 65535
"""The largest APDU or value that is looked at: max-receive-pdu-size has 16 bits."""


class Source:
    """Octets with a place in them; reading past the end raises DlmsError."""

    __slots__ = ("_at", "_octets")

    def __init__(self, octets: bytes) -> None:
        if len(octets) > MAX_OCTETS:
            raise DlmsError(f"{len(octets)} octets are more than {MAX_OCTETS}")
        self._octets = octets
        self._at = 0

    @property
    def left(self) -> int:
        """How many octets have not been read."""
        return len(self._octets) - self._at

    def take(self, count: int) -> bytes:
        """Read the next `count` octets."""
        start, end = self._at, self._at + count
        if end > len(self._octets):
            raise DlmsError(f"{count} octets wanted at {start}, {self.left} left")
        self._at = end
        return self._octets[start:end]

    def octet(self) -> int:
        """Read one octet as a number."""
        return self.take(1)[0]

    def unsigned(self, width: int) -> int:
        """Read a big-endian number of `width` octets."""
        return int.from_bytes(self.take(width), "big")

    def signed(self, width: int) -> int:
        """Read a big-endian two's complement number of `width` octets."""
        return int.from_bytes(self.take(width), "big", signed=True)

    def length(self) -> int:
        """Read a length: one octet below 128, else 81 to 84 and so many octets.

        Some clients write a longer form than they need; what it says is bounded all the same.
        """
        first = self.octet()
        if first < 0x80:
            return first
        if not 0x81 <= first <= 0x84:
            raise DlmsError(f"length form {first:02x}")
        return self.unsigned(first - 0x80)

    def finish(self) -> None:
        """Raise DlmsError unless everything has been read."""
        if self.left:
            raise DlmsError(f"{self.left} octets too many")


def length_octets(length: int) -> bytes:
    """Write a length in its shortest form; ValueError above MAX_OCTETS."""
    if not 0 <= length <= MAX_OCTETS:
        raise ValueError(f"length {length}")
    if length < 0x80:
        return bytes([length])
    if length < 0x100:
        return bytes([0x81, length])
    return b"\x82" + length.to_bytes(2, "big")
