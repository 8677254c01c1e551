"""The lock-out ladder (security.md): guesses cost time, and strangers cannot cost others theirs."""

import json
from dataclasses import replace
from functools import cache
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import EntrySource, TokenResult, meter_pan
from meter.domain import (
    Elapsed,
    EnterToken,
    Ladders,
    Seed,
    State,
    apply_all,
    decide,
    initial,
    next_elapse_s,
    state_from_json,
    state_to_json,
)
from meter.sts import DecoderKey, EncryptionAlgorithm, MeterTest, UnitsCredit, write_token

SECRET = Secret(bytes(range(8)))
SEED = Seed(
    "12345678903", meter_pan("12345678903"), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, SECRET
)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SECRET)
STRANGER = DecoderKey(EncryptionAlgorithm.EA07, Secret(bytes(8)))
STATE = initial(SEED, 0)
HOUR_S = 3600
DAY_S = 24 * HOUR_S
PATH, OTHER = EntrySource.SLOT_0, EntrySource.SLOT_1


def token(tid: int, key: DecoderKey = KEY) -> str:
    return write_token(UnitsCredit(0, rnd=0, tid=tid, field=1), key)


def entered(state: State, digits: str, source: EntrySource = PATH) -> tuple[State, TokenResult]:
    decision = decide(state, EnterToken(digits, source), at=0)
    assert decision.outcome is not None
    return apply_all(state, decision.facts), decision.outcome.result


def passed(state: State, seconds: int) -> State:
    return apply_all(state, decide(state, Elapsed(seconds), at=0).facts)


@cache
def climbed(failures: int, source: EntrySource = PATH) -> State:
    """A state whose path failed so often, each time as soon as it might."""
    state = STATE
    for tid in range(failures):
        state = passed(state, state.ladders.locked_s(source))
        state, result = entered(state, token(tid, STRANGER), source)
        assert result is TokenResult.CRCError
    return state


def test_three_failures_are_free_and_then_the_wait_doubles() -> None:
    waits = [climbed(n).ladders.locked_s(PATH) for n in range(1, 14)]
    assert waits == [1, 1, 1, 10, 20, 40, 80, 160, 320, 640, 1280, 1280, 1280]


def test_a_locked_path_answers_with_the_seconds_left_and_deciphers_nothing() -> None:
    state = climbed(5)
    for digits in (token(99), token(99, STRANGER)):
        decision = decide(state, EnterToken(digits, PATH), at=0)
        assert decision.facts == ()
        assert decision.outcome is not None
        assert (decision.outcome.result, decision.outcome.seconds) == (TokenResult.LockedOut, 20)
    assert next_elapse_s(state) == 20
    late, result = entered(passed(state, 20), token(99))
    assert result is TokenResult.Accept
    assert late.ladders == replace(Ladders(), hours=state.ladders.hours, hour_left_s=HOUR_S - 33)


def test_a_locked_path_takes_class_one() -> None:
    _, result = entered(climbed(8), write_token(MeterTest(0, control=2, mfr=0), None))
    assert result is TokenResult.Accept


def test_strangers_lock_nobody_else_out() -> None:
    state, result = entered(climbed(11, source=PATH), token(50), OTHER)
    assert result is TokenResult.Accept
    assert state.ladders.locked_s(PATH) == 1280


def test_only_acceptance_clears_the_ladder() -> None:
    used = token(7)
    state, _ = entered(STATE, used, OTHER)
    state = replace(state, ladders=climbed(4).ladders)
    state, result = entered(passed(state, 10), used)
    assert result is TokenResult.UsedError
    assert state.ladders.path(PATH).failures == 4
    state, result = entered(state, token(8))
    assert result is TokenResult.Accept
    assert state.ladders.path(PATH).failures == 0


@pytest.mark.parametrize(("after_s", "failures"), [(1, 1), (4, 1), (5, 2), (60, 2)])
def test_the_same_digits_advance_the_ladder_once_in_five_seconds(
    after_s: int, failures: int
) -> None:
    digits = token(1, STRANGER)
    state, _ = entered(STATE, digits)
    state, result = entered(passed(state, after_s), digits)
    assert result is TokenResult.CRCError
    assert state.ladders.path(PATH).failures == failures
    assert sum(state.ladders.hours) == failures


def test_other_digits_in_between_do_not_make_a_repeat_count() -> None:
    state = climbed(2)
    state, result = entered(passed(state, 1), token(0, STRANGER))
    assert result is TokenResult.CRCError
    assert state.ladders.path(PATH).failures == 2


def test_the_same_digits_on_two_paths_are_two_guesses() -> None:
    digits = token(1, STRANGER)
    state, _ = entered(STATE, digits, PATH)
    state, _ = entered(state, digits, OTHER)
    assert [state.ladders.path(path).failures for path in (PATH, OTHER)] == [1, 1]


@given(st.integers(1, 13), st.integers(0, 2000))
def test_a_restart_neither_shortens_nor_stretches_a_wait(failures: int, seconds: int) -> None:
    state = passed(climbed(failures), seconds)
    assert state_from_json(state_to_json(state)) == state


@given(st.lists(st.integers(0, 700), max_size=8))
def test_time_counts_the_same_in_any_pieces(pieces: list[int]) -> None:
    state = climbed(9)
    at_once = passed(state, sum(pieces))
    for seconds in pieces:
        state = passed(state, seconds)
    assert state.ladders == at_once.ladders


def test_a_store_that_was_tampered_with_locks_nobody_out_for_ever() -> None:
    wire = json.loads(state_to_json(climbed(5)))
    path = wire["state"]["ladders"]["paths"]
    path["rows"][0][path["columns"].index("locked_s")] = 1 << 40
    wire["state"]["ladders"]["hour_left_s"] = 0
    wire["state"]["ladders"]["hours"] = [7]
    ladders = state_from_json(json.dumps(wire)).ladders
    assert ladders.locked_s(PATH) == HOUR_S
    assert ladders.hours == (7, *(0,) * 24)
    assert ladders.hour_left_s == 1


def guesses(hours: int) -> list[tuple[int, EntrySource]]:
    """When guesses of an attacker who holds every path and never rests were looked at."""
    ladders, second, looked_at = Ladders(), 0, []
    fresh = (number.to_bytes(8, "big") for number in count())
    while second < hours * HOUR_S:
        for path in EntrySource:
            if not ladders.locked_s(path):
                ladders = ladders.failed(path, next(fresh))
                looked_at.append((second, path))
        step = min(ladders.locked_s(path) for path in EntrySource)
        second, ladders = second + step, ladders.passed(step)
    return looked_at


def test_beyond_two_hundred_failures_a_day_each_path_has_one_try_an_hour() -> None:
    looked_at = guesses(hours=72)
    moments = [second for second, _ in looked_at]
    for place, (second, path) in enumerate(looked_at):
        today = sum(moment > second - DAY_S for moment in moments[: place + 1])
        later = [at for at, of in looked_at[place + 1 :] if of == path]
        if today >= 200 and later:
            assert later[0] - second >= HOUR_S
    assert max(sum(m <= at < m + DAY_S for at in moments) for m in moments) <= 200 + 12 * 24


def test_the_day_is_forgotten_after_a_day_of_running() -> None:
    ladders = Ladders()
    for number in range(200):
        ladders = ladders.failed(EntrySource(number % 12), number.to_bytes(8, "big"))
    assert ladders.locked_s(EntrySource(199 % 12)) == HOUR_S
    rested = ladders.passed(25 * HOUR_S)
    assert not any(rested.hours)
    assert rested.hour_left_s == HOUR_S
    assert rested.failed(OTHER, b"").locked_s(OTHER) == 1280
