"""Laws of pseudo-terminals: the link, the raw line, and a far side that comes and goes."""

import asyncio
import fcntl
import os
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import link
from link.media import Listener, Medium, MediumClosed, MediumError, connect, listen

POLL_S = 0.005
ROOT = Path(link.__file__).parents[1]

HOLDER = """
import asyncio, sys
from link.media import listen
async def hold():
    listener = await listen(sys.argv[1])
    print("ready", flush=True)
    await listener.accept()
asyncio.run(hold())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "line"


@pytest.fixture
async def listener(path: Path) -> AsyncIterator[Listener]:
    listener = await listen(f"pty://{path}", poll_s=POLL_S)
    yield listener
    await listener.close()


def far_side(path: Path) -> int:
    """Open the terminal as any other program would: blocking, its settings as they are."""
    return os.open(path, os.O_RDWR | os.O_NOCTTY)


def target(path: Path) -> str:
    """Where the link leads; nowhere when it is not there."""
    return str(path.readlink()) if path.is_symlink() else "nowhere"


def point_elsewhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/null")


def held_by_another_process(url: str) -> "subprocess.Popen[str]":
    """Start a process that listens there, and return when it does."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    return holder


async def read_exactly(medium: Medium, octets: int) -> bytes:
    found = b""
    while len(found) < octets:
        found += await medium.read()
    return found


async def test_the_link_is_there_as_long_as_the_listener(path: Path) -> None:
    listener = await listen(f"pty://{path}")
    terminal = far_side(path)
    assert os.ttyname(terminal) == target(path)
    os.close(terminal)
    await listener.close()
    assert target(path) == "nowhere"


async def test_the_line_is_raw_for_a_program_that_sets_nothing(
    path: Path, listener: Listener
) -> None:
    every = bytes(range(256))
    for _ in range(2):
        terminal = far_side(path)
        near = await listener.accept()
        os.write(terminal, every)
        assert await read_exactly(near, 256) == every
        await near.write(every)
        assert os.read(terminal, 1000) == every
        os.close(terminal)
        with pytest.raises(MediumClosed, match=r"^closed by the other side$"):
            await near.read()


async def test_the_far_side_may_come_back_before_anybody_noticed(
    path: Path, listener: Listener
) -> None:
    terminal = far_side(path)
    near = await listener.accept()
    name = target(path)
    os.close(terminal)
    terminal = far_side(path)
    os.write(terminal, b"again")
    assert await read_exactly(near, 5) == b"again"
    os.close(terminal)
    with pytest.raises(MediumClosed):
        await near.read()
    assert target(path) == name


async def test_what_a_short_visitor_wrote_is_not_lost(path: Path, listener: Listener) -> None:
    terminal = far_side(path)
    os.write(terminal, b"gone already")
    os.close(terminal)
    near = await listener.accept()
    assert await read_exactly(near, 12) == b"gone already"


async def test_nothing_is_accepted_until_somebody_opens(path: Path, listener: Listener) -> None:
    accepting = asyncio.create_task(listener.accept())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not accepting.done()
    far = await connect(f"pty://{path}")
    near = await accepting
    await far.close()
    await near.close()


async def test_one_program_holds_the_far_side(path: Path, listener: Listener) -> None:
    far = await connect(listener.url)
    with pytest.raises(MediumError, match=r"busy: another program holds it$"):
        await connect(listener.url)
    await far.close()
    await (await connect(listener.url)).close()
    terminal = far_side(path)
    fcntl.flock(terminal, fcntl.LOCK_EX)
    with pytest.raises(MediumError, match="busy"):
        await connect(listener.url)
    os.close(terminal)


async def test_a_path_is_held_by_one_process_and_left_free_by_a_kill(path: Path) -> None:
    url = f"pty://{path}"
    holder = held_by_another_process(url)
    with pytest.raises(MediumError, match="busy: somebody listens already"):
        await listen(f"pty://{path.parent}/../{path.parent.name}/{path.name}")
    holder.kill()
    holder.communicate()
    assert target(path) != "nowhere"
    listener = await listen(url, poll_s=POLL_S)
    far = await connect(url)
    near = await listener.accept()
    await far.write(b"x")
    assert await near.read() == b"x"
    for opened in (far, near, listener):
        await opened.close()


@pytest.fixture
def letter(path: Path) -> Iterator[Path]:
    """Something else at the same place, which must still be there in the end."""
    path.write_text("a letter")
    yield path
    assert path.read_text() == "a letter"


async def test_what_is_not_ours_is_not_replaced(letter: Path) -> None:
    for _ in range(2):
        with pytest.raises(MediumError, match="file exists"):
            await listen(f"pty://{letter}")
        with pytest.raises(MediumError, match="not a terminal"):
            await connect(f"pty://{letter}")
    with pytest.raises(MediumError, match="no such file or directory"):
        await listen(f"pty://{letter.parent}/nowhere/line")


async def test_a_link_that_is_another_ones_by_now_is_not_removed(path: Path) -> None:
    listener = await listen(f"pty://{path}")
    point_elsewhere(path)
    await listener.close()
    assert target(path) == "/dev/null"


@pytest.fixture
def link_of_before(path: Path) -> Iterator[int]:
    """A link that is older than the terminal it leads to; yields that terminal."""
    strangers, other_side = os.openpty()
    path.symlink_to(os.ttyname(other_side))
    linked_at = path.stat().st_ctime - 60
    os.utime(path, (linked_at, linked_at), follow_symlinks=False)
    yield other_side
    for side in (strangers, other_side):
        os.close(side)


@pytest.mark.parametrize("url", ["pty://{path}", "serial://{path}?baudrate=300"])
async def test_a_link_whose_terminal_is_somebody_elses_now_is_not_opened(
    path: Path, url: str, link_of_before: int
) -> None:
    """The kernel gives the number of a terminal that is gone to the next one that is made."""
    settings = termios.tcgetattr(link_of_before)
    with pytest.raises(MediumError, match="the terminal behind this link is gone"):
        await connect(url.format(path=path))
    assert termios.tcgetattr(link_of_before) == settings
