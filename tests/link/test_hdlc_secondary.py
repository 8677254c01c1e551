"""The meter's side of a medium: exact frames in, exact frames out."""

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from link.hdlc import (
    Connected,
    Disconnected,
    Frame,
    LinkStateError,
    Received,
    ServerAddress,
    Station,
)
from link.hdlc.control import CONTROLS

from .hdlc_stations import DISC, DM, FRMR, PARAMETERS, SNRM, UA, UI, Meter, i_frame, rnr, rr

VECTORS = Path(__file__).parents[1] / "vectors" / "dlms_sessions.json"
SESSIONS = json.loads(VECTORS.read_text())["sessions"]
CLIENT = Station(16, ServerAddress.of(1))
LLC_IN, LLC_OUT = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")


@pytest.fixture
def meter() -> Meter:
    """A meter with one link up and its event taken."""
    linked = Meter()
    linked.hear(SNRM)
    linked.events()
    return linked


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session["name"][:12])
@pytest.mark.parametrize("seed", range(4))
def test_a_third_party_session_is_answered_octet_for_octet(
    session: dict[str, list[dict[str, str]]], seed: int
) -> None:
    meter, rng = Meter().station, Random(seed)
    frames = [bytes.fromhex(frame["hex"]) for frame in session["frames"]]
    for request, expected in zip(frames[::2], frames[1::2], strict=True):
        cuts = [0, *sorted(rng.sample(range(1, len(request)), 3 if seed else 0)), len(request)]
        for start, end in pairwise(cuts):
            meter.receive(request[start:end], 0.0)
        for event in meter.take_events():
            if isinstance(event, Received):
                meter.send(event.station, Frame.from_bytes(expected).information[3:], 0.0)
        assert meter.take_outgoing() == expected


def test_an_snrm_without_parameters_gets_the_defaults() -> None:
    meter = Meter()
    assert meter.hear(SNRM) == [(UA, PARAMETERS)]
    assert meter.events() == [Connected(CLIENT)]


@pytest.mark.parametrize(
    ("own", "offered", "agreed"),
    [
        (128, "818014050207ee060207ee070400000007080400000007", PARAMETERS.hex()),
        (2030, "8180080502010006020100", "8180140502010006020100070400000001080400000001"),
        (64, "", "818012050140060140070400000001080400000001"),
    ],
)
def test_both_sides_get_the_smaller_of_their_sizes(own: int, offered: str, agreed: str) -> None:
    assert Meter(own).hear(SNRM, bytes.fromhex(offered)) == [(UA, bytes.fromhex(agreed))]


EMPTY = ("81", "8180", "818000", "81800405000600")
"""Information fields that carry no parameters, or none with a value."""


@pytest.mark.parametrize("octets", [*EMPTY, "81800a09080000000000000001"])
def test_an_empty_group_and_unknown_parameters_get_the_defaults(octets: str) -> None:
    assert Meter().hear(SNRM, bytes.fromhex(octets)) == [(UA, PARAMETERS)]


@pytest.mark.parametrize("data", ["82", "8200", "8202aabb", "82" + "ff" * 40])
def test_user_data_behind_the_parameters_change_nothing(data: str) -> None:
    for octets in ("", *EMPTY, "818006050140060140"):
        alone, with_data = Meter(), Meter()
        said = alone.hear(SNRM, bytes.fromhex(octets))
        assert said[0][0] == UA
        if octets != "8180":  # there the data would be the length of the group
            assert with_data.hear(SNRM, bytes.fromhex(octets + data)) == said
            assert with_data.events() == [Connected(CLIENT)]


@pytest.mark.parametrize(
    "octets",
    ["80", "8181", "818001", "8180020501", "818003050500", "818003060100", "81800083", "818301"],
)
def test_parameters_that_cannot_be_read_get_dm_and_no_link(octets: str) -> None:
    meter = Meter()
    assert meter.hear(SNRM, bytes.fromhex(octets)) == [(DM, b"")]
    assert meter.hear(rr(0)) == [(DM, b"")]
    assert meter.events() == []


def test_outside_a_link_everything_but_snrm_gets_dm() -> None:
    meter = Meter()
    for octet in (rr(0), rnr(3), i_frame(0, 0), DISC, 0xFF):
        assert meter.hear(octet, LLC_IN + b"x") == [(DM, b"")]
    assert meter.events() == []


def test_without_the_turn_nothing_is_said() -> None:
    meter = Meter()
    assert meter.hear(SNRM & ~0x10) == []
    assert meter.events() == [Connected(CLIENT)]
    assert meter.hear(i_frame(0, 0) & ~0x10, LLC_IN + b"ask") == []
    assert meter.events() == [Received(CLIENT, b"ask")]
    assert meter.answer(b"reply") == []
    assert meter.hear(rr(0)) == [(i_frame(0, 1), LLC_OUT + b"reply")]


def test_a_request_is_handed_on_and_its_answer_said_in_the_turn(meter: Meter) -> None:
    assert meter.hear(i_frame(0, 0), LLC_IN + b"ask") == []
    assert meter.events() == [Received(CLIENT, b"ask")]
    assert meter.answer(b"reply") == [(i_frame(0, 1), LLC_OUT + b"reply")]
    assert meter.hear(i_frame(1, 1), LLC_IN + b"next") == []
    assert meter.answer(b"more") == [(i_frame(1, 2), LLC_OUT + b"more")]


def test_a_poll_before_the_answer_gets_rr_and_the_next_poll_the_answer(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    assert meter.hear(rr(0)) == [(rr(1), b"")]
    assert meter.answer(b"reply") == []
    assert meter.hear(rr(0)) == [(i_frame(0, 1), LLC_OUT + b"reply")]


def test_a_turn_not_used_in_time_is_not_used_at_all(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    meter.now += 0.501
    assert meter.answer(b"late") == []
    assert meter.hear(rr(0)) == [(i_frame(0, 1), LLC_OUT + b"late")]


def test_a_turn_ends_when_anybody_else_is_heard(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    meter.hear(rr(0), peer=Station(16, ServerAddress.of(1, 9999)))
    assert meter.answer(b"reply") == []
    assert meter.hear(rr(0)) == [(i_frame(0, 1), LLC_OUT + b"reply")]


def test_what_was_not_said_before_somebody_else_is_heard_stays_unsaid(meter: Meter) -> None:
    poll = Frame(b"\x03", b"\x21", CONTROLS[rr(0)]).to_bytes()
    others = Frame(b"\x05", b"\x21", CONTROLS[rr(0)]).to_bytes()
    assert meter.hear_octets(poll + others) == []


def test_a_lost_answer_is_said_again_bit_for_bit(meter: Meter) -> None:
    request = (i_frame(0, 0), LLC_IN + b"ask")
    meter.hear(*request)
    first = meter.answer(b"reply")
    assert meter.hear(rr(0)) == first
    assert meter.hear(*request) == first
    assert meter.hear(0x09 | rr(0)) == first
    assert len(meter.events()) == 1


def test_a_repeated_request_is_handed_on_once(meter: Meter) -> None:
    request = (i_frame(0, 0), LLC_IN + b"ask")
    meter.hear(*request)
    assert meter.hear(*request) == [(rr(1), b"")]
    meter.answer(b"reply")
    meter.hear(rr(1))
    assert meter.hear(*request) == [(rr(1), b"")]
    assert meter.events() == [Received(CLIENT, b"ask")]


def test_a_repeated_request_that_confirms_the_answer_gets_rr(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    meter.answer(b"reply")
    assert meter.hear(i_frame(0, 1), LLC_IN + b"ask") == [(rr(1), b"")]
    assert meter.hear(rr(1)) == [(rr(1), b"")]
    assert meter.events() == [Received(CLIENT, b"ask")]


def test_a_new_request_before_the_answer_is_put_off(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    assert meter.hear(i_frame(1, 0), LLC_IN + b"hasty") == [(rnr(1), b"")]
    assert meter.events() == [Received(CLIENT, b"ask")]


def test_a_new_request_of_a_client_that_missed_the_answer_is_not_taken(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    first = meter.answer(b"reply")
    assert meter.hear(i_frame(1, 0), LLC_IN + b"hasty") == first
    assert len(meter.events()) == 1


def test_a_client_that_is_not_ready_gets_no_answer_yet(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    first = meter.answer(b"reply")
    assert meter.hear(rnr(0)) == [(rr(1), b"")]
    assert meter.hear(rr(0)) == first
    assert meter.hear(rnr(1)) == [(rr(1), b"")]


def test_a_declined_request_leaves_the_link_as_it_was(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"note")
    meter.station.decline(CLIENT, meter.now)
    assert meter.said() == [(rr(1), b"")]
    meter.hear(i_frame(1, 0), LLC_IN + b"ask")
    assert meter.answer(b"reply") == [(i_frame(0, 2), LLC_OUT + b"reply")]


def test_segments_both_ways_each_get_rr(meter: Meter) -> None:
    assert meter.hear(i_frame(0, 0), LLC_IN + b"a", more=True) == [(rr(1), b"")]
    assert meter.hear(i_frame(1, 0), b"b", more=True) == [(rr(2), b"")]
    assert meter.hear(i_frame(1, 0), b"b", more=True) == [(rr(2), b"")]
    meter.hear(i_frame(2, 0), b"c")
    assert meter.events() == [Received(CLIENT, b"abc")]
    apdu = bytes(range(250))
    whole = LLC_OUT + apdu
    assert meter.answer(apdu) == [(i_frame(0, 3), whole[:128])]
    assert meter.hear(rr(0)) == [(i_frame(0, 3), whole[:128])]
    assert meter.hear(rr(1)) == [(i_frame(1, 3), whole[128:])]
    assert meter.hear(rr(2)) == [(rr(3), b"")]


def test_segments_are_flagged_as_such() -> None:
    meter = Meter().station
    snrm = bytes.fromhex("7ea0070321930f017e")
    ask = Frame(b"\x03", b"\x21", CONTROLS[0x10], LLC_IN + b"ask").to_bytes()
    meter.receive(snrm, 0.0)
    meter.take_outgoing()
    meter.receive(ask, 0.0)
    meter.send(CLIENT, bytes(200), 0.0)
    assert Frame.from_bytes(meter.take_outgoing()).more


@pytest.mark.parametrize(
    ("octet", "information", "reason"),
    [(i_frame(3, 0), LLC_IN + b"x", 8), (i_frame(1, 5), b"x", 8), (rr(1), b"", 8), (0xFF, b"", 1)],
)
def test_a_frame_that_cannot_be_ends_the_link_with_frmr(
    meter: Meter, octet: int, information: bytes, reason: int
) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"note")
    meter.station.decline(CLIENT, meter.now)
    meter.events()
    meter.said()
    assert meter.hear(octet, information) == [(FRMR, bytes((octet, 1 << 5, reason)))]
    assert meter.events() == [Disconnected(CLIENT)]
    assert meter.hear(rr(0)) == [(DM, b"")]


@pytest.mark.parametrize("information", [b"", LLC_IN, LLC_OUT + b"x", b"\xe6\xe6"])
def test_what_is_no_request_is_taken_and_dropped(meter: Meter, information: bytes) -> None:
    assert meter.hear(i_frame(0, 0), information) == [(rr(1), b"")]
    assert meter.events() == []


def test_a_request_longer_than_any_ends_the_link(meter: Meter) -> None:
    octets = 0
    send = 0
    while octets + 128 <= 65535 + 3:
        assert meter.hear(i_frame(send, 0), bytes(128), more=True)[0][0] == rr((send + 1) % 8)
        send = (send + 1) % 8
        octets += 128
    assert meter.hear(i_frame(send, 0), bytes(128), more=True)[0][0] == FRMR
    assert meter.events() == [Disconnected(CLIENT)]


def test_an_empty_segment_with_more_to_follow_ends_the_link(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"a", more=True)
    assert meter.hear(i_frame(1, 0), b"", more=True)[0][0] == FRMR
    assert meter.events() == [Disconnected(CLIENT)]


def test_snrm_inside_a_link_resets_it(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    meter.answer(b"reply")
    meter.events()
    assert meter.hear(SNRM) == [(UA, PARAMETERS)]
    assert meter.events() == [Disconnected(CLIENT), Connected(CLIENT)]
    assert meter.hear(rr(0)) == [(rr(0), b"")]
    meter.hear(i_frame(0, 0), LLC_IN + b"again")
    assert meter.answer(b"new") == [(i_frame(0, 1), LLC_OUT + b"new")]


@pytest.mark.parametrize("octet", [SNRM, DISC])
def test_a_request_of_a_link_that_ended_is_never_shown(meter: Meter, octet: int) -> None:
    ask = Frame(b"\x03", b"\x21", CONTROLS[0x10], LLC_IN + b"ask").to_bytes()
    end = Frame(b"\x03", b"\x21", CONTROLS[octet]).to_bytes()
    meter.hear_octets(ask + end)
    assert not any(isinstance(event, Received) for event in meter.events())
    with pytest.raises(LinkStateError):
        meter.answer(b"to nobody")


def test_the_end_of_one_link_leaves_the_requests_of_others(meter: Meter) -> None:
    neighbour = Station(96, ServerAddress.of(1))
    meter.hear(SNRM, peer=neighbour)
    meter.events()
    meter.hear(i_frame(0, 0), LLC_IN + b"ask", peer=neighbour)
    meter.hear(DISC)
    assert meter.events() == [Received(neighbour, b"ask"), Disconnected(CLIENT)]


def test_disc_ends_the_link_with_ua_and_then_gets_dm(meter: Meter) -> None:
    assert meter.hear(DISC) == [(UA, b"")]
    assert meter.events() == [Disconnected(CLIENT)]
    assert meter.hear(DISC) == [(DM, b"")]


def test_two_clients_and_two_widths_are_links_of_their_own() -> None:
    meter = Meter()
    peers = [
        Station(16, ServerAddress.of(1)),
        Station(96, ServerAddress.of(1)),
        Station(16, ServerAddress.of(1, 2836)),
    ]
    for peer in peers:
        assert meter.hear(SNRM, peer=peer) == [(UA, PARAMETERS)]
    for number, peer in enumerate(peers):
        meter.hear(i_frame(0, 0), LLC_IN + bytes((number,)), peer=peer)
        assert meter.answer(b"to you", peer) == [(i_frame(0, 1), LLC_OUT + b"to you")]
    received = [event for event in meter.events() if isinstance(event, Received)]
    assert received == [Received(peer, bytes((number,))) for number, peer in enumerate(peers)]
    meter.hear(DISC, peer=peers[0])
    assert meter.hear(rr(1), peer=peers[1]) == [(rr(1), b"")]


def test_the_reply_swaps_the_addresses_as_received() -> None:
    peer = Station(96, ServerAddress.of(1, 2836))
    meter = Meter()
    snrm = Frame(peer.server.to_bytes(), peer.client_octet, CONTROLS[SNRM]).to_bytes()
    meter.station.receive(snrm, 0.0)
    reply = Frame.from_bytes(meter.station.take_outgoing())
    assert (reply.destination, reply.source) == (peer.client_octet, bytes.fromhex("00022c29"))


@pytest.mark.parametrize(
    ("destination", "source"),
    [
        ("00022c2b", "21"),
        ("05", "21"),
        ("ff", "21"),
        ("fefefeff", "21"),
        ("03", "01"),
        ("03", "ff"),
        ("21", "00022c29"),
        ("03", "0203"),
    ],
)
def test_frames_for_or_from_others_are_only_counted(destination: str, source: str) -> None:
    meter = Meter()
    frame = Frame(bytes.fromhex(destination), bytes.fromhex(source), CONTROLS[SNRM])
    assert meter.hear_octets(frame.to_bytes()) == []
    assert meter.events() == []
    assert meter.station.counts.foreign == 1


@pytest.mark.parametrize("octet", [UA, DM, FRMR, UI])
def test_what_only_a_server_says_is_only_counted(meter: Meter, octet: int) -> None:
    assert meter.hear(octet) == []
    assert meter.events() == []
    assert meter.station.counts.refused == 1
    assert meter.hear(rr(0)) == [(rr(0), b"")]


def test_one_client_too_many_gets_dm_until_a_link_ends() -> None:
    meter = Meter()
    peers = [Station(client, ServerAddress.of(1)) for client in range(1, 34)]
    for peer in peers[:32]:
        assert meter.hear(SNRM, peer=peer) == [(UA, PARAMETERS)]
    assert meter.hear(SNRM, peer=peers[32]) == [(DM, b"")]
    assert meter.hear(SNRM, peer=peers[0]) == [(UA, PARAMETERS)]
    meter.hear(DISC, peer=peers[5])
    assert meter.hear(SNRM, peer=peers[32]) == [(UA, PARAMETERS)]


def test_a_silent_link_is_dropped_after_the_inactivity_time() -> None:
    meter = Meter(inactivity_s=30.0)
    meter.hear(SNRM)
    meter.now = 10.0
    meter.hear(rr(0))
    assert meter.station.deadline == 40.0
    meter.station.tick(39.9)
    assert meter.events() == [Connected(CLIENT)]
    meter.station.tick(40.0)
    assert meter.events() == [Disconnected(CLIENT)]
    assert meter.station.deadline is None
    assert meter.said() == []


def test_of_frames_in_one_gulp_only_the_last_gives_the_turn(meter: Meter) -> None:
    poll = Frame(b"\x03", b"\x21", CONTROLS[rr(0)]).to_bytes()
    ask = Frame(b"\x03", b"\x21", CONTROLS[i_frame(0, 0)], LLC_IN + b"ask").to_bytes()
    assert meter.hear_octets(poll + b"\x55" + ask + poll + poll[:4]) == [(rr(1), b"")]
    assert meter.events() == [Received(CLIENT, b"ask")]
    assert meter.station.deadline == 0.5
    meter.station.tick(0.5)
    assert meter.station.counts.unfinished == 1
    assert meter.hear_octets(poll) == [(rr(1), b"")]


def test_a_request_hidden_behind_a_false_opening_comes_out_at_the_gap(meter: Meter) -> None:
    false = Frame(b"\x03", b"\x21", CONTROLS[0x10], bytes(100)).to_bytes()[:9]
    ask = Frame(b"\x03", b"\x21", CONTROLS[0x10], LLC_IN + b"ask").to_bytes()
    assert meter.hear_octets(false + ask) == []
    meter.station.tick(0.5)
    assert meter.events() == [Received(CLIENT, b"ask")]


def test_a_turn_found_at_the_gap_is_as_old_as_its_octets(meter: Meter) -> None:
    false = Frame(b"\x03", b"\x21", CONTROLS[0x10], bytes(100)).to_bytes()[:9]
    poll = Frame(b"\x03", b"\x21", CONTROLS[rr(0)]).to_bytes()
    assert meter.hear_octets(false + poll) == []
    meter.now = 0.501
    meter.station.tick(meter.now)
    assert meter.said() == []
    assert meter.hear_octets(poll) == [(rr(0), b"")]


def test_a_lost_medium_ends_every_link(meter: Meter) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    meter.events()
    meter.station.receive(bytes.fromhex("7ea00703"), 0.9)
    meter.station.lose_medium(1.0)
    assert meter.events() == [Disconnected(CLIENT)]
    assert meter.station.deadline is None
    with pytest.raises(LinkStateError, match="no link"):
        meter.answer(b"reply")


def test_an_answer_that_nobody_asked_for_is_our_fault(meter: Meter) -> None:
    with pytest.raises(LinkStateError, match=r"answer while the link of .* is ready"):
        meter.answer(b"reply")
    with pytest.raises(LinkStateError, match="decline"):
        meter.station.decline(CLIENT, 0.0)


@pytest.mark.parametrize("size", [0, 65536])
def test_an_answer_of_no_size_or_too_much_is_our_fault(meter: Meter, size: int) -> None:
    meter.hear(i_frame(0, 0), LLC_IN + b"ask")
    with pytest.raises(ValueError, match=str(size)):
        meter.answer(bytes(size))
    assert meter.answer(b"reply") == [(i_frame(0, 1), LLC_OUT + b"reply")]
