"""Laws of date-time: the calendar agrees with another one, and seconds come back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem.date_time import (
    GREATEST_S,
    NEVER,
    date_time_octets,
    date_time_seconds,
    date_time_span,
)

SAMPLE = 1_700_000_000
"""2023-11-14 22:13:20 UTC, a Tuesday."""


@given(st.integers(1, GREATEST_S))
def test_the_calendar_agrees_with_the_library_and_comes_back(seconds: int) -> None:
    octets = date_time_octets(seconds)
    at = datetime.fromtimestamp(seconds, UTC)
    found = (int.from_bytes(octets[:2], "big"), *octets[2:8])
    assert found == (at.year, at.month, at.day, at.isoweekday(), at.hour, at.minute, at.second)
    assert date_time_seconds(octets) == seconds


def test_days_over_the_whole_range_come_back() -> None:
    for seconds in range(86399, GREATEST_S, 5 * 86400):
        assert date_time_seconds(date_time_octets(seconds)) == seconds


def test_zero_is_never() -> None:
    assert date_time_octets(0) == NEVER
    assert date_time_seconds(NEVER) == 0


@pytest.mark.parametrize("seconds", [-1, GREATEST_S + 1])
def test_seconds_out_of_range_are_our_bug(seconds: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        date_time_octets(seconds)


PARTS = ((2, 3), (3, 4), (5, 6), (6, 7), (7, 8))
"""Places of month, day, hour, minute and second."""


@given(st.integers(1, GREATEST_S), st.integers(0, len(PARTS)))
def test_what_is_not_specified_is_open_from_its_first_part_on(seconds: int, known: int) -> None:
    octets = bytearray(date_time_octets(seconds))
    for begin, _ in PARTS[known : known + 1]:
        octets[begin] = 0xFF
    first, last = date_time_span(bytes(octets))
    assert first <= seconds <= last
    for begin, _ in PARTS[known:]:
        octets[begin] = 0xFF
    assert date_time_span(bytes(octets)) == (first, last)
    inside = (first, last) if last < GREATEST_S else (max(first, 1),)
    for edge in inside:
        told = date_time_octets(max(edge, 1))
        assert all(told[a:b] == octets[a:b] for a, b in ((0, 2), *PARTS[:known]))
    if last < GREATEST_S:
        beyond = date_time_octets(last + 1)
        assert any(beyond[a:b] != octets[a:b] for a, b in ((0, 2), *PARTS[:known]))


@pytest.mark.parametrize(
    ("octets", "span"),
    [
        ("ffffffffffffffffff8000ff", (0, GREATEST_S)),
        ("ffff0c01ff0000000080000 0", (0, GREATEST_S)),
        ("07ea0c01ff0000000080 0000", (1_796_083_200, 1_796_083_200)),
        ("07ea0c01000000006300 3cff", (1_796_086_800, 1_796_086_800)),
        ("07ea0c0102ffffffffffc400", (1_796_079_600, 1_796_165_999)),
        ("07e802ffffffffffff800000", (1_706_745_600, 1_709_251_199)),
        ("0001010101000000008000 00", (0, 0)),
        ("270f0c1f05173b3b008000 00", (GREATEST_S, GREATEST_S)),
    ],
)
def test_a_bound_is_read_as_clients_write_it(octets: str, span: tuple[int, int]) -> None:
    assert date_time_span(bytes.fromhex(octets.replace(" ", ""))) == span


@given(st.binary(max_size=14))
def test_any_octets_are_a_span_or_refused(octets: bytes) -> None:
    try:
        first, last = date_time_span(octets)
    except ValueError:
        return
    assert 0 <= first <= last <= GREATEST_S


def with_octets(place: int, hex_octets: str) -> bytes:
    octets = bytes.fromhex(hex_octets)
    sample = date_time_octets(SAMPLE)
    return sample[:place] + octets + sample[place + len(octets) :]


@pytest.mark.parametrize(
    ("place", "octets", "shift"),
    [
        (9, "ffc4", -3600),
        (9, "003c", 3600),
        (9, "8000", 0),
        (4, "ff", 0),
        (8, "ff", 0),
        (8, "63", 0),
        (11, "80", 0),
    ],
    ids=[
        "one hour east",
        "one hour west",
        "no deviation",
        "no weekday",
        "no hundredths",
        "",
        "dst",
    ],
)
def test_parts_that_may_be_left_open(place: int, octets: str, shift: int) -> None:
    assert date_time_seconds(with_octets(place, octets)) == SAMPLE + shift


@pytest.mark.parametrize(
    ("place", "octets"),
    [
        (0, "07b1"),
        (0, "ffff"),
        (0, "0000"),
        (2, "00"),
        (2, "0d"),
        (2, "fd"),
        (3, "00"),
        (3, "1f"),
        (2, "021e"),
        (4, "03"),
        (4, "00"),
        (5, "18"),
        (6, "3c"),
        (7, "3c"),
        (8, "64"),
        (9, "02d1"),
    ],
)
def test_parts_that_do_not_exist_are_refused(place: int, octets: str) -> None:
    with pytest.raises(ValueError, match=r"year|month|day|hour|minute|second|hundredths|deviation"):
        date_time_seconds(with_octets(place, octets))


def test_february_29_exists_in_leap_years_only() -> None:
    leap = bytes.fromhex("07e8021dff0000000000 0000".replace(" ", ""))
    assert date_time_seconds(leap) == 1709164800
    with pytest.raises(ValueError, match="day 29"):
        date_time_seconds(bytes.fromhex("07e7021dff00000000000000"))


@pytest.mark.parametrize("length", [0, 11, 13])
def test_other_lengths_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="octets are no date-time"):
        date_time_seconds(bytes(length))
