"""What ciu.toml says, and what is refused before anything is opened."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ciu.profiles import PROFILES
from link.media import UrlError, check_url
from link.settings import SettingsError, read_settings
from link.terms import is_meter_number

TITLE_OCTETS = 8
LANGUAGES = ("en",)
SLOTS = 8
HIGHEST_ADDRESS = 0x3FFD
"""14 bits; the highest two and 0 are reserved (link.md 2)."""


@dataclass(frozen=True, slots=True)
class CiuSection:
    """The unit itself. `system_title` is 8 octets in hex."""

    system_title: str
    profile: str = "spln"
    language: str = "en"
    timezone: str = "UTC"
    state: Path = Path("ciu.db")

    def __post_init__(self) -> None:
        if not _is_hex(self.system_title, TITLE_OCTETS):
            raise ValueError(f"system_title {self.system_title!r} is not {TITLE_OCTETS} hex octets")
        _one_of("profile", self.profile, PROFILES)
        _one_of("language", self.language, LANGUAGES)
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"timezone {self.timezone!r} is not known") from None


@dataclass(frozen=True, slots=True)
class MeterSection:
    """One meter: where it is reached, and under which slot it knows this unit."""

    drn: str
    connect: str
    address: int
    slot: int = 0
    name: str = ""
    keys: Path | None = None

    def __post_init__(self) -> None:
        if not is_meter_number(self.drn):
            raise ValueError(f"drn {self.drn!r} is not 11 or 13 digits ending in their check digit")
        if not 1 <= self.address <= HIGHEST_ADDRESS:
            raise ValueError(f"address {self.address} is not within 1..{HIGHEST_ADDRESS}")
        if not 0 <= self.slot < SLOTS:
            raise ValueError(f"slot {self.slot} is not within 0..{SLOTS - 1}")


@dataclass(frozen=True, slots=True)
class CiuConfig:
    """A unit and its meters, at least one."""

    ciu: CiuSection
    meter: tuple[MeterSection, ...] = ()

    def __post_init__(self) -> None:
        if not self.meter:
            raise ValueError("no [[meter]] stands in it")
        _all_differ("drn", (meter.drn for meter in self.meter))
        _all_differ("address", (f"{meter.connect} {meter.address}" for meter in self.meter))


def read_config(path: Path) -> CiuConfig:
    """Read ciu.toml; raises SettingsError, one line, where a process must not start."""
    config = read_settings(path, CiuConfig)
    for number, meter in enumerate(config.meter, 1):
        try:
            check_url(meter.connect)
        except UrlError as error:
            raise SettingsError(f"{path}: [meter[{number}]] connect: {error}") from None
        _check_keys(meter.keys)
    return config


def _check_keys(keys: Path | None) -> None:
    """Refuse a key file that others may read; it is not opened before ciphering is built."""
    if keys is None or not keys.exists():
        return
    if keys.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{keys}: readable by others: chmod 600 {keys}")


def _is_hex(text: str, octets: int) -> bool:
    try:
        return len(text) == 2 * octets and len(bytes.fromhex(text)) == octets
    except ValueError:
        return False


def _one_of(key: str, value: str, known: Iterable[str]) -> None:
    names = list(known)
    if value not in names:
        near = get_close_matches(value, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
        raise ValueError(f"{key} {value!r} is not known ({hint})")


def _all_differ(key: str, values: Iterable[str]) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise ValueError(f"two meters have the same {key}: {value}")
        seen.add(value)
