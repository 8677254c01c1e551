"""One HDLC frame, format type 3, IEC 62056-46 clause 6.4.

    7E | format 2 | destination 1 2 4 | source 1 2 4 | control 1 | HCS 2 | information | FCS 2 | 7E

Format: 1010, segmentation bit, 11 bits of length (all between the flags). Without information the
HCS is the FCS and stands once. Both are CRC-16/X-25, low octet first. No octet is stuffed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from re import Match

from crcmod.predefined import mkPredefinedCrcFun

from link.hdlc.address import PAIR_OCTETS, PAIR_PATTERN
from link.hdlc.control import CONTROLS, Control

FLAG = 0x7E
FORMAT_3 = 0xA0
SEGMENT_BIT = 0x08
MAX_INFORMATION = 2030
"""Octets of information in a frame at the most (link.md 2)."""
SHORTEST_LENGTH = 7
"""Length field of a frame with one-octet addresses and no information."""
FRAME_OVERHEAD = 12
"""Length field less the information: format, addresses of 4 + 1, control, HCS, FCS."""
GOOD_CHECK = 0x0F47
"""What the check over octets and their own checksum gives (RFC 1662's F0B8, inverted)."""

OPENING = re.compile(rb"\x7e[\xa0-\xaf]")
"""A flag and the first octet of a format field."""

_FLAG = b"\x7e"
_match_addresses = re.compile(PAIR_PATTERN).match

checksum: Callable[[bytes, int], int] = mkPredefinedCrcFun("x-25")
"""CRC-16/X-25 of octets; the second argument continues an earlier one, 0 starts."""


class FrameError(ValueError):
    """Octets that are no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it stands on the wire, flags, format and checks left out.

    The addresses are kept as octets: a reply swaps them exactly as received. `more` is the
    segmentation bit: the APDU goes on in the next I-frame.
    """

    destination: bytes
    source: bytes
    control: Control
    information: bytes = b""
    more: bool = False

    def to_bytes(self) -> bytes:
        """Return the frame with both flags. Raises FrameError where the information is too long."""
        head = self.destination + self.source
        size = len(self.information)
        if size > MAX_INFORMATION:
            raise FrameError(f"{size} octets of information, at most {MAX_INFORMATION}")
        length = len(head) + 5 + (size + 2 if size else 0)
        first = FORMAT_3 | length >> 8 | (SEGMENT_BIT if self.more else 0)
        header = bytes((first, length & 0xFF)) + head + bytes((self.control.octet,))
        check = checksum(header, 0).to_bytes(2, "little")
        if not size:
            return _FLAG + header + check + _FLAG
        fcs = checksum(self.information, GOOD_CHECK).to_bytes(2, "little")
        return _FLAG + header + check + self.information + fcs + _FLAG

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Frame":
        """Read exactly one whole frame, flags included. Raises FrameError."""
        found = None
        if OPENING.match(octets):
            found = examine(octets, 0, MAX_INFORMATION + FRAME_OVERHEAD)
        if not isinstance(found, Frame) or len(octets) != frame_size(octets, 0):
            raise FrameError(f"no frame: {octets[:16].hex()}")
        return found


class FrameFault(Enum):
    """Why no frame starts at a flag with a format field."""

    LENGTH = auto()
    ADDRESS = auto()
    HEADER = auto()
    CHECK = auto()
    CLOSING = auto()


def frame_size(octets: bytes, at: int) -> int:
    """Return how many octets the frame at `at` takes by its length field, flags included."""
    return ((octets[at + 1] & 7) << 8 | octets[at + 2]) + 2


def examine(octets: bytes, at: int, longest: int) -> Frame | FrameFault | None:
    """Look at what the opening flag at `at` opens; None where more octets are needed to tell.

    Each part is judged as soon as it is there. `longest` bounds the length field.
    """
    start = at + 1
    if len(octets) < start + 2:
        return None
    end = at + frame_size(octets, at) - 1
    if not SHORTEST_LENGTH <= end - start <= longest:
        return FrameFault.LENGTH
    head = _match_addresses(octets, start + 2)
    if head is None:
        return FrameFault.ADDRESS if len(octets) >= start + 2 + PAIR_OCTETS else None
    checked = head.end() + 3
    if end != checked and end < checked + 3:
        return FrameFault.LENGTH
    if len(octets) < checked:
        return None
    if checksum(octets[start:checked], 0) != GOOD_CHECK:
        return FrameFault.HEADER
    return _examine_rest(octets, start, head, end) if len(octets) > end else None


def _examine_rest(octets: bytes, start: int, head: Match[bytes], end: int) -> Frame | FrameFault:
    """Judge what follows a good header; `end` is where the closing flag must stand."""
    if octets[end] != FLAG:
        return FrameFault.CLOSING
    control = head.end()
    body = octets[control + 3 : end]
    if body and checksum(body, GOOD_CHECK) != GOOD_CHECK:
        return FrameFault.CHECK
    destination, source = head.groups()
    more = octets[start] & SEGMENT_BIT != 0
    return Frame(destination, source, CONTROLS[octets[control]], body[:-2], more)
