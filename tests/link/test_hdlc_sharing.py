"""When a primary may speak on a line that others may share."""

from itertools import pairwise
from random import Random

import pytest

from link.hdlc.control import CONTROLS
from link.hdlc.frame import Frame
from link.hdlc.sharing import PAUSE_EVERY_S, PAUSE_SLOTS, SharedLine
from link.hdlc.timing import Timing

TIMING = Timing.for_line(9600)
OCTET_S = 10 / 9600
SLOT_S = 0.02 + 3 * OCTET_S
SILENCE_S = 2 * OCTET_S
GUARD_S = 0.02
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
        line = a_line(seed)
        line.speak(0, 1.0)
        wait = hear(line, OTHERS_REQUEST, 5.0)
        assert reserved + GUARD_S - 1e-9 <= wait <= reserved + GUARD_S + 8 * SLOT_S + 1e-9


def slots_after_answer(line: SharedLine, now: float) -> int:
    """Let two others transmit, and return for how many slots the line is not free then."""
    hear(line, OTHERS_REQUEST, now - 0.001)
    slots = (hear(line, ITS_ANSWER, now) - GUARD_S - SILENCE_S) / SLOT_S
    assert slots == pytest.approx(round(slots), abs=1e-6)
    return round(slots)


def test_the_answer_ends_the_reservation_and_who_spoke_last_waits_for_slots_drawn() -> None:
    assert slots_after_answer(a_line(), 5.0) == 0
    waits = set()
    for seed in range(40):
        line = a_line(seed)
        line.speak(0, 5.0)
        waits.add(slots_after_answer(line, 5.02))
    assert waits == set(range(9))


@pytest.mark.parametrize(
    "answer",
    [
        Frame(b"\xc3", b"\x00\x02\x2c\x2b", CONTROLS[0x30], b"of another meter"),
        Frame(b"\xc5", b"\x00\x02\x2c\x29", CONTROLS[0x30], b"to another client"),
    ],
    ids=["source", "destination"],
)
def test_no_other_answer_ends_the_reservation(answer: Frame) -> None:
    line = a_line()
    hear(line, OTHERS_REQUEST, 5.0)
    hear(line, answer, 5.1)
    assert line.free_at == pytest.approx(5.0 + TIMING.response_s(0, ANSWER_OCTETS) + GUARD_S)


def test_an_answer_to_somebody_else_shows_another_primary_and_reserves_nothing() -> None:
    assert hear(a_line(), ITS_ANSWER, 5.0) == pytest.approx(SILENCE_S + GUARD_S)


def test_a_frame_that_gives_no_turn_shows_and_reserves_nothing() -> None:
    no_turn = Frame(b"\x00\x02\x2c\x29", b"\xc3", CONTROLS[0x00], b"no turn given")
    assert hear(a_line(), no_turn, 5.0) == pytest.approx(SILENCE_S)


def test_slots_double_with_each_unanswered_request_and_an_answer_ends_that() -> None:
    def widest(silences: int, *, answered: bool = False) -> int:
        most = 0
        for seed in range(200):
            line = a_line(seed)
            for _ in range(silences):
                line.note_silence(0.0)
            if answered:
                line.note_answer()
            line.speak(0, 1.0)
            most = max(most, slots_after_answer(line, 1.02))
        return most

    assert [widest(silences) for silences in (0, 1, 2)] == [8, 16, 32]
    assert 60 < widest(3) <= 64
    assert 60 < widest(9) <= 64
    assert widest(3, answered=True) == 8


def test_slots_once_waited_need_not_be_waited_again() -> None:
    line = next(line for line in map(a_line, range(99)) if drawn(line) == 7)
    now = 5.02
    for left in (7, 5, 3, 1, 0, 0):
        assert slots_after_answer(line, now) == left
        now += SILENCE_S + GUARD_S + 2.5 * SLOT_S


def drawn(line: SharedLine) -> int:
    line.speak(0, 5.0)
    return slots_after_answer(line, 5.02)


def test_after_an_unanswered_request_slots_begin_where_those_of_the_others_do() -> None:
    line = a_line(5)
    hear(line, OTHERS_REQUEST, 1.0)
    hear(line, ITS_ANSWER, 1.1)
    line.speak(40, 2.0)
    line.note_silence(2.7)
    slots = (line.free_at - 2.0 - 40 * OCTET_S - SILENCE_S - GUARD_S) / SLOT_S
    assert line.free_at >= 2.7
    assert slots == pytest.approx(round(slots), abs=1e-6)


def test_who_is_alone_and_never_rests_leaves_a_pause_now_and_then() -> None:
    line = a_line()
    pauses, now = [], 100.0
    while now < 160.0:
        line.speak(10, now)
        line.hear(unfinished=False, now=now + 0.1)
        waited = line.free_at - (now + 0.1)
        if waited > SILENCE_S + 1e-9:
            assert waited == pytest.approx(SILENCE_S + GUARD_S + PAUSE_SLOTS * SLOT_S)
            pauses.append(now)
        now = line.free_at
    gaps = [b - a for a, b in pairwise(pauses)]
    assert len(gaps) > 10
    assert all(PAUSE_EVERY_S <= gap < PAUSE_EVERY_S + 0.4 for gap in gaps)


def test_who_rests_by_itself_leaves_no_pause() -> None:
    line, now = a_line(), 100.0
    while now < 130.0:
        line.speak(10, now)
        line.hear(unfinished=False, now=now + 0.1)
        assert line.free_at == pytest.approx(now + 0.1 + SILENCE_S)
        now += 1.0


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
    line.speak(0, now)
    line.hear(unfinished=False, now=now + OCTET_S)
    assert line.free_at > now + OCTET_S
