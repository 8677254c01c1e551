"""Whole frames in any order, from a peer that keeps no rule: contained, never raised.

Every frame is well formed, so that the station's own states are tried and not its reader; most
are near to what could come next, so that links live long enough to be led astray.
"""

from collections import Counter
from contextlib import suppress
from random import Random

import pytest

from link.hdlc import (
    Connected,
    Frame,
    LinkStateError,
    OwnAddress,
    Primary,
    Received,
    Secondary,
    ServerAddress,
    Station,
    Timing,
)
from link.hdlc.control import CONTROLS, Kind

from .hdlc_stations import DISC, DM, FRMR, PARAMETERS, SNRM, UA, UI, i_frame, rnr, rr

TIMING = Timing.for_line(None)
PEERS = [Station(client, ServerAddress.of(1)) for client in (16, 96)]
REQUEST, ANSWER = bytes.fromhex("e6e600") + b"ask", bytes.fromhex("e6e700") + b"say"
STEPS = 3000
SEEDS = range(3)


class Stray:
    """One end that counts its sequence numbers and now and then miscounts them."""

    def __init__(self, rng: Random, information: bytes) -> None:
        self.rng = rng
        self.information = information
        self.send = self.receive = 0

    def heard(self, octets: bytes) -> None:
        """Count the I-frame that was said to it, if it is one."""
        if octets and Frame.from_bytes(octets).control.kind is Kind.I:
            self.receive += 1

    def says(self) -> tuple[int, bytes, bool]:
        """Return control octet, information and the segmentation bit of its next frame."""
        rng = self.rng
        off = rng.choice((0, 0, 0, -1, 1))
        send, receive = (self.send + off) % 8, (self.receive + rng.choice((0, 0, -1, 1))) % 8
        match rng.randrange(16):
            case 0:
                return rng.choice((SNRM, DISC, UA, DM, FRMR, UI)), b"", False
            case 1:
                return rng.choice((SNRM, UA)), PARAMETERS, False
            case 2:
                return rng.randrange(256), rng.choice((b"", b"x" * 60)), False
            case 3 | 4 | 5:
                return rng.choice((rr, rnr))(receive), b"", False
            case _:
                return i_frame(send, receive), self.information, rng.random() < 0.1


def frame(said: tuple[int, bytes, bool], source: bytes, destination: bytes) -> bytes:
    octet, information, more = said
    return Frame(destination, source, CONTROLS[octet], information, more).to_bytes()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_meter_survives_any_order_of_frames(seed: int) -> None:
    rng, now = Random(seed), 0.0
    meter = Secondary(addresses=OwnAddress(1000, point_to_point=True), timing=TIMING)
    clients = {peer: Stray(rng, REQUEST) for peer in PEERS}
    seen: Counter[str] = Counter()
    for _ in range(STEPS):
        now += rng.choice((0.0, 0.01, 0.1, 0.6))
        peer = rng.choice(PEERS)
        client = clients[peer]
        meter.receive(frame(client.says(), peer.client_octet, peer.server.to_bytes()), now)
        meter.tick(now)
        for event in meter.take_events():
            seen[type(event).__name__] += 1
            match event:
                case Connected():
                    client.send = client.receive = 0
                case Received():
                    client.send += 1
        with suppress(LinkStateError):  # no answer is owed
            if rng.random() < 0.05:
                meter.decline(peer, now)
            elif rng.random() < 0.5:
                meter.send(peer, bytes(rng.choice((1, 10, 125, 300))), now)
        said = meter.take_outgoing()
        assert len(said) < 200
        client.heard(said)
    assert seen["Received"] >= 10
    assert set(seen) == {"Connected", "Received", "Disconnected"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_unit_survives_any_order_of_frames(seed: int) -> None:
    rng, now = Random(seed), 0.0
    unit = Primary(timing=TIMING, rng=Random(seed))
    meters = {peer: Stray(rng, ANSWER) for peer in PEERS}
    seen: Counter[str] = Counter()
    for _ in range(STEPS):
        now += rng.choice((0.0, 0.01, 0.1, 0.6))
        peer = rng.choice(PEERS)
        with suppress(LinkStateError):  # an order that does not fit the link
            match rng.randrange(24):
                case 0:
                    unit.disconnect(peer, now)
                case 1 | 2 | 3 | 4:
                    unit.connect(peer, now)
                case 5 | 6 | 7 | 8:
                    unit.send(peer, bytes(rng.choice((1, 10, 125, 300))), now)
        answer = frame(meters[peer].says(), peer.server.to_bytes(), peer.client_octet)
        unit.receive(answer, now)
        unit.tick(now)
        for event in unit.take_events():
            seen[type(event).__name__] += 1
            if isinstance(event, Connected):
                meters[event.station].send = meters[event.station].receive = 0
        said = unit.take_outgoing()
        assert len(said) < 400
        meters[peer].heard(said)
    assert {"Connected", "Failed"} <= set(seen)
