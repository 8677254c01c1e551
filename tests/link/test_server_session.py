"""A meter's side of one medium, frame by frame."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.client import Answered, ClientSession, Get, GetMany, Result
from link.cosem import OBJECT_MAP, Role, row
from link.cosem.values import CommSpeed, Partners, SapName
from link.dlms import ActionResult, Conformance, DataAccessResult
from link.hdlc import (
    Connected,
    Frame,
    OwnAddress,
    Primary,
    Received,
    ServerAddress,
    Station,
    Timing,
)
from link.server import AccessRefused, ActionDone, Asked, Client, Operation, ServerSession, Value
from link.server.association import BUILT
from link.terms import EntrySource, TokenOutcome, TokenResult, Unit, token_digest

VECTORS = Path(__file__).parents[1] / "vectors"
PLAIN = json.loads((VECTORS / "dlms_sessions.json").read_text())["sessions"][0]["frames"]
REQUESTS = [bytes.fromhex(frame["hex"]) for frame in PLAIN if frame["from"] == "client"]
ANSWERS = [bytes.fromhex(frame["hex"]) for frame in PLAIN if frame["from"] == "meter"]
SNRM, AARQ, GET, ENTER, DISC = REQUESTS
AARE = ANSWERS[1]
AARQ_APDU = Frame.from_bytes(AARQ).information[3:]
DIGITS = "12345678901234567890"
OUTCOME = TokenOutcome(
    sequence=1,
    digest=token_digest(DIGITS),
    token_class=0,
    subclass=0,
    tid=1,
    result=TokenResult.Accept,
    source=EntrySource.PUBLIC,
    first_at=0,
    worth=0,
    first_source=EntrySource.SLOT_0,
    seconds=0,
    amount=1000,
    unit=Unit.WATT_HOUR,
    control=0,
    missing=0,
    credit_after=1000,
    at=1,
)


UNPACED = Timing(baudrate=None)


def session(
    lab: bool = True,
    upper: int = 1,
    timing: Timing = UNPACED,
    max_info: int = 128,
) -> ServerSession:
    return ServerSession(
        addresses=OwnAddress(2836, frozenset({upper}), point_to_point=True),
        timing=timing,
        device_name="SPL0000000000017",
        lab=lab,
        max_info=max_info,
    )


def respond(asked: Asked) -> Value | ActionDone:
    """Answer as the meter of the capture did."""
    if asked.operation is Operation.READ:
        return Value(123456)
    return ActionDone(ActionResult.SUCCESS, OUTCOME)


def exchange(server: ServerSession, octets: bytes, now: float = 0.0) -> bytes:
    """Give a frame to the session and return what it says."""
    server.receive(octets, now)
    for asked in server.take_events():
        server.answer(asked.id, respond(asked), now)
    return server.take_outgoing()


def granting(aare: bytes, conformance: Conformance) -> bytes:
    """Return the AARE of the capture with what this server grants."""
    frame = Frame.from_bytes(aare)
    captured = bytes.fromhex("5f1f0400401e5d")
    ours = bytes.fromhex("5f1f0400") + conformance.to_bytes(3, "big")
    information = frame.information.replace(captured, ours)
    return Frame(frame.destination, frame.source, frame.control, information).to_bytes()


def test_a_third_party_client_hears_what_it_heard_from_a_third_party_meter() -> None:
    server = session()
    heard = [exchange(server, request) for request in REQUESTS]
    ours = BUILT & ~Conformance.PRIORITY
    assert heard == [ANSWERS[0], granting(AARE, ours), *ANSWERS[2:]]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_where_a_frame_is_cut_makes_no_difference(cut: int) -> None:
    whole, server = session(), session()
    for request in REQUESTS:
        server.receive(request[:cut], 0.0)
        assert exchange(server, request[cut:]) == exchange(whole, request)


def test_the_application_learns_who_asks_for_what() -> None:
    server = session()
    for request in (SNRM, AARQ, GET):
        exchange(server, request)
    server.receive(ENTER, 0.0)
    (asked,) = server.take_events()
    assert asked.client == Client(16, Role.PUBLIC)
    assert (asked.row, asked.operation) == (row("token_gateway.enter"), Operation.INVOKE)
    assert asked.value == DIGITS
    assert DIGITS not in repr(asked)
    assert server.clients == (16,)
    assert server.take_outgoing() == b""


def test_outside_the_lab_the_public_client_enters_nothing() -> None:
    server = session(lab=False)
    for request in (SNRM, AARQ, GET):
        exchange(server, request)
    server.receive(ENTER, 0.0)
    assert server.take_events() == []
    assert server.take_outgoing() not in (b"", ANSWERS[3])
    assert server.counts.refused >= 1


def test_nothing_is_said_before_the_answer_and_a_repeat_asks_nobody_again() -> None:
    server = session()
    for request in (SNRM, AARQ, GET):
        exchange(server, request)
    server.receive(ENTER, 0.0)
    (asked,) = server.take_events()
    server.receive(ENTER, 1.0)
    assert server.take_events() == []
    server.take_outgoing()
    server.answer(asked.id, respond(asked), 1.1)
    server.take_outgoing()
    assert exchange(server, ENTER, 2.0) == ANSWERS[3]
    assert server.take_events() == []


def test_an_answer_to_a_client_that_has_gone_is_dropped_and_counted() -> None:
    server = session()
    for request in (SNRM, AARQ):
        exchange(server, request)
    server.receive(GET, 0.0)
    (asked,) = server.take_events()
    assert exchange(server, DISC) == ANSWERS[4]
    server.answer(asked.id, respond(asked), 0.1)
    assert server.take_outgoing() == b""
    assert server.counts.late == 1


@pytest.mark.parametrize("ending", ["reset", "disconnect", "medium", "silence"])
def test_what_was_asked_on_a_link_that_ended_is_withdrawn(ending: str) -> None:
    server = session()
    for request in (SNRM, AARQ):
        exchange(server, request)
    server.receive(GET, 0.0)
    match ending:
        case "reset":
            server.receive(SNRM, 0.1)
        case "disconnect":
            server.receive(DISC, 0.1)
        case "medium":
            server.lose_medium(0.1)
        case "silence":
            assert server.deadline is not None
            server.tick(server.deadline)
    assert server.take_events() == []
    assert server.clients == ((16,) if ending == "reset" else ())


def test_a_reset_link_has_no_association() -> None:
    server = session()
    for request in (SNRM, AARQ, SNRM):
        exchange(server, request)
    assert Frame.from_bytes(exchange(server, AARQ)).information[3:4] == b"\x61"
    exchange(server, SNRM)
    first_request = Frame.from_bytes(ENTER).information
    alone = Frame(b"\x03", b"\x21", Frame.from_bytes(AARQ).control, first_request)
    assert Frame.from_bytes(exchange(server, alone.to_bytes())).information[3:] == b"\xd8\x01\x01"
    assert server.counts.outside == 1


def test_a_response_that_does_not_fit_is_our_own_fault_and_can_be_mended() -> None:
    server = session()
    for request in (SNRM, AARQ):
        exchange(server, request)
    server.receive(GET, 0.0)
    (asked,) = server.take_events()
    with pytest.raises(ValueError, match="is no U32"):
        server.answer(asked.id, Value(-1), 0.0)
    server.answer(asked.id, AccessRefused(DataAccessResult.HARDWARE_FAULT), 0.0)
    said = Frame.from_bytes(server.take_outgoing())
    assert said.information[3:] == bytes.fromhex("c401c10101")


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_every_apdu_that_a_link_delivers_gets_one_answer(apdus: list[bytes]) -> None:
    server, station = session(), Station(16, ServerAddress.of(1))
    primary = Primary(timing=Timing(baudrate=None), rng=Random(1))
    primary.connect(station, 0.0)
    for at, apdu in enumerate([*apdus, AARQ_APDU]):
        primary.receive(exchange(server, primary.take_outgoing(), float(at)), float(at))
        primary.send(station, apdu, float(at))
    primary.receive(exchange(server, primary.take_outgoing(), 99.0), 99.0)
    connected, *answers = primary.take_events()
    assert connected == Connected(station)
    assert len(answers) == len(apdus) + 1
    assert isinstance(answers[-1], Received)
    assert answers[-1].apdu[:1] == b"\x61"


@pytest.mark.parametrize("upper", [1, 5])
def test_the_logical_device_that_is_told_is_the_one_that_was_asked(upper: int) -> None:
    server, station = session(upper=upper), Station(16, ServerAddress.of(upper))
    client = ClientSession(timing=Timing(baudrate=None), rng=Random(1))
    client.add_meter(station, "64686956810")
    client.ask(station, Get(row("sap_assignment.sap_assignment_list")), 0.0)
    client.ask(station, Get(row("association.associated_partners_id")), 0.0)
    while request := client.take_outgoing():
        server.receive(request, 0.0)
        for asked in server.take_events():
            server.answer(asked.id, Value("64686956810"), 0.0)
        client.receive(server.take_outgoing(), 0.0)
    told = [event.value for event in client.take_events() if isinstance(event, Answered)]
    assert told == [(SapName(upper, "SPL0000000000017"),), Partners(16, upper)]


HDLC_SETUP = [each for each in OBJECT_MAP if each.key.startswith("hdlc_setup.")]


def told(timing: Timing, **changes: int) -> list[object]:
    """Return what a meter says of its medium to the public client."""
    server, station = session(lab=False, timing=timing, **changes), Station(16, ServerAddress.of(1))
    client = ClientSession(timing=timing, rng=Random(1))
    client.add_meter(station, "64686956810")
    client.ask(station, GetMany(tuple(Get(each) for each in HDLC_SETUP)), 0.0)
    now, answered = 0.0, list[Answered]()
    while not answered:
        if not (request := client.take_outgoing()):
            assert client.deadline is not None
            now = max(now, client.deadline)
            client.tick(now)
            continue
        server.receive(request, now)
        for asked in server.take_events():
            server.answer(asked.id, Value("64686956810"), now)
        client.receive(server.take_outgoing(), now)
        answered += [event for event in client.take_events() if isinstance(event, Answered)]
    (answer,) = answered
    assert isinstance(answer.value, tuple)
    return [part.value if isinstance(part, Result) else part.detail for part in answer.value]


def test_the_hdlc_setup_is_that_of_the_medium() -> None:
    wire = [CommSpeed.B9600, 1, 1, 128, 128, 50, 120, 2836]
    assert told(Timing.for_line(9600)) == wire
    slow = [CommSpeed.B1200, 1, 1, 64, 64, 167, 120, 2836]
    assert told(Timing.for_line(1200), max_info=64) == slow


@pytest.mark.parametrize("baudrate", [None, 14400])
def test_a_speed_that_the_class_has_no_number_for_is_listed_and_read_by_nobody(
    baudrate: int | None,
) -> None:
    assert told(Timing.for_line(baudrate))[0] == "read-write-denied"


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_noise_on_the_line_is_contained(noise: list[bytes]) -> None:
    server = session()
    for at, octets in enumerate(noise):
        exchange(server, octets, float(at))
    server.tick(100.0)
    assert exchange(server, SNRM, 100.0) == ANSWERS[0]
