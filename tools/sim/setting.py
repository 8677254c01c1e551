"""What every scene is made of: a provisioned folder, its clock, its disk, its houses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ciu.app.unit import CiuApp
from ciu.config import CiuConfig, read_config
from link.durable import Connection, connect_sqlite
from link.media import Listener, Medium
from meter.app.process import MeterProcess
from meter.config import UrlSection
from meter.config import read_config as read_meter
from tools.sim.wire import Side

JANUARY_2027 = 1_800_000_000
"""2027-01-15 08:00 UTC, where a calendar begins that nobody has set."""

Disk = Callable[[Side, Path], Connection]
"""Opens a store file for a side."""


def plain_disk(_: Side, path: Path) -> Connection:
    """Open a store as the processes themselves do."""
    return connect_sqlite(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A folder as `splitmeter provision` makes one; `utc_s` is the calendar at virtual second 0."""

    folder: Path
    seed: int = 1
    utc_s: int = JANUARY_2027
    source: str = "simulated://house"
    disk: Disk = plain_disk

    def utc(self) -> int:
        """UTC seconds: the start and the virtual time since."""
        return self.utc_s + int(asyncio.get_running_loop().time())

    def meter(self, drn: str, listen: Callable[[str], Awaitable[Listener]]) -> MeterProcess:
        """Make a meter of the folder."""
        config = read_meter(self.folder / drn / "meter.toml")
        return MeterProcess(
            replace(config, source=UrlSection(self.source)),
            folder=self.folder / drn,
            utc=self.utc,
            listen=listen,
            connect=lambda path: self.disk(Side.METER, path),
        )

    def unit(
        self, config: CiuConfig, seed: int, connect: Callable[[str], Awaitable[Medium]]
    ) -> CiuApp:
        """Make a unit."""
        return CiuApp(
            config,
            utc=self.utc,
            seed=seed,
            connect=connect,
            store=lambda path: self.disk(Side.CIU, path),
            keys_in_lines=True,
        )

    def unit_config(self) -> CiuConfig:
        """Read the configuration of the folder's unit."""
        return read_config(self.folder / "ciu.toml")
