"""Laws of the processes that a demo or a bench starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from link.media import MediumError, connect
from tools.bench.echo import Size
from tools.bench.pair import EchoEnd
from tools.bench.trips import running
from tools.children import child
from tools.exits import Stop

ECHO = "tools.bench.far_echo"
ANY_PORT = "tcp://127.0.0.1:0"


async def test_a_child_serves_while_the_block_runs_and_no_longer(tmp_path: Path) -> None:
    async with child(ECHO, ANY_PORT, log=tmp_path / "log") as echo:
        url = await echo.url()
        near = EchoEnd(await connect(url))
        async with running([near.caller]):
            assert await near.caller.size(lambda now: near.ask(Size(9, 7), now)) == Size(9, 7)
    with pytest.raises(MediumError):
        await connect(url)
    assert (tmp_path / "log").read_text() == ""


async def test_a_child_nobody_connects_to_ends_with_the_block(tmp_path: Path) -> None:
    async with child(ECHO, f"pty://{tmp_path}/line", log=tmp_path / "log") as echo:
        assert await echo.url() == f"pty://{tmp_path}/line"
        assert (tmp_path / "line").is_symlink()
    assert not (tmp_path / "line").is_symlink()
    assert (tmp_path / "log").read_text() == ""


async def test_a_child_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    async with child(ECHO, "smoke://signal", log=tmp_path / "log") as echo:
        with pytest.raises(Stop, match=rf"^{ECHO} did not start: .*unknown scheme 'smoke'"):
            await echo.url()


def test_a_leash_that_nobody_can_hold_ends_its_process_at_once() -> None:
    words = (sys.executable, "-m", ECHO, ANY_PORT)
    assert subprocess.run(words, stdin=subprocess.DEVNULL, timeout=30, check=False).returncode == 0
