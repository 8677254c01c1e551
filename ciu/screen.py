"""What the display shows: two lines of 20 characters, and the signs around them (ciu.md 3)."""

from dataclasses import dataclass
from enum import Enum

from ciu import COLUMNS


class Lamp(Enum):
    """The credit light."""

    DARK = "credit unknown"
    GREEN = "credit good"
    AMBER = "credit low"
    RED = "no credit"


class LinkSign(Enum):
    """How things stand between this unit and the meter shown."""

    ASKING = "asking"
    GOOD = "link"
    LOST = "no link"


class RelaySign(Enum):
    """The supply switch as the meter last told."""

    UNKNOWN = "relay ?"
    OPEN = "relay open"
    CLOSED = "relay closed"
    READY = "relay ready"


class Tone(Enum):
    """Sounds that tell accept from reject with eyes closed."""

    KEY = "key"
    WRONG = "wrong"
    ACCEPT = "accept"
    REJECT = "reject"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs beside the lines; the value of each member is its word for plain faces."""

    link: LinkSign = LinkSign.ASKING
    relay: RelaySign = RelaySign.UNKNOWN
    lamp: Lamp = Lamp.DARK
    alarm: bool = False
    unsecured: bool = True

    def words(self) -> tuple[str, ...]:
        """Return one word or two for each sign that is lit."""
        lit = [self.link.value, self.relay.value, self.lamp.value]
        if self.alarm:
            lit.append("alarm")
        if self.unsecured:
            lit.append("UNSECURED")
        return tuple(lit)


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture. Raises ValueError for a line that is longer than the display."""

    lines: tuple[str, str]
    meter: str
    """The meter's last four digits, "????" where none is stored."""
    name: str = ""
    signs: Signs = Signs()

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line) > COLUMNS:
                raise ValueError(f"line {line!r} has {len(line)} characters, {COLUMNS} fit")
