"""Laws of the least time of polls."""

import pytest

from tools.bench.polls import LINE, REST_S, times_s
from tools.sim import Said

FRAME = bytes(96)
AIR_S = len(FRAME) * LINE.octet_s


def said(*moments: float) -> list[Said]:
    return [Said(at, "unit 0", FRAME) for at in moments]


def test_who_answers_at_once_takes_the_least_time() -> None:
    heard_s = AIR_S
    least_s, busy_s = times_s(said(0.0, heard_s, 2 * heard_s + LINE.turnaround_s))
    assert least_s == pytest.approx(3 * AIR_S + 2 * LINE.turnaround_s)
    assert busy_s == pytest.approx(least_s)


def test_who_waits_takes_longer_by_what_goes_beyond_the_turnaround() -> None:
    least_s, busy_s = times_s(said(0.0, AIR_S + REST_S - 0.001))
    assert busy_s - least_s == pytest.approx(REST_S - 0.001 - LINE.turnaround_s)


def test_a_line_at_rest_takes_no_time() -> None:
    least_s, busy_s = times_s(said(0.0, AIR_S + 2 * REST_S, 100.0))
    assert least_s == pytest.approx(3 * AIR_S)
    assert busy_s == pytest.approx(least_s)
