"""The whole system in one process on virtual time: a meter, its CIU and the wire between them.

The wire is a bench for cuts: every frame passes a `Fate`, and either end can be killed at any frame
or commit and started again. Invariant: the same folder, seed and fate give the same trace.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from ciu.app.unit import CiuApp
from ciu.config import CiuConfig
from ciu.config import read_config as read_ciu
from link.durable import Connection, connect_sqlite
from link.media import Medium
from meter.app.process import MeterProcess
from meter.config import MeterConfig, UrlSection
from meter.config import read_config as read_meter


class PowerCut(BaseException):
    """Raised by a disk of a scene in place of going on; nothing may catch it."""


class Side(Enum):
    """An end of the wire."""

    CIU = "ciu"
    METER = "meter"

    @property
    def other(self) -> "Side":
        """Return the end that hears this one."""
        return Side.METER if self is Side.CIU else Side.CIU


@dataclass(frozen=True, slots=True)
class Spoken:
    """One frame as it was put on the wire: when, by whom, which octets."""

    at: float
    side: Side
    frame: bytes


Arrive = Callable[[float], None]
"""Lets a copy of the frame arrive, so many seconds from now."""

Fate = Callable[[Spoken, Arrive], Coroutine[None, None, None]]
"""Decides on a frame: it is lost unless it is let arrive; the speaker waits until this returns."""


async def clean(_: Spoken, arrive: Arrive) -> None:
    """Let every frame arrive once and at once."""
    arrive(0.0)


class _End:
    """What one process holds of the wire; octets wait for nobody but a process that is there."""

    url = "memory://wire"
    baudrate = None

    def __init__(self, wire: "Wire", side: Side) -> None:
        self._wire = wire
        self._side = side
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def read(self) -> bytes:
        return await self.heard.get()

    async def write(self, data: bytes) -> None:
        await self._wire.carry(self._side, data)

    async def close(self) -> None:
        self._wire.leave(self._side, self)


class Wire:
    """Two ends that stay where they are, whoever comes and goes; nobody is told that one went."""

    def __init__(self, fate: Fate) -> None:
        self.trace: list[Spoken] = []
        self._fate = fate
        self._ends: dict[Side, _End] = {}

    def join(self, side: Side) -> _End:
        """Take hold of one end."""
        self._ends[side] = _End(self, side)
        return self._ends[side]

    def leave(self, side: Side, end: _End) -> None:
        """Let go of one end."""
        if self._ends.get(side) is end:
            del self._ends[side]

    async def carry(self, side: Side, frame: bytes) -> None:
        """Put a frame on the wire, as its fate has it."""
        loop = asyncio.get_running_loop()
        spoken = Spoken(loop.time(), side, frame)
        self.trace.append(spoken)

        def arrive(delay_s: float) -> None:
            loop.call_later(delay_s, self._arrive, side.other, frame)

        await self._fate(spoken, arrive)

    def _arrive(self, side: Side, frame: bytes) -> None:
        if side in self._ends:
            self._ends[side].heard.put_nowait(frame)


class _WireListener:
    """The meter's end as its process asks for it: one medium, for as long as it runs."""

    url = _End.url

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._given = False

    async def accept(self) -> Medium:
        if self._given:
            await asyncio.Event().wait()
        self._given = True
        return self._wire.join(Side.METER)

    async def close(self) -> None:
        return


Disk = Callable[[Side, Path], Connection]
"""Opens a store file for a side."""


def plain_disk(_: Side, path: Path) -> Connection:
    """Open a store as the processes themselves do."""
    return connect_sqlite(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a scene is made of; `utc_s` is the calendar at virtual second 0."""

    folder: Path
    drn: str
    seed: int = 1
    utc_s: int = 1_800_000_000
    source: str = "simulated://house"
    fate: Fate = clean
    disk: Disk = plain_disk


@dataclass
class Scene:
    """A provisioned meter and its CIU, running; to be used inside a virtual loop."""

    setting: Setting
    wire: Wire = field(init=False)
    ciu: CiuApp = field(init=False)
    _tasks: dict[Side, asyncio.Task[object]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.wire = Wire(self.setting.fate)

    def start_meter(self) -> None:
        """Start the meter's process."""
        process = MeterProcess(
            self._meter_config(),
            folder=self.setting.folder / self.setting.drn,
            utc=self.utc,
            listen=self._listen,
            connect=lambda path: self.setting.disk(Side.METER, path),
        )
        self._tasks[Side.METER] = asyncio.create_task(process.run(lambda _: None))

    def start_ciu(self) -> None:
        """Start the CIU; its app is `ciu`."""
        self.ciu = CiuApp(
            self._ciu_config(),
            utc=self.utc,
            seed=self.setting.seed,
            connect=self._connect,
            store=lambda path: self.setting.disk(Side.CIU, path),
            keys_in_lines=True,
        )
        self._tasks[Side.CIU] = asyncio.create_task(self.ciu.run())

    def start(self, side: Side) -> None:
        """Start one side."""
        if side is Side.METER:
            self.start_meter()
        else:
            self.start_ciu()

    async def kill(self, side: Side) -> None:
        """End one side as a power cut does: nothing more is said or stored."""
        task = self._tasks.pop(side)
        task.cancel()
        await asyncio.wait({task})
        error = None if task.cancelled() else task.exception()
        match error:
            case None | PowerCut():
                return
            case BaseExceptionGroup():
                error = error.split(PowerCut)[1]
        if error:
            raise error

    async def died(self, side: Side) -> None:
        """Wait until one side has ended by itself, by a power cut of its disk."""
        await asyncio.wait({self._tasks[side]})
        await self.kill(side)

    async def close(self) -> None:
        """End what still runs."""
        for side in list(self._tasks):
            await self.kill(side)

    def utc(self) -> int:
        """UTC seconds: the start and the virtual time since."""
        return self.setting.utc_s + int(asyncio.get_running_loop().time())

    def _meter_config(self) -> MeterConfig:
        config = read_meter(self.setting.folder / self.setting.drn / "meter.toml")
        return replace(config, source=UrlSection(self.setting.source))

    def _ciu_config(self) -> CiuConfig:
        return read_ciu(self.setting.folder / "ciu.toml")

    async def _listen(self, _: str) -> _WireListener:
        return _WireListener(self.wire)

    async def _connect(self, _: str) -> Medium:
        return self.wire.join(Side.CIU)
