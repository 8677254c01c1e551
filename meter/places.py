"""What stands in a simulated place: appliances by name, for each commodity (meter.md 5)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Appliance:
    """Draws `rate` in the first `on_s` of every `cycle_s` world seconds while switched on.

    The rate is in base units of the commodity an hour: W, or litres or seconds an hour. `factor` is
    the power factor in thousandths.
    """

    name: str
    rate: int
    on_s: int = 1
    cycle_s: int = 1
    factor: int = 1000

    def on_seconds(self, until_s: int) -> int:
        """Return the seconds within [0, until_s) in which it draws."""
        cycles, rest_s = divmod(until_s, self.cycle_s)
        return cycles * self.on_s + min(rest_s, self.on_s)


@dataclass(frozen=True, slots=True)
class Place:
    """`electric`: power and mains are those of an electricity meter, else there are none."""

    name: str
    appliances: tuple[Appliance, ...]
    usually_on: tuple[str, ...]
    electric: bool = False

    def find(self, name: str) -> Appliance | None:
        """Return an appliance by its name."""
        return next((each for each in self.appliances if each.name == name), None)


HOUSE = Place(
    "house",
    (
        Appliance("kettle", 2000),
        Appliance("fridge", 120, on_s=600, cycle_s=1800, factor=720),
        Appliance("light", 60, factor=900),
        Appliance("television", 90, factor=950),
        Appliance("iron", 1100, on_s=40, cycle_s=90),
        Appliance("cooker", 1800, on_s=20, cycle_s=30),
        Appliance("geyser", 3000, on_s=900, cycle_s=3600),
        Appliance("fan", 45, factor=800),
    ),
    usually_on=("fridge",),
    electric=True,
)
TAP = Place(
    "tap",
    (
        Appliance("leak", 2),
        Appliance("basin", 360),
        Appliance("shower", 540),
        Appliance("garden", 1200),
        Appliance("cistern", 300, on_s=90, cycle_s=900),
    ),
    usually_on=("cistern",),
)
STOVE = Place(
    "stove",
    (
        Appliance("pilot", 8),
        Appliance("burner", 170),
        Appliance("oven", 320, on_s=120, cycle_s=300),
        Appliance("boiler", 2400, on_s=300, cycle_s=1800),
    ),
    usually_on=("pilot",),
)
ROOM = Place("room", (Appliance("occupancy", 3600),), usually_on=("occupancy",))
"""Where time is sold: an hour of use is an hour."""

PLACES = {place.name: place for place in (HOUSE, TAP, STOVE, ROOM)}
