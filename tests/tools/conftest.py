"""The command line as people and scripts use it, in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from link.terms import luhn_digit
from tools.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str


Splitmeter = Callable[..., Ran]


@pytest.fixture
def splitmeter(capsys: pytest.CaptureFixture[str]) -> Splitmeter:
    """Run a subcommand; return its status and what it printed."""

    def run(*words: object) -> Ran:
        capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture
def drn() -> Callable[..., str]:
    """Make a meter number of a serial number."""

    def make(serial: int, maker: str = "12") -> str:
        payload = f"{maker}{serial:08d}"
        return payload + luhn_digit(payload)

    return make


@pytest.fixture
def lab(tmp_path: Path, splitmeter: Splitmeter, drn: Callable[..., str]) -> Path:
    """A folder with one provisioned meter, serial 1."""
    folder = tmp_path / "lab"
    listen = f"pty://{tmp_path}/line"
    words = ("--dir", folder, "--drn", drn(1), "--listen", listen, "--test-keys", "--lab")
    assert splitmeter("provision", *words).status == 0
    return folder
