"""Frames out of a stream cut anywhere, with noise anywhere."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.hdlc.control import information, receive_ready
from link.hdlc.frame import MAX_INFORMATION, Frame
from link.hdlc.reader import FrameReader

VECTORS = Path(__file__).parents[1] / "vectors" / "dlms_sessions.json"
SESSIONS = [
    [bytes.fromhex(frame["hex"]) for frame in session["frames"]]
    for session in json.loads(VECTORS.read_text())["sessions"]
]
GOOD = Frame(b"\x00\x02\x2c\x29", b"\x21", information(1, 2), b"\x7e\xa0\x7e" * 9)
SHORT = Frame(b"\x03", b"\x21", receive_ready(1))
LONGEST_FRAME = 128 + 14

GARBAGE = bytes([0x7E] * 100 + [0xA0] * 30 + list(range(126)))
"""Octets among which openings of frames are common."""

tempting = st.sampled_from([0x7E, 0xA0, 0xA7, 0xA8, 0x07, 0x03, 0x21, 0x00, 0x02, 0x93])
noise = st.lists(st.one_of(tempting, st.integers(0, 255)), max_size=60).map(bytes)


def read_in_pieces(octets: bytes, cuts: list[int]) -> tuple[list[Frame], FrameReader]:
    """Feed octets cut at these places."""
    reader, found = FrameReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        found += reader.feed(octets[start:end])
    return found, reader


@pytest.mark.parametrize("session", SESSIONS, ids=["plain", "suite 0", "general-glo"])
def test_a_captured_session_is_the_same_frames_however_it_is_cut(session: list[bytes]) -> None:
    octets = b"".join(session)
    frames = [Frame.from_bytes(frame) for frame in session]
    rng = Random(7)
    cuttings = [[], list(range(1, len(octets)))]
    cuttings += [sorted(rng.sample(range(1, len(octets)), 25)) for _ in range(20)]
    for cuts in cuttings:
        found, reader = read_in_pieces(octets, cuts)
        assert found == frames
        assert reader.counts.damage == reader.counts.noise_octets == 0
        assert not reader.unfinished


def test_one_flag_may_close_a_frame_and_open_the_next() -> None:
    octets = GOOD.to_bytes() + SHORT.to_bytes()[1:] + GOOD.to_bytes()[1:]
    for cuts in ([], list(range(1, len(octets)))):
        found, reader = read_in_pieces(octets, cuts)
        assert found == [GOOD, SHORT, GOOD]
        assert reader.counts.frames == 3


def test_fill_flags_are_neither_noise_nor_damage() -> None:
    found, reader = read_in_pieces(b"\x7e" * 5 + GOOD.to_bytes() + b"\x7e" * 5, [])
    assert found == [GOOD]
    assert reader.counts.noise_octets == reader.counts.damage == 0


@given(noise, noise, st.integers(0, 10**9))
def test_a_good_frame_is_found_after_a_gap_whatever_stood_around_it(
    before: bytes, after: bytes, seed: int
) -> None:
    octets = before + GOOD.to_bytes() + after
    cuts = sorted(Random(seed).sample(range(len(octets)), 5))
    found, reader = read_in_pieces(octets, cuts)
    found += reader.gap()
    assert GOOD in found
    assert not reader.unfinished


@given(noise)
def test_a_false_opening_never_outlasts_the_shortest_frame(before: bytes) -> None:
    assert FrameReader().feed(before + SHORT.to_bytes())[-1:] == [SHORT]


@given(st.binary(max_size=40), st.integers(0, 400))
def test_noise_inside_a_frame_does_not_cost_the_next(noise_octets: bytes, seed: int) -> None:
    octets = GOOD.to_bytes()
    at = seed % len(octets)
    found, reader = read_in_pieces(octets[:at] + noise_octets + octets[at:], [])
    found += reader.gap()
    found += reader.feed(SHORT.to_bytes())
    assert found[-1] == SHORT


@pytest.mark.parametrize("cut", range(1, len(GOOD.to_bytes())))
def test_a_frame_cut_off_is_no_damage_and_costs_only_itself(cut: int) -> None:
    reader = FrameReader()
    assert reader.feed(GOOD.to_bytes()[:cut]) == []
    assert reader.unfinished == (cut > 1)
    assert reader.gap() == []
    assert reader.feed(SHORT.to_bytes()) == [SHORT]
    assert reader.counts.unfinished >= (cut > 1)


def test_frames_hidden_behind_a_false_opening_come_out_at_the_gap() -> None:
    false = Frame(b"\x03", b"\x21", information(0, 0), bytes(100)).to_bytes()[:8]
    reader = FrameReader()
    assert reader.feed(false + SHORT.to_bytes() + SHORT.to_bytes()) == []
    assert reader.gap() == [SHORT, SHORT]
    assert reader.counts.unfinished == 1
    assert reader.counts.damage == 0


def flipped(frame: Frame, at: int) -> bytes:
    octets = bytearray(frame.to_bytes())
    octets[at] ^= 0x04
    return bytes(octets)


@pytest.mark.parametrize(
    ("octets", "counter"),
    [
        (b"\x7e\xa0\x06\x03\x21\x93\x0f\x01\x7e", "bad_length"),
        (b"\x7e\xa7\xff", "bad_length"),
        (b"\x7e\xa0\x08\x03\x21\x93\x0f\x01\x01\x7e", "bad_length"),
        (b"\x7e\xa0\x07\x02\x02\x03", "bad_address"),
        (b"\x7e\xa0\x0c\x00\x00\x00\x00\x03\x03\x93\x00\x00\x00\x7e", "bad_address"),
        (flipped(SHORT, 5), "bad_header"),
        (flipped(GOOD, 20), "bad_check"),
        (flipped(GOOD, len(GOOD.to_bytes()) - 1), "bad_closing"),
    ],
)
def test_each_kind_of_damage_is_counted_as_what_it_is(octets: bytes, counter: str) -> None:
    reader = FrameReader()
    assert reader.feed(octets + b"\x00" * 6) == []
    assert getattr(reader.counts, counter) == 1


def test_a_bad_length_is_known_at_once_and_a_bad_header_with_its_check() -> None:
    reader = FrameReader()
    reader.feed(b"\x7e\xa7")
    assert reader.unfinished
    reader.feed(b"\xff")
    assert not reader.unfinished
    for octet in flipped(SHORT, 5)[:-2]:
        reader.feed(bytes((octet,)))
        assert reader.unfinished or octet == 0x7E
    reader.feed(flipped(SHORT, 5)[-2:-1])
    assert not reader.unfinished
    assert reader.counts.bad_header == 1


def test_need_of_more_octets_is_not_damage() -> None:
    reader = FrameReader()
    for octet in GOOD.to_bytes()[:-1]:
        assert reader.feed(bytes((octet,))) == []
    assert reader.counts.damage == reader.counts.noise_octets == 0
    assert reader.feed(GOOD.to_bytes()[-1:]) == [GOOD]


@pytest.mark.parametrize("seed", range(6))
def test_of_endless_garbage_no_more_is_kept_than_one_frame(seed: int) -> None:
    rng = Random(seed)
    reader = FrameReader()
    for _ in range(300):
        size = rng.choice([1, 7, 100, 5000])
        reader.feed(rng.randbytes(size).translate(GARBAGE))
        assert reader.buffered <= LONGEST_FRAME
    reader.gap()
    assert reader.feed(SHORT.to_bytes()) == [SHORT]


@pytest.mark.parametrize(("offered", "taken"), [(16, 128), (128, 128), (500, 500), (2030, 2030)])
def test_information_up_to_the_offer_is_taken_and_never_less_than_the_default(
    offered: int, taken: int
) -> None:
    largest = Frame(b"\x00\x02\x2c\x29", b"\x21", information(0, 0), bytes(taken))
    assert FrameReader(offered).feed(largest.to_bytes()) == [largest]
    if taken < MAX_INFORMATION:
        over = Frame(b"\x00\x02\x2c\x29", b"\x21", information(0, 0), bytes(taken + 1))
        assert FrameReader(offered).feed(over.to_bytes()) == []


def test_more_than_the_format_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="2031"):
        FrameReader(2031)
