"""Ports, and a primary with a link, for the tests of the link."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from link.hdlc import Connected

from ..cable import KINDS, Cable, Ends, lay, remove
from .hdlc_stations import METER, PARAMETERS, UA, Asker


@pytest.fixture
def cable_ends(tmp_path: Path) -> Ends:
    """Where the two ends of the cable are, once it is plugged in."""
    return tmp_path / "ttyA", tmp_path / "ttyB"


@pytest.fixture(params=KINDS)
def plug_in(request: pytest.FixtureRequest, cable_ends: Ends) -> Iterator[Cable]:
    """Lay a cable between two serial ports of this machine; killing the process pulls it out."""
    cables = []

    def plug() -> "subprocess.Popen[str]":
        cables.append(lay(request.param, cable_ends))
        return cables[-1]

    yield plug
    for cable in cables:
        remove(cable, cable_ends)


@pytest.fixture
def asker() -> Asker:
    """A primary with one link up and its event taken."""
    linked = Asker()
    linked.station.connect(METER, 0.0)
    linked.said()
    linked.hear(UA, PARAMETERS)
    assert linked.events() == [Connected(METER)]
    return linked
