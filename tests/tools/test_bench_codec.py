"""Laws of the codec bench: both sides do the same work."""

import pytest

from link.hdlc import FrameError
from tools.bench.codec import (
    FRAMES,
    INFORMATION,
    bare_decode,
    bare_encode,
    codec_figures,
    make_frames,
)

ENCODED = [frame.to_bytes() for frame in make_frames()]


def test_the_frames_are_what_is_promised() -> None:
    frames = make_frames()
    assert len(set(frames)) == FRAMES
    assert {len(frame.information) for frame in frames} == {INFORMATION}


def test_the_bare_pair_writes_and_reads_what_the_link_does() -> None:
    for frame, octets in zip(make_frames(), ENCODED, strict=True):
        head = frame.destination + frame.source
        assert bare_encode(head, frame.control.octet, frame.information) == octets
        parts = (frame.destination, frame.source, frame.control.octet, frame.information)
        assert bare_decode(octets) == parts


def test_the_bare_pair_sees_every_damaged_octet() -> None:
    for at in range(len(ENCODED[0])):
        damaged = bytearray(ENCODED[0])
        damaged[at] ^= 0x10
        with pytest.raises(FrameError):
            bare_decode(bytes(damaged))


def test_the_ratio_is_that_of_the_rates() -> None:
    bare, link, ratio = codec_figures(0.0)
    assert (bare.unit, link.unit, ratio.unit) == ("frames/s", "frames/s", "ratio")
    assert ratio.value == link.value / bare.value
    assert bare.samples == link.samples == ratio.samples == 1
