"""The invariants of meter.md 8, checked after every step of random lives of a meter."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from link.secret import Secret
from link.terms import Alarm, EntrySource, TokenOutcome, TokenResult, meter_pan, token_digest
from meter.domain import (
    Acknowledge,
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnergyUsed,
    EnterToken,
    Fact,
    GuessFailed,
    KeepCalendar,
    LocalDay,
    Measure,
    Observe,
    PowerUp,
    Seed,
    SwitchTested,
    TokenAccepted,
    alarms,
    apply_all,
    contact_wanted,
    decide,
    explain,
    fact_from_json,
    fact_to_json,
    initial,
    is_locked_out,
    state_from_json,
    state_to_json,
)
from meter.domain.calendar import used_by_period
from meter.domain.supply import supply_changes
from meter.sts import (
    ClearCredit,
    DecoderKey,
    EncryptionAlgorithm,
    MeterTest,
    UnitsCredit,
    units_field,
    write_token,
)

OCTETS = bytes(range(50, 58))
SEED = Seed(
    "12345678903",
    meter_pan("12345678903"),
    "07",
    "02",
    2014,
    "123456",
    "01",
    1,
    2,
    255,
    0,
    Secret(OCTETS),
)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SEED.key)
STRANGER = DecoderKey(EncryptionAlgorithm.EA07, Secret(bytes(8)))
SOURCES = st.sampled_from(EntrySource)
AMOUNTS = st.integers(0, 5_000) | st.just(18_201_624)


class MeterLife(RuleBasedStateMachine):
    """A meter and a bookkeeper who only sees what goes in and what is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_000_000
        self.first = self.state = initial(SEED, self.at)
        self.facts: tuple[Fact, ...] = ()
        self.bought_wh = self.used_wh = self.shown_wh = 0
        self.tid = 0
        self.day = 1_000
        self.accepted: dict[str, TokenOutcome] = {}
        self.tids: set[int] = set()

    def do(self, command: Command) -> tuple[Fact, ...]:
        self.at += 1
        facts = decide(self.state, command, self.at).facts
        assert decide(self.state, command, self.at).facts == facts
        self.state = apply_all(self.state, facts)
        assert supply_changes(self.state, self.at) == ()
        self.facts += facts
        self.used_wh += sum(fact.used_wh for fact in facts if isinstance(fact, EnergyUsed))
        return facts

    def enter(self, digits: str, source: EntrySource) -> TokenOutcome:
        before = self.state
        found = decide(before, EnterToken(digits, source), self.at + 1).outcome
        assert found is not None
        facts = self.do(EnterToken(digits, source))
        assert found.credit_after == self.state.account.credit_wh
        if any(isinstance(fact, TokenAccepted) for fact in facts):
            assert found.result is TokenResult.Accept
            return found
        assert all(isinstance(fact, GuessFailed | SwitchTested) for fact in facts[:1])
        assert self.state.account == before.account
        assert self.state.sts == before.sts
        assert self.state.ledger == before.ledger
        assert contact_wanted(before) or not contact_wanted(self.state)
        return found

    @rule(amount=AMOUNTS, source=SOURCES, back=st.integers(0, 80))
    def buy_and_enter(self, amount: int, source: EntrySource, back: int) -> None:
        self.tid += 1
        tid = max(self.tid - back, 0) if back > 60 else self.tid
        field = units_field(amount)
        digits = write_token(UnitsCredit(0, rnd=3, tid=tid, field=field), KEY)
        token = UnitsCredit(0, rnd=3, tid=tid, field=field)
        before_wh = self.state.account.credit_wh
        found = self.enter(digits, source)
        if found.result is not TokenResult.Accept:
            return
        assert tid not in self.tids
        assert digits not in self.accepted
        assert self.state.account.credit_wh == before_wh + 100 * token.amount
        self.bought_wh += 100 * token.amount
        self.tids.add(tid)
        self.accepted[digits] = found

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), source=SOURCES)
    def enter_again(self, data: st.DataObject, source: EntrySource) -> None:
        digits = data.draw(st.sampled_from(sorted(self.accepted)))
        first = self.accepted[digits]
        found = self.enter(digits, source)
        assert found.result in {
            TokenResult.UsedError,
            TokenResult.OldError,
            TokenResult.LockedOut,
        }
        if found.result is TokenResult.UsedError:
            assert (found.sequence, found.first_at) == (first.sequence, first.at)
            assert (found.worth, found.first_source) == (first.amount, first.source)

    @rule(tid=st.integers(0, 1 << 20), source=SOURCES)
    def guess(self, tid: int, source: EntrySource) -> None:
        token = UnitsCredit(0, rnd=0, tid=tid, field=1)
        assert self.enter(write_token(token, STRANGER), source).result in {
            TokenResult.CRCError,
            TokenResult.LockedOut,
        }

    @rule(tid=st.integers(0, 100), source=SOURCES)
    def ask_to_clear_the_credit(self, tid: int, source: EntrySource) -> None:
        digits = write_token(ClearCredit(rnd=0, tid=tid, field=0xFFFF), KEY)
        assert self.enter(digits, source).result is not TokenResult.Accept

    @rule(control=st.integers(1, (1 << 18) - 1), source=SOURCES)
    def run_tests(self, control: int, source: EntrySource) -> None:
        digits = write_token(MeterTest(0, control=control, mfr=0), None)
        assert self.enter(digits, source).result is TokenResult.Accept

    @rule(wh=st.integers(0, 400_000))
    def use_energy(self, wh: int) -> None:
        metering = self.state.metering
        self.do(Measure(max(metering.epoch, 0), metering.register_wh + wh))

    @rule(wh=st.integers(1, 5_000))
    def let_the_register_fall(self, wh: int) -> None:
        metering = self.state.metering
        self.do(Measure(max(metering.epoch, 0), max(metering.register_wh - wh, 0)))

    @rule(register_wh=st.integers(0, 5_000))
    def change_the_source(self, register_wh: int) -> None:
        self.do(Measure(self.state.metering.epoch + 1, register_wh))

    @rule(seconds=st.sampled_from([0, 1, 2, 10, 60, 3_600, 100_000]))
    def wait(self, seconds: int) -> None:
        open_before = not contact_wanted(self.state)
        supply = self.state.supply
        waits = (supply.test_left_s, supply.overload.off_left_s, supply.overload.lockout_left_s)
        self.do(Elapsed(seconds))
        assert any(waits) or open_before == (not contact_wanted(self.state))

    @rule(power_w=st.integers(1, 20_000))
    def draw_too_much(self, power_w: int) -> None:
        was_on = contact_wanted(self.state)
        openings = self.state.supply.overload.openings
        self.do(CutOverload(power_w))
        assert not contact_wanted(self.state)
        assert self.state.supply.overload.openings == openings + was_on

    @rule(late=st.integers(-1, 1))
    def confirm(self, late: int) -> None:
        before = explain(self.state)
        held = is_locked_out(self.state, before.since)
        facts = self.do(ConfirmReconnection(before.since + late))
        assert bool(facts) <= (late == 0 or held)
        assert not facts or not self.state.supply.overload.lockout_left_s

    @rule(days=st.sampled_from([-40, -1, 0, 1, 1, 2, 40]))
    def look_at_the_calendar(self, days: int) -> None:
        self.day = max(self.day + days, 1)
        self.do(KeepCalendar(LocalDay(self.day, self.day // 30)))

    @rule(seconds=st.integers(-1_000_000, 1_000_000))
    def set_the_clock(self, seconds: int) -> None:
        self.at += seconds

    @rule(conditions=st.sampled_from([Alarm(0), Alarm.RELAY_MISMATCH, Alarm.SOURCE_SILENT]))
    def see_outside(self, conditions: Alarm) -> None:
        self.do(Observe(conditions))

    @rule()
    def acknowledge_all(self) -> None:
        self.do(Acknowledge(alarms(self.state)))
        assert alarms(self.state) == Alarm(0)

    @rule()
    def restart(self) -> None:
        self.state = state_from_json(state_to_json(self.state))
        self.do(PowerUp())

    @invariant()
    def credit_is_tokens_less_consumption(self) -> None:
        account = self.state.account
        assert account.credit_wh == self.bought_wh - self.used_wh
        assert account.credit_wh <= account.maximum_wh

    @invariant()
    def the_shown_register_never_falls(self) -> None:
        assert self.state.metering.total_wh == self.used_wh >= self.shown_wh
        self.shown_wh = self.used_wh

    @invariant()
    def the_switch_is_closed_with_credit_alone(self) -> None:
        supply = self.state.supply
        alive = self.state.account.credit_wh > 0 and bool(self.accepted)
        overload = supply.overload
        waits = (supply.test_left_s, overload.off_left_s, overload.lockout_left_s)
        assert contact_wanted(self.state) == (alive and not any(waits))
        assert contact_wanted(self.state) == (explain(self.state).restored_by == 0)

    @invariant()
    def the_days_are_all_energy_since_the_oldest_one(self) -> None:
        total_wh = self.state.metering.total_wh
        for captures in (self.state.calendar.days, self.state.calendar.months):
            used_wh = sum(wh for _, wh in used_by_period(captures, total_wh))
            assert not captures or used_wh == total_wh - captures[0].total_wh

    @invariant()
    def the_newest_accepted_tokens_stand_in_the_ledger(self) -> None:
        newest = list(self.accepted.items())[-50:]
        assert [entry for _, entry in newest] == list(self.state.ledger.entries)
        for digits, entry in newest:
            assert self.state.ledger.by_digest(token_digest(digits)) == entry
        assert self.state.ledger.head.sequence == len(self.accepted)

    def teardown(self) -> None:
        """The facts alone make the state, as text too, and none of them tells the key."""
        assert apply_all(self.first, self.facts) == self.state
        lines = [fact_to_json(fact) for fact in self.facts]
        assert apply_all(self.first, map(fact_from_json, lines)) == self.state
        assert not any(OCTETS.hex() in line for line in lines)
        assert self.state.sts.key == self.first.sts.key


MeterLife.TestCase.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
TestMeterLife = MeterLife.TestCase
