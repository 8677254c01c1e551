"""Laws of date-time: the calendar agrees with another one, and seconds come back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem.date_time import GREATEST_S, NEVER, date_time_octets, date_time_seconds

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
