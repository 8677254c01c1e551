"""The meter unit: the one owner of the state and of the order of every change.

Decide, commit (the disk has it), then it is so, then the relay. Everything that a face shows is
committed state. After a commit that raises nobody knows what the disk has: the state is thrown
away and the disk is asked (meter.md 2).
"""

import logging
from dataclasses import dataclass

from link.durable import DurableError
from link.terms import Alarm, EntrySource, TokenOutcome
from meter.app.clock import WallClock
from meter.app.limiter import Limiter
from meter.domain import (
    Acknowledge,
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnergyUsed,
    EnterToken,
    Fact,
    KeepCalendar,
    Measure,
    Observe,
    PowerLimit,
    PowerUp,
    Seed,
    State,
    TimePassed,
    apply_all,
    contact_wanted,
    crossing_wh,
    decide,
    fact_to_json,
    initial,
    is_counting,
    next_elapse_s,
)
from meter.relays import Relay
from meter.sources import Source
from meter.store import Store

log = logging.getLogger("meter")

SAMPLE_WH = 5
"""The register is looked at before more than this has flowed."""

CHECK_S = 1.0
"""Commanded and sensed contact are compared, and power is sampled, at least this often; a lost
store is tried again."""

NO_LIMIT = PowerLimit()


class _StoreLost(Exception):
    """The store could not be written: nothing was judged, nothing is known."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When consumption must be durable, whichever of the two comes first; how much may flow."""

    commit_wh: int
    commit_s: int
    limit: PowerLimit = NO_LIMIT


@dataclass(frozen=True, slots=True)
class Equipment:
    """The disk, where energy readings come from, and what moves the switch."""

    store: Store
    source: Source
    relay: Relay


def load_or_begin(store: Store, seed: Seed, at: int) -> State:
    """Load the state of a store, a new one's from the seed; raises DurableError."""
    state = store.load()
    if state is None:
        state = initial(seed, at)
        store.commit((), state)
    return state


class MeterUnit:
    """State, store, source and relay of one meter. `now` is monotonic seconds everywhere."""

    deadline: float
    """When `tick` must be called at the latest."""
    state: State | None
    """As last committed; None while nobody can say what the disk has."""

    def __init__(
        self, equipment: Equipment, state: State, *, rules: Rules, clock: WallClock, now: float
    ) -> None:
        self._store = equipment.store
        self._source = equipment.source
        self._relay = equipment.relay
        self._rules = rules
        self._clock = clock
        self._limiter = Limiter(rules.limit)
        self._starting = True
        self._committed_at = self._counted_to = now
        self._last: dict[EntrySource, TokenOutcome] = {}
        self._untold: tuple[Fact, ...] = ()
        self.state = state
        self.reading = self._source.read(now)
        self.tick(now)

    @property
    def at(self) -> int:
        """UTC seconds."""
        return self._clock.at()

    @property
    def limit(self) -> PowerLimit:
        """How much power may be drawn."""
        return self._rules.limit

    def uncounted_s(self, now: float) -> int:
        """Return the running seconds that no committed count-down has counted yet."""
        counting = self.state is not None and is_counting(self.state)
        return int(now - self._counted_to) if counting else 0

    def enter(self, digits: str, source: EntrySource, now: float) -> TokenOutcome | None:
        """Judge a token after what has flowed until now; None where nothing could be judged."""
        try:
            outcome = self._execute((*self._settling(now), EnterToken(digits, source)), now)
        except _StoreLost:
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

    def last_result(self, source: EntrySource) -> TokenOutcome | None:
        """Return what the last token of a path came to: since the start, or by the ledger."""
        entries = reversed(self.state.ledger.entries) if self.state else ()
        return self._last.get(source) or next((e for e in entries if e.source == source), None)

    def is_closed(self, now: float) -> bool:
        """Tell how the contact is sensed."""
        return self._relay.sensed(now)

    def tick(self, now: float) -> None:
        """Read the source, commit what is due, compare the contact, try a lost store again.

        What happened is logged here, when the token that made it happen has its answer.
        """
        self._tell()
        self.deadline = now + CHECK_S
        if self.state is None:
            self._ask_the_disk()
        self.reading = self._source.read(now)
        if self.state is None:
            return
        try:
            self._keep_pace(self.state, now)
        except _StoreLost:
            return

    def settle(self, now: float) -> bool:
        """Make durable what has flowed until now; False where that failed."""
        if not self._is_done(self._settling(now), now):
            return False
        self._tell()
        return True

    def _keep_pace(self, state: State, now: float) -> None:
        if self._starting:
            state = self._committed((PowerUp(), *self._settling(now)), now)
            self._starting = False
        if self._limiter.is_exceeded(self._drawn_w(state), now):
            commands = (*self._settling(now), CutOverload(self.reading.power_w))
            state = self._committed(commands, now)
        elif self._is_due(state, now):
            state = self._committed(self._settling(now), now)
        self._relay.drive(contact_wanted(state), now)
        state = self._committed((self._sensed(state, now),), now)
        self.deadline = min(now + CHECK_S, now + self._until_next(state, now))

    def _is_done(self, commands: tuple[Command, ...], now: float) -> bool:
        try:
            self._execute(commands, now)
        except _StoreLost:
            return False
        return True

    def _committed(self, commands: tuple[Command, ...], now: float) -> State:
        self._execute(commands, now)
        if self.state is None:
            raise _StoreLost
        return self.state

    def _execute(self, commands: tuple[Command, ...], now: float) -> TokenOutcome | None:
        if self.state is None:
            raise _StoreLost
        state, facts, outcome = _decided(self.state, commands, self._clock.at())
        if facts:
            self._commit(facts, state)
            self._committed_at = self.deadline = now
            if next_elapse_s(self.state) is None and next_elapse_s(state) is not None:
                self._counted_to = now  # what begins to count has its whole first second
            self.state = state
            self._relay.drive(contact_wanted(state), now)
            self._untold += facts
        return outcome

    def _commit(self, facts: tuple[Fact, ...], state: State) -> None:
        try:
            self._store.commit(facts, state)
        except DurableError as error:
            log.error("store: %s", error)
            self._ask_the_disk()
            raise _StoreLost from error

    def _ask_the_disk(self) -> None:
        try:
            self.state = self._store.reopen()
        except DurableError as error:
            self.state = None
            log.error("store: %s", error)

    def _tell(self) -> None:
        for fact in self._untold:
            small = isinstance(fact, EnergyUsed | TimePassed)
            log.log(logging.DEBUG if small else logging.INFO, "%s", fact_to_json(fact))
        self._untold = ()

    def _settling(self, now: float) -> tuple[Command, ...]:
        self.reading = self._source.read(now)
        passed = int(now - self._counted_to)
        counting = self.state is not None and is_counting(self.state)
        self._counted_to = self._counted_to + passed if counting else now
        return (
            Elapsed(passed),
            Measure(self.reading.epoch, self.reading.register_wh),
            KeepCalendar(self._clock.today()),
        )

    def _is_due(self, state: State, now: float) -> bool:
        flowed_wh = self._flowed_wh(state)
        if self.reading.epoch != state.metering.epoch or flowed_wh < 0:
            return True
        if state.calendar.begins(self._clock.today()):
            return True
        waiting = flowed_wh > 0 or is_counting(state)
        late = waiting and now - self._committed_at >= self._rules.commit_s
        return late or flowed_wh >= self._commit_wh(state) or self._elapse_left(state, now) <= 0

    def _until_next(self, state: State, now: float) -> float:
        step_wh = min(SAMPLE_WH, max(self._commit_wh(state) - self._flowed_wh(state), 1))
        step_s = self._source.seconds_until(now, step_wh)
        waits = (self._elapse_left(state, now), step_s, self._limiter.left_s(now))
        return max(0.0, min(wait for wait in waits if wait is not None))

    def _flowed_wh(self, state: State) -> int:
        return self.reading.register_wh - state.metering.register_wh

    def _commit_wh(self, state: State) -> int:
        step_wh = self._rules.commit_wh
        return min(step_wh, crossing_wh(state) or step_wh)

    def _drawn_w(self, state: State) -> int:
        """Return the power that flows by the table's leave, not over a contact that is welded."""
        return self.reading.power_w if contact_wanted(state) else 0

    def _elapse_left(self, state: State, now: float) -> float:
        left_s = next_elapse_s(state)
        return CHECK_S if left_s is None else self._counted_to + left_s - now

    def _sensed(self, state: State, now: float) -> Observe:
        fits = self._relay.sensed(now) == contact_wanted(state)
        return Observe(Alarm(0) if fits else Alarm.RELAY_MISMATCH)


def _decided(
    state: State, commands: tuple[Command, ...], at: int
) -> tuple[State, tuple[Fact, ...], TokenOutcome | None]:
    """Decide commands one after the other; the outcome is the last one's."""
    facts: tuple[Fact, ...] = ()
    outcome = None
    for command in commands:
        decision = decide(state, command, at)
        state, facts = apply_all(state, decision.facts), (*facts, *decision.facts)
        outcome = decision.outcome
    return state, facts, outcome
