"""What has happened: the only way in which the state changes. No fact carries a key."""

from dataclasses import dataclass

from link.terms import Alarm, EntrySource, SupplyReason, Tamper, TokenOutcome
from meter.domain.key_sections import Sealed


@dataclass(frozen=True, slots=True)
class TokenAccepted:
    """A token with a TID was used up; the entry is the ledger's and tells its effect."""

    entry: TokenOutcome


@dataclass(frozen=True, slots=True)
class KeySectionHeld:
    """A section of a new key waits for the others of its set."""

    entry: TokenOutcome
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """The last section of a set came, and with it the new key."""

    entry: TokenOutcome
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class GuessFailed:
    """A meter-specific token failed its CRC on a path."""

    source: EntrySource
    digest: bytes
    at: int


@dataclass(frozen=True, slots=True)
class SwitchTested:
    """A test token opened the closed switch for `seconds`."""

    seconds: int
    pause_s: int
    at: int


@dataclass(frozen=True, slots=True)
class EnergyUsed:
    """The source's register rose by `used` to `register`."""

    register: int
    used: int
    at: int


@dataclass(frozen=True, slots=True)
class BaselineTaken:
    """A source of a new epoch was read for the first time; nothing is charged."""

    epoch: int
    register: int
    at: int


@dataclass(frozen=True, slots=True)
class RegisterFell:
    """The source's register fell to `register`: a reset or a swap; nothing is charged."""

    register: int
    fell: int
    at: int


@dataclass(frozen=True, slots=True)
class TimePassed:
    """`seconds` of running time were counted down."""

    seconds: int
    at: int


@dataclass(frozen=True, slots=True)
class ReasonArose:
    """A reason to keep the switch open began to hold."""

    reason: SupplyReason
    at: int


@dataclass(frozen=True, slots=True)
class ReasonLifted:
    """A reason to keep the switch open ceased to hold."""

    reason: SupplyReason
    at: int


@dataclass(frozen=True, slots=True)
class ConditionsObserved:
    """Outside conditions are from now on these."""

    conditions: Alarm
    at: int


@dataclass(frozen=True, slots=True)
class AlarmsAcknowledged:
    """Somebody took note of these alarms."""

    alarms: Alarm
    at: int


@dataclass(frozen=True, slots=True)
class DayBegan:
    """A local day began, and its month where that is another one than the running one."""

    day: int
    month: int
    at: int


@dataclass(frozen=True, slots=True)
class OverloadOpened:
    """The switch opened because of too much power."""

    power_w: int
    at: int


@dataclass(frozen=True, slots=True)
class ReconnectionConfirmed:
    """Somebody confirmed that the supply may come back after a lock-out."""

    at: int


@dataclass(frozen=True, slots=True)
class TamperSeen:
    """An input told of an interference; `opens`: the switch is to be open until it is cleared."""

    tamper: Tamper
    opens: bool
    at: int


@dataclass(frozen=True, slots=True)
class PowerReturned:
    """The meter runs again after it was without power."""

    at: int


Entered = TokenAccepted | KeySectionHeld | KeyChanged
"""What an entered token has done: each has its entry in the ledger."""


@dataclass(frozen=True, slots=True)
class StoreRestored:
    """An older copy of the store was put back, or a new one begun for a meter that was in use.

    What happened between the copy and this second is not known here.
    """

    at: int


Fact = (
    Entered
    | GuessFailed
    | SwitchTested
    | EnergyUsed
    | BaselineTaken
    | RegisterFell
    | TimePassed
    | ReasonArose
    | ReasonLifted
    | ConditionsObserved
    | AlarmsAcknowledged
    | DayBegan
    | OverloadOpened
    | ReconnectionConfirmed
    | TamperSeen
    | PowerReturned
    | StoreRestored
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command comes to: facts, in their order, and the outcome of an entered token."""

    facts: tuple[Fact, ...] = ()
    outcome: TokenOutcome | None = None
