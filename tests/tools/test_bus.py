"""Laws of the line that is a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
import termios
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest

from link.line import LineSettings, VirtualLine
from link.media import Medium, MediumError, connect
from link.media.line_runner import LineRunner
from tools.bus.end import READ_OCTETS, End
from tools.bus.process import Bus
from tools.children import child

FAST = LineSettings(baudrate=1_000_000, turnaround_s=0.0, piece_octets=500)
STATIONS = 3
SILENCE_S = 0.05
WAITS = 5
LOCAL_FLAGS = 3
"""Their place in the list that termios.tcgetattr returns."""

Splitmeter = Callable[..., Any]


@asynccontextmanager
async def running(folder: Path, settings: LineSettings = FAST) -> AsyncIterator[Bus]:
    """A bus in this loop."""
    stopping = asyncio.Event()
    with closing(Bus(folder, STATIONS, settings, seed=1)) as bus:
        async with asyncio.TaskGroup() as group:
            group.create_task(bus.run(stopping))
            await asyncio.sleep(0)
            yield bus
            stopping.set()


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    async with running(tmp_path / "line") as bus:
        yield bus


def open_unflushed(path: Path) -> int:
    """Open a terminal without what the serial library does to it."""
    return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


async def station(bus: Bus, number: int) -> Medium:
    return await connect(f"serial://{bus.paths[number]}?baudrate=9600")


async def read_exactly(medium: Medium, octets: int) -> bytes:
    found = b""
    async with asyncio.timeout(10):
        while len(found) < octets:
            found += await medium.read()
    return found


async def test_all_others_hear_what_one_says(bus: Bus) -> None:
    media = [await station(bus, number) for number in range(STATIONS)]
    said = bytes(range(256))
    await media[1].write(said)
    assert await read_exactly(media[0], 256) == said
    assert await read_exactly(media[2], 256) == said
    await media[0].write(b"answer")
    assert await read_exactly(media[1], 6) == b"answer"
    assert bus.counts.octets == 262
    for medium in media:
        await medium.close()


async def test_octets_take_their_time(tmp_path: Path) -> None:
    async with running(tmp_path, LineSettings(baudrate=9600)) as bus:
        first, second = await station(bus, 0), await station(bus, 1)
        begin = asyncio.get_running_loop().time()
        await first.write(bytes(96))
        await read_exactly(second, 96)
        assert asyncio.get_running_loop().time() - begin >= 0.1
        await first.close()
        await second.close()


async def test_with_echo_who_speaks_hears_itself(tmp_path: Path) -> None:
    async with running(tmp_path, LineSettings(baudrate=None, echo=True)) as bus:
        alone = await station(bus, 0)
        await alone.write(b"hello")
        assert await read_exactly(alone, 5) == b"hello"
        await alone.close()


async def test_who_comes_hears_nothing_of_what_was_before(bus: Bus) -> None:
    first, second, third = [await station(bus, number) for number in range(STATIONS)]
    await third.close()
    await first.write(b"before")
    await read_exactly(second, 6)
    third_end = open_unflushed(bus.paths[2])
    await first.write(b"after")
    await read_exactly(second, 5)
    assert os.read(third_end, 100) == b"after"
    os.close(third_end)
    await first.close()
    await second.close()


async def test_who_comes_finds_a_terminal_as_new_whoever_had_it_before(bus: Bus) -> None:
    first, second = await station(bus, 0), await station(bus, 1)
    rude = open_unflushed(bus.paths[2])
    await first.write(b"unread")
    await read_exactly(second, 6)
    tty.setcbreak(rude)
    cooked = termios.tcgetattr(rude)
    cooked[LOCAL_FLAGS] |= termios.ECHO
    termios.tcsetattr(rude, termios.TCSANOW, cooked)
    os.close(rude)
    await first.write(b"between")
    await read_exactly(second, 7)
    polite = open_unflushed(bus.paths[2])
    assert not termios.tcgetattr(polite)[LOCAL_FLAGS] & termios.ECHO
    await first.write(b"after")
    await read_exactly(second, 5)
    assert os.read(polite, 100) == b"after"
    os.close(polite)
    await first.close()
    await second.close()


async def test_what_is_not_read_is_lost_and_hinders_nobody(bus: Bus) -> None:
    first, idle, last = [await station(bus, number) for number in range(STATIONS)]
    for _ in range(13):  # a terminal holds 21 KB at the most (measured)
        await first.write(bytes(2000))
        await read_exactly(last, 2000)
    assert bus.counts.octets == 26_000
    for medium in (first, idle, last):
        await medium.close()


async def test_a_line_at_rest_takes_no_processor_time(bus: Bus) -> None:
    listener = await station(bus, 1)
    began = process_time()
    assert await heard_until_silence(listener) == b""
    assert process_time() - began < SILENCE_S / 2
    await listener.close()


def babble(path: Path) -> int:
    """Write until nothing more is taken, and go; return how much it was."""
    end = open_unflushed(path)
    written = 0
    with suppress(BlockingIOError):
        while True:
            written += os.write(end, bytes(1000))
    os.close(end)
    return written


async def heard_until_silence(medium: Medium) -> bytes:
    """Return what comes until nothing has come in several waits on end.

    In one long wait a machine that stands still is silent: all timers are due when it goes on, the
    one that ends the wait as well as those of the line.
    """
    heard, quiet = b"", 0
    while quiet < WAITS:
        try:
            async with asyncio.timeout(SILENCE_S / WAITS):
                heard += await medium.read()
            quiet = 0
        except TimeoutError:
            quiet += 1
    return heard


async def test_who_leaves_with_much_to_say_says_no_more_than_a_frame(bus: Bus) -> None:
    first, second = await station(bus, 1), await station(bus, 2)
    written = babble(bus.paths[0])
    heard = await heard_until_silence(second)
    assert 2 * READ_OCTETS <= len(heard) <= 3 * READ_OCTETS < written
    await first.write(b"at last")
    assert await read_exactly(second, 7) == b"at last"
    await first.close()
    await second.close()


async def test_whoever_comes_and_goes_there_is_no_more_than_a_frame_to_be_said(
    tmp_path: Path,
) -> None:
    settings = LineSettings(echo=True, piece_octets=1)
    runner = LineRunner(settings, Random(1))
    with closing(End(tmp_path / "0", runner)) as end:
        for _ in range(10):
            visitor = await connect(f"serial://{end.path}?baudrate=9600")
            await visitor.write(bytes(READ_OCTETS))
            end.take()
            await visitor.read()
            await visitor.close()
            end.leave()
    wait_s = runner.takes_more_at(0) - asyncio.get_running_loop().time()
    assert wait_s < READ_OCTETS * settings.octet_s


async def test_a_station_comes_and_goes_as_it_likes(bus: Bus) -> None:
    listener = await station(bus, 1)
    for number in range(20):
        visitor = await station(bus, 0)
        await visitor.write(bytes([number]) * 10)
        if number % 2:
            assert await read_exactly(listener, 10) == bytes([number]) * 10
        await visitor.close()
        if not number % 2:
            assert await read_exactly(listener, 10) == bytes([number]) * 10
    await listener.close()


async def test_a_bus_that_runs_is_not_disturbed_by_another(bus: Bus) -> None:
    with pytest.raises(MediumError, match=r"busy: somebody listens already$"):
        Bus(bus.paths[0].parent, 1, FAST, seed=1)
    await (await station(bus, 0)).close()


def test_a_bus_that_cannot_be_made_whole_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "1").touch()
    with pytest.raises(MediumError, match=r"file exists$"):
        Bus(tmp_path, 2, FAST, seed=1)
    assert list(tmp_path.iterdir()) == [tmp_path / "1"]


def test_what_a_killed_bus_left_is_gone_before_the_first_terminal_is_made(tmp_path: Path) -> None:
    (tmp_path / "0").touch()
    (tmp_path / "1").symlink_to("/dev/pts/0")
    with pytest.raises(MediumError, match=r"file exists$"):
        Bus(tmp_path, 2, FAST, seed=1)
    assert list(tmp_path.iterdir()) == [tmp_path / "0"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_its_terminals(tmp_path: Path, number: signal.Signals) -> None:
    words = ["bus", "--dir", str(tmp_path / "line"), "--stations", "2", "--baud", "1200"]
    with subprocess.Popen(
        [sys.executable, "-m", "tools", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready == f"ready {tmp_path}/line/0 {tmp_path}/line/1\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
    told = "splitmeter bus: carried 0 octets, 0 collisions, 0 bits flipped\n"
    assert (process.returncode, err) == (0, told)
    assert list((tmp_path / "line").iterdir()) == []


def expected_echo(said: bytes, settings: LineSettings, seed: int) -> bytes:
    line = VirtualLine(settings, Random(seed))
    line.speak(line.join(), said, now=0.0)
    line.tick(60.0)
    return b"".join(octets for _, octets in line.take_heard())


async def test_on_a_leash_it_is_the_line_of_its_words_and_ends_with_whoever_started_it(
    tmp_path: Path,
) -> None:
    place = ("bus", "--dir", str(tmp_path / "line"), "--stations", "1", "--leash")
    words = ("--baud", "50000", "--echo", "--ber", "0.1", "--seed", "7")
    async with child("tools", *place, *words, log=tmp_path / "log") as bus:
        assert await bus.url() == f"{tmp_path}/line/0"
        alone = await connect(f"serial://{tmp_path}/line/0?baudrate=9600")
        await alone.write(bytes(200))
        settings = LineSettings(baudrate=50000, echo=True, bit_error_rate=0.1)
        assert await read_exactly(alone, 200) == expected_echo(bytes(200), settings, seed=7)
        await alone.close()
    assert list((tmp_path / "line").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--stations", "0"), "'0'"),
        (("--stations", "many"), "'many'"),
        (("--stations", "2", "--baud", "0"), "found 0"),
        (("--stations", "2", "--turnaround", "-1"), "-0.001 s"),
        (("--stations", "2", "--turnaround", "nan"), "found nan s"),
        (("--stations", "2", "--ber", "0.7"), "found 0.7"),
    ],
)
def test_a_line_that_cannot_be_is_refused_in_one_line(
    splitmeter: Splitmeter, tmp_path: Path, words: tuple[str, ...], found: str
) -> None:
    ran = splitmeter("bus", "--dir", tmp_path / "line", *words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert found in ran.err
    assert not (tmp_path / "line").exists()
