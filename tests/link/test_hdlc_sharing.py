"""When a primary may speak on a line that others may share."""

from random import Random

import pytest

from link.hdlc.control import CONTROLS
from link.hdlc.frame import Frame
from link.hdlc.sharing import SharedLine
from link.hdlc.timing import Timing

TIMING = Timing.for_line(9600)
OCTET_S = 10 / 9600
SLOT_S = 0.02 + 3 * OCTET_S
OTHERS_REQUEST = Frame(b"\x00\x02\x2c\x29", b"\xc3", CONTROLS[0x10], b"ask")
ITS_ANSWER = Frame(b"\xc3", b"\x00\x02\x2c\x29", CONTROLS[0x30], b"reply")
ANSWER_OCTETS = 142


def a_line(seed: int = 1) -> SharedLine:
    return SharedLine(TIMING, ANSWER_OCTETS, Random(seed))


def hear(line: SharedLine, frame: Frame, now: float) -> float:
    """Return how long after `now` the line is free."""
    line.hear(unfinished=False, now=now)
    line.overhear(frame, now)
    return line.free_at - now


def test_alone_it_waits_for_two_silent_octets_only() -> None:
    line = a_line()
    assert line.free_at < 0.0
    line.hear(unfinished=False, now=5.0)
    assert line.free_at == pytest.approx(5.0 + 2 * OCTET_S)


def test_it_does_not_speak_into_a_frame_that_has_begun() -> None:
    line = a_line()
    line.hear(unfinished=True, now=5.0)
    assert line.free_at == pytest.approx(5.0 + TIMING.inter_octet_s)


def test_a_request_of_another_reserves_the_line_for_its_answer() -> None:
    reserved = TIMING.response_s(0, ANSWER_OCTETS)
    for seed in range(20):
        wait = hear(a_line(seed), OTHERS_REQUEST, 5.0)
        assert reserved + 0.02 - 1e-9 <= wait <= reserved + 0.02 + 8 * SLOT_S + 1e-9


def test_the_answer_ends_the_reservation_and_slots_are_drawn() -> None:
    waits = set()
    for seed in range(40):
        line = a_line(seed)
        hear(line, OTHERS_REQUEST, 5.0)
        wait = hear(line, ITS_ANSWER, 5.1)
        slots = (wait - 0.02 - 2 * OCTET_S) / SLOT_S
        assert slots == pytest.approx(round(slots), abs=1e-6)
        waits.add(round(slots))
    assert waits == set(range(9))


@pytest.mark.parametrize(
    "frame",
    [
        ITS_ANSWER,
        Frame(b"\x00\x02\x2c\x29", b"\xc3", CONTROLS[0x00], b"no turn given"),
    ],
)
def test_what_owes_no_answer_reserves_nothing(frame: Frame) -> None:
    assert hear(a_line(), frame, 5.0) == pytest.approx(2 * OCTET_S)


def test_slots_double_with_each_unanswered_request_and_an_answer_ends_that() -> None:
    def widest(silences: int, *, answered: bool = False) -> int:
        most = 0
        for seed in range(200):
            line = a_line(seed)
            hear(line, OTHERS_REQUEST, 0.0)
            for _ in range(silences):
                line.note_silence(0.0)
            if answered:
                line.note_answer()
            wait = hear(line, ITS_ANSWER, 1.0)
            most = max(most, round((wait - 0.02 - 2 * OCTET_S) / SLOT_S))
        return most

    assert [widest(silences) for silences in (0, 1, 2)] == [8, 16, 32]
    assert 60 < widest(3) <= 64
    assert 60 < widest(9) <= 64
    assert widest(3, answered=True) == 8


def test_a_line_without_another_primary_for_two_minutes_is_ours_again() -> None:
    line = a_line()
    hear(line, OTHERS_REQUEST, 0.0)
    hear(line, ITS_ANSWER, 0.1)
    line.hear(unfinished=False, now=119.9)
    assert line.free_at >= 119.92
    line.hear(unfinished=False, now=120.1)
    assert line.free_at == pytest.approx(120.1 + 2 * OCTET_S)


def test_the_longest_frame_of_a_slow_line_is_no_babble() -> None:
    timing = Timing.for_line(1200)
    line = SharedLine(timing, ANSWER_OCTETS, Random(1))
    for octet in range(ANSWER_OCTETS):
        now = timing.air_s(octet)
        line.hear(unfinished=True, now=now)
        assert line.free_at > now + timing.air_s(1)


def test_a_line_that_is_never_silent_is_spoken_on_after_a_second() -> None:
    line = a_line()
    now = 0.0
    while line.free_at < 0.0 or now < line.free_at:
        now += OCTET_S
        line.hear(unfinished=False, now=now)
    assert now == pytest.approx(1.0, abs=0.01)
    line.speak(now)
    line.hear(unfinished=False, now=now + OCTET_S)
    assert line.free_at > now + OCTET_S
