"""A provisioned folder, as a user makes one."""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools import cli

DRN = "64686956810"


@dataclass(frozen=True)
class Lab:
    """What `provision --lab --test-keys --json` made for one meter."""

    folder: Path
    drn: str
    decoder_key: str
    ea: str

    @property
    def meter_toml(self) -> Path:
        return self.folder / self.drn / "meter.toml"

    @property
    def ciu_toml(self) -> Path:
        return self.folder / "ciu.toml"

    def buy(self, kwh: str) -> str:
        """Sell a token at the point of sale and return its 20 digits."""
        register = str(self.folder / "vend.db")
        sold = run("vend", "--register", register, "credit", self.drn, kwh, "--json")
        return str(json.loads(sold)["token"])


def run(*arguments: str) -> str:
    """Run a subcommand in this process and return what it printed; it must succeed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        status = cli.main(list(arguments))
    assert status == 0, arguments
    return printed.getvalue()


@pytest.fixture
def provision(tmp_path: Path) -> Callable[..., Lab]:
    """Return a function that provisions one lab meter that listens at a URL."""

    def make(url: str = "tcp://127.0.0.1:4059", *more: str) -> Lab:
        folder = tmp_path / "lab"
        flags = ("--test-keys", "--lab", "--json", *more)
        made = run("provision", "--dir", str(folder), "--drn", DRN, "--listen", url, *flags)
        (meter,) = json.loads(made)
        return Lab(folder, DRN, meter["decoder_key"], meter["ea"])

    return make
