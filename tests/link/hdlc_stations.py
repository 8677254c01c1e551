"""The two roles of HDLC on a medium without a bit rate, spoken to in control octets."""

from random import Random

from link.hdlc import (
    Frame,
    FrameReader,
    OwnAddress,
    Primary,
    PrimaryEvent,
    Secondary,
    SecondaryEvent,
    ServerAddress,
    Station,
    Timing,
)
from link.hdlc.control import CONTROLS

METER = Station(16, ServerAddress.of(1))
PARAMETERS = bytes.fromhex("818012050180060180070400000001080400000001")
"""The defaults of both sides, as SNRM and UA carry them."""
SNRM, DISC, UA, DM, FRMR, UI = 0x93, 0x53, 0x73, 0x1F, 0x97, 0x13

Said = tuple[int, bytes]
"""Control octet and information."""


def i_frame(send: int, receive: int) -> int:
    return receive << 5 | 0x10 | send << 1


def rr(receive: int) -> int:
    return receive << 5 | 0x11


def rnr(receive: int) -> int:
    return receive << 5 | 0x15


def reply(
    octet: int, information: bytes = b"", *, more: bool = False, of: Station = METER
) -> bytes:
    control = CONTROLS[octet]
    return Frame(of.client_octet, of.server.to_bytes(), control, information, more).to_bytes()


class Asker:
    """A primary on a medium without a bit rate, answered in control octets."""

    def __init__(self, timing: Timing | None = None, max_info: int = 128, seed: int = 1) -> None:
        self.now = 0.0
        timing = timing or Timing.for_line(None)
        self.station = Primary(timing=timing, rng=Random(seed), max_info=max_info)

    def hear(
        self, octet: int, information: bytes = b"", *, more: bool = False, of: Station = METER
    ) -> Said | None:
        """Answer the primary and return what it says next at once."""
        self.station.receive(reply(octet, information, more=more, of=of), self.now)
        return self.said()

    def said(self) -> Said | None:
        octets = self.station.take_outgoing()
        if not octets:
            return None
        frame = Frame.from_bytes(octets)
        return frame.control.octet, frame.information

    def wait(self) -> Said | None:
        """Let time pass until the deadline."""
        assert self.station.deadline is not None
        self.now = self.station.deadline
        self.station.tick(self.now)
        return self.said()

    def ask(self, apdu: bytes, of: Station = METER) -> Said | None:
        self.station.send(of, apdu, self.now)
        return self.said()

    def events(self) -> list[PrimaryEvent]:
        return self.station.take_events()


class Meter:
    """A secondary on a point-to-point medium, spoken to in control octets."""

    def __init__(self, max_info: int = 128, inactivity_s: float = 120.0) -> None:
        own = OwnAddress(lower=2836, point_to_point=True)
        self.now = 0.0
        self.station = Secondary(
            addresses=own,
            timing=Timing.for_line(None),
            max_info=max_info,
            inactivity_s=inactivity_s,
        )

    def hear(
        self, octet: int, information: bytes = b"", *, more: bool = False, peer: Station = METER
    ) -> list[Said]:
        """Say one frame to the meter and return what it says at once."""
        control = CONTROLS[octet]
        frame = Frame(peer.server.to_bytes(), peer.client_octet, control, information, more)
        return self.hear_octets(frame.to_bytes())

    def hear_octets(self, octets: bytes) -> list[Said]:
        self.station.receive(octets, self.now)
        return self.said()

    def said(self) -> list[Said]:
        frames = FrameReader(2030).feed(self.station.take_outgoing())
        return [(frame.control.octet, frame.information) for frame in frames]

    def answer(self, apdu: bytes, peer: Station = METER) -> list[Said]:
        self.station.send(peer, apdu, self.now)
        return self.said()

    def events(self) -> list[SecondaryEvent]:
        return self.station.take_events()
