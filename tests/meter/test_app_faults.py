"""Faults of the peer are visible to who operates the meter, and never flood its log."""

import pytest

from link.hdlc import OwnAddress, Timing
from link.server import ServerSession
from meter.app.faults import PAUSE_S, FaultLog

SNRM = bytes.fromhex("7ea0070321930f017e")
FOREIGN = bytes.fromhex("7ea007052193d6d77e")
GET_OUTSIDE = bytes.fromhex("7ea0190321107fdae6e600c001c1000100002a0000ff020012807e")
"""A request of a client that has no association."""
NOISE = b"\x00"


@pytest.fixture
def session() -> ServerSession:
    return ServerSession(
        addresses=OwnAddress(1, point_to_point=True),
        timing=Timing.for_line(None),
        device_name="SPM64686956810",
        lab=True,
    )


def test_a_sound_line_is_no_news(session: ServerSession) -> None:
    faults = FaultLog()
    assert faults.due(session, 0.0) == ""
    session.receive(SNRM + FOREIGN, 0.0)
    assert (session.line_counts.frames, session.line_counts.foreign) == (2, 1)
    assert faults.due(session, 1.0) == faults.rest(session) == ""


def test_a_fault_is_told_at_once_and_once(session: ServerSession) -> None:
    faults = FaultLog()
    session.receive(NOISE + SNRM, 0.0)
    assert faults.due(session, 0.0) == "line: frames 1, noise_octets 1"
    assert faults.due(session, 2 * PAUSE_S) == faults.rest(session) == ""


def test_faults_that_go_on_are_told_once_a_minute_and_at_the_end(session: ServerSession) -> None:
    faults, told = FaultLog(), []
    for second in range(150):
        session.receive(NOISE, float(second))
        told.append(faults.due(session, float(second)))
    assert [(at, line) for at, line in enumerate(told) if line] == [
        (0, "line: noise_octets 1"),
        (60, "line: noise_octets 61"),
        (120, "line: noise_octets 121"),
    ]
    assert faults.rest(session) == "line: noise_octets 150"


def test_what_was_asked_and_refused_stands_beside_what_was_heard(session: ServerSession) -> None:
    session.receive(SNRM + GET_OUTSIDE + FOREIGN, 0.0)
    told = FaultLog().due(session, 0.0)
    assert told == "line: frames 3, foreign 1; requests: outside 1"
