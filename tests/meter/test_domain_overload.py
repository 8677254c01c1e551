"""Overload (meter.md 4): off, three retries, lock-out; no token lifts it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import (
    EntrySource,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenResult,
    meter_pan,
)
from meter.config import LONGEST_OVERLOAD_S
from meter.domain import (
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnterToken,
    Measure,
    Overload,
    PowerUp,
    Seed,
    State,
    apply_all,
    contact_wanted,
    decide,
    explain,
    initial,
    is_counting,
    next_elapse_s,
    state_from_json,
    state_to_json,
    supply_rows,
)
from meter.domain.overload import LOCKOUT_S, OFF_S, QUIET_S, RETRIES
from meter.sts import DecoderKey, EncryptionAlgorithm, UnitsCredit, units_field, write_token

DRN = "12345678903"
SECRET = Secret(bytes(range(8)))
SEED = Seed(DRN, meter_pan(DRN), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, SECRET)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SECRET)
TOO_MUCH = CutOverload(5_000)
AT = 2_000


def credit(wh: int, tid: int) -> EnterToken:
    token = UnitsCredit(0, rnd=0, tid=tid, field=units_field(wh // 100))
    return EnterToken(write_token(token, KEY), EntrySource.SLOT_0)


def run(state: State, *commands: Command, at: int = AT) -> State:
    for command in commands:
        state = apply_all(state, decide(state, command, at).facts)
    return state


LOADED = run(initial(SEED, 1_000), Measure(0, 0), credit(25_000, 0))
ONE_RETRY = (TOO_MUCH, Elapsed(OFF_S))
LOCKED = run(LOADED, *ONE_RETRY * RETRIES, TOO_MUCH, at=3_000)


def held(state: State) -> list[SupplyReason]:
    return [row.reason for row in supply_rows(state)]


def test_too_much_power_opens_the_switch_for_a_minute() -> None:
    state = run(LOADED, TOO_MUCH)
    assert explain(state) == SupplyExplanation(
        SupplyState.READY, SupplyReason.OVERLOAD, AT, RestoredBy.TIME, OFF_S
    )
    assert next_elapse_s(state) == OFF_S
    state = run(state, Elapsed(OFF_S - 1))
    assert not contact_wanted(state)
    assert explain(state).seconds_left == 1
    assert contact_wanted(run(state, Elapsed(1)))


def test_a_count_down_moves_between_commits() -> None:
    state = run(LOADED, TOO_MUCH)
    assert [explain(state, s).seconds_left for s in (0, 7, OFF_S, OFF_S + 9)] == [60, 53, 0, 0]


def test_after_three_retries_the_slowest_limit_is_locked_out_too() -> None:
    over_again = (TOO_MUCH, Elapsed(OFF_S + LONGEST_OVERLOAD_S))
    assert held(run(LOADED, *over_again * RETRIES, TOO_MUCH)) == [SupplyReason.OVERLOAD_LOCKOUT]


def test_after_three_retries_it_is_locked_out_for_half_an_hour() -> None:
    state = LOADED
    for _ in range(RETRIES):
        state = run(state, TOO_MUCH)
        assert held(state) == [SupplyReason.OVERLOAD]
        state = run(state, Elapsed(OFF_S + 5))
        assert contact_wanted(state)
    state = run(state, TOO_MUCH, at=9_000)
    assert explain(state) == SupplyExplanation(
        SupplyState.READY,
        SupplyReason.OVERLOAD_LOCKOUT,
        9_000,
        RestoredBy.CONFIRMATION,
        LOCKOUT_S,
    )
    assert next_elapse_s(state) == LOCKOUT_S
    assert not contact_wanted(run(state, Elapsed(LOCKOUT_S - 1)))
    assert contact_wanted(run(state, Elapsed(LOCKOUT_S)))
    assert state.supply.overload.openings == RETRIES + 1


def test_a_confirmation_ends_the_lock_out_it_names_and_no_other() -> None:
    since = explain(LOCKED).since
    for other in (0, since - 1, since + 1):
        assert decide(LOCKED, ConfirmReconnection(other), AT).facts == ()
    state = run(LOCKED, ConfirmReconnection(since))
    assert contact_wanted(state)
    assert decide(state, ConfirmReconnection(since), AT).facts == ()


def test_a_confirmation_shortens_no_retry() -> None:
    state = run(LOADED, TOO_MUCH)
    assert decide(state, ConfirmReconnection(explain(state).since), AT).facts == ()


@pytest.mark.parametrize("command", [ConfirmReconnection(3_000), Elapsed(LOCKOUT_S)])
def test_after_a_lock_out_the_retries_begin_anew(command: Command) -> None:
    state = run(LOCKED, command, TOO_MUCH)
    assert held(state) == [SupplyReason.OVERLOAD]
    assert state.supply.overload.retries == 1


def test_retries_are_forgotten_after_a_quiet_time_of_supply() -> None:
    state = run(LOADED, *ONE_RETRY * RETRIES, Elapsed(QUIET_S - 1))
    assert held(run(state, TOO_MUCH)) == [SupplyReason.OVERLOAD_LOCKOUT]
    assert is_counting(state)
    state = run(state, Elapsed(1))
    assert not is_counting(state)
    assert held(run(state, TOO_MUCH)) == [SupplyReason.OVERLOAD]


def test_no_token_lifts_an_overload() -> None:
    for state in (run(LOADED, TOO_MUCH), LOCKED):
        outcome = decide(state, credit(10_000, tid=9), AT).outcome
        assert outcome is not None
        assert outcome.result is TokenResult.Accept
        after = run(state, credit(10_000, tid=9))
        assert not contact_wanted(after)
        assert explain(after) == explain(state)


def test_no_credit_is_told_first_and_the_switch_closes_when_neither_holds() -> None:
    both = run(LOCKED, Measure(0, 25_000))
    assert held(both) == [SupplyReason.NO_CREDIT, SupplyReason.OVERLOAD_LOCKOUT]
    paid = run(both, credit(1_000, tid=9))
    assert held(paid) == [SupplyReason.OVERLOAD_LOCKOUT]
    assert contact_wanted(run(paid, ConfirmReconnection(3_000)))
    confirmed = run(both, ConfirmReconnection(3_000))
    assert held(confirmed) == [SupplyReason.NO_CREDIT]
    assert contact_wanted(run(confirmed, credit(1_000, tid=9)))


def test_an_open_switch_is_not_cut_again() -> None:
    for state in (LOCKED, run(LOADED, TOO_MUCH), run(LOADED, Measure(0, 25_000))):
        assert decide(state, TOO_MUCH, AT).facts == ()


def test_a_start_is_counted_from_the_second_one_on() -> None:
    new = initial(SEED, 1_000)
    assert decide(new, PowerUp(), AT).facts == ()
    assert run(LOADED, PowerUp(), PowerUp()).supply.power_offs == 2


def test_a_store_that_was_tampered_with_locks_nobody_out_for_ever() -> None:
    for forged, read in (
        (Overload(10**6, 10**6, 10**6, 10**6, 4), Overload(OFF_S, LOCKOUT_S, RETRIES, QUIET_S, 4)),
        (Overload(-1, -1, -(10**6), -1, -1), Overload()),
    ):
        state = replace(LOADED, supply=replace(LOADED.supply, overload=forged))
        assert state_from_json(state_to_json(state)).supply.overload == read


@settings(max_examples=40)
@given(st.integers(0, 5), st.lists(st.integers(0, 900), max_size=6))
def test_time_counts_the_same_in_any_pieces(openings: int, pieces: list[int]) -> None:
    started = run(LOADED, *ONE_RETRY * openings, TOO_MUCH)
    in_pieces = run(started, *(Elapsed(piece) for piece in pieces))
    assert in_pieces.supply.overload == run(started, Elapsed(sum(pieces))).supply.overload
    assert state_from_json(state_to_json(in_pieces)) == in_pieces
