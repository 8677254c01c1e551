"""`simulated://house?seed=1&scale=1&on=kettle,light&control=PATH`: a house in this process.

In place of house: tap (water), stove (gas) or room (time). `phases=3` deals the appliances of a
house over three phases.
"""

from pathlib import Path

from link.files import reason_of
from link.media.url import Url
from link.spelling import nearest
from link.terms import is_digits
from meter.places import PLACES
from meter.sources.control import ControlSocket
from meter.sources.source import Reading, Site, SourceError
from meter.world import World, WorldError

KEYS = ("seed", "scale", "phases", "on", "control")


MOST_DIGITS = 18

UNITY = 1000
"""Power factor in thousandths where no current flows."""


class SimulatedSource:
    """Reads a World. A house begins at zero, so its epoch must be a new one at every start."""

    def __init__(self, world: World, epoch: int, control: ControlSocket | None = None) -> None:
        self.world = world
        self.control = control
        self._epoch = epoch

    def read(self, now: float) -> Reading:
        register = self.world.register(now)
        if not self.world.place.electric:
            return Reading(self._epoch, register, 0, 0, 0, UNITY, 0)
        mains = self.world.mains(now)
        apparent_va = mains.apparent_va
        return Reading(
            self._epoch,
            register=register,
            power_w=mains.power_w,
            current_ma=apparent_va * 1_000_000 // mains.voltage_mv,
            voltage_mv=mains.voltage_mv,
            power_factor=mains.power_w * 1000 // apparent_va if apparent_va else UNITY,
            frequency_mhz=mains.frequency_mhz,
            unbalance_w=mains.unbalance_w,
        )

    def seconds_until(self, now: float, wh: int) -> float | None:
        return self.world.when_wh(now, wh)

    def close(self) -> None:
        if self.control:
            self.control.close()


def open_simulated(url: Url, site: Site) -> SimulatedSource:
    """Build the house that a URL describes; raises UrlError, SourceError."""
    if url.place not in PLACES:
        raise url.wrong(f"unknown place {url.place!r} ({nearest(url.place, PLACES)})")
    on = url.options.get("on")
    try:
        world = World(
            site.now,
            place=PLACES[url.place],
            seed=_number(url, "seed"),
            scale=_number(url, "scale"),
            phases=_number(url, "phases"),
            on=None if on is None else filter(None, on.split(",")),
        )
    except WorldError as error:
        raise url.wrong(str(error)) from None
    return SimulatedSource(world, site.epoch, _control(url, site.folder, world))


def _number(url: Url, key: str) -> int:
    text = url.options.get(key, "1")
    if not is_digits(text) or len(text) > MOST_DIGITS:
        raise url.wrong(f"{key} must be a whole number, found {text!r}")
    return int(text)


def _control(url: Url, folder: Path, world: World) -> ControlSocket | None:
    name = url.options.get("control")
    if name is None:
        return None
    path = folder / name
    try:
        return ControlSocket(path, world)
    except OSError as error:
        raise SourceError(f"{url.text}: control socket {path}: {reason_of(error)}") from None
