"""What every source of energy readings offers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meter.sources.control import ControlSocket


class SourceError(Exception):
    """A source that cannot be opened; the message is the one line to print."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An absolute register of what was used, in base units, and power and mains now.

    A new epoch is a new baseline: another meter, or a house built anew. Where no electricity is
    metered there is no power and there are no mains: zeros.
    """

    epoch: int
    register: int
    power_w: int
    current_ma: int
    voltage_mv: int
    power_factor: int
    """In thousandths; 1000 where no current flows."""
    frequency_mhz: int
    """In millihertz."""
    unbalance_w: int = 0
    """How far the powers of the phases are apart."""


@dataclass(frozen=True, slots=True)
class Site:
    """When a source is opened, the folder of relative paths, and the epoch that it may begin."""

    now: float
    folder: Path
    epoch: int


class Source(Protocol):
    """Invariant: within an epoch the register never falls."""

    @property
    def control(self) -> ControlSocket | None:
        """The door for commands from outside, which the app watches; None without one."""

    def read(self, now: float) -> Reading:
        """Return the reading at a monotonic second."""

    def seconds_until(self, now: float, wh: int) -> float | None:
        """Return the seconds until `wh` more have flowed, if the load stays; None: not soon."""

    def close(self) -> None:
        """Let go of ports and sockets; harmless when repeated."""
