"""The commands of the demo as subprocesses, each printed before its output.

Children end when their standard input closes, so that none outlives the demo, however it ends.
"""

import shlex
import subprocess
import sys
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from link.terms import luhn_digit

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
        self._meter: subprocess.Popen[str] | None = None

    @property
    def ciu_toml(self) -> Path:
        """The CIU's configuration."""
        return self.folder / "ciu.toml"

    def provision(self) -> None:
        """Make the meter and its CIU."""
        line = f"pty://{(self.folder / 'line').absolute()}"
        made = ("--dir", str(self.folder), "--drn", self.drn, "--listen", line)
        self._run("provision", *made, "--test-keys", "--lab", "--scale", str(HOUSE_SCALE))

    def start_meter(self) -> None:
        """Start the meter's process and wait until it is ready."""
        words = ("meter", "--config", str(self.folder / self.drn / "meter.toml"), "--leash")
        self._announce(words)
        with (self.folder / "meter.log").open("w") as log:
            self._meter = subprocess.Popen(
                (*SPLITMETER, *words),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._meter.stdout is not None
        ready = self._meter.stdout.readline()
        if not ready.startswith("ready "):
            raise StageError(f"the meter did not start: {(self.folder / 'meter.log').read_text()}")
        print(ready, end="", flush=True)

    def buy(self, kwh: str) -> str:
        """Buy a token and return its 20 digits."""
        register = ("--register", str(self.folder / "vend.db"))
        sold = self._run("vend", *register, "credit", self.drn, kwh)
        return "".join(sign for sign in sold.splitlines()[0] if sign.isdigit())

    def switch(self, appliance: str, position: str) -> None:
        """Switch an appliance of the house."""
        control = str(self.folder / self.drn / "control.sock")
        self._run("load", "--control", control, appliance, position)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._meter is not None:
            with self._meter:
                assert self._meter.stdin is not None
                self._meter.stdin.close()

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
