"""The parts of a unit, made from its configuration."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ciu.config import CiuConfig, MeterSection
from ciu.panel import Label, Panel
from ciu.profiles import PROFILES
from ciu.remote import Site
from ciu.wording import LocalTime, Words
from link.cosem.roles import FIRST_SLOT_SAP
from link.hdlc import ServerAddress, Station
from link.terms import EntrySource


def make_panel(config: CiuConfig, now: float, *, keys_in_lines: bool) -> Panel:
    """Make the panel; with `keys_in_lines` every B takes one sign, however quickly they come."""
    profile = PROFILES[config.ciu.profile]
    if keys_in_lines:
        profile = replace(profile, figures=replace(profile.figures, double_erase_s=0.0))
    return Panel(make_labels(config), profile, make_words(config), now)


def make_labels(config: CiuConfig) -> list[Label]:
    """Return the meters as their customer knows them."""
    return [
        Label(meter.drn, meter.name, EntrySource(EntrySource.SLOT_0 + meter.slot))
        for meter in config.meter
    ]


def make_words(config: CiuConfig) -> Words:
    """Return the language and the place of the unit."""
    return Words(_clock(ZoneInfo(config.ciu.timezone)))


def make_sites(config: CiuConfig) -> dict[str, list[Site]]:
    """Return the meters by the medium on which they stand."""
    media: dict[str, list[Site]] = {}
    for meter in config.meter:
        media.setdefault(meter.connect, []).append(Site(meter.drn, _station(meter)))
    return media


def _station(meter: MeterSection) -> Station:
    server = ServerAddress.of(meter.logical, meter.address)
    return Station(FIRST_SLOT_SAP + meter.slot, server)


def _clock(zone: ZoneInfo) -> Callable[[int], LocalTime]:
    def local(utc: int) -> LocalTime:
        at = datetime.fromtimestamp(utc, zone)
        return LocalTime(at.year, at.month, at.day, at.hour, at.minute, at.second)

    return local
