"""The commands of the demo as subprocesses, each printed before its output."""

import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from link.terms import luhn_digit
from tools.children import READY, child

SPLITMETER = (sys.executable, "-m", "tools")
HOUSE_SCALE = 30
"""The simulated house lives so many times as fast: 0.1 kWh boils away in six seconds."""


class StageError(Exception):
    """A command of the demo failed; the message is the one line to print."""


class Stage:
    """A folder, a meter in it, and the commands that are given."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Choose a meter number by the seed; nothing is done yet."""
        self.folder = folder
        self.drn = _meter_number(seed)

    @property
    def ciu_toml(self) -> Path:
        """The CIU's configuration."""
        return self.folder / "ciu.toml"

    def provision(self) -> None:
        """Make the meter and its CIU."""
        line = f"pty://{(self.folder / 'line').absolute()}"
        made = ("--dir", str(self.folder), "--drn", self.drn, "--listen", line)
        self._run("provision", *made, "--test-keys", "--lab", "--scale", str(HOUSE_SCALE))

    @asynccontextmanager
    async def meter(self) -> AsyncIterator[None]:
        """Run the meter's process while the block runs, which starts when it is ready.

        Raises Stop where it does not start.
        """
        config = self.folder / self.drn / "meter.toml"
        self._announce(("meter", "--config", str(config), "--leash"))
        words = ("--config", str(config.absolute()), "--leash")
        async with child("meter", *words, log=self.folder / "meter.log") as meter:
            print(READY + await meter.url(), flush=True)
            yield

    def buy(self, kwh: str) -> str:
        """Buy a token and return its 20 digits."""
        register = ("--register", str(self.folder / "vend.db"))
        sold = self._run("vend", *register, "credit", self.drn, kwh)
        return "".join(sign for sign in sold.splitlines()[0] if sign.isdigit())

    def switch(self, appliance: str, position: str) -> None:
        """Switch an appliance of the house."""
        control = str(self.folder / self.drn / "control.sock")
        self._run("load", "--control", control, appliance, position)

    def _run(self, *words: str) -> str:
        self._announce(words)
        done = subprocess.run(
            (*SPLITMETER, *words), stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        print(done.stderr + done.stdout, end="", flush=True)
        if done.returncode:
            raise StageError(f"splitmeter {words[0]} ended with status {done.returncode}")
        return done.stdout

    def _announce(self, words: tuple[str, ...]) -> None:
        print(f"\n$ splitmeter {shlex.join(words)}", flush=True)


def _meter_number(seed: int) -> str:
    payload = f"{Random(seed).randrange(10**10):010d}"
    return payload + luhn_digit(payload)
