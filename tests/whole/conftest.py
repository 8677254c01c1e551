"""A provisioned folder, as a user makes one."""

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from tools import cli
from tools.clock import Clock
from tools.sim.setting import JANUARY_2027

DRN = "64686956810"


def january() -> int:
    """Return the second at which virtual time begins."""
    return JANUARY_2027


@dataclass(frozen=True)
class Lab:
    """What `provision --lab --test-keys --json` made for one meter."""

    folder: Path
    drn: str
    decoder_key: str
    ea: str
    clock: Clock
    """By which it was made, and its tokens are sold."""

    @property
    def meter_toml(self) -> Path:
        return self.folder / self.drn / "meter.toml"

    @property
    def ciu_toml(self) -> Path:
        return self.folder / "ciu.toml"

    def buy(self, kwh: str) -> str:
        """Sell a token at the point of sale and return its 20 digits."""
        register = str(self.folder / "vend.db")
        words = ("vend", "--register", register, "credit", self.drn, kwh, "--json")
        sold = run(*words, clock=self.clock)
        return str(json.loads(sold)["token"])


def run(*arguments: str, clock: Clock = january) -> str:
    """Run a subcommand in this process and return what it printed; it must succeed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        status = cli.main(list(arguments), clock=clock)
    assert status == 0, arguments
    return printed.getvalue()


@pytest.fixture(scope="session")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Lab]:
    """Return a function that provisions a meter once for all who ask for the same.

    Nobody changes what it returns.
    """

    @cache
    def make(url: str, *more: str, clock: Clock) -> Lab:
        folder = tmp_path_factory.mktemp("provisioned") / "lab"
        flags = ("--test-keys", "--lab", "--json", *more)
        words = ("provision", "--dir", str(folder), "--drn", DRN, "--listen", url, *flags)
        (meter,) = json.loads(run(*words, clock=clock))
        return Lab(folder, DRN, meter["decoder_key"], meter["ea"], clock)

    return make


@pytest.fixture
def provision(tmp_path: Path, provisioned: Callable[..., Lab]) -> Callable[..., Lab]:
    """Return a function that returns a lab of the test's own with one meter, listening at a URL.

    A test that starts processes gives `wall_clock`, which is theirs.
    """

    def make(url: str = "tcp://127.0.0.1:4059", *more: str, clock: Clock = january) -> Lab:
        made = provisioned(url, *more, clock=clock)
        return replace(made, folder=shutil.copytree(made.folder, tmp_path / "lab"))

    return make
