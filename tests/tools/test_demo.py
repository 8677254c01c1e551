"""The demo: no child outlives it. (The whole story is played by `make demo`, which CI runs.)"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from link.terms import is_meter_number
from tools.demo.stage import Stage, StageError

ENDED_S = 20.0
"""A leashed child has ended within so long."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo whose meter is ready."""
    words = (sys.executable, "-m", "tools", "demo", "--dir", str(tmp_path / "lab"))
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("ready pty://") for line in process.stdout)
        yield process
        process.kill()


def children(parent: int) -> list[int]:
    """Return the processes whose parent this is."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(number) for number in found.split()]


@pytest.mark.proof
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_the_demo(demo: "subprocess.Popen[str]", number: int) -> None:
    (meter,) = children(demo.pid)
    watch = os.pidfd_open(meter)
    demo.send_signal(number)
    demo.wait(ENDED_S)
    ended, _, _ = select.select([watch], [], [], ENDED_S)
    os.close(watch)
    assert ended


def test_the_seed_chooses_a_real_meter_number(tmp_path: Path) -> None:
    numbers = [Stage(tmp_path, seed).drn for seed in (1, 1, 2)]
    assert all(map(is_meter_number, numbers))
    assert numbers[0] == numbers[1] != numbers[2]


def test_a_command_that_fails_ends_the_demo_with_its_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, seed=1)
    with pytest.raises(StageError, match="splitmeter vend ended with status 2"):
        stage.buy("25")
    assert "$ splitmeter vend" in capsys.readouterr().out
