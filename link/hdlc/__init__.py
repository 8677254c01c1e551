"""HDLC frame format type 3 and the two station roles of IEC 62056-46, sans I/O.

`Primary` is the CIU's side of a medium, `Secondary` the meter's. Both take octets and monotonic
seconds, and give octets, events and the moment of their next tick.
"""

from link.hdlc.address import AddressError, OwnAddress, ServerAddress, Station
from link.hdlc.events import (
    Connected,
    Disconnected,
    Failed,
    LinkStateError,
    PrimaryEvent,
    Received,
    SecondaryEvent,
)
from link.hdlc.frame import Frame, FrameError
from link.hdlc.primary import Primary
from link.hdlc.reader import FrameReader, LineCounts
from link.hdlc.secondary import Secondary
from link.hdlc.timing import Timing

__all__ = [
    "AddressError",
    "Connected",
    "Disconnected",
    "Failed",
    "Frame",
    "FrameError",
    "FrameReader",
    "LineCounts",
    "LinkStateError",
    "OwnAddress",
    "Primary",
    "PrimaryEvent",
    "Received",
    "Secondary",
    "SecondaryEvent",
    "ServerAddress",
    "Station",
    "Timing",
]
