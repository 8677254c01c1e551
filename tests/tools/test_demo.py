"""The demo: no child outlives it. (The whole story is played by `make demo`, which CI runs.)"""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from link.terms import is_meter_number
from tools.demo.stage import Plan, Stage, StageError

Splitmeter = Callable[..., Any]

ENDED_S = 20.0
"""A leashed child has ended within so long."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo whose line and two meters are ready."""
    words = (sys.executable, "-m", "tools", "demo", "--dir", str(tmp_path / "lab"))
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("$ splitmeter ciu") for line in process.stdout)
        yield process
        process.kill()


def children(parent: int) -> list[int]:
    """Return the processes whose parent this is."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(number) for number in found.split()]


@pytest.mark.proof
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_the_demo(demo: "subprocess.Popen[str]", number: int) -> None:
    with ExitStack() as opened:
        watched = [os.pidfd_open(child) for child in children(demo.pid)]
        for watch in watched:
            opened.callback(os.close, watch)
        assert len(watched) == 3
        demo.send_signal(number)
        demo.wait(ENDED_S)
        for watch in watched:
            assert select.select([watch], [], [], ENDED_S)[0]


def test_a_folder_that_has_meters_is_left_as_it_is(lab: Path, splitmeter: Splitmeter) -> None:
    before = {each: each.read_bytes() for each in lab.rglob("*") if each.is_file()}
    ran = splitmeter("demo", "--plain", "--dir", lab)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "give --dir a new folder" in ran.err
    assert {each: each.read_bytes() for each in lab.rglob("*") if each.is_file()} == before


def test_the_seed_chooses_real_meter_numbers_that_differ(tmp_path: Path) -> None:
    chosen = [Stage(tmp_path, Plan(meters=8, seed=seed), print).drns for seed in (1, 1, 2)]
    assert all(is_meter_number(drn) for drns in chosen for drn in drns)
    assert all(len(set(drns)) == 8 for drns in chosen)
    assert chosen[0] == chosen[1] != chosen[2]


def test_a_command_that_fails_ends_the_demo_with_its_status(tmp_path: Path) -> None:
    said: list[str] = []
    stage = Stage(tmp_path, Plan(), said.append)
    with pytest.raises(StageError, match="splitmeter vend ended with status 1"):
        stage.buy(stage.drns[0], "25")
    assert said[0].startswith("\n$ splitmeter vend --register vend.db credit")


async def test_a_child_that_dies_is_told_and_one_that_is_ended_is_not(tmp_path: Path) -> None:
    said: list[str] = []
    stage = Stage(tmp_path / "lab", Plan(meters=1), said.append)
    stage.provision()
    told = asyncio.Event()

    def say(text: str) -> None:
        said.append(text)
        if "has ended" in text:
            told.set()

    stage = Stage(tmp_path / "lab", Plan(meters=1), say)
    async with stage.running(), asyncio.timeout(ENDED_S):
        meter = next(pid for pid in children(os.getpid()) if b"meter.toml" in words_of(pid))
        os.kill(meter, signal.SIGKILL)
        await told.wait()
    ended = [text for text in said if "has ended" in text]
    assert [text.split(":")[0] for text in ended] == [f"meter {stage.drns[0]} has ended"]


def words_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
