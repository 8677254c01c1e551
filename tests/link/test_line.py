"""Laws of the virtual line."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, nan
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.hdlc import Timing
from link.hdlc.sharing import SLOT_OCTETS
from link.line import LineSettings, VirtualLine, fitting_piece, longest_piece
from link.line.settings import BITS_PER_OCTET

SECOND_AN_OCTET = LineSettings(baudrate=10, turnaround_s=0.0)
PIECE = SECOND_AN_OCTET.piece_octets
UNTURNED = LineSettings(turnaround_s=0.0)
LONG = 1e9

moments = st.floats(0.0, 1e8)
"""Seconds of a clock that may have run for years."""

Heard = list[tuple[float, int, bytes]]


def a_line(stations: int, settings: LineSettings = SECOND_AN_OCTET, seed: int = 1) -> VirtualLine:
    line = VirtualLine(settings, Random(seed))
    assert [line.join() for _ in range(stations)] == list(range(stations))
    return line


def play(line: VirtualLine, until: float = LONG) -> Heard:
    """Tick at every deadline and return when who heard what."""
    heard = []
    while line.deadline is not None and line.deadline <= until:
        now = line.deadline
        line.tick(now)
        heard += [(now, station, octets) for station, octets in line.take_heard()]
    return heard


def octets_of(heard: Heard, station: int) -> bytes:
    return b"".join(octets for _, listener, octets in heard if listener == station)


def test_octets_are_heard_in_pieces_when_their_last_one_has_passed() -> None:
    line = a_line(3)
    line.speak(0, bytes(range(40)), now=5.0)
    assert play(line) == [
        (5.0 + end, station, bytes(range(begin, end)))
        for begin, end in ((0, PIECE), (PIECE, 2 * PIECE), (2 * PIECE, 40))
        for station in (1, 2)
    ]
    assert line.deadline is None


def test_the_first_piece_tells_that_somebody_speaks_and_further_ones_may_be_longer() -> None:
    line = a_line(2, replace(SECOND_AN_OCTET, further_octets=2 * PIECE))
    for begin in (0.0, 100.0):
        line.speak(0, bytes(4 * PIECE), now=begin)
        ends = (PIECE, 3 * PIECE, 4 * PIECE)
        assert [now for now, _, _ in play(line)] == [begin + end for end in ends]


@pytest.mark.parametrize("whole", [False, True])
def test_who_joins_during_a_talk_hears_nothing_of_what_has_passed(whole: bool) -> None:
    line = a_line(1)
    line.speak(0, bytes(range(40)), now=0.0)
    line.tick(PIECE)
    late = line.join(whole=whole)
    assert octets_of(play(line), late) == bytes(range(PIECE, 40))


def test_without_a_bit_rate_octets_take_no_time() -> None:
    line = a_line(2, LineSettings(baudrate=None, turnaround_s=0.0))
    line.speak(0, bytes(1000), now=5.0)
    assert play(line) == [(5.0, 1, bytes(1000))]


rates = pytest.mark.parametrize("baudrate", [50, 300, 1200, 2400, 9600, 19200, 115200, 1_000_000])


@rates
def test_a_primary_hears_that_another_speaks_before_its_own_next_slot(baudrate: int) -> None:
    timing = Timing.for_line(baudrate)
    slot_s = timing.turnaround_s + timing.air_s(SLOT_OCTETS)
    assert 0 < timing.air_s(fitting_piece(baudrate)) < slot_s


@rates
def test_a_frame_is_noticed_before_the_time_out_between_octets(baudrate: int) -> None:
    timing = Timing.for_line(baudrate)
    for octets in (LineSettings(baudrate=baudrate).piece_octets, longest_piece(baudrate)):
        assert timing.air_s(octets) < timing.inter_octet_s


def test_what_a_station_says_next_follows_without_a_gap() -> None:
    line = a_line(2)
    line.speak(0, b"one", now=0.0)
    line.speak(0, b"two", now=0.5)
    line.speak(0, b"", now=0.5)
    assert line.speaks_until(0) == 6.0
    assert play(line) == [(3.0, 1, b"one"), (6.0, 1, b"two")]


def test_who_heard_something_waits_for_its_turnaround_and_its_own_words_need_none() -> None:
    line = a_line(2, replace(SECOND_AN_OCTET, turnaround_s=2.0, echo=True))
    line.speak(0, b"ask", now=0.0)
    play(line)
    line.speak(1, b"answer", now=3.5)
    line.speak(0, b"more", now=3.5)
    assert (line.speaks_until(1), line.speaks_until(0)) == (3.0 + 2.0 + 6, 3.5 + 4)


def test_a_late_tick_makes_no_later_octet_later() -> None:
    line = a_line(2, replace(SECOND_AN_OCTET, turnaround_s=2.0))
    line.speak(0, bytes(20), now=0.0)
    line.tick(19.0)
    assert line.deadline == 20.0
    line.speak(1, b"x", now=21.5)
    assert line.take_heard() == [(1, bytes(PIECE)), (1, bytes(20 - PIECE))]
    assert line.speaks_until(1) == 20.0 + 2.0 + 1


@given(moments)
def test_two_who_speak_at_once_are_heard_as_one_and_garbled(begin: float) -> None:
    line = a_line(3, UNTURNED)
    line.speak(0, b"a" * 20, now=begin)
    line.speak(1, b"b" * 20, now=begin + 10 * UNTURNED.octet_s)
    heard = octets_of(play(line), 2)
    assert len(heard) == 30
    assert heard[:10] == b"a" * 10
    assert set(heard[10:20]).isdisjoint(b"a")
    assert heard[20:] == b"b" * 10
    assert line.counts.collisions == 1


def test_no_octet_that_two_speak_into_is_what_either_said() -> None:
    line = a_line(3)
    for station in (0, 1):
        line.speak(station, bytes(2000), now=0.0)
    heard = octets_of(play(line), 2)
    assert len(heard) == 2000
    assert 0 not in heard


@pytest.mark.parametrize(("bits", "collisions"), [(0.4, 0), (1.0, 1)])
def test_who_comes_in_by_less_than_half_a_bit_too_early_does_no_harm(
    bits: float, collisions: int
) -> None:
    line = a_line(3)
    line.speak(0, b"a" * 20, now=0.0)
    line.speak(1, b"b" * 20, now=20.0 - bits / BITS_PER_OCTET)
    assert line.counts.collisions == collisions
    assert (octets_of(play(line), 2) == b"a" * 20 + b"b" * 20) == (not collisions)


def test_who_speaks_into_another_hears_nothing_of_it() -> None:
    line = a_line(2)
    line.speak(0, b"a" * 20, now=0.0)
    line.speak(1, b"b" * 20, now=10.0)
    heard = play(line)
    assert octets_of(heard, 1) == b"a" * 10
    assert octets_of(heard, 0) == b"b" * 10


def test_with_echo_a_speaker_hears_the_line_as_everybody_does() -> None:
    line = a_line(3, replace(SECOND_AN_OCTET, echo=True))
    line.speak(0, b"a" * 20, now=0.0)
    line.speak(1, b"b" * 20, now=10.0)
    heard = play(line)
    assert octets_of(heard, 0) == octets_of(heard, 1) == octets_of(heard, 2)


@given(moments)
def test_one_after_the_other_is_no_collision_however_the_clock_rounds(begin: float) -> None:
    line = a_line(3, UNTURNED)
    line.speak(0, b"a" * 20, now=begin)
    line.speak(1, b"b" * 20, now=line.speaks_until(0))
    assert octets_of(play(line), 2) == b"a" * 20 + b"b" * 20
    assert line.counts.collisions == 0


@dataclass(frozen=True, slots=True)
class Said:
    """Octets that all are the speaker's number, from a half second on."""

    speaker: int
    after_halves: int
    octets: int


def told(transmissions: list[Said]) -> list[tuple[int, float, int]]:
    """Return speaker, start and octets: nobody begins before it has ended."""
    free_at: dict[int, float] = {}
    found = []
    now = 0.0
    for transmission in transmissions:
        now += transmission.after_halves / 2
        start = max(now, free_at.get(transmission.speaker, 0.0))
        free_at[transmission.speaker] = start + transmission.octets
        found.append((transmission.speaker, start, transmission.octets))
    return found


def expected_on_line(transmissions: list[tuple[int, float, int]]) -> list[tuple[float, int | None]]:
    """Return when each octet ends that a listener hears, and whose it is; None: garbled."""
    heard = []
    for order, (speaker, start, octets) in enumerate(transmissions):
        for begin in (start + place for place in range(octets)):
            over = [
                (other_start, other_order)
                for other_order, (other, other_start, length) in enumerate(transmissions)
                if other != speaker and other_start < begin + 1 and begin < other_start + length
            ]
            if all((start, order) < other for other in over):
                heard.append((begin + 1, None if over else speaker))
    return sorted(heard, key=lambda octet: octet[0])


def speeches() -> st.SearchStrategy[list[Said]]:
    transmission = st.builds(Said, st.integers(1, 4), st.integers(0, 30), st.integers(1, 12))
    return st.lists(transmission, max_size=8)


@given(speeches())
def test_a_listener_hears_the_first_of_those_who_speak_and_whole_only_alone(
    transmissions: list[Said],
) -> None:
    line = a_line(5, replace(SECOND_AN_OCTET, piece_octets=1))
    now, heard = 0.0, []
    for transmission in transmissions:
        now += transmission.after_halves / 2
        heard += play(line, now)
        line.speak(transmission.speaker, bytes([transmission.speaker]) * transmission.octets, now)
    heard += play(line)
    octets = [(at, octets[0]) for at, station, octets in heard if station == 0]
    expected = expected_on_line(told(transmissions))
    assert [at for at, _ in octets] == [at for at, _ in expected]
    clean = [
        (octet, speaker)
        for (_, octet), (_, speaker) in zip(octets, expected, strict=True)
        if speaker is not None
    ]
    assert all(octet == speaker for octet, speaker in clean)
    assert line.counts.octets == sum(transmission.octets for transmission in transmissions)


@given(speeches(), st.integers(0, 9))
def test_what_is_heard_depends_on_seed_and_words_alone_however_often_it_is_ticked(
    transmissions: list[Said], seed: int
) -> None:
    settings = replace(SECOND_AN_OCTET, bit_error_rate=0.05)
    lines = [a_line(5, settings, seed) for _ in range(2)]
    now = 0.0
    for transmission in transmissions:
        for _ in range(transmission.after_halves):
            now += 0.5
            lines[0].tick(now)
        for line in lines:
            line.speak(transmission.speaker, bytes(transmission.octets), now)
    for line in lines:
        line.tick(LONG)
    assert lines[0].take_heard() == lines[1].take_heard()
    assert lines[0].counts == lines[1].counts


def test_noise_flips_bits_at_its_rate_for_all_who_hear_it() -> None:
    line = a_line(3, LineSettings(bit_error_rate=1e-3))
    for _ in range(100):
        line.speak(0, bytes(1000), now=0.0)
    heard = play(line)
    flipped = sum(octet.bit_count() for octet in octets_of(heard, 1))
    assert flipped == line.counts.flipped_bits == pytest.approx(800, rel=0.15)
    assert octets_of(heard, 1) == octets_of(heard, 2)


def test_pieces_are_told_in_the_order_of_time() -> None:
    line = a_line(3)
    line.speak(0, bytes(50), now=0.0)
    line.speak(1, bytes(50), now=3.0)
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(play(line)))


def test_who_leaves_hears_nothing_and_what_it_has_said_still_goes_out() -> None:
    line = a_line(3)
    line.speak(0, b"last words", now=0.0)
    line.leave(0)
    line.leave(1)
    assert play(line) == [(10.0, 2, b"last words")]
    with pytest.raises(KeyError):
        line.speak(0, b"x", now=20.0)
    with pytest.raises(KeyError):
        line.leave(0)
    assert line.join() == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("baudrate", 0),
        ("baudrate", -9600),
        ("turnaround_s", -0.001),
        ("bit_error_rate", -1e-6),
        ("turnaround_s", inf),
        ("turnaround_s", nan),
        ("bit_error_rate", 0.51),
        ("bit_error_rate", nan),
        ("piece_octets", 0),
        ("further_octets", 0),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_the_value(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=str(value)):
        LineSettings(**{field: value})
