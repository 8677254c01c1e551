"""The CIU's side of a medium: exact frames out for exact frames in, and for silence."""

from random import Random

import pytest

from link.hdlc import (
    Connected,
    Disconnected,
    Failed,
    Frame,
    LinkStateError,
    Primary,
    PrimaryEvent,
    Received,
    ServerAddress,
    Station,
    Timing,
)
from link.hdlc.control import CONTROLS
from link.terms import LinkTrouble

METER = Station(16, ServerAddress.of(1))
OTHER = Station(16, ServerAddress.of(1, 2836))
PARAMETERS = bytes.fromhex("818012050180060180070400000001080400000001")
SNRM, DISC, UA, DM, FRMR, UI = 0x93, 0x53, 0x73, 0x1F, 0x97, 0x13
LLC_OUT, LLC_IN = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")
T1 = 2 * 0.02 + 0.5


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


Said = tuple[int, bytes]


class Panel:
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


@pytest.fixture
def panel() -> Panel:
    """A primary with one link up and its event taken."""
    linked = Panel()
    linked.station.connect(METER, 0.0)
    linked.said()
    linked.hear(UA, PARAMETERS)
    assert linked.events() == [Connected(METER)]
    return linked


def test_a_link_is_asked_for_with_parameters_and_comes_up_with_ua() -> None:
    panel = Panel()
    panel.station.connect(METER, 0.0)
    assert panel.said() == (SNRM, PARAMETERS)
    assert panel.station.deadline == pytest.approx(T1)
    with pytest.raises(LinkStateError, match=r"send while .* is opening"):
        panel.ask(b"too early")
    assert panel.hear(UA) is None
    assert panel.events() == [Connected(METER)]


def test_a_request_and_its_answer(panel: Panel) -> None:
    assert panel.ask(b"ask") == (i_frame(0, 0), LLC_OUT + b"ask")
    assert panel.hear(i_frame(0, 1), LLC_IN + b"reply") is None
    assert panel.events() == [Received(METER, b"reply")]
    assert panel.ask(b"next") == (i_frame(1, 1), LLC_OUT + b"next")
    panel.hear(i_frame(1, 2), LLC_IN + b"more")
    assert panel.events() == [Received(METER, b"more")]


def test_after_silence_it_polls_and_says_a_lost_request_again_bit_for_bit(panel: Panel) -> None:
    request = panel.ask(b"ask")
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(rr(0)) == request
    panel.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert panel.events() == [Received(METER, b"reply")]


def test_where_the_answer_was_lost_it_is_polled_and_nothing_is_said_again(panel: Panel) -> None:
    panel.ask(b"ask")
    assert panel.wait() == (rr(0), b"")
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(i_frame(0, 1), LLC_IN + b"reply") is None
    assert panel.events() == [Received(METER, b"reply")]


def test_an_answer_that_is_not_ready_is_asked_for_after_a_pause(panel: Panel) -> None:
    panel.ask(b"ask")
    assert panel.hear(rr(1)) is None
    assert panel.station.deadline == pytest.approx(panel.now + 0.1)
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(rnr(1)) is None
    assert panel.wait() == (rr(0), b"")
    panel.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert panel.events() == [Received(METER, b"reply")]


def test_a_request_that_is_not_taken_yet_is_said_again_when_it_can_be(panel: Panel) -> None:
    request = panel.ask(b"ask")
    assert panel.hear(rnr(0)) is None
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(rr(0)) == request


def test_a_live_meter_that_never_answers_is_given_up_after_the_patience(panel: Panel) -> None:
    panel.ask(b"ask")
    panel.hear(rr(1))
    while not (events := panel.events()):
        assert panel.wait() == (rr(0), b"")
        panel.hear(rr(1))
    assert events == [Failed(METER, LinkTrouble.NO_ANSWER)]
    assert panel.now == pytest.approx(10.0, abs=0.2)


def test_a_request_that_never_arrives_is_given_up(panel: Panel) -> None:
    request = panel.ask(b"ask")
    for _ in range(3):
        assert panel.wait() == (rr(0), b"")
        assert panel.hear(rr(0)) == request
    panel.wait()
    assert panel.hear(rr(0)) is None
    assert panel.events() == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_silence_is_borne_three_times_with_jitter_and_then_reported(panel: Panel) -> None:
    panel.ask(b"ask")
    waits = []
    before = panel.now
    while panel.station.deadline is not None and not panel.events():
        panel.wait()
        waits.append(panel.now - before)
        before = panel.now
    assert len(waits) == 4
    assert waits[0] == pytest.approx(T1)
    assert all(0.75 * T1 <= wait <= 1.25 * T1 for wait in waits)
    assert len({round(wait, 6) for wait in waits}) == 4
    assert panel.station.deadline is None


def test_each_answer_gives_new_patience_with_silence(panel: Panel) -> None:
    panel.ask(b"ask")
    for number in range(5):
        for _ in range(3):
            assert panel.wait() == (rr(number), b"")
        panel.hear(i_frame(number, 1), LLC_IN, more=True)
    for _ in range(3):
        assert panel.wait() == (rr(5), b"")
    panel.hear(i_frame(5, 1), b"reply")
    assert panel.events()[-1] == Received(METER, b"".join([LLC_IN] * 4) + b"reply")


def test_a_long_transfer_that_goes_on_is_not_given_up(panel: Panel) -> None:
    panel.ask(bytes(300))
    for number in (1, 2):
        panel.now += 9.0
        panel.hear(rr(number))
    panel.now += 9.0
    panel.hear(rr(3))
    panel.wait()
    panel.hear(i_frame(0, 3), LLC_IN, more=True)
    panel.now += 9.0
    assert panel.hear(rr(3)) is None
    assert panel.events() == []
    assert panel.wait() == (rr(1), b"")


def test_jitter_is_the_same_for_the_same_seed() -> None:
    def moments() -> list[float]:
        panel = Panel()
        panel.station.connect(METER, 0.0)
        seen = []
        while panel.station.deadline is not None:
            panel.wait()
            seen.append(panel.now)
        return seen

    assert moments() == moments()


@pytest.mark.parametrize("octet", [DM, FRMR])
def test_a_meter_that_refuses_the_link_is_reported_as_such(octet: int) -> None:
    panel = Panel()
    panel.station.connect(METER, 0.0)
    panel.said()
    panel.hear(octet)
    assert panel.events() == [Failed(METER, LinkTrouble.REFUSED_LINK)]
    panel.station.connect(METER, panel.now)
    assert panel.said() == (SNRM, PARAMETERS)


def test_a_ua_that_cannot_be_read_is_a_malformed_answer() -> None:
    panel = Panel()
    panel.station.connect(METER, 0.0)
    panel.said()
    panel.hear(UA, b"\x81\x80\x01")
    assert panel.events() == [Failed(METER, LinkTrouble.MALFORMED)]


@pytest.mark.parametrize("octet", [DM, FRMR])
def test_a_meter_that_dropped_the_link_resets_it_and_numbers_start_at_0(
    panel: Panel, octet: int
) -> None:
    panel.ask(b"ask")
    panel.hear(i_frame(0, 1), LLC_IN + b"reply")
    panel.ask(b"ask")
    panel.events()
    assert panel.hear(octet) is None
    assert panel.events() == [Failed(METER, LinkTrouble.RESET)]
    panel.station.connect(METER, panel.now)
    panel.said()
    panel.hear(UA)
    assert panel.ask(b"again") == (i_frame(0, 0), LLC_OUT + b"again")


@pytest.mark.parametrize("information", [b"", LLC_IN, LLC_OUT + b"x", b"\xe6"])
def test_an_answer_without_llc_or_apdu_is_malformed(panel: Panel, information: bytes) -> None:
    panel.ask(b"ask")
    panel.hear(i_frame(0, 1), information)
    assert panel.events() == [Failed(METER, LinkTrouble.MALFORMED)]


def test_a_long_request_goes_in_segments_each_taken_before_the_next(panel: Panel) -> None:
    whole = LLC_OUT + bytes(range(256))
    assert panel.ask(whole[3:]) == (i_frame(0, 0), whole[:128])
    assert panel.hear(rr(1)) == (i_frame(1, 0), whole[128:256])
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(rr(1)) == (i_frame(1, 0), whole[128:256])
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(rr(2)) == (i_frame(2, 0), whole[256:])
    panel.hear(i_frame(0, 3), LLC_IN + b"reply")
    assert panel.events() == [Received(METER, b"reply")]


def test_a_long_answer_is_collected_with_rr(panel: Panel) -> None:
    panel.ask(b"ask")
    assert panel.hear(i_frame(0, 1), LLC_IN + b"a", more=True) == (rr(1), b"")
    assert panel.wait() == (rr(1), b"")
    assert panel.hear(i_frame(1, 1), b"b", more=True) == (rr(2), b"")
    assert panel.hear(rr(1)) is None
    assert panel.wait() == (rr(2), b"")
    assert panel.hear(i_frame(2, 1), b"c") is None
    assert panel.events() == [Received(METER, b"abc")]


def test_an_answer_longer_than_any_is_malformed(panel: Panel) -> None:
    panel.ask(b"ask")
    for number in range(513):
        panel.hear(i_frame(number % 8, 1), bytes(128), more=True)
    assert panel.events() == [Failed(METER, LinkTrouble.MALFORMED)]


def test_an_empty_segment_with_more_to_follow_is_malformed(panel: Panel) -> None:
    panel.ask(b"ask")
    panel.hear(i_frame(0, 1), LLC_IN + b"a", more=True)
    assert panel.hear(i_frame(1, 1), b"", more=True) is None
    assert panel.events() == [Failed(METER, LinkTrouble.MALFORMED)]


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
def test_late_copies_and_others_frames_answer_nothing(panel: Panel, late: bytes) -> None:
    panel.ask(b"ask")
    deadline = panel.station.deadline
    panel.station.receive(late, 0.1)
    assert (panel.said(), panel.events(), panel.station.deadline) == (None, [], deadline)
    panel.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert panel.events() == [Received(METER, b"reply")]
    assert panel.station.counts.foreign + panel.station.counts.refused == 1


def test_our_own_echo_answers_nothing_and_reserves_nothing(panel: Panel) -> None:
    panel.station.send(METER, b"ask", 0.0)
    panel.station.receive(panel.station.take_outgoing(), 0.01)
    assert panel.events() == []
    panel.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert panel.events() == [Received(METER, b"reply")]
    assert panel.ask(b"next") == (i_frame(1, 1), LLC_OUT + b"next")


def test_a_reply_when_nothing_was_asked_is_counted(panel: Panel) -> None:
    assert panel.hear(i_frame(0, 0), LLC_IN + b"news") is None
    assert panel.events() == []
    assert panel.station.counts.refused == 1


def test_a_reply_that_is_coming_in_is_awaited(panel: Panel) -> None:
    panel.ask(b"ask")
    answer = reply(i_frame(0, 1), LLC_IN + b"reply")
    panel.station.receive(answer[:9], T1 - 0.01)
    assert panel.station.deadline == pytest.approx(T1 - 0.01 + 0.5)
    panel.station.tick(T1)
    assert panel.said() is None
    panel.station.receive(answer[9:], T1 + 0.1)
    assert panel.events() == [Received(METER, b"reply")]


def test_an_answer_hidden_behind_a_false_opening_comes_out_at_the_gap(panel: Panel) -> None:
    panel.ask(b"ask")
    false = reply(i_frame(0, 1), bytes(100))[:9]
    panel.station.receive(false + reply(i_frame(0, 1), LLC_IN + b"reply"), 0.01)
    assert panel.events() == []
    assert panel.station.deadline == pytest.approx(0.51)
    panel.wait()
    assert panel.events() == [Received(METER, b"reply")]


def test_babble_holds_the_line_for_two_response_times_at_the_most(panel: Panel) -> None:
    panel.ask(b"ask")
    start = reply(i_frame(0, 1), LLC_IN + bytes(100))[:60]
    for octet, now in zip(start, (0.1 * step for step in range(60)), strict=True):
        panel.station.tick(now)
        if panel.said() == (rr(0), b""):
            assert now == pytest.approx(2 * T1, abs=0.11)
            return
        panel.station.receive(bytes((octet,)), now)
    pytest.fail("never polled")


def test_links_with_something_to_say_take_turns() -> None:
    panel = Panel()
    stations = [Station(16, ServerAddress.of(1, number)) for number in (1, 2, 3)]
    for station in stations:
        panel.station.connect(station, 0.0)
    said = []
    panel.station.take_outgoing()
    for station in stations:
        panel.hear(UA, of=station)
    for station in stations:
        panel.station.send(station, bytes(300), 0.0)
    outgoing = panel.station.take_outgoing()
    for step in range(9):
        frame = Frame.from_bytes(outgoing)
        said.append(frame.destination)
        of = stations[step % 3]
        panel.station.receive(reply(rr((step // 3 + 1) % 8), of=of), 0.0)
        outgoing = panel.station.take_outgoing()
    assert said == [station.server.to_bytes() for station in stations] * 3


def test_one_silent_meter_costs_the_others_one_response_time_a_turn() -> None:
    panel = Panel()
    for station in (METER, OTHER):
        panel.station.connect(station, 0.0)
    assert panel.said() == (SNRM, PARAMETERS)
    assert panel.wait() == (SNRM, PARAMETERS)
    panel.hear(UA, of=OTHER)
    assert panel.events() == [Connected(OTHER)]
    for number in range(3):
        panel.station.send(OTHER, b"ask", panel.now)
        panel.wait()
        panel.hear(i_frame(number, number + 1), LLC_IN + b"reply", of=OTHER)
        assert panel.events()[-1] == Received(OTHER, b"reply")


def test_closing_says_disc_and_ends_with_ua_or_dm(panel: Panel) -> None:
    for octet in (UA, DM):
        panel.station.disconnect(METER, 0.0)
        assert panel.said() == (DISC, b"")
        panel.hear(octet)
        assert panel.events() == [Disconnected(METER)]
        panel.station.connect(METER, 0.0)
        panel.said()
        panel.hear(UA)
        panel.events()


def test_a_meter_that_does_not_answer_disc_is_reported_after_the_retries(panel: Panel) -> None:
    panel.station.disconnect(METER, 0.0)
    assert [panel.said(), *(panel.wait() for _ in range(3))] == [(DISC, b"")] * 4
    assert panel.wait() is None
    assert panel.events() == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_closing_while_a_request_is_out_waits_for_its_end_on_the_line(panel: Panel) -> None:
    panel.ask(b"ask")
    panel.station.disconnect(METER, 0.0)
    assert panel.said() is None
    assert panel.hear(i_frame(0, 1), LLC_IN + b"reply") == (DISC, b"")
    panel.hear(UA)
    assert panel.events() == [Disconnected(METER)]


def test_closing_while_a_request_is_unanswered_goes_on_after_the_response_time(
    panel: Panel,
) -> None:
    panel.ask(b"ask")
    panel.station.disconnect(METER, 0.0)
    assert panel.wait() == (DISC, b"")
    assert panel.now == pytest.approx(T1)


def test_a_link_unused_for_a_minute_is_kept_up_with_rr(panel: Panel) -> None:
    assert panel.station.deadline == 60.0
    assert panel.wait() == (rr(0), b"")
    assert panel.hear(rr(0)) is None
    assert panel.station.deadline == 120.0
    assert panel.wait() == (rr(0), b"")
    panel.station.send(METER, b"ask", panel.now)
    assert panel.said() is None
    assert panel.hear(rnr(0)) == (i_frame(0, 0), LLC_OUT + b"ask")


def test_a_meter_gone_while_unused_is_reported(panel: Panel) -> None:
    while not (events := panel.events()):
        panel.wait()
    assert events == [Failed(METER, LinkTrouble.NO_ANSWER)]


def spoiled(octets: bytes) -> bytes:
    return octets[:12] + bytes((octets[12] ^ 0x41,)) + octets[13:]


def open_with_garbage(panel: Panel, answers: int) -> list[PrimaryEvent]:
    """Connect, with so many damaged answers and then none."""
    panel.station.connect(METER, panel.now)
    while not (events := panel.events()):
        if panel.said() and answers:
            panel.station.receive(spoiled(reply(UA, PARAMETERS)), panel.now)
            answers -= 1
        panel.now = panel.station.deadline or panel.now
        panel.station.tick(panel.now)
    return events


@pytest.fixture
def neighbours() -> Panel:
    """A primary with a link to another meter, which answers cleanly."""
    panel = Panel()
    panel.station.connect(OTHER, 0.0)
    panel.said()
    panel.hear(UA, of=OTHER)
    panel.events()
    return panel


def test_garbage_twice_for_snrm_is_a_probable_clash_where_others_answer_cleanly(
    neighbours: Panel,
) -> None:
    for answers, trouble in ((1, LinkTrouble.NO_ANSWER), (2, LinkTrouble.ADDRESS_CLASH)) * 2:
        assert open_with_garbage(neighbours, answers) == [Failed(METER, trouble)]


def test_garbage_is_no_clash_where_nobody_else_answers(neighbours: Panel) -> None:
    assert open_with_garbage(Panel(), 4) == [Failed(METER, LinkTrouble.NO_ANSWER)]
    neighbours.station.send(OTHER, b"ask", 0.0)
    while not neighbours.events():
        neighbours.wait()
    assert open_with_garbage(neighbours, 4) == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_a_turn_ends_with_its_last_frame_only(panel: Panel) -> None:
    panel.ask(b"ask")
    assert panel.hear(i_frame(0, 1) & ~0x10, LLC_IN + b"reply") is None
    panel.station.send(METER, b"next", 0.0)
    assert panel.said() is None
    assert panel.hear(rr(1)) == (i_frame(1, 1), LLC_OUT + b"next")


def pause_after_silence(panel: Panel) -> float:
    """Let the next frame go unanswered and return how long the primary keeps still then."""
    while panel.said() is None:
        panel.now = panel.station.deadline or panel.now
        panel.station.tick(panel.now)
    assert panel.wait() is None
    return (panel.station.deadline or 0.0) - panel.now


def test_a_primary_that_is_not_alone_keeps_still_for_longer_after_each_silence() -> None:
    slot_s, guard_s = 0.02, 0.02
    pauses = []
    for seed in range(60):
        panel = Panel(seed=seed)
        panel.station.receive(Frame(b"\x05", b"\xc3", CONTROLS[0x11]).to_bytes(), 0.0)
        panel.station.connect(METER, 0.0)
        row = [pause_after_silence(panel) for _ in range(3)]
        panel.wait()
        panel.hear(UA)
        panel.station.disconnect(METER, panel.now)
        pauses.append([*row, pause_after_silence(panel)])
    slots = [(max(column) - guard_s) / slot_s for column in zip(*pauses, strict=True)]
    for found, most in zip(slots, (16, 32, 64, 16), strict=True):
        assert most / 2 < found <= most + 1e-6


def test_the_smaller_sizes_of_the_meter_are_kept_to() -> None:
    small = Panel(max_info=500)
    small.station.connect(METER, 0.0)
    assert small.said() == (
        SNRM,
        bytes.fromhex("8180140502 01f4 0602 01f4 070400000001080400000001"),
    )
    small.hear(UA, bytes.fromhex("8180060501400601 10"))
    assert small.ask(bytes(100)) == (i_frame(0, 0), LLC_OUT + bytes(13))


def test_response_times_grow_with_the_octets_on_a_slow_line() -> None:
    panel = Panel(Timing.for_line(1200))
    panel.station.connect(METER, 0.0)
    snrm = len(reply(SNRM, PARAMETERS))
    assert panel.station.deadline == pytest.approx(0.04 + 0.5 + (snrm + 40) / 120)
    panel.said()
    panel.hear(UA)
    panel.station.send(METER, bytes(10), 1.0)
    panel.station.tick(1.0)
    sent = len(panel.station.take_outgoing())
    assert panel.station.deadline == pytest.approx(1.0 + 0.54 + (sent + 142) / 120)


def test_the_line_is_silent_for_two_octets_before_we_speak() -> None:
    panel = Panel(Timing.for_line(1200))
    panel.station.connect(METER, 0.0)
    panel.said()
    panel.hear(UA)
    assert panel.ask(b"ask") is None
    assert panel.station.deadline == pytest.approx(2 / 120)
    assert panel.wait() == (i_frame(0, 0), LLC_OUT + b"ask")


def test_a_lost_medium_fails_every_link_and_leaves_nothing_to_say(panel: Panel) -> None:
    panel.station.send(METER, b"ask", 0.0)
    panel.station.receive(reply(i_frame(0, 1), LLC_IN + b"reply")[:-4], 0.9)
    panel.station.lose_medium(1.0)
    assert panel.events() == [Failed(METER, LinkTrouble.PORT_DOWN)]
    assert panel.said() is None
    assert panel.station.deadline is None
    panel.station.connect(METER, 2.0)
    assert panel.said() == (SNRM, PARAMETERS)


def test_orders_that_do_not_fit_are_our_fault(panel: Panel) -> None:
    with pytest.raises(LinkStateError, match=r"connect while .* is ready"):
        panel.station.connect(METER, 0.0)
    with pytest.raises(LinkStateError, match="never connected"):
        panel.station.send(OTHER, b"ask", 0.0)
    panel.ask(b"ask")
    with pytest.raises(LinkStateError, match=r"send while .* is sending"):
        panel.station.send(METER, b"ask", 0.0)
    panel.station.lose_medium(0.0)
    with pytest.raises(LinkStateError, match=r"disconnect while .* is down"):
        panel.station.disconnect(METER, 0.0)


@pytest.mark.parametrize("size", [0, 65536])
def test_a_request_of_no_size_or_too_much_is_our_fault(panel: Panel, size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        panel.ask(bytes(size))
    assert panel.ask(b"ask") == (i_frame(0, 0), LLC_OUT + b"ask")
