"""What SNRM and UA agree on: octets of information and window, IEC 62056-46 clause 6.4.4.4.3.

    81 80 LL | 05 l most I transmit | 06 l most I receive | 07 l window out | 08 l window in

No parameters mean the defaults. The window is 1 here whatever a peer offers.
"""

from dataclasses import dataclass

from link.hdlc.frame import MAX_INFORMATION
from link.hdlc.reader import DEFAULT_INFORMATION

WINDOW = 1
_GROUP = b"\x81\x80"
_TRANSMIT, _RECEIVE, _WINDOW_OUT, _WINDOW_IN = 5, 6, 7, 8
_WIDEST_VALUE = 4


class ParameterError(ValueError):
    """The information field of an SNRM or UA cannot be read."""


@dataclass(frozen=True, slots=True)
class LinkParameters:
    """One side's view: octets of information that it sends and takes in one frame, at most."""

    transmit: int = DEFAULT_INFORMATION
    receive: int = DEFAULT_INFORMATION

    def __post_init__(self) -> None:
        for size in (self.transmit, self.receive):
            if not 1 <= size <= MAX_INFORMATION:
                raise ParameterError(f"information of {size} octets, not 1..{MAX_INFORMATION}")

    def agreed(self, peer: "LinkParameters") -> "LinkParameters":
        """Return our view of what both sides can do; `peer` is the other side's view."""
        return LinkParameters(min(self.transmit, peer.receive), min(self.receive, peer.transmit))

    def to_bytes(self) -> bytes:
        """Return the information field of an SNRM or UA."""
        values = _size(_TRANSMIT, self.transmit) + _size(_RECEIVE, self.receive)
        for name in (_WINDOW_OUT, _WINDOW_IN):
            values += bytes((name, 4)) + WINDOW.to_bytes(4, "big")
        return _GROUP + bytes((len(values),)) + values

    @classmethod
    def from_bytes(cls, octets: bytes) -> "LinkParameters":
        """Read an information field; an empty one means the defaults. Raises ParameterError."""
        if not octets:
            return cls()
        if octets[:2] != _GROUP or len(octets) < 3 or len(octets) != 3 + octets[2]:
            raise ParameterError(f"no link parameters: {octets[:8].hex()}")
        values = dict(_values(octets[3:]))
        return cls(
            min(values.get(_TRANSMIT, DEFAULT_INFORMATION), MAX_INFORMATION),
            min(values.get(_RECEIVE, DEFAULT_INFORMATION), MAX_INFORMATION),
        )


def _size(name: int, octets: int) -> bytes:
    width = 1 if octets < 0x100 else 2
    return bytes((name, width)) + octets.to_bytes(width, "big")


def _values(octets: bytes) -> list[tuple[int, int]]:
    """Split name, length, value; names that we do not know are kept and not looked at."""
    found = []
    while octets:
        width = octets[1] if len(octets) > 1 else 0
        if not 1 <= width <= _WIDEST_VALUE or len(octets) < 2 + width:
            raise ParameterError(f"link parameter cut short: {octets[:8].hex()}")
        found.append((octets[0], int.from_bytes(octets[2 : 2 + width], "big")))
        octets = octets[2 + width :]
    return found
