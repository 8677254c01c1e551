"""The line as a primary keeps it: what answers what, whose turn it is, how long it waits."""

import pytest

from link.hdlc import (
    Connected,
    Failed,
    Frame,
    PrimaryEvent,
    Received,
    ServerAddress,
    Station,
    Timing,
)
from link.hdlc.control import CONTROLS
from link.terms import LinkTrouble

from .hdlc_stations import DM, METER, PARAMETERS, SNRM, UA, UI, Asker, i_frame, reply, rr

OTHER = Station(16, ServerAddress.of(1, 2836))
LLC_OUT, LLC_IN = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")
T1 = 2 * 0.02 + 0.5


@pytest.mark.parametrize(
    "late",
    [
        reply(i_frame(7, 0), LLC_IN + b"old"),
        reply(i_frame(0, 0), LLC_IN + b"does not know the request"),
        reply(rr(5)),
        reply(UA, PARAMETERS),
        reply(UI),
        reply(i_frame(3, 1), LLC_IN + b"ahead"),
        reply(rr(1), of=Station(17, ServerAddress.of(1))),
        reply(rr(1), of=OTHER),
        Frame(b"\x03", b"\x21", CONTROLS[DM]).to_bytes(),
    ],
)
def test_late_copies_and_others_frames_answer_nothing(asker: Asker, late: bytes) -> None:
    asker.ask(b"ask")
    deadline = asker.station.deadline
    asker.station.receive(late, 0.1)
    assert (asker.said(), asker.events(), asker.station.deadline) == (None, [], deadline)
    asker.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert asker.events() == [Received(METER, b"reply")]
    assert asker.station.counts.foreign + asker.station.counts.refused == 1


def test_our_own_echo_answers_nothing_and_reserves_nothing(asker: Asker) -> None:
    asker.station.send(METER, b"ask", 0.0)
    asker.station.receive(asker.station.take_outgoing(), 0.01)
    assert asker.events() == []
    asker.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert asker.events() == [Received(METER, b"reply")]
    assert asker.ask(b"next") == (i_frame(1, 1), LLC_OUT + b"next")


def test_a_reply_when_nothing_was_asked_is_counted(asker: Asker) -> None:
    assert asker.hear(i_frame(0, 0), LLC_IN + b"news") is None
    assert asker.events() == []
    assert asker.station.counts.refused == 1


def test_a_reply_that_is_coming_in_is_awaited(asker: Asker) -> None:
    asker.ask(b"ask")
    answer = reply(i_frame(0, 1), LLC_IN + b"reply")
    asker.station.receive(answer[:9], T1 - 0.01)
    assert asker.station.deadline == pytest.approx(T1 - 0.01 + 0.5)
    asker.station.tick(T1)
    assert asker.said() is None
    asker.station.receive(answer[9:], T1 + 0.1)
    assert asker.events() == [Received(METER, b"reply")]


def test_an_answer_hidden_behind_a_false_opening_comes_out_at_the_gap(asker: Asker) -> None:
    asker.ask(b"ask")
    false = reply(i_frame(0, 1), bytes(100))[:9]
    asker.station.receive(false + reply(i_frame(0, 1), LLC_IN + b"reply"), 0.01)
    assert asker.events() == []
    assert asker.station.deadline == pytest.approx(0.51)
    asker.wait()
    assert asker.events() == [Received(METER, b"reply")]


def test_babble_holds_the_line_for_two_response_times_at_the_most(asker: Asker) -> None:
    asker.ask(b"ask")
    start = reply(i_frame(0, 1), LLC_IN + bytes(100))[:60]
    for octet, now in zip(start, (0.1 * step for step in range(60)), strict=True):
        asker.station.tick(now)
        if asker.said() == (rr(0), b""):
            assert now == pytest.approx(2 * T1, abs=0.11)
            return
        asker.station.receive(bytes((octet,)), now)
    pytest.fail("never polled")


def test_links_with_something_to_say_take_turns() -> None:
    asker = Asker()
    stations = [Station(16, ServerAddress.of(1, number)) for number in (1, 2, 3)]
    for station in stations:
        asker.station.connect(station, 0.0)
    said = []
    asker.station.take_outgoing()
    for station in stations:
        asker.hear(UA, of=station)
    for station in stations:
        asker.station.send(station, bytes(300), 0.0)
    outgoing = asker.station.take_outgoing()
    for step in range(9):
        frame = Frame.from_bytes(outgoing)
        said.append(frame.destination)
        of = stations[step % 3]
        asker.station.receive(reply(rr((step // 3 + 1) % 8), of=of), 0.0)
        outgoing = asker.station.take_outgoing()
    assert said == [station.server.to_bytes() for station in stations] * 3


def test_one_silent_meter_costs_the_others_one_response_time_a_turn() -> None:
    asker = Asker()
    for station in (METER, OTHER):
        asker.station.connect(station, 0.0)
    assert asker.said() == (SNRM, PARAMETERS)
    assert asker.wait() == (SNRM, PARAMETERS)
    asker.hear(UA, of=OTHER)
    assert asker.events() == [Connected(OTHER)]
    for number in range(3):
        asker.station.send(OTHER, b"ask", asker.now)
        asker.wait()
        asker.hear(i_frame(number, number + 1), LLC_IN + b"reply", of=OTHER)
        assert asker.events()[-1] == Received(OTHER, b"reply")


def test_who_is_preferred_goes_before_all_who_waited_longer_and_silence_is_counted() -> None:
    asker = Asker()
    for station in (METER, OTHER):
        asker.station.connect(station, 0.0)
    asker.said()
    asker.station.prefer(OTHER)
    for _ in range(2):
        asker.wait()
        assert (asker.station.unanswered(METER), asker.events()) == (1, [])
    assert asker.station.unanswered(OTHER) == 1
    asker.hear(UA, of=OTHER)
    assert asker.events() == [Connected(OTHER)]
    asker.wait()
    assert asker.station.unanswered(METER) == 2


def spoiled(octets: bytes) -> bytes:
    return octets[:12] + bytes((octets[12] ^ 0x41,)) + octets[13:]


def open_with_garbage(asker: Asker, answers: int) -> list[PrimaryEvent]:
    """Connect, with so many damaged answers and then none."""
    asker.station.connect(METER, asker.now)
    while not (events := asker.events()):
        if asker.said() and answers:
            asker.station.receive(spoiled(reply(UA, PARAMETERS)), asker.now)
            answers -= 1
        asker.now = asker.station.deadline or asker.now
        asker.station.tick(asker.now)
    return events


@pytest.fixture
def neighbours() -> Asker:
    """A primary with a link to another meter, which answers cleanly."""
    asker = Asker()
    asker.station.connect(OTHER, 0.0)
    asker.said()
    asker.hear(UA, of=OTHER)
    asker.events()
    return asker


def test_garbage_twice_for_snrm_is_a_probable_clash_where_others_answer_cleanly(
    neighbours: Asker,
) -> None:
    for answers, trouble in ((1, LinkTrouble.NO_ANSWER), (2, LinkTrouble.ADDRESS_CLASH)) * 2:
        assert open_with_garbage(neighbours, answers) == [Failed(METER, trouble)]


def test_garbage_is_no_clash_where_others_are_damaged_meanwhile(neighbours: Asker) -> None:
    neighbours.station.connect(METER, 0.0)
    neighbours.station.send(OTHER, b"ask", 0.0)
    events: list[PrimaryEvent] = []
    while not events or events[-1] == Received(OTHER, b"reply"):
        octets = neighbours.station.take_outgoing()
        if octets and Frame.from_bytes(octets).destination == METER.server.to_bytes():
            neighbours.station.receive(spoiled(reply(UA, PARAMETERS)), neighbours.now)
        elif octets:
            answer = reply(i_frame(0, 1), LLC_IN + b"reply", of=OTHER)
            neighbours.station.receive(spoiled(answer) + answer, neighbours.now)
        neighbours.now = neighbours.station.deadline or neighbours.now
        neighbours.station.tick(neighbours.now)
        events += neighbours.events()
    assert events == [Received(OTHER, b"reply"), Failed(METER, LinkTrouble.NO_ANSWER)]


def test_garbage_is_no_clash_where_nobody_else_answers(neighbours: Asker) -> None:
    assert open_with_garbage(Asker(), 4) == [Failed(METER, LinkTrouble.NO_ANSWER)]
    neighbours.station.send(OTHER, b"ask", 0.0)
    while not neighbours.events():
        neighbours.wait()
    assert open_with_garbage(neighbours, 4) == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_a_turn_ends_with_its_last_frame_only(asker: Asker) -> None:
    asker.ask(b"ask")
    assert asker.hear(i_frame(0, 1) & ~0x10, LLC_IN + b"reply") is None
    asker.station.send(METER, b"next", 0.0)
    assert asker.said() is None
    assert asker.hear(rr(1)) == (i_frame(1, 1), LLC_OUT + b"next")


def pauses_after_silence(asker: Asker, frames: int) -> list[float]:
    """Let so many frames go unanswered and return how long the primary kept still after each."""
    pauses: list[float] = []
    given_up = float("nan")
    while len(pauses) <= frames:
        if asker.said() is not None:
            pauses.append(asker.now - given_up)
            asker.wait()
            given_up = asker.now
        else:
            asker.now = asker.station.deadline or asker.now
            asker.station.tick(asker.now)
    return pauses[1:]


def test_a_primary_that_is_not_alone_keeps_still_for_longer_after_each_silence() -> None:
    slot_s = 0.02
    rows = []
    for seed in range(60):
        asker = Asker(seed=seed)
        asker.station.receive(Frame(b"\x05", b"\xc3", CONTROLS[0x11]).to_bytes(), 0.0)
        asker.station.connect(METER, 0.0)
        rows.append(pauses_after_silence(asker, 4))
    slots = [max(column) / slot_s for column in zip(*rows, strict=True)]
    for found, most in zip(slots, (16, 32, 64, 64), strict=True):
        assert most / 2 < found <= most + 1


def test_where_two_may_speak_at_once_more_silences_are_borne() -> None:
    for another, said in ((False, 4), (True, 6)):
        asker = Asker()
        if another:
            asker.station.receive(Frame(b"\x05", b"\xc3", CONTROLS[0x11]).to_bytes(), 0.0)
        asker.station.connect(METER, 0.0)
        frames = 0
        while not (events := asker.events()):
            frames += asker.said() is not None
            asker.now = asker.station.deadline or asker.now
            asker.station.tick(asker.now)
        assert (frames, events) == (said, [Failed(METER, LinkTrouble.NO_ANSWER)])


def test_response_times_grow_with_the_octets_on_a_slow_line() -> None:
    asker = Asker(Timing.for_line(1200))
    asker.station.connect(METER, 0.0)
    snrm = len(reply(SNRM, PARAMETERS))
    assert asker.station.deadline == pytest.approx(0.04 + 0.5 + (snrm + 40) / 120)
    asker.said()
    asker.hear(UA)
    asker.station.send(METER, bytes(10), 1.0)
    asker.station.tick(1.0)
    sent = len(asker.station.take_outgoing())
    assert asker.station.deadline == pytest.approx(1.0 + 0.54 + (sent + 142) / 120)


def test_the_line_is_silent_for_two_octets_before_we_speak() -> None:
    asker = Asker(Timing.for_line(1200))
    asker.station.connect(METER, 0.0)
    asker.said()
    asker.hear(UA)
    assert asker.ask(b"ask") is None
    assert asker.station.deadline == pytest.approx(2 / 120)
    assert asker.wait() == (i_frame(0, 0), LLC_OUT + b"ask")


def test_a_lost_medium_fails_every_link_and_leaves_nothing_to_say(asker: Asker) -> None:
    asker.station.send(METER, b"ask", 0.0)
    asker.station.receive(reply(i_frame(0, 1), LLC_IN + b"reply")[:-4], 0.9)
    asker.station.lose_medium(1.0)
    assert asker.events() == [Failed(METER, LinkTrouble.PORT_DOWN)]
    assert asker.said() is None
    assert asker.station.deadline is None
    asker.station.connect(METER, 2.0)
    assert asker.said() == (SNRM, PARAMETERS)
