"""Credit, the supply table, alarms and count-downs (meter.md 4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import (
    Alarm,
    CreditStatus,
    EntrySource,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    meter_pan,
)
from meter.domain import (
    Acknowledge,
    BaselineTaken,
    Command,
    Elapsed,
    EnergyUsed,
    EnterToken,
    Measure,
    Observe,
    ReasonArose,
    ReasonLifted,
    RegisterFell,
    Seed,
    State,
    alarms,
    apply_all,
    contact_wanted,
    credit_status,
    crossing,
    decide,
    explain,
    initial,
    is_counting,
    next_elapse_s,
    supply_rows,
)
from meter.domain.supply import TABLE
from meter.sts import DecoderKey, EncryptionAlgorithm, MeterTest, UnitsCredit, units_field
from meter.sts import write_token as written

SECRET = Secret(bytes(range(8)))
SEED = Seed(
    "12345678903", meter_pan("12345678903"), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, SECRET
)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SECRET)
STARTED_AT = 1_000
NEW = initial(SEED, STARTED_AT)
SWITCH_TEST = EnterToken(written(MeterTest(0, control=1, mfr=0), None), EntrySource.SLOT_0)


def credit(wh: int, tid: int = 0) -> EnterToken:
    return EnterToken(
        written(UnitsCredit(0, rnd=0, tid=tid, field=units_field(wh // 100)), KEY),
        EntrySource.SLOT_0,
    )


def run(state: State, *commands: Command, at: int = 2_000) -> State:
    for command in commands:
        state = apply_all(state, decide(state, command, at).facts)
    return state


def loaded(wh: int) -> State:
    """A meter with credit, whose source stands at 0 Wh of epoch 0."""
    return run(NEW, Measure(0, 0), credit(wh))


def reasons(state: State) -> list[SupplyReason]:
    return [row.reason for row in supply_rows(state)]


def test_a_new_meter_is_off_until_its_first_token() -> None:
    assert not contact_wanted(NEW)
    assert explain(NEW) == SupplyExplanation(
        SupplyState.DISCONNECTED,
        SupplyReason.NEVER_COMMISSIONED,
        since=STARTED_AT,
        restored_by=RestoredBy.FIRST_TOKEN,
        seconds_left=0,
    )
    on = run(NEW, credit(100), at=3_000)
    assert contact_wanted(on)
    assert explain(on) == SupplyExplanation(
        SupplyState.CONNECTED, SupplyReason.NONE, 3_000, RestoredBy.NOTHING, 0
    )


def test_the_first_token_commissions_even_where_it_does_not_lift_the_credit() -> None:
    used = run(NEW, Measure(0, 0), Measure(0, 5_000))  # a welded contact
    state = run(used, credit(1_000))
    assert state.account.credit == -4_000
    assert reasons(state) == [SupplyReason.NO_CREDIT]
    assert explain(state).state is SupplyState.READY


def test_credit_is_gone_at_zero_and_not_before() -> None:
    state = run(loaded(1_000), Measure(0, 999), at=2_500)
    assert contact_wanted(state)
    state = run(state, Measure(0, 1_000), at=2_600)
    assert explain(state) == SupplyExplanation(
        SupplyState.READY, SupplyReason.NO_CREDIT, 2_600, RestoredBy.CREDIT_TOKEN, 0
    )
    assert contact_wanted(run(state, credit(100, tid=1)))


def test_what_flowed_beyond_zero_is_paid_by_the_next_token() -> None:
    state = run(loaded(1_000), Measure(0, 1_150))
    assert state.account.credit == -150
    assert run(state, credit(500, tid=1)).account.credit == 350


def test_the_switch_test_lasts_two_seconds_and_then_the_table_decides() -> None:
    state = run(loaded(1_000), SWITCH_TEST)
    assert explain(state) == SupplyExplanation(
        SupplyState.READY, SupplyReason.TEST, 2_000, RestoredBy.TIME, 2
    )
    assert next_elapse_s(state) == 2
    state = run(state, Elapsed(1))
    assert explain(state).seconds_left == 1
    assert contact_wanted(run(state, Elapsed(1)))
    assert not contact_wanted(run(state, Measure(0, 1_000), Elapsed(1)))


def test_the_switch_is_tested_once_a_minute_at_most() -> None:
    state = run(loaded(1_000), SWITCH_TEST, Elapsed(2))
    for seconds in (0, 57):
        state = run(state, Elapsed(seconds), SWITCH_TEST)
        assert contact_wanted(state)
    assert is_counting(state)
    state = run(state, Elapsed(1))
    assert not is_counting(state)
    assert not contact_wanted(run(state, SWITCH_TEST))


def test_reasons_stand_strongest_first_in_whatever_order_they_arose() -> None:
    state = run(loaded(1_000), SWITCH_TEST, Measure(0, 1_000))
    assert reasons(state) == [SupplyReason.NO_CREDIT, SupplyReason.TEST]
    assert reasons(NEW) == [SupplyReason.NEVER_COMMISSIONED, SupplyReason.NO_CREDIT]


def test_every_reason_but_none_has_a_row() -> None:
    assert {row.reason for row in TABLE} == set(SupplyReason) - {SupplyReason.NONE}


def test_a_change_of_reasons_is_a_fact() -> None:
    facts = decide(NEW, credit(100), at=7).facts[1:]
    assert facts == (
        ReasonLifted(SupplyReason.NEVER_COMMISSIONED, 7),
        ReasonLifted(SupplyReason.NO_CREDIT, 7),
    )
    facts = decide(loaded(100), Measure(0, 100), at=8).facts
    assert facts == (EnergyUsed(100, 100, 8), ReasonArose(SupplyReason.NO_CREDIT, 8))


def test_credit_falls_by_what_the_absolute_register_rose() -> None:
    state = run(loaded(10_000), Measure(0, 30), Measure(0, 30), Measure(0, 45))
    assert state.account.credit == 10_000 - 45
    assert state.metering.total == 45


def test_a_register_that_falls_charges_nothing_and_is_an_event() -> None:
    state = run(loaded(10_000), Measure(0, 500))
    facts = decide(state, Measure(0, 20), at=9).facts
    assert facts == (RegisterFell(20, 480, 9),)
    state = run(state, Measure(0, 20), Measure(0, 25))
    assert state.account.credit == 10_000 - 505
    assert state.metering.total == 505
    assert Alarm.REGISTER_FELL in alarms(state)


def test_a_new_epoch_is_a_new_baseline() -> None:
    state = run(loaded(10_000), Measure(0, 500))
    assert decide(state, Measure(1, 9_000), at=9).facts == (BaselineTaken(1, 9_000, 9),)
    state = run(state, Measure(1, 9_000), Measure(1, 9_001))
    assert state.metering.total == 501
    assert Alarm.REGISTER_FELL not in alarms(state)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3_000)), max_size=30))
def test_the_shown_register_never_falls_and_credit_mirrors_it(
    readings: list[tuple[int, int]],
) -> None:
    state, shown = loaded(10_000), 0
    for epoch, register in readings:
        state = run(state, Measure(epoch, register))
        assert state.metering.total >= shown
        shown = state.metering.total
        assert state.account.credit == 10_000 - shown


@given(st.integers(0, 20), st.integers(0, 20_000))
def test_after_so_much_more_the_alarms_change_and_not_before(units: int, used_wh: int) -> None:
    state = run(loaded(1_000 * units), Measure(0, used_wh))
    left = crossing(state)
    if left is None:
        assert state.account.credit <= 0
        return
    assert left > 0
    assert alarms(run(state, Measure(0, used_wh + left - 1))) == alarms(state)
    assert alarms(run(state, Measure(0, used_wh + left))) != alarms(state)


@pytest.mark.parametrize(
    ("credit_wh", "holding", "status"),
    [
        (6_000, Alarm(0), CreditStatus.IN_USE),
        (5_000, Alarm.LOW_CREDIT, CreditStatus.IN_USE),
        (1, Alarm.LOW_CREDIT, CreditStatus.IN_USE),
        (0, Alarm.CREDIT_EXHAUSTED | Alarm.RELAY_OPEN, CreditStatus.EXHAUSTED),
        (-1, Alarm.CREDIT_EXHAUSTED | Alarm.RELAY_OPEN, CreditStatus.EXHAUSTED),
    ],
)
def test_alarms_follow_the_credit(credit_wh: int, holding: Alarm, status: CreditStatus) -> None:
    state = run(loaded(10_000), Measure(0, 10_000 - credit_wh))
    assert alarms(state) == holding
    assert credit_status(state) is status


def test_an_acknowledged_alarm_is_hidden_until_its_cause_comes_anew() -> None:
    state = run(loaded(5_000), Acknowledge(Alarm.LOW_CREDIT))
    assert alarms(state) == Alarm(0)
    assert alarms(run(state, Measure(0, 10))) == Alarm(0)
    state = run(state, credit(5_000, tid=1))
    assert alarms(run(state, Measure(0, 5_000))) == Alarm.LOW_CREDIT


def test_an_event_stands_until_it_is_acknowledged() -> None:
    state = run(loaded(9_000), Measure(0, 10), Measure(0, 5), Acknowledge(Alarm.LOW_CREDIT))
    assert alarms(state) == Alarm.REGISTER_FELL
    state = run(state, Acknowledge(Alarm.REGISTER_FELL))
    assert alarms(state) == Alarm(0)
    assert alarms(run(state, Measure(0, 1))) == Alarm.REGISTER_FELL


def test_outside_conditions_are_alarms_while_they_are_observed() -> None:
    state = run(loaded(9_000), Observe(Alarm.RELAY_MISMATCH | Alarm.STORE_FAILED))
    assert alarms(state) == Alarm.RELAY_MISMATCH
    assert alarms(run(state, Acknowledge(Alarm.RELAY_MISMATCH))) == Alarm(0)
    assert alarms(run(state, Observe(Alarm(0)))) == Alarm(0)


@pytest.mark.parametrize(
    "command",
    [Measure(0, 0), Elapsed(0), Elapsed(9), Observe(Alarm(0)), Acknowledge(Alarm.LOW_CREDIT)],
)
def test_what_changes_nothing_has_no_facts(command: Command) -> None:
    assert decide(loaded(9_000), command, at=1).facts == ()


def test_time_never_falls_and_no_source_has_a_negative_epoch() -> None:
    with pytest.raises(ValueError, match="elapsed -1 s"):
        Elapsed(-1)
    with pytest.raises(ValueError, match="epoch -1"):
        Measure(-1, 0)
