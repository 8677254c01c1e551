"""Retention: which facts a live store keeps, and how many (meter.md 2)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from link.terms import LEDGER_KEPT
from meter.domain import (
    AlarmsAcknowledged,
    BaselineTaken,
    ConditionsObserved,
    DayBegan,
    EnergyUsed,
    Fact,
    GuessFailed,
    KeyChanged,
    KeySectionHeld,
    OverloadOpened,
    PowerReturned,
    ReasonArose,
    ReasonLifted,
    ReconnectionConfirmed,
    RegisterFell,
    StoreRestored,
    SwitchTested,
    TamperSeen,
    TimePassed,
    TokenAccepted,
    is_credit,
)


class RetentionClass(IntEnum):
    """Facts that are trimmed together; the numbers stand in the file."""

    CREDIT = 1
    EVENT = 2
    RUNNING = 3
    TOKEN = 4
    """Entries of the ledger that are no credit."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many of the newest facts of each kept_as stay."""

    credits: int = LEDGER_KEPT
    """The ledger is made of these, and of as many other tokens."""
    tokens: int = LEDGER_KEPT
    events: int = 500
    running: int = 100

    def of(self, kept_as: RetentionClass) -> int:
        """Return how many facts a kept_as keeps."""
        match kept_as:
            case RetentionClass.CREDIT:
                return self.credits
            case RetentionClass.TOKEN:
                return self.tokens
            case RetentionClass.EVENT:
                return self.events
            case RetentionClass.RUNNING:
                return self.running
            case _:
                assert_never(kept_as)


KEEP_ALL = Retention(credits=1 << 62, tokens=1 << 62, events=1 << 62, running=1 << 62)
"""An unbounded history, for proofs: state == reduce(apply, facts)."""


def retention_class_of(fact: Fact) -> RetentionClass:
    """Return the kept_as of a fact."""
    match fact:
        case TokenAccepted() | KeySectionHeld() | KeyChanged():
            return RetentionClass.CREDIT if is_credit(fact.entry) else RetentionClass.TOKEN
        case EnergyUsed() | BaselineTaken() | TimePassed() | DayBegan():
            return RetentionClass.RUNNING
        case (
            GuessFailed()
            | SwitchTested()
            | RegisterFell()
            | ReasonArose()
            | ReasonLifted()
            | ConditionsObserved()
            | AlarmsAcknowledged()
            | OverloadOpened()
            | ReconnectionConfirmed()
            | TamperSeen()
            | PowerReturned()
            | StoreRestored()
        ):
            return RetentionClass.EVENT
        case _:
            assert_never(fact)
