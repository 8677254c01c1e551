"""What a conversation wants of the HDLC primary."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Connect:
    """Open the HDLC link."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send one APDU."""

    apdu: bytes


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close the HDLC link."""


Order: TypeAlias = Connect | Send | Disconnect
