"""The meter unit: state, disk, source and switch of one meter, and when each is looked at.

The relay follows the state: it is driven after each commit. Everything that a face shows is
committed state (meter.md 2).
"""

from dataclasses import dataclass

from link.terms import Alarm, EntrySource, Tamper, TokenOutcome
from meter.app.clock import WallClock
from meter.app.limiter import Limiter
from meter.app.unit_of_work import StoreLost, UnitOfWork
from meter.domain import (
    Acknowledge,
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnterToken,
    KeepCalendar,
    Measure,
    Observe,
    PowerLimit,
    PowerUp,
    ReportTamper,
    State,
    contact_wanted,
    crossing,
    is_counting,
    next_elapse_s,
    power_limit,
)
from meter.relays import Relay
from meter.sources import Source
from meter.store import Store

SAMPLE_WH = 5
"""The register is looked at before more than this has flowed."""

CHECK_S = 1.0
"""Commanded and sensed contact are compared, and power is sampled, at least this often; a lost
store is tried again."""

ROUNDING_S = 1e-6
"""What a sum of float seconds may lack: the second for which a deadline was set is a whole one."""

NO_LIMIT = PowerLimit()
NO_TAMPER = Tamper(0)


@dataclass(frozen=True, slots=True)
class Rules:
    """When consumption must be durable, whichever of the two comes first; how much may flow."""

    commit_wh: int
    commit_s: int
    limit: PowerLimit = NO_LIMIT
    """Where no token has set another."""
    opened_by: Tamper = NO_TAMPER
    """Inputs of interference for which the switch opens."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The disk, where energy readings come from, and what moves the switch."""

    store: Store
    source: Source
    relay: Relay


class MeterUnit:
    """One meter, without its faces. `now` is monotonic seconds everywhere."""

    deadline: float
    """When `tick` must be called at the latest."""

    def __init__(
        self, equipment: Equipment, state: State, *, rules: Rules, clock: WallClock, now: float
    ) -> None:
        self._work = UnitOfWork(equipment.store, state)
        self._source = equipment.source
        self._relay = equipment.relay
        self._rules = rules
        self._clock = clock
        self._power = Limiter(rules.limit.over_s)
        self._unbalance = Limiter(rules.limit.over_s)
        self._starting = True
        self._committed_at = self._counted_to = now
        self._last: dict[EntrySource, TokenOutcome] = {}
        self.reading = self._source.read(now)
        self.tick(now)

    @property
    def state(self) -> State | None:
        """As last committed; None while nobody can say what the disk has."""
        return self._work.state

    @property
    def at(self) -> int:
        """UTC seconds."""
        return self._clock.at()

    @property
    def limit(self) -> PowerLimit:
        """How much power may be drawn."""
        return power_limit(self.state, self._rules.limit) if self.state else self._rules.limit

    def uncounted_s(self, now: float) -> int:
        """Return the running seconds that no committed count-down has counted yet."""
        return self._passed_s(now) if self._is_counting() else 0

    def enter(self, digits: str, source: EntrySource, now: float) -> TokenOutcome | None:
        """Judge a token after what has flowed until now; None where nothing could be judged."""
        try:
            outcome = self._execute((*self._settling(now), EnterToken(digits, source)), now)
        except StoreLost:
            return None
        if outcome:
            self._last[source] = outcome
        return outcome

    def acknowledge(self, alarms: Alarm, now: float) -> bool:
        """Clear bits of the alarm register; False where the store is lost."""
        return self._is_done((Acknowledge(alarms),), now)

    def confirm(self, since: int, now: float) -> bool:
        """End the lock-out that began at a UTC second; False where the store is lost."""
        return self._is_done((ConfirmReconnection(since),), now)

    def report(self, tamper: Tamper, now: float) -> bool:
        """Take what an input tells of an interference; False where the store is lost."""
        reported = ReportTamper(tamper, opens=bool(tamper & self._rules.opened_by))
        return self._is_done((*self._settling(now), reported), now)

    def last_result(self, source: EntrySource) -> TokenOutcome | None:
        """Return what the last token of a path came to: since the start, or by the ledger."""
        entries = reversed(self.state.ledger.entries) if self.state else ()
        return self._last.get(source) or next((e for e in entries if e.source == source), None)

    def is_closed(self, now: float) -> bool:
        """Return how the contact is sensed."""
        return self._relay.sensed(now)

    def tick(self, now: float) -> None:
        """Read the source, commit what is due, compare the contact, try a lost store again.

        What happened is logged here, when the token that made it happen has its answer.
        """
        self._work.tell()
        self.deadline = now + CHECK_S
        if self.state is None:
            self._work.ask_the_disk()
        self.reading = self._source.read(now)
        try:
            self._keep_pace(now)
        except StoreLost:
            return

    def settle(self, now: float) -> bool:
        """Make durable what has flowed until now; False where that failed."""
        if not self._is_done(self._settling(now), now):
            return False
        self._work.tell()
        return True

    def _keep_pace(self, now: float) -> None:
        if self._starting:
            self._execute((PowerUp(), *self._settling(now)), now)
            self._starting = False
        state = self._work.known()
        if self._power.is_exceeded(self._drawn_w(state), self.limit.power_w, now):
            self._execute((*self._settling(now), CutOverload(self.reading.power_w)), now)
        elif self._is_unbalanced(state, now):
            self.report(Tamper.PHASE_UNBALANCE, now)
        elif self._is_due(state, now):
            self._execute(self._settling(now), now)
        self._drive(now)
        self._execute((self._sensed(now),), now)
        self.deadline = min(now + CHECK_S, now + self._until_next(now))

    def _is_done(self, commands: tuple[Command, ...], now: float) -> bool:
        try:
            self._execute(commands, now)
        except StoreLost:
            return False
        return True

    def _execute(self, commands: tuple[Command, ...], now: float) -> TokenOutcome | None:
        before = self._work.known()
        outcome = self._work.execute(commands, self._clock.at())
        after = self._work.known()
        if after is not before:
            self._committed_at = self.deadline = now
            if next_elapse_s(before) is None and next_elapse_s(after) is not None:
                self._counted_to = now  # what begins to count has its whole first second
            self._drive(now)
        return outcome

    def _drive(self, now: float) -> None:
        self._relay.drive(contact_wanted(self._work.known()), now)

    def _settling(self, now: float) -> tuple[Command, ...]:
        self.reading = self._source.read(now)
        passed_s = self._passed_s(now)
        self._counted_to = self._counted_to + passed_s if self._is_counting() else now
        return (
            Elapsed(passed_s),
            Measure(self.reading.epoch, self.reading.register),
            KeepCalendar(self._clock.today()),
        )

    def _passed_s(self, now: float) -> int:
        return int(now - self._counted_to + ROUNDING_S)

    def _is_counting(self) -> bool:
        return self.state is not None and is_counting(self.state)

    def _is_due(self, state: State, now: float) -> bool:
        flowed_wh = self._flowed_wh(state)
        if self.reading.epoch != state.metering.epoch or flowed_wh < 0:
            return True
        if state.calendar.begins(self._clock.today()):
            return True
        waiting = flowed_wh > 0 or is_counting(state)
        late = waiting and now - self._committed_at >= self._rules.commit_s
        return late or flowed_wh >= self._commit_wh(state) or self._elapse_left(state, now) <= 0

    def _until_next(self, now: float) -> float:
        state = self._work.known()
        step_wh = min(SAMPLE_WH, max(self._commit_wh(state) - self._flowed_wh(state), 1))
        step_s = self._source.seconds_until(now, step_wh)
        waits = (
            self._elapse_left(state, now),
            step_s,
            self._power.left_s(now),
            self._unbalance.left_s(now),
        )
        return max(0.0, min(wait for wait in waits if wait is not None))

    def _flowed_wh(self, state: State) -> int:
        return self.reading.register - state.metering.register

    def _commit_wh(self, state: State) -> int:
        step_wh = self._rules.commit_wh
        return min(step_wh, crossing(state) or step_wh)

    def _drawn_w(self, state: State) -> int:
        """Return the power that flows by the table's leave, not over a contact that is welded."""
        return self.reading.power_w if contact_wanted(state) else 0

    def _is_unbalanced(self, state: State, now: float) -> bool:
        """Return whether the phases were too far apart for too long, and that is not noted yet."""
        noted = Tamper.PHASE_UNBALANCE in state.tampering.seen or not contact_wanted(state)
        apart_w = 0 if noted else self.reading.unbalance_w
        return self._unbalance.is_exceeded(apart_w, max(state.limits.unbalance_w, 0), now)

    def _elapse_left(self, state: State, now: float) -> float:
        left_s = next_elapse_s(state)
        return CHECK_S if left_s is None else self._counted_to + left_s - now

    def _sensed(self, now: float) -> Observe:
        fits = self._relay.sensed(now) == contact_wanted(self._work.known())
        return Observe(Alarm(0) if fits else Alarm.RELAY_MISMATCH)
