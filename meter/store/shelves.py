"""Which facts a live store keeps, and how many (meter.md 2)."""

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


class Shelf(IntEnum):
    """Facts that are trimmed together; the numbers stand in the file."""

    CREDIT = 1
    EVENT = 2
    RUNNING = 3
    TOKEN = 4
    """Entries of the ledger that are no credit."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How many of the newest facts of each shelf stay."""

    credits: int = LEDGER_KEPT
    """The ledger is made of these, and of as many other tokens."""
    tokens: int = LEDGER_KEPT
    events: int = 500
    running: int = 100

    def of(self, shelf: Shelf) -> int:
        """Return how many facts a shelf keeps."""
        match shelf:
            case Shelf.CREDIT:
                return self.credits
            case Shelf.TOKEN:
                return self.tokens
            case Shelf.EVENT:
                return self.events
            case Shelf.RUNNING:
                return self.running
            case _:
                assert_never(shelf)


KEEP_ALL = Keep(credits=1 << 62, tokens=1 << 62, events=1 << 62, running=1 << 62)
"""An unbounded history, for proofs: state == reduce(apply, facts)."""


def shelf_of(fact: Fact) -> Shelf:
    """Return the shelf of a fact."""
    match fact:
        case TokenAccepted() | KeySectionHeld() | KeyChanged():
            return Shelf.CREDIT if is_credit(fact.entry) else Shelf.TOKEN
        case EnergyUsed() | BaselineTaken() | TimePassed() | DayBegan():
            return Shelf.RUNNING
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
            return Shelf.EVENT
        case _:
            assert_never(fact)
