"""Ports, and a primary with a link, for the tests of the link."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from link.hdlc import Connected

from .hdlc_stations import METER, PARAMETERS, UA, Asker

Cable = Callable[[], "subprocess.Popen[str]"]


def _joined(ends: tuple[Path, Path]) -> "subprocess.Popen[str]":
    """Join two pseudo-terminals, linked at `ends`, and return when octets can pass."""
    terminals = [f"pty,raw,echo=0,link={end}" for end in ends]
    process = subprocess.Popen(
        ["socat", "-d", "-d", *terminals],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "starting data transfer loop" in line:
            return process
    raise RuntimeError(f"socat ended with status {process.wait()}")


@pytest.fixture
def cable_ends(tmp_path: Path) -> tuple[Path, Path]:
    """Where the two ends of the cable are, once it is plugged in."""
    return tmp_path / "ttyA", tmp_path / "ttyB"


@pytest.fixture
def plug_in(cable_ends: tuple[Path, Path]) -> Iterator[Cable]:
    """Lay a cable between two serial ports of this machine; killing the process pulls it out."""
    if shutil.which("socat") is None:
        pytest.skip("socat is not installed: no pair of serial ports")
    cables = []

    def plug() -> "subprocess.Popen[str]":
        cables.append(_joined(cable_ends))
        return cables[-1]

    yield plug
    for cable in cables:
        cable.kill()
        cable.communicate()


@pytest.fixture
def asker() -> Asker:
    """A primary with one link up and its event taken."""
    linked = Asker()
    linked.station.connect(METER, 0.0)
    linked.said()
    linked.hear(UA, PARAMETERS)
    assert linked.events() == [Connected(METER)]
    return linked
