"""What the display shows: two lines of 20 characters, and the signs around them (ciu.md 3)."""

from dataclasses import dataclass
from enum import Enum

from ciu import COLUMNS

MOST_BARS = 3

NO_FIGURE = "-.-"
"""Large digits before the credit was read."""


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
    """The supply switch as the meter tells, unknown while it is silent."""

    UNKNOWN = "relay ?"
    OPEN = "relay open"
    CLOSED = "relay closed"


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
    bars: int = 0
    """Of the link, 0 to MOST_BARS, for faces that can draw them."""
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
    big: str = NO_FIGURE
    """The credit in large digits, for faces that can draw them."""
    unit: str = "kWh"
    age: str = ""
    """How old the credit is, "12 s", once it is older than two polls: then its digits are dim."""

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line) > COLUMNS:
                raise ValueError(f"line {line!r} has {len(line)} characters, {COLUMNS} fit")
