"""One link as the CIU's side keeps it: exact frames out for exact frames in, and for silence."""

import pytest

from link.hdlc import (
    Connected,
    Disconnected,
    Failed,
    LinkStateError,
    Received,
    ServerAddress,
    Station,
)
from link.terms import LinkTrouble

from .hdlc_stations import DISC, DM, FRMR, METER, PARAMETERS, SNRM, UA, Asker, i_frame, rnr, rr

OTHER = Station(16, ServerAddress.of(1, 2836))
LLC_OUT, LLC_IN = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")
T1 = 2 * 0.02 + 0.5


def test_a_link_is_asked_for_with_parameters_and_comes_up_with_ua() -> None:
    asker = Asker()
    asker.station.connect(METER, 0.0)
    assert asker.said() == (SNRM, PARAMETERS)
    assert asker.station.deadline == pytest.approx(T1)
    with pytest.raises(LinkStateError, match=r"send while .* is opening"):
        asker.ask(b"too early")
    assert asker.hear(UA) is None
    assert asker.events() == [Connected(METER)]


def test_a_request_and_its_answer(asker: Asker) -> None:
    assert asker.ask(b"ask") == (i_frame(0, 0), LLC_OUT + b"ask")
    assert asker.hear(i_frame(0, 1), LLC_IN + b"reply") is None
    assert asker.events() == [Received(METER, b"reply")]
    assert asker.ask(b"next") == (i_frame(1, 1), LLC_OUT + b"next")
    asker.hear(i_frame(1, 2), LLC_IN + b"more")
    assert asker.events() == [Received(METER, b"more")]


def test_after_silence_it_polls_and_says_a_lost_request_again_bit_for_bit(asker: Asker) -> None:
    request = asker.ask(b"ask")
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(rr(0)) == request
    asker.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert asker.events() == [Received(METER, b"reply")]


def test_where_the_answer_was_lost_it_is_polled_and_nothing_is_said_again(asker: Asker) -> None:
    asker.ask(b"ask")
    assert asker.wait() == (rr(0), b"")
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(i_frame(0, 1), LLC_IN + b"reply") is None
    assert asker.events() == [Received(METER, b"reply")]


def test_an_answer_that_is_not_ready_is_asked_for_after_a_pause(asker: Asker) -> None:
    asker.ask(b"ask")
    assert asker.hear(rr(1)) is None
    assert asker.station.deadline == pytest.approx(asker.now + 0.1)
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(rnr(1)) is None
    assert asker.wait() == (rr(0), b"")
    asker.hear(i_frame(0, 1), LLC_IN + b"reply")
    assert asker.events() == [Received(METER, b"reply")]


def test_a_request_that_is_not_taken_yet_is_said_again_when_it_can_be(asker: Asker) -> None:
    request = asker.ask(b"ask")
    assert asker.hear(rnr(0)) is None
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(rr(0)) == request


def test_a_live_meter_that_never_answers_is_given_up_after_the_patience(asker: Asker) -> None:
    asker.ask(b"ask")
    asker.hear(rr(1))
    while not (events := asker.events()):
        assert asker.wait() == (rr(0), b"")
        asker.hear(rr(1))
    assert events == [Failed(METER, LinkTrouble.NO_ANSWER)]
    assert asker.now == pytest.approx(10.0, abs=0.2)


def test_a_request_that_never_arrives_is_given_up(asker: Asker) -> None:
    request = asker.ask(b"ask")
    for _ in range(3):
        assert asker.wait() == (rr(0), b"")
        assert asker.hear(rr(0)) == request
    asker.wait()
    assert asker.hear(rr(0)) is None
    assert asker.events() == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_silence_is_borne_three_times_with_jitter_and_then_reported(asker: Asker) -> None:
    asker.ask(b"ask")
    waits = []
    before = asker.now
    while asker.station.deadline is not None and not asker.events():
        asker.wait()
        waits.append(asker.now - before)
        before = asker.now
    assert len(waits) == 4
    assert waits[0] == pytest.approx(T1)
    assert all(0.75 * T1 <= wait <= 1.25 * T1 for wait in waits)
    assert len({round(wait, 6) for wait in waits}) == 4
    assert asker.station.deadline is None


def test_each_answer_gives_new_patience_with_silence(asker: Asker) -> None:
    asker.ask(b"ask")
    for number in range(5):
        for _ in range(3):
            assert asker.wait() == (rr(number), b"")
        asker.hear(i_frame(number, 1), LLC_IN, more=True)
    for _ in range(3):
        assert asker.wait() == (rr(5), b"")
    asker.hear(i_frame(5, 1), b"reply")
    assert asker.events()[-1] == Received(METER, b"".join([LLC_IN] * 4) + b"reply")


def test_a_long_transfer_that_goes_on_is_not_given_up(asker: Asker) -> None:
    asker.ask(bytes(300))
    for number in (1, 2):
        asker.now += 9.0
        asker.hear(rr(number))
    asker.now += 9.0
    asker.hear(rr(3))
    asker.wait()
    asker.hear(i_frame(0, 3), LLC_IN, more=True)
    asker.now += 9.0
    assert asker.hear(rr(3)) is None
    assert asker.events() == []
    assert asker.wait() == (rr(1), b"")


def test_jitter_is_the_same_for_the_same_seed() -> None:
    def moments() -> list[float]:
        asker = Asker()
        asker.station.connect(METER, 0.0)
        seen = []
        while asker.station.deadline is not None:
            asker.wait()
            seen.append(asker.now)
        return seen

    assert moments() == moments()


@pytest.mark.parametrize("octet", [DM, FRMR])
def test_a_meter_that_refuses_the_link_is_reported_as_such(octet: int) -> None:
    asker = Asker()
    asker.station.connect(METER, 0.0)
    asker.said()
    asker.hear(octet)
    assert asker.events() == [Failed(METER, LinkTrouble.REFUSED_LINK)]
    asker.station.connect(METER, asker.now)
    assert asker.said() == (SNRM, PARAMETERS)


def test_a_ua_that_cannot_be_read_is_a_malformed_answer() -> None:
    asker = Asker()
    asker.station.connect(METER, 0.0)
    asker.said()
    asker.hear(UA, b"\x81\x80\x01")
    assert asker.events() == [Failed(METER, LinkTrouble.MALFORMED)]


@pytest.mark.parametrize("octet", [DM, FRMR])
def test_a_meter_that_dropped_the_link_resets_it_and_numbers_start_at_0(
    asker: Asker, octet: int
) -> None:
    asker.ask(b"ask")
    asker.hear(i_frame(0, 1), LLC_IN + b"reply")
    asker.ask(b"ask")
    asker.events()
    assert asker.hear(octet) is None
    assert asker.events() == [Failed(METER, LinkTrouble.RESET)]
    asker.station.connect(METER, asker.now)
    asker.said()
    asker.hear(UA)
    assert asker.ask(b"again") == (i_frame(0, 0), LLC_OUT + b"again")


@pytest.mark.parametrize("information", [b"", LLC_IN, LLC_OUT + b"x", b"\xe6"])
def test_an_answer_without_llc_or_apdu_is_malformed(asker: Asker, information: bytes) -> None:
    asker.ask(b"ask")
    asker.hear(i_frame(0, 1), information)
    assert asker.events() == [Failed(METER, LinkTrouble.MALFORMED)]


def test_a_long_request_goes_in_segments_each_taken_before_the_next(asker: Asker) -> None:
    whole = LLC_OUT + bytes(range(256))
    assert asker.ask(whole[3:]) == (i_frame(0, 0), whole[:128])
    assert asker.hear(rr(1)) == (i_frame(1, 0), whole[128:256])
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(rr(1)) == (i_frame(1, 0), whole[128:256])
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(rr(2)) == (i_frame(2, 0), whole[256:])
    asker.hear(i_frame(0, 3), LLC_IN + b"reply")
    assert asker.events() == [Received(METER, b"reply")]


def test_a_long_answer_is_collected_with_rr(asker: Asker) -> None:
    asker.ask(b"ask")
    assert asker.hear(i_frame(0, 1), LLC_IN + b"a", more=True) == (rr(1), b"")
    assert asker.wait() == (rr(1), b"")
    assert asker.hear(i_frame(1, 1), b"b", more=True) == (rr(2), b"")
    assert asker.hear(rr(1)) is None
    assert asker.wait() == (rr(2), b"")
    assert asker.hear(i_frame(2, 1), b"c") is None
    assert asker.events() == [Received(METER, b"abc")]


def test_an_answer_longer_than_any_is_malformed(asker: Asker) -> None:
    asker.ask(b"ask")
    for number in range(513):
        asker.hear(i_frame(number % 8, 1), bytes(128), more=True)
    assert asker.events() == [Failed(METER, LinkTrouble.MALFORMED)]


def test_an_empty_segment_with_more_to_follow_is_malformed(asker: Asker) -> None:
    asker.ask(b"ask")
    asker.hear(i_frame(0, 1), LLC_IN + b"a", more=True)
    assert asker.hear(i_frame(1, 1), b"", more=True) is None
    assert asker.events() == [Failed(METER, LinkTrouble.MALFORMED)]


def test_closing_says_disc_and_ends_with_ua_or_dm(asker: Asker) -> None:
    for octet in (UA, DM):
        asker.station.disconnect(METER, 0.0)
        assert asker.said() == (DISC, b"")
        asker.hear(octet)
        assert asker.events() == [Disconnected(METER)]
        asker.station.connect(METER, 0.0)
        asker.said()
        asker.hear(UA)
        asker.events()


def test_a_meter_that_does_not_answer_disc_is_reported_after_the_retries(asker: Asker) -> None:
    asker.station.disconnect(METER, 0.0)
    assert [asker.said(), *(asker.wait() for _ in range(3))] == [(DISC, b"")] * 4
    assert asker.wait() is None
    assert asker.events() == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_closing_while_a_request_is_out_waits_for_its_end_on_the_line(asker: Asker) -> None:
    asker.ask(b"ask")
    asker.station.disconnect(METER, 0.0)
    assert asker.said() is None
    assert asker.hear(i_frame(0, 1), LLC_IN + b"reply") == (DISC, b"")
    asker.hear(UA)
    assert asker.events() == [Disconnected(METER)]


def test_closing_while_a_request_is_unanswered_goes_on_after_the_response_time(
    asker: Asker,
) -> None:
    asker.ask(b"ask")
    asker.station.disconnect(METER, 0.0)
    assert asker.wait() == (DISC, b"")
    assert asker.now == pytest.approx(T1)


def test_a_link_unused_for_a_minute_is_kept_up_with_rr(asker: Asker) -> None:
    assert asker.station.deadline == 60.0
    assert asker.wait() == (rr(0), b"")
    assert asker.hear(rr(0)) is None
    assert asker.station.deadline == 120.0
    assert asker.wait() == (rr(0), b"")
    asker.station.send(METER, b"ask", asker.now)
    assert asker.said() is None
    assert asker.hear(rnr(0)) == (i_frame(0, 0), LLC_OUT + b"ask")


def test_a_meter_gone_while_unused_is_reported(asker: Asker) -> None:
    while not (events := asker.events()):
        asker.wait()
    assert events == [Failed(METER, LinkTrouble.NO_ANSWER)]


def test_the_smaller_sizes_of_the_meter_are_kept_to() -> None:
    small = Asker(max_info=500)
    small.station.connect(METER, 0.0)
    assert small.said() == (
        SNRM,
        bytes.fromhex("8180140502 01f4 0602 01f4 070400000001080400000001"),
    )
    small.hear(UA, bytes.fromhex("8180060501400601 10"))
    assert small.ask(bytes(100)) == (i_frame(0, 0), LLC_OUT + bytes(13))


def test_orders_that_do_not_fit_are_our_fault(asker: Asker) -> None:
    with pytest.raises(LinkStateError, match=r"connect while .* is ready"):
        asker.station.connect(METER, 0.0)
    with pytest.raises(LinkStateError, match="never connected"):
        asker.station.send(OTHER, b"ask", 0.0)
    asker.ask(b"ask")
    with pytest.raises(LinkStateError, match=r"send while .* is sending"):
        asker.station.send(METER, b"ask", 0.0)
    asker.station.lose_medium(0.0)
    with pytest.raises(LinkStateError, match=r"disconnect while .* is down"):
        asker.station.disconnect(METER, 0.0)


@pytest.mark.parametrize("size", [0, 65536])
def test_a_request_of_no_size_or_too_much_is_our_fault(asker: Asker, size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        asker.ask(bytes(size))
    assert asker.ask(b"ask") == (i_frame(0, 0), LLC_OUT + b"ask")
