"""One frame to octets and back."""

import json
from pathlib import Path

import crcmod.crcmod
import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.hdlc.control import CONTROLS, Kind, information, receive_not_ready, receive_ready
from link.hdlc.frame import MAX_INFORMATION, Frame, FrameError, checksum

VECTORS = Path(__file__).parents[1] / "vectors" / "dlms_sessions.json"
CAPTURED = [
    bytes.fromhex(frame["hex"])
    for session in json.loads(VECTORS.read_text())["sessions"]
    for frame in session["frames"]
]
CLIENT = st.integers(0, 0x7F).map(lambda sap: bytes((sap << 1 | 1,)))
EVEN = st.integers(0, 0x7F).map(lambda bits: bytes((bits << 1,)))
SERVER = st.one_of(
    CLIENT,
    st.tuples(EVEN, CLIENT).map(b"".join),
    st.tuples(EVEN, EVEN, EVEN, CLIENT).map(b"".join),
)
PAIRS = st.one_of(st.tuples(SERVER, CLIENT), st.tuples(CLIENT, SERVER))


@st.composite
def frames(draw: st.DrawFn, most: int = 160) -> Frame:
    """Any frame with up to `most` octets of information."""
    destination, source = draw(PAIRS)
    control = draw(st.sampled_from(CONTROLS))
    return Frame(destination, source, control, draw(st.binary(max_size=most)), draw(st.booleans()))


def test_the_checksum_is_the_standards_and_runs_in_c() -> None:
    assert checksum(b"123456789", 0) == 0x906E
    assert crcmod.crcmod._usingExtension


@pytest.mark.parametrize("octets", CAPTURED, ids=lambda octets: octets[:8].hex())
def test_a_captured_frame_is_read_and_written_octet_for_octet(octets: bytes) -> None:
    assert Frame.from_bytes(octets).to_bytes() == octets


def test_the_captured_snrm_polls_and_carries_no_information() -> None:
    frame = Frame.from_bytes(bytes.fromhex("7ea0070321930f017e"))
    assert frame.control.kind is Kind.SNRM
    assert frame.control.poll
    assert (frame.destination, frame.source) == (b"\x03", b"\x21")
    assert frame.information == b""


@given(frames())
def test_a_frame_survives_the_wire(frame: Frame) -> None:
    assert Frame.from_bytes(frame.to_bytes()) == frame


@pytest.mark.parametrize("size", [1, 2, 127, 128, 129, 255, 256, MAX_INFORMATION])
def test_the_length_field_holds_every_size(size: int) -> None:
    frame = Frame(b"\x00\x02\x2c\x29", b"\x21", information(3, 5), bytes(size), more=True)
    assert Frame.from_bytes(frame.to_bytes()) == frame


def test_too_much_information_is_refused() -> None:
    with pytest.raises(FrameError, match="2031"):
        Frame(b"\x03", b"\x21", information(0, 0), bytes(2031)).to_bytes()


@pytest.mark.parametrize("octets", CAPTURED[:4], ids=lambda octets: octets[:8].hex())
def test_any_one_bit_wrong_makes_it_no_frame(octets: bytes) -> None:
    for bit in range(8 * len(octets)):
        damaged = bytearray(octets)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FrameError):
            Frame.from_bytes(bytes(damaged))


@pytest.mark.parametrize("octets", CAPTURED[:4], ids=lambda octets: octets[:8].hex())
def test_a_frame_cut_short_or_followed_by_anything_is_no_frame(octets: bytes) -> None:
    for cut in range(len(octets)):
        with pytest.raises(FrameError):
            Frame.from_bytes(octets[:cut])
    with pytest.raises(FrameError):
        Frame.from_bytes(octets + b"\x00")


def test_a_wrong_header_check_under_a_right_frame_check_is_no_frame() -> None:
    octets = bytearray(Frame(b"\x03", b"\x21", information(0, 0), b"abc").to_bytes())
    octets[6] ^= 0x5A
    octets[-3:-1] = checksum(bytes(octets[1:-3]), 0).to_bytes(2, "little")
    with pytest.raises(FrameError):
        Frame.from_bytes(bytes(octets))


@pytest.mark.parametrize(
    ("octet", "kind", "poll", "send", "receive"),
    [
        (0x10, Kind.I, True, 0, 0),
        (0x32, Kind.I, True, 1, 1),
        (0xEE, Kind.I, False, 7, 7),
        (0x51, Kind.RR, True, 0, 2),
        (0x35, Kind.RNR, True, 0, 1),
        (0x39, Kind.REJ, True, 0, 1),
        (0x93, Kind.SNRM, True, 0, 0),
        (0x53, Kind.DISC, True, 0, 0),
        (0x73, Kind.UA, True, 0, 0),
        (0x1F, Kind.DM, True, 0, 0),
        (0x97, Kind.FRMR, True, 0, 0),
        (0x13, Kind.UI, True, 0, 0),
        (0x03, Kind.UI, False, 0, 0),
        (0xEF, Kind.UNKNOWN, False, 0, 0),
    ],
)
def test_a_control_octet_reads_as_the_standard_has_it(
    octet: int, kind: Kind, poll: bool, send: int, receive: int
) -> None:
    control = CONTROLS[octet]
    assert (control.kind, control.poll) == (kind, poll)
    assert (control.send, control.receive) == (send, receive)


@given(st.integers(0, 7), st.integers(0, 7))
def test_numbered_controls_carry_their_numbers_and_end_the_turn(send: int, receive: int) -> None:
    made = information(send, receive)
    assert (made.kind, made.poll, made.send, made.receive) == (Kind.I, True, send, receive)
    for control, kind in (
        (receive_ready(receive), Kind.RR),
        (receive_not_ready(receive), Kind.RNR),
    ):
        assert (control.kind, control.poll, control.receive) == (kind, True, receive)
