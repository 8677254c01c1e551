"""HDLC addresses of clients and servers, IEC 62056-46 clause 6.4.2.

An address is 7 bits an octet; bit 0 of an octet is 1 in the last one only. A client has one octet;
a server has one (upper), two (upper, lower) or four (upper and lower of 14 bits each).
"""

import re
from dataclasses import dataclass

NO_STATION = 0
ALL_STATIONS_SHORT = 0x7F
WIDTHS = (1, 2, 4)
"""Octets that a server address may take."""
LARGEST_SHORT, LARGEST_LONG = 0x7F, 0x3FFF
"""The largest numbers of one octet and of two."""


_EVEN = b"[%b]" % b"".join(b"\\x%02x" % octet for octet in range(0, 256, 2))
_ODD = b"[%b]" % b"".join(b"\\x%02x" % octet for octet in range(1, 256, 2))
ADDRESS_PATTERN = b"%b|%b%b|%b{3}%b" % (_ODD, _EVEN, _ODD, _EVEN, _ODD)
"""Regular expression of one whole address."""
PAIR_PATTERN = b"(?=%b|%b%b{2}|%b{3}%b{2})(%b)(%b)" % (
    (_ODD, _EVEN, _ODD, _EVEN, _ODD) + 2 * (ADDRESS_PATTERN,)
)
"""Of destination and source, its two groups; one of them is a client."""
PAIR_OCTETS = 5
"""The longest pair."""

_is_address = re.compile(ADDRESS_PATTERN).fullmatch


class AddressError(ValueError):
    """A number or octets that are no HDLC address."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a logical device stands on a line; `width` octets, as on the wire.

    The same device addressed in two widths has two addresses. Raises AddressError for numbers that
    do not fit: 7 bits each up to two octets, 14 bits each in four.
    """

    upper: int
    lower: int | None
    width: int

    def __post_init__(self) -> None:
        if self.width not in WIDTHS or (self.width == 1) != (self.lower is None):
            raise AddressError(f"no server address has {self.width} octets with {self.lower!r}")
        largest = LARGEST_LONG if self.width == 4 else LARGEST_SHORT
        if not (0 <= self.upper <= largest and 0 <= (self.lower or 0) <= largest):
            raise AddressError(f"{self.upper}/{self.lower} does not fit {self.width} octets")

    @classmethod
    def of(cls, upper: int, lower: int | None = None, width: int = 4) -> "ServerAddress":
        """Return an address of `width` octets, or of one where there is no lower part."""
        return cls(upper, lower, 1 if lower is None else width)

    @classmethod
    def from_bytes(cls, octets: bytes) -> "ServerAddress":
        """Read one whole address; raises AddressError."""
        if not _is_address(octets):
            raise AddressError(f"no server address: {octets.hex()}")
        seven = [octet >> 1 for octet in octets]
        match seven:
            case [upper]:
                return cls(upper, None, 1)
            case [upper, lower]:
                return cls(upper, lower, 2)
            case _:
                return cls(seven[0] << 7 | seven[1], seven[2] << 7 | seven[3], 4)

    def to_bytes(self) -> bytes:
        """Return the octets as they stand in a frame."""
        if self.lower is None:
            return bytes((self.upper << 1 | 1,))
        if self.width == 2:
            return bytes((self.upper << 1, self.lower << 1 | 1))
        parts = (self.upper >> 7, self.upper & 0x7F, self.lower >> 7, self.lower & 0x7F)
        return bytes(part << 1 for part in parts[:3]) + bytes((parts[3] << 1 | 1,))


@dataclass(frozen=True, slots=True)
class Station:
    """The two ends of one link: a client SAP (0..127) and a server address."""

    client: int
    server: ServerAddress

    def __post_init__(self) -> None:
        if not 0 <= self.client <= 0x7F:
            raise AddressError(f"client SAP {self.client} does not fit one octet")

    @property
    def client_octet(self) -> bytes:
        """The client's address as it stands in a frame."""
        return bytes((self.client << 1 | 1,))


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """The addresses that a secondary answers to.

    It answers to each of its logical devices with its physical address, in two and four octets;
    alone on a point-to-point medium also to the logical device without a physical address.
    """

    lower: int
    uppers: frozenset[int] = frozenset({1})
    point_to_point: bool = False

    def octets(self) -> frozenset[bytes]:
        """Return every form that one of these addresses may have in a frame."""
        lower = self.lower
        forms = [ServerAddress(upper, lower, 4) for upper in self.uppers]
        forms += [
            ServerAddress(upper, lower, 2) for upper in self.uppers if _is_short(upper, lower)
        ]
        if self.point_to_point:
            forms += [ServerAddress(upper, None, 1) for upper in self.uppers if _is_short(upper)]
        return frozenset(form.to_bytes() for form in forms)


def _is_short(*numbers: int) -> bool:
    """Return whether numbers fit an octet each."""
    return max(numbers) <= LARGEST_SHORT
