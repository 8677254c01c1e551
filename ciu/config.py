"""What ciu.toml says, and what is refused before anything is opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ciu.profiles import PROFILES
from link.cosem.roles import SLOTS
from link.files import is_open_to_others
from link.media import UrlError, check_url
from link.settings import (
    SettingsError,
    check_drn,
    check_known,
    check_timezone,
    check_within,
    read_settings,
)
from link.terms import HIGHEST_ADDRESS

TITLE_OCTETS = 8
LANGUAGES = ("en",)


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
        check_known("profile", self.profile, PROFILES)
        check_known("language", self.language, LANGUAGES)
        check_timezone(self.timezone)


@dataclass(frozen=True, slots=True)
class MeterSection:
    """One meter: where it is reached, and under which slot it knows this unit."""

    drn: str
    connect: str
    address: int
    logical: int = 1
    slot: int = 0
    name: str = ""
    keys: Path | None = None

    def __post_init__(self) -> None:
        check_drn(self.drn)
        check_within("address", self.address, 1, HIGHEST_ADDRESS)
        check_within("logical", self.logical, 1, HIGHEST_ADDRESS)
        check_within("slot", self.slot, 0, SLOTS - 1)


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
    if is_open_to_others(keys.stat().st_mode):
        raise SettingsError(f"{keys}: readable by others: chmod 600 {keys}")


def _is_hex(text: str, octets: int) -> bool:
    try:
        return len(text) == 2 * octets and len(bytes.fromhex(text)) == octets
    except ValueError:
        return False


def _all_differ(key: str, values: Iterable[str]) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise ValueError(f"two meters have the same {key}: {value}")
        seen.add(value)
