"""Whole frames in any order, from a client or a server that keeps no rule: contained, never raised.

Frames are well formed here, so that the station's own states are tried and not its reader.
"""

from contextlib import suppress
from random import Random

import pytest

from link.hdlc import (
    Frame,
    LinkStateError,
    OwnAddress,
    Primary,
    Secondary,
    ServerAddress,
    Station,
    Timing,
)
from link.hdlc.control import CONTROLS

from .hdlc_stations import DISC, DM, FRMR, SNRM, UA, i_frame, rr

TIMING = Timing.for_line(None)
STATIONS = [Station(client, ServerAddress.of(1)) for client in (16, 96)]
PAYLOADS = [b"", bytes.fromhex("e6e600") + b"ask", bytes.fromhex("e6e700") + b"say", b"x" * 60]
STEPS = 4000
SEEDS = range(6)


def control(rng: Random) -> int:
    """Draw mostly what could be next: early sequence numbers, few resets; at times anything."""
    match rng.randrange(20):
        case 0:
            return rng.choice((SNRM, DISC, UA, DM, FRMR))
        case 1:
            return rng.randrange(256)
        case 2 | 3 | 4:
            return rr(rng.randrange(3))
        case _:
            return i_frame(rng.randrange(3), rng.randrange(3))


def frame(rng: Random, source: bytes, destination: bytes) -> bytes:
    payload = rng.choice(PAYLOADS)
    more = rng.random() < 0.1
    return Frame(destination, source, CONTROLS[control(rng)], payload, more).to_bytes()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_meter_survives_any_order_of_frames(seed: int) -> None:
    rng, now = Random(seed), 0.0
    meter = Secondary(addresses=OwnAddress(1000, point_to_point=True), timing=TIMING)
    for _ in range(STEPS):
        now += rng.choice((0.0, 0.01, 0.3, 2.0))
        peer = rng.choice(STATIONS)
        meter.receive(frame(rng, peer.client_octet, peer.server.to_bytes()), now)
        meter.tick(now)
        meter.take_events()
        with suppress(LinkStateError):  # no answer is owed
            if rng.random() < 0.1:
                meter.decline(peer, now)
            elif rng.random() < 0.5:
                meter.send(peer, bytes(rng.choice((1, 10, 125, 300))), now)
        assert len(meter.take_outgoing()) < 200


@pytest.mark.parametrize("seed", SEEDS)
def test_a_unit_survives_any_order_of_frames(seed: int) -> None:
    rng, now = Random(seed), 0.0
    unit = Primary(timing=TIMING, rng=Random(seed))
    for _ in range(STEPS):
        now += rng.choice((0.0, 0.01, 0.3, 2.0))
        peer = rng.choice(STATIONS)
        with suppress(LinkStateError):  # an order that does not fit the link
            match rng.randrange(6):
                case 0:
                    unit.connect(peer, now)
                case 1:
                    unit.send(peer, bytes(rng.choice((1, 10, 125, 300))), now)
                case 2:
                    unit.disconnect(peer, now)
                case _:
                    unit.receive(frame(rng, peer.server.to_bytes(), peer.client_octet), now)
        unit.tick(now)
        unit.take_events()
        assert len(unit.take_outgoing()) < 400
