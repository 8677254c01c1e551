"""The invariants of meter.md 8, checked after every step of random lives of a meter."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from link.secret import Secret
from link.terms import (
    EXECUTED,
    Alarm,
    EntrySource,
    TokenOutcome,
    TokenResult,
    meter_pan,
    token_digest,
)
from meter.domain import (
    Acknowledge,
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnergyUsed,
    Entered,
    EnterToken,
    Fact,
    GuessFailed,
    HeldSections,
    KeepCalendar,
    LocalDay,
    Measure,
    Observe,
    PowerUp,
    Seed,
    SwitchTested,
    alarms,
    apply_all,
    contact_wanted,
    decide,
    decide_and_apply,
    explain,
    fact_from_json,
    fact_to_json,
    initial,
    is_locked_out,
    state_from_json,
    state_to_json,
)
from meter.domain.calendar import used_by_period
from meter.domain.key_sections import HELD_S
from meter.domain.supply import supply_changes
from meter.sts import (
    ClearCredit,
    DecoderKey,
    EncryptionAlgorithm,
    MeterTest,
    NewKey,
    Token,
    UnitsCredit,
    key_sections,
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
KEYS = [SEED.key, *(Secret(bytes(range(n, n + 8))) for n in (20, 40, 60))]
"""Keys that sets of sections bring, over and over."""
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
        """Credits, by their digits."""
        self.entries: dict[str, TokenOutcome] = {}
        """Whatever was accepted or held last, by its digits."""
        self.tids: set[tuple[bytes, int]] = set()
        """Identifiers that were used, each with its key."""

    def write(self, token: Token) -> str:
        """Return the digits of a token under the active key."""
        return write_token(token, self.state.sts.key.cipher())

    def named(self, tid: int) -> tuple[bytes, int]:
        return self.state.sts.key.secret.reveal(), tid

    def do(self, command: Command) -> tuple[Fact, ...]:
        self.at += 1
        facts = decide(self.state, command, self.at).facts
        after, decision = decide_and_apply(self.state, command, self.at)
        assert decision == decide(self.state, command, self.at)
        self.state = apply_all(self.state, facts)
        assert (after, decision.facts) == (self.state, facts)
        assert supply_changes(self.state, self.at) == ()
        self.facts += facts
        self.used_wh += sum(fact.used for fact in facts if isinstance(fact, EnergyUsed))
        return facts

    def enter(self, digits: str, source: EntrySource) -> TokenOutcome:
        before = self.state
        found = decide(before, EnterToken(digits, source), self.at + 1).outcome
        assert found is not None
        facts = self.do(EnterToken(digits, source))
        assert found.credit_after == self.state.account.credit
        if any(isinstance(fact, Entered) for fact in facts):
            assert found.result in EXECUTED
            assert found.sequence == before.ledger.head.sequence + 1
            self.entries[digits] = found
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
        digits = self.write(UnitsCredit(0, rnd=3, tid=tid, field=field))
        named = self.named(tid)
        token = UnitsCredit(0, rnd=3, tid=tid, field=field)
        before_wh = self.state.account.credit
        found = self.enter(digits, source)
        if found.result is not TokenResult.Accept:
            return
        assert named not in self.tids
        assert digits not in self.accepted
        assert self.state.account.credit == before_wh + 100 * token.amount
        self.bought_wh += 100 * token.amount
        self.tids.add(named)
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
            TokenResult.CRCError,  # the key has changed since
        }
        if found.sequence:
            assert (found.sequence, found.first_at) == (first.sequence, first.at)
            assert (found.worth, found.first_source) == (first.amount, first.source)

    @rule(tid=st.integers(0, 1 << 20), source=SOURCES)
    def guess(self, tid: int, source: EntrySource) -> None:
        token = UnitsCredit(0, rnd=0, tid=tid, field=1)
        assert self.enter(write_token(token, STRANGER), source).result in {
            TokenResult.CRCError,
            TokenResult.LockedOut,
        }

    @rule(source=SOURCES, field=st.sampled_from([0, 1, 4, 0xFFFF, 0x1234]))
    def clear_the_credit(self, source: EntrySource, field: int) -> None:
        self.tid += 1
        left_wh, named = self.state.account.credit, self.named(self.tid)
        digits = self.write(ClearCredit(rnd=0, tid=self.tid, field=field))
        found = self.enter(digits, source)
        if found.result is TokenResult.Accept:
            assert field in (0, 0xFFFF)
            assert self.state.account.credit == min(left_wh, 0)
            self.bought_wh -= max(left_wh, 0)
            self.tids.add(named)

    @rule(
        number=st.integers(0, len(KEYS) - 1),
        ro=st.integers(0, 1),
        kt=st.integers(0, 3),
        sgc=st.sampled_from([None, 123_456]),
        data=st.data(),
        source=SOURCES,
    )
    def change_the_key(
        self,
        number: int,
        ro: int,
        kt: int,
        sgc: int | None,
        data: st.DataObject,
        source: EntrySource,
    ) -> None:
        new = NewKey(KEYS[number], ken=255, krn=2, kt=kt, ti=7, ro=ro, sgc=sgc)
        order = data.draw(st.permutations([self.write(one) for one in key_sections(new)]))
        entered = order[: data.draw(st.integers(1, len(order)))]
        self.do(Elapsed(HELD_S))  # nothing binds the sections of a set: what is held would mix
        before = self.state.sts
        for digits in entered:
            result = self.enter(digits, source).result
            if result is TokenResult.Accept:
                changed = self.state.sts
                assert changed.key.secret == KEYS[number]
                assert (changed.key.kt, changed.key.krn, changed.key.ti) == (kt, 2, "07")
                assert changed.held == HeldSections()
                assert ro or changed.tids.used == before.tids.used
                return
        after = self.state.sts
        assert (after.key, after.tids, after.base) == (before.key, before.tids, before.base)

    @rule(control=st.integers(1, (1 << 18) - 1), source=SOURCES)
    def run_tests(self, control: int, source: EntrySource) -> None:
        digits = write_token(MeterTest(0, control=control, mfr=0), None)
        assert self.enter(digits, source).result is TokenResult.Accept

    @rule(wh=st.integers(0, 400_000))
    def use_energy(self, wh: int) -> None:
        metering = self.state.metering
        self.do(Measure(max(metering.epoch, 0), metering.register + wh))

    @rule(wh=st.integers(1, 5_000))
    def let_the_register_fall(self, wh: int) -> None:
        metering = self.state.metering
        self.do(Measure(max(metering.epoch, 0), max(metering.register - wh, 0)))

    @rule(register=st.integers(0, 5_000))
    def change_the_source(self, register: int) -> None:
        self.do(Measure(self.state.metering.epoch + 1, register))

    @rule(seconds=st.sampled_from([0, 1, 2, 10, 60, 3_600, 100_000]))
    def wait(self, seconds: int) -> None:
        open_before = not contact_wanted(self.state)
        supply = self.state.supply
        waits = (supply.test_left_s, supply.overload.off_left_s, supply.overload.lockout_left_s)
        self.do(Elapsed(seconds))
        assert not self.state.sts.held.sealed or 0 < self.state.sts.held.left_s <= 600
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
        assert account.credit == self.bought_wh - self.used_wh
        assert account.credit <= account.maximum

    @invariant()
    def the_shown_register_never_falls(self) -> None:
        assert self.state.metering.total == self.used_wh >= self.shown_wh
        self.shown_wh = self.used_wh

    @invariant()
    def the_switch_is_closed_with_credit_alone(self) -> None:
        supply = self.state.supply
        alive = self.state.account.credit > 0 and supply.commissioned
        overload = supply.overload
        waits = (supply.test_left_s, overload.off_left_s, overload.lockout_left_s)
        assert contact_wanted(self.state) == (alive and not any(waits))
        assert contact_wanted(self.state) == (explain(self.state).restored_by == 0)

    @invariant()
    def the_days_are_all_energy_since_the_oldest_one(self) -> None:
        total_wh = self.state.metering.total
        for captures in (self.state.calendar.days, self.state.calendar.months):
            used_wh = sum(wh for _, wh in used_by_period(captures, total_wh))
            assert not captures or used_wh == total_wh - captures[0].total

    @invariant()
    def the_newest_accepted_credits_stand_in_the_ledger(self) -> None:
        newest = list(self.accepted.items())[-50:]
        kept = self.state.ledger.entries
        assert [entry for _, entry in newest] == [e for e in kept if e.token_class == 0]
        assert [entry.sequence for entry in kept] == sorted({entry.sequence for entry in kept})
        for digits, entry in newest:
            assert self.state.ledger.by_digest(token_digest(digits)) == entry

    @invariant()
    def no_identifier_that_was_used_under_the_active_key_is_fresh(self) -> None:
        key, tids = self.state.sts.key.secret.reveal(), self.state.sts.tids
        for _, tid in filter(lambda named: named[0] == key, self.tids):
            assert tids.is_old(tid) or tids.is_used(tid)

    def teardown(self) -> None:
        """The facts alone make the state, as text too, and none of them tells the key."""
        assert apply_all(self.first, self.facts) == self.state
        lines = [fact_to_json(fact) for fact in self.facts]
        assert apply_all(self.first, map(fact_from_json, lines)) == self.state
        for key in KEYS:
            words = [key.reveal().hex()[at : at + 8] for at in (0, 8)]
            assert not any(word in line for line in lines for word in words)


MeterLife.TestCase.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
TestMeterLife = MeterLife.TestCase
