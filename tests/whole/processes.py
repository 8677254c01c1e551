"""Real processes for the tests of the whole: a meter, a unit, and the wire between them.

They read the machine's clock, and so do provision and sale here: the same clock at both ends.

Each is ended by its own handle, whatever becomes of the test. Every wait is for something that is
said or for an end, never for a time to pass.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ciu.state import CiuState
from meter.domain import Account, State
from meter.store import Store
from tools.clock import wall_clock

from ..cable import KINDS, lay, remove
from .conftest import DRN, Lab, run

ROOT = Path(__file__).parents[2]
WAIT_S = 60.0
"""Nothing that these processes do takes so long."""
BAUDRATE = 9600
SERIAL = KINDS[0]
MEDIA = ("tcp", *KINDS)
"""How meter and unit are joined: over TCP, or by serial ports and a cable of each kind."""


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The object of `--json`."""
        return dict(json.loads(self.out))


class Talker:
    """A process whose stderr is read line by line while it runs."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._err: list[str] = []
        self._news = asyncio.Event()
        self._ended = False
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr
        async for line in self.process.stderr:
            self._err.append(line.decode())
            self._news.set()
        self._ended = True
        self._news.set()

    async def ready(self) -> None:
        """Wait for its one line; AssertionError where it ends before."""
        assert self.process.stdout
        async with asyncio.timeout(WAIT_S):
            line = await self.process.stdout.readline()
        if not line.startswith(b"ready "):
            raise AssertionError(f"it did not start: {await self.end()}")

    def has_said(self, words: str) -> bool:
        """Return whether a line so far matches."""
        return any(re.search(words, line) for line in self._err)

    async def says(self, words: str) -> bool:
        """Wait until a line matches; False where the end comes first."""
        async with asyncio.timeout(WAIT_S):
            while not self.has_said(words) and not self._ended:
                self._news.clear()
                await self._news.wait()
        return self.has_said(words)

    async def press(self, keys: str) -> None:
        """Type a line at the plain face."""
        assert self.process.stdin
        self.process.stdin.write(keys.encode() + b"\n")
        await self.process.stdin.drain()

    async def shows(self, words: str) -> str:
        """Wait until the plain face shows a line that matches; return what matches."""
        assert self.process.stdout
        async with asyncio.timeout(WAIT_S):
            async for line in self.process.stdout:
                if found := re.search(words, line.decode()):
                    return found[0]
        raise AssertionError(f"ended without {words}: {self._err}")

    def kill(self) -> None:
        """SIGKILL; harmless where it has ended."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def end(self) -> Said:
        """Wait for the end."""
        assert self.process.stdout
        async with asyncio.timeout(WAIT_S):
            out = await self.process.stdout.read()
            status = await self.process.wait()
            await self._reading
        return Said(status, out.decode(), "".join(self._err))


async def start(*words: str) -> Talker:
    """Start `splitmeter WORDS`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tools", *words, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    return Talker(process)


async def command(*words: str) -> Said:
    """Run `splitmeter WORDS` to its end."""
    talker = await start(*words)
    try:
        return await talker.end()
    finally:
        talker.kill()


class Wire:
    """Two serial ports, joined by a cable."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._ends = folder / "line-a", folder / "line-b"
        self._kind = kind
        self._cable: subprocess.Popen[str] | None = None

    @property
    def urls(self) -> tuple[str, str]:
        """The meter's end and the unit's."""
        near, far = (f"serial://{end}?baudrate={BAUDRATE}" for end in self._ends)
        return near, far

    def join(self) -> None:
        """Make the ports."""
        self._cable = lay(self._kind, self._ends)

    def vanish(self) -> None:
        """Take both ports away."""
        if self._cable is not None:
            remove(self._cable, self._ends)
        self._cable = None


class Bus:
    """A virtual line: its process, and the pseudo-terminals of its stations."""

    def __init__(self, folder: Path, stations: int) -> None:
        self._words = ("bus", "--dir", str(folder), "--stations", str(stations), "--leash")
        self._process: Talker | None = None

    async def start(self) -> None:
        """Start it and wait until its stations are there."""
        self._process = await start(*self._words)
        await self._process.ready()

    async def kill(self) -> None:
        """SIGKILL."""
        assert self._process
        self._process.kill()
        await self._process.end()


class House:
    """A provisioned meter and its unit; one process of each at a time."""

    def __init__(self, lab: Lab, wire: Wire | None = None, bus: "Bus | None" = None) -> None:
        self.lab = lab
        self.wire = wire
        self.meter: Talker | None = None
        self.neighbours: list[House] = []
        """The others on its line."""
        self.left: Account | None = None
        """What its disk had when its meter was last told to stop."""
        self._bus = bus

    async def start_meter(self, *more: str) -> Talker:
        """Start the meter and wait until it is ready."""
        words = ("meter", "--config", str(self.lab.meter_toml), "--leash", *more)
        self.meter = await start(*words)
        await self.meter.ready()
        return self.meter

    async def kill_meter(self) -> None:
        """Let a power cut take the meter."""
        assert self.meter
        self.meter.kill()
        await self.meter.end()
        self.meter = None

    async def break_line(self) -> None:
        """Kill the line and start it again."""
        assert self._bus
        await self._bus.kill()
        await self._bus.start()

    async def stop_meter(self) -> State:
        """End the meter by SIGTERM; return what its disk has."""
        assert self.meter
        self.meter.process.terminate()
        said = await self.meter.end()
        self.meter = None
        assert said.status == 0, said
        state = self.on_disk()
        self.left = state.account
        return state

    async def start_unit(self, keys: str) -> Talker:
        """Start to type."""
        return await start(*self._unit(keys), "--verbose")

    async def type(self, keys: str, *more: str) -> Said:
        """Type keys and wait for the answer."""
        return await command(*self._unit(keys), *more)

    def _unit(self, keys: str) -> tuple[str, ...]:
        config, drn = str(self.lab.ciu_toml), self.lab.drn
        return "ciu", "--config", config, "--meter", drn, "--type", keys, "--json"

    def on_disk(self) -> State:
        """Read the meter's store while the meter is down."""
        with closing(Store.open(self.lab.meter_toml.parent / "meter.db")) as store:
            state = store.load()
        assert state is not None
        return state

    def has_intent(self) -> bool:
        """Return whether the unit, which is down, has left a token in doubt."""
        with closing(CiuState.open(self.lab.folder / "ciu.db")) as state:
            return state.intent(self.lab.drn) is not None


def made_lab(folder: Path, url: str, drn: str = DRN, *more: str) -> Lab:
    """Provision one lab meter in a folder of its own."""
    flags = ("--test-keys", "--lab", "--json", *more)
    words = ("provision", "--dir", str(folder), "--drn", drn, "--listen", url, *flags)
    (meter,) = json.loads(run(*words, clock=wall_clock))
    return Lab(folder, drn, meter["decoder_key"], meter["ea"], wall_clock)


def edit(file: Path, old: str, new: str) -> None:
    """Change what must stand in a file."""
    text = file.read_text()
    assert old in text, (file, old)
    file.write_text(text.replace(old, new))


def free_port() -> int:
    """Return a TCP port that nobody has, outside of those that the kernel gives away."""
    rng = Random(os.urandom(8))
    while True:
        port = rng.randrange(20_000, 32_000)
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


@asynccontextmanager
async def house(medium: str, folder: Path) -> AsyncIterator[House]:
    """Provision a house in a folder, joined by one of MEDIA; no meter runs."""
    async with AsyncExitStack() as opened:
        if medium == "tcp":
            made = House(made_lab(folder / "lab", f"tcp://127.0.0.1:{free_port()}"))
        else:
            wire = Wire(folder, medium)
            opened.callback(wire.vanish)
            wire.join()
            near, far = wire.urls
            made = House(made_lab(folder / "lab", near), wire)
            edit(made.lab.ciu_toml, near, far)
        try:
            yield made
        finally:
            if made.meter is not None:
                await made.kill_meter()


@asynccontextmanager
async def street(folder: Path, drns: Sequence[str]) -> AsyncIterator[list[House]]:
    """Provision houses on one line that is a process of its own; the line runs, no meter does."""
    line = Bus(folder / "line", 1 + len(drns))
    stations = f"serial://{folder}/line/{{n}}?baudrate={BAUDRATE}"
    named = [word for drn in drns for word in ("--drn", drn)]
    urls = ("--listen", stations, "--connect", stations.format(n=0))
    flags = ("--test-keys", "--lab", "--json")
    words = ("provision", "--dir", str(folder / "lab"), *named, *urls, *flags)
    made = json.loads(run(*words, clock=wall_clock))
    labs = [
        Lab(folder / "lab", one["drn"], one["decoder_key"], one["ea"], wall_clock) for one in made
    ]
    houses = [House(lab, bus=line) for lab in labs]
    for lab in labs:
        edit(lab.meter_toml, "simulated://house?", "simulated://house?on=&")
    for home in houses:
        home.neighbours = [other for other in houses if other is not home]
    await line.start()
    try:
        yield houses
    finally:
        for home in houses:
            if home.meter is not None:
                await home.kill_meter()
        await line.kill()
