"""Laws of switching appliances from outside."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meter.sources import INPUTS, ApplianceSwitched, ControlSocket, TamperReported
from meter.world import World
from tools.exits import Exit

Splitmeter = Callable[..., Any]


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlSocket]:
    control = ControlSocket(tmp_path / "control.sock", World(0.0, on=()))
    yield control
    control.close()


@pytest.mark.parametrize("position", ["on", "off"])
def test_a_house_obeys(control: ControlSocket, splitmeter: Splitmeter, position: str) -> None:
    ran = splitmeter("load", "--control", control.path, "kettle", position)
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    assert control.take(0.0) == (ApplianceSwitched("kettle", position == "on"),)


def test_an_unknown_appliance_is_told_the_known_ones(
    control: ControlSocket, splitmeter: Splitmeter
) -> None:
    ran = splitmeter("load", "--control", control.path, "ketle", "on")
    assert (ran.status, ran.err.count("\n"), "kettle" in ran.err) == (2, 1, True)
    assert control.take(0.0) == ()


def test_nobody_listening_is_one_line(tmp_path: Path, splitmeter: Splitmeter) -> None:
    left_over = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as gone:
        gone.bind(str(left_over))
    for path in (left_over, tmp_path / "nothing.sock"):
        ran = splitmeter("load", "--control", path, "kettle", "on")
        assert (ran.status, ran.err.count("\n")) == (Exit.UNKNOWN, 1)
        assert "is its meter running?" in ran.err


def test_a_path_that_no_socket_can_have_is_one_line(tmp_path: Path, splitmeter: Splitmeter) -> None:
    ran = splitmeter("load", "--control", tmp_path / ("x" * 120), "kettle", "on")
    assert (ran.status, ran.err.count("\n"), "too long" in ran.err) == (1, 1, True)


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_tells_of_an_interference(
    control: ControlSocket, splitmeter: Splitmeter, name: str
) -> None:
    ran = splitmeter("tamper", "--control", control.path, name)
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    assert control.take(0.0) == (TamperReported(INPUTS[name]),)


def test_an_unknown_input_is_told_the_known_ones(
    control: ControlSocket, splitmeter: Splitmeter
) -> None:
    ran = splitmeter("tamper", "--control", control.path, "moon")
    assert (ran.status, ran.err.count("\n"), "magnet" in ran.err) == (2, 1, True)
    assert control.take(0.0) == ()
