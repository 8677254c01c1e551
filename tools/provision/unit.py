"""The customer unit that a folder has already, as far as new meters must know it."""

from dataclasses import dataclass
from pathlib import Path

from ciu.config import CiuConfig
from link.settings import SettingsError, read_settings
from tools.exits import Stop
from tools.provision.keys import fresh_ciu_title
from tools.provision.texts import STATE, ciu_toml


@dataclass(frozen=True, slots=True)
class Unit:
    """A ciu.toml: its text, and what of it concerns a new meter."""

    text: str
    state: Path
    """The file of its store."""
    title: bytes
    drns: tuple[str, ...]
    addresses: frozenset[int]

    @classmethod
    def fresh(cls, folder: Path) -> "Unit":
        """Return a unit with a title of its own and no meters."""
        title = fresh_ciu_title()
        return cls(ciu_toml(title), folder / STATE, title, (), frozenset())

    @classmethod
    def of_folder(cls, path: Path) -> "Unit":
        """Read the unit of a folder, or make a fresh one; raises Stop for a file that is wrong."""
        if not path.exists():
            return cls.fresh(path.parent)
        try:
            config = read_settings(path, CiuConfig)
        except SettingsError as error:
            raise Stop(str(error)) from None
        title = bytes.fromhex(config.ciu.system_title)
        drns = tuple(meter.drn for meter in config.meter)
        addresses = frozenset(meter.address for meter in config.meter)
        text = path.read_text(encoding="utf-8")
        return cls(text, config.ciu.state, title, drns, addresses)
