"""Token identifiers and the seconds they stand for (sts.md 2.4)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.sts import TID_LIMIT, BaseDate, TidError, tid_at, utc_of

BASES = st.sampled_from(BaseDate)


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("moment", "base", "tid"),
    [
        ("1996-03-25 13:55:22", 1993, 1698595),
        ("2004-03-01 13:55:00", 1993, 5871715),
        ("2016-12-11 15:49:00", 1993, 0xC02A55),
        ("2020-01-01 08:00:00", 1993, 14200320),
        ("2020-01-01 08:00:00", 2014, 3155520),
        ("2024-11-24 20:15:59", 1993, TID_LIMIT - 1),
        ("2045-11-24 20:15:00", 2014, TID_LIMIT - 1),
        ("2035-01-01 00:00:00", 2035, 0),
    ],
)
def test_the_identifiers_of_the_standard(moment: str, base: int, tid: int) -> None:
    assert tid_at(seconds(moment), BaseDate(base)) == tid
    assert utc_of(tid, BaseDate(base)) == seconds(moment) // 60 * 60


@pytest.mark.parametrize("base", BaseDate)
def test_minute_0_is_the_first_of_january(base: BaseDate) -> None:
    assert base.at == seconds(f"{base:d}-01-01 00:00")
    assert base.code == str(base.value)[2:]


@given(BASES, st.integers(0, TID_LIMIT - 1), st.integers(0, 59))
def test_an_identifier_is_the_minute_without_its_seconds(
    base: BaseDate, tid: int, second: int
) -> None:
    assert tid_at(utc_of(tid, base) + second, base) == tid


@given(BASES, st.integers(-(10**12), -1) | st.integers(TID_LIMIT * 60, 10**12))
def test_a_moment_outside_the_24_bits_is_refused(base: BaseDate, after: int) -> None:
    with pytest.raises(TidError, match=f"since {base:d}"):
        tid_at(base.at + after, base)
