"""`simulated://?weld=1` or `?stuck=1`: the contact of a simulated house, with its faults."""

from enum import Enum

from link.media.url import Url
from link.spelling import nearest
from meter import places
from meter.world import World

KEYS = ("weld", "stuck")
PLACES = ("", *places.PLACES)


class Fault(Enum):
    """What is wrong with the contact."""

    NONE = "moves as it is told"
    WELD = "stays closed"
    STUCK = "stays open"


class SimulatedRelay:
    """Moves the contact of a World, as far as its fault lets it."""

    def __init__(self, world: World, fault: Fault = Fault.NONE) -> None:
        self._world = world
        self._fault = fault

    def drive(self, closed: bool, now: float) -> None:
        welded, stuck = self._fault is Fault.WELD, self._fault is Fault.STUCK
        self._world.move_contact(now, welded or (closed and not stuck))

    def sensed(self, now: float) -> bool:
        return self._world.is_closed(now)


def open_simulated(url: Url, world: World | None) -> SimulatedRelay:
    """Take the contact of a simulated house; raises UrlError where there is no such house."""
    if url.place not in PLACES:
        raise url.wrong(f"unknown place {url.place!r} ({nearest(url.place, PLACES)})")
    if world is None:
        raise url.wrong("goes with source simulated:// only")
    welded, stuck = (url.choice(key, ("0", "1")) == "1" for key in KEYS)
    if welded and stuck:
        raise url.wrong("a contact is welded or stuck, not both")
    return SimulatedRelay(world, Fault.WELD if welded else Fault.STUCK if stuck else Fault.NONE)
