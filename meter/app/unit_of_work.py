"""The unit of work on the state: decide, commit, and only then apply (meter.md 1).

After a commit that raises nobody knows what the disk has: the state is thrown away and the disk is
asked.
"""

import logging

from link.durable import DurableError
from link.terms import TokenOutcome
from meter.domain import (
    Command,
    EnergyUsed,
    Fact,
    State,
    TimePassed,
    decide_and_apply,
    fact_to_line,
)
from meter.store import Store

log = logging.getLogger("meter")


class StoreLost(Exception):
    """The store could not be written: nothing was judged, nothing is known."""


class UnitOfWork:
    """Owns the state and its store."""

    state: State | None
    """As last committed; None while nobody can say what the disk has."""

    def __init__(self, store: Store, state: State) -> None:
        self._store = store
        self._untold: tuple[Fact, ...] = ()
        self.state = state

    def known(self) -> State:
        """Return the state; raises StoreLost."""
        if self.state is None:
            raise StoreLost
        return self.state

    def execute(self, commands: tuple[Command, ...], at: int) -> TokenOutcome | None:
        """Carry commands out, all or none; return the last one's outcome. Raises StoreLost."""
        state, facts, outcome = _decided(self.known(), commands, at)
        if facts:
            self._commit(facts, state)
            self.state = state
            self._untold += facts
        return outcome

    def ask_the_disk(self) -> None:
        """Take what the disk says for the truth."""
        try:
            self.state = self._store.reopen()
        except DurableError as error:
            self.state = None
            log.error("store: %s", error)

    def tell(self) -> None:
        """Log what has happened since the last time."""
        for fact in self._untold:
            small = isinstance(fact, EnergyUsed | TimePassed)
            log.log(logging.DEBUG if small else logging.INFO, "%s", fact_to_line(fact))
        self._untold = ()

    def _commit(self, facts: tuple[Fact, ...], state: State) -> None:
        try:
            self._store.commit(facts, state)
        except DurableError as error:
            log.error("store: %s", error)
            self.ask_the_disk()
            raise StoreLost from error


def _decided(
    state: State, commands: tuple[Command, ...], at: int
) -> tuple[State, tuple[Fact, ...], TokenOutcome | None]:
    """Decide commands one after the other; the outcome is the last one's."""
    facts: tuple[Fact, ...] = ()
    outcome = None
    for command in commands:
        state, decision = decide_and_apply(state, command, at)
        facts, outcome = (*facts, *decision.facts), decision.outcome
    return state, facts, outcome
