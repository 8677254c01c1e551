"""The commands of the demo as subprocesses, each told before its output.

Invariant: what is told can be typed, word for word, in the folder that is told first.
"""

import asyncio
import secrets
import shlex
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ciu.app import CiuApp
from ciu.config import read_config
from link.terms import luhn_digit
from tools.children import COMMAND, ENVIRONMENT, READY, Child, child
from tools.clock import wall_clock

HOUSE_SCALE = 300
"""The simulated houses live so many times as fast: a kettle boils 1 kWh away in six seconds."""

PAYLOADS = 10**10

CIU_TOML = "ciu.toml"


class StageError(Exception):
    """A command of the demo failed; the message is the one line to print."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large the demo is: meters, bit/s of their line, and what chooses their numbers."""

    meters: int = 2
    baud: int = 9600
    seed: int = 1


class Stage:
    """A folder, a line with meters in it, and the commands that are given there."""

    def __init__(self, folder: Path, plan: Plan, say: Callable[[str], None]) -> None:
        """Choose meter numbers by the seed; nothing is done yet. `say` takes lines of text."""
        self.folder = folder.absolute()
        self.drns = _meter_numbers(plan)
        self._plan = plan
        self._say = say

    @property
    def ciu_toml(self) -> Path:
        """The CIU's configuration."""
        return self.folder / CIU_TOML

    def provision(self) -> None:
        """Make the meters and their CIU."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._say(f"$ cd {shlex.quote(str(self.folder))}")
        drns = [word for drn in self.drns for word in ("--drn", drn)]
        line = ("--listen", self._station("{n}"), "--connect", self._station("0"))
        keys = ("--test-keys", "--lab", "--scale", str(HOUSE_SCALE))
        self._run("provision", "--dir", ".", *drns, *line, *keys)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the line and the meters while the block runs, which starts when all are ready.

        Raises Stop where one does not start.
        """
        stations = ("--stations", str(len(self.drns) + 1), "--baud", str(self._plan.baud))
        async with AsyncExitStack() as opened:
            bus = ("bus", "--dir", "line", *stations)
            line = await opened.enter_async_context(self._child(bus, "bus.log"))
            await self._ready(line)
            meters = {
                f"meter {drn}": await opened.enter_async_context(self._meter(drn))
                for drn in self.drns
            }
            for meter in meters.values():
                await self._ready(meter)
            watched = {"the bus": line, **meters}
            for watch in [asyncio.create_task(self._watch(*each)) for each in watched.items()]:
                opened.callback(watch.cancel)
            yield

    async def _watch(self, name: str, watched: Child) -> None:
        """Report that a process has ended before its time."""
        last_words = await watched.ended()
        self._say(f"{name} has ended: {last_words}")

    def buy(self, drn: str, kwh: str) -> str:
        """Buy a token and return its 20 digits. Raises StageError."""
        sold = self._run("vend", "--register", "vend.db", "credit", drn, kwh)
        return "".join(sign for sign in sold.splitlines()[0] if sign.isdigit())

    def switch(self, drn: str, appliance: str, position: str) -> None:
        """Switch an appliance of a meter's house. Raises StageError."""
        self._run("load", "--control", f"{drn}/control.sock", appliance, position)

    def unit(self, *, keys_in_lines: bool) -> CiuApp:
        """Make the unit, which runs in this process, and tell by which command it would be had."""
        self._announce(("ciu", "--config", self.ciu_toml.name))
        return CiuApp(
            read_config(self.ciu_toml),
            utc=wall_clock,
            seed=secrets.randbits(32),
            keys_in_lines=keys_in_lines,
        )

    def _meter(self, drn: str) -> AbstractAsyncContextManager[Child]:
        return self._child(("meter", "--config", f"{drn}/meter.toml"), f"{drn}/meter.log")

    def _child(self, words: tuple[str, ...], log: str) -> AbstractAsyncContextManager[Child]:
        leashed = (*words, "--leash")
        self._announce(leashed)
        return child("tools", *leashed, log=self.folder / log, folder=self.folder)

    async def _ready(self, started: Child) -> None:
        self._say(READY + await started.url())

    def _station(self, number: str) -> str:
        return f"serial://{self.folder}/line/{number}?baudrate={self._plan.baud}"

    def _run(self, *words: str) -> str:
        self._announce(words)
        done = subprocess.run(
            (*COMMAND, "tools", *words),
            cwd=self.folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        printed = (done.stderr + done.stdout).rstrip("\n")
        if printed:
            self._say(printed)
        if done.returncode:
            raise StageError(f"splitmeter {words[0]} ended with status {done.returncode}")
        return done.stdout

    def _announce(self, words: tuple[str, ...]) -> None:
        self._say(f"\n$ splitmeter {shlex.join(words)}")


def _meter_numbers(plan: Plan) -> tuple[str, ...]:
    payloads = [
        f"{serial:010d}" for serial in Random(plan.seed).sample(range(PAYLOADS), plan.meters)
    ]
    return tuple(payload + luhn_digit(payload) for payload in payloads)
