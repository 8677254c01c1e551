"""APDUs in and out of I-frames: LLC header once per APDU, cut to the size agreed on.

IEC 62056-46 clause 6.2 (LLC) and 6.4.4.4.5 (segmentation).
"""

from enum import Enum, auto

APDU_LIMIT = 65535
"""Octets of one APDU at the most: the largest PDU size that an association can agree on."""
LLC_REQUEST = b"\xe6\xe6\x00"
LLC_RESPONSE = b"\xe6\xe7\x00"


def segments(llc: bytes, apdu: bytes, size: int) -> list[bytes]:
    """Cut an APDU into information fields of at most `size` octets.

    Raises ValueError where the APDU is empty or longer than the limit.
    """
    if not 0 < len(apdu) <= APDU_LIMIT:
        raise ValueError(f"an APDU of {len(apdu)} octets, not 1..{APDU_LIMIT}")
    octets = llc + apdu
    return [octets[at : at + size] for at in range(0, len(octets), size)]


class Assembled(Enum):
    """Where an assembly stands after a segment."""

    PART = auto()
    WHOLE = auto()
    TOO_LONG = auto()
    EMPTY = auto()
    """A segment of no octets with more to follow: such an APDU need never end."""
    NO_LLC = auto()


class Assembly:
    """The segments of one APDU, as they come in."""

    __slots__ = ("_llc", "_octets")

    def __init__(self, llc: bytes) -> None:
        self._llc = llc
        self._octets = b""

    def clear(self) -> None:
        """Forget what came so far."""
        self._octets = b""

    def judge(self, information: bytes, more: bool) -> Assembled:
        """Return what this segment would make of the APDU."""
        if len(self._octets) + len(information) > APDU_LIMIT + len(self._llc):
            return Assembled.TOO_LONG
        if more:
            return Assembled.PART if information else Assembled.EMPTY
        whole = self._octets[: len(self._llc) + 1] + information
        proper = whole.startswith(self._llc) and len(whole) > len(self._llc)
        return Assembled.WHOLE if proper else Assembled.NO_LLC

    def add(self, information: bytes) -> None:
        """Append a segment."""
        self._octets += information

    def take(self) -> bytes:
        """Return the APDU and start anew."""
        apdu = self._octets[len(self._llc) :]
        self.clear()
        return apdu
