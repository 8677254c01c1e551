"""What SNRM and UA agree on: octets of information and window, IEC 62056-46 clause 6.4.4.4.3.

    81 80 LL | 05 l most I transmit | 06 l most I receive | 07 l window out | 08 l window in
    82 user data

No parameters, an empty group and a parameter without a value mean the defaults. User data fill the
rest of the field and are not looked at [mem]. The window is 1 here whatever a peer offers.
"""

from dataclasses import dataclass

from link.hdlc.frame import MAX_INFORMATION
from link.hdlc.reader import DEFAULT_INFORMATION

WINDOW = 1
_FORMAT = 0x81
_GROUP = b"\x80"
_NOTHING_MORE = (b"", b"\x82")
"""The field ends, or user data begins."""
_TRANSMIT, _RECEIVE, _WINDOW_OUT, _WINDOW_IN = 5, 6, 7, 8


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
        return bytes((_FORMAT, *_GROUP, len(values))) + values

    @classmethod
    def from_bytes(cls, octets: bytes) -> "LinkParameters":
        """Read an information field; an empty one means the defaults. Raises ParameterError."""
        values = dict(_values(_group(octets)))
        return cls(
            min(values.get(_TRANSMIT, DEFAULT_INFORMATION), MAX_INFORMATION),
            min(values.get(_RECEIVE, DEFAULT_INFORMATION), MAX_INFORMATION),
        )


def _size(name: int, octets: int) -> bytes:
    width = 1 if octets < 0x100 else 2
    return bytes((name, width)) + octets.to_bytes(width, "big")


def _group(octets: bytes) -> bytes:
    """Return the parameters of an information field, without what stands around them."""
    if octets[:1] in _NOTHING_MORE:
        return b""
    if octets[0] != _FORMAT or octets[1:2] not in (_GROUP, *_NOTHING_MORE):
        raise ParameterError(f"no link parameters: {octets[:8].hex()}")
    if octets[1:2] != _GROUP or len(octets) == 2:
        return b""
    end = 3 + octets[2]
    if end > len(octets) or octets[end : end + 1] not in _NOTHING_MORE:
        raise ParameterError(f"no link parameters: {octets[:8].hex()}")
    return octets[3:end]


def _values(octets: bytes) -> list[tuple[int, int]]:
    """Split name, length, value; names that we do not know are kept and not looked at."""
    found = []
    while octets:
        if len(octets) < 2 or len(octets) < 2 + octets[1]:
            raise ParameterError(f"link parameter cut short: {octets[:8].hex()}")
        value, rest = octets[2 : 2 + octets[1]], octets[2 + octets[1] :]
        if value:
            found.append((octets[0], int.from_bytes(value, "big")))
        octets = rest
    return found
