"""The customer unit that a folder has already, as far as new meters must know it."""

from dataclasses import dataclass
from pathlib import Path

from link.settings import SettingsError, read_settings
from tools.exits import Stop
from tools.provision.keys import fresh_ciu_title
from tools.provision.texts import ciu_toml


@dataclass(frozen=True, slots=True)
class _Section:
    system_title: str
    profile: str = "spln"
    language: str = "en"
    timezone: str = "UTC"
    state: str = "ciu.db"


@dataclass(frozen=True, slots=True)
class _Meter:
    drn: str
    connect: str
    address: int
    slot: int = 0
    name: str = ""
    keys: str = ""


@dataclass(frozen=True, slots=True)
class _Settings:
    ciu: _Section
    meter: tuple[_Meter, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A ciu.toml: its text, and what of it concerns a new meter."""

    text: str
    title: bytes
    drns: tuple[str, ...]
    addresses: frozenset[int]

    @classmethod
    def fresh(cls) -> "Unit":
        """Return a unit with a title of its own and no meters."""
        title = fresh_ciu_title()
        return cls(ciu_toml(title), title, (), frozenset())

    @classmethod
    def of_folder(cls, path: Path) -> "Unit":
        """Read the unit of a folder, or make a fresh one; raises Stop for a file that is wrong."""
        if not path.exists():
            return cls.fresh()
        try:
            settings = read_settings(path, _Settings)
            title = bytes.fromhex(settings.ciu.system_title)
        except SettingsError as error:
            raise Stop(str(error)) from None
        except ValueError:
            raise Stop(f"{path}: [ciu] system_title is not hex") from None
        drns = tuple(meter.drn for meter in settings.meter)
        addresses = frozenset(meter.address for meter in settings.meter)
        return cls(path.read_text(encoding="utf-8"), title, drns, addresses)
