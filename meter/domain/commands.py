"""What the meter can be asked to do."""

from dataclasses import dataclass

from link.terms import Alarm, EntrySource, Tamper
from meter.domain.calendar import LocalDay


@dataclass(frozen=True, slots=True)
class EnterToken:
    """Judge the digits of a token, any text, that came in by a path."""

    digits: str
    source: EntrySource


@dataclass(frozen=True, slots=True)
class Measure:
    """Charge what the source's absolute register says."""

    epoch: int
    register: int

    def __post_init__(self) -> None:
        if self.epoch < 0:
            raise ValueError(f"epoch {self.epoch}: below 0 is no source's")


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Count running time down, whole seconds of the monotonic clock."""

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"elapsed {self.seconds} s: running time never falls")


@dataclass(frozen=True, slots=True)
class Observe:
    """Note which of the outside conditions hold now (OBSERVABLE)."""

    conditions: Alarm


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Clear these bits of the alarm register until their cause comes anew."""

    alarms: Alarm


@dataclass(frozen=True, slots=True)
class KeepCalendar:
    """Begin the local day, where it is another one than that which runs."""

    today: LocalDay


@dataclass(frozen=True, slots=True)
class CutOverload:
    """Open the closed switch: this power was above the limit for longer than it may be."""

    power_w: int


@dataclass(frozen=True, slots=True)
class ConfirmReconnection:
    """End the lock-out that began at this UTC second, and no other one."""

    since: int


@dataclass(frozen=True, slots=True)
class ReportTamper:
    """Note an interference; `opens`: the switch is to open, by the policy for this input."""

    tamper: Tamper
    opens: bool


@dataclass(frozen=True, slots=True)
class PowerUp:
    """Count that the meter itself was without power."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Take the state for that of an older copy: refuse tokens that were made until now."""


Command = (
    EnterToken
    | Measure
    | Elapsed
    | Observe
    | Acknowledge
    | KeepCalendar
    | CutOverload
    | ConfirmReconnection
    | ReportTamper
    | PowerUp
    | Restore
)

OBSERVABLE = Alarm.RELAY_MISMATCH | Alarm.SOURCE_SILENT
"""Conditions that only the app can see; a failed store cannot be stored and is the app's own."""
