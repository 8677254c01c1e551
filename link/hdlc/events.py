"""What the two roles report. APDUs stand here without their LLC header."""

from dataclasses import dataclass

from link.hdlc.address import Station
from link.terms import LinkTrouble


class LinkStateError(RuntimeError):
    """Our own call does not fit the state of the link: a fault of the program."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The link is up; sequence numbers start at 0 and no association exists."""

    station: Station


@dataclass(frozen=True, slots=True)
class Received:
    """One whole APDU came, exactly once."""

    station: Station
    apdu: bytes


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The link ended; at the primary because it was asked to."""

    station: Station


@dataclass(frozen=True, slots=True)
class Failed:
    """The link is down, at the primary only; whatever was under way has an unknown fate."""

    station: Station
    trouble: LinkTrouble


PrimaryEvent = Connected | Received | Disconnected | Failed
SecondaryEvent = Connected | Received | Disconnected
