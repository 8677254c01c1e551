"""The command line as people and scripts use it, in this process."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from link.terms import luhn_digit
from tools.cli import main
from tools.clock import Clock

from .vending import NOON


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str


Splitmeter = Callable[..., Ran]


def noon() -> int:
    """Return the second at which the commands of the tests run: the day after `provisioned`."""
    return NOON


@pytest.fixture
def splitmeter(capsys: pytest.CaptureFixture[str]) -> Splitmeter:
    """Run a subcommand by a clock of the tests; return its status and what it printed."""

    def run(*words: object, clock: Clock = noon) -> Ran:
        capsys.readouterr()
        status = main([str(word) for word in words], clock=clock)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


def meter_number(serial: int, maker: str = "12") -> str:
    payload = f"{maker}{serial:08d}"
    return payload + luhn_digit(payload)


@pytest.fixture
def drn() -> Callable[..., str]:
    """Make a meter number of a serial number."""
    return meter_number


@pytest.fixture(scope="session")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one provisioned meter, serial 1; nobody changes it."""
    folder = tmp_path_factory.mktemp("provisioned") / "lab"
    words = ["--drn", meter_number(1), "--listen", "pty:///tmp/line", "--test-keys", "--lab"]
    made = ["--manufactured", "2026-11-21"]
    assert main(["provision", "--dir", str(folder), *words, *made], clock=noon) == 0
    return folder


@pytest.fixture
def lab(tmp_path: Path, provisioned: Path) -> Path:
    """A provisioned folder of the test's own."""
    return Path(shutil.copytree(provisioned, tmp_path / "lab"))
