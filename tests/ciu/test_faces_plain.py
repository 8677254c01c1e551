"""The plain face writes a line for each change, and reads lines of keys cut anywhere."""

import asyncio
import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest

from ciu.faces import PlainFace, follow
from ciu.keypad import Key, read_keys
from ciu.screen import Screen


class Terminal:
    def __init__(self) -> None:
        self.written: list[str] = []
        self.pressed: list[tuple[Key, ...]] = []
        self.face = PlainFace(self.written.append, self.pressed.append)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_a_change_is_one_line_with_the_words_of_the_signs(terminal: Terminal) -> None:
    screen = Screen(("Credit left", "25.0 kWh"), "0016", "House 4")
    terminal.face.show(screen)
    terminal.face.show(screen)
    assert terminal.written == [
        "Credit left | 25.0 kWh | …0016 House 4 | asking, relay ?, credit unknown, UNSECURED"
    ]


def test_a_countdown_is_written_when_it_begins_and_not_every_second(terminal: Terminal) -> None:
    for left in ("1:00", "0:59", "0:07"):
        terminal.face.show(Screen(("TOO MUCH POWER USED", f"Back on in {left}"), "0016"))
    terminal.face.show(Screen(("TOO MUCH POWER USED", "Back on soon"), "0016"))
    assert [line.split(" | ")[1] for line in terminal.written] == [
        "Back on in 1:00",
        "Back on soon",
    ]


def test_lines_of_keys_are_read_however_they_are_cut(terminal: Terminal) -> None:
    text = b"2371 6100E\r\n#1#\n12"
    for at in range(len(text)):
        terminal.face.feed(text[at : at + 1])
    terminal.face.feed(text)
    assert terminal.pressed == [
        read_keys("23716100E"),
        read_keys("#1#"),
        read_keys("1223716100E"),
        read_keys("#1#"),
    ]


def test_a_line_that_is_no_keys_presses_none_and_is_answered(terminal: Terminal) -> None:
    terminal.face.feed("12é4\n".encode())
    terminal.face.feed(b"\xff\n")
    assert terminal.pressed == []
    assert [line.split(":")[0] for line in terminal.written] == [
        "? unknown key 'é' at place 3",
        "? unknown key '\ufffd' at place 1",
    ]


@pytest.mark.parametrize("piece", [1, 500, 9999])
def test_a_line_that_is_too_long_is_thrown_away_to_its_end(piece: int, terminal: Terminal) -> None:
    octets = b"1" * 5000 + b"2E\n3E\n"
    for at in range(0, len(octets), piece):
        terminal.face.feed(octets[at : at + piece])
    assert terminal.pressed == [read_keys("3E")]
    assert terminal.written == ["? a line of more than 1024 characters: no key was pressed"]


async def test_a_pipe_is_followed_to_its_end(terminal: Terminal) -> None:
    reading, writing = os.pipe()
    arrived = asyncio.Event()

    def feed(octets: bytes) -> None:
        terminal.face.feed(octets)
        arrived.set()

    stop = follow(reading, feed)
    os.write(writing, b"12E\n")
    await arrived.wait()
    os.close(writing)
    stop()
    os.close(reading)
    assert terminal.pressed == [read_keys("12E")]


async def test_a_terminal_that_hangs_up_has_ended(terminal: Terminal) -> None:
    ours, theirs = pty.openpty()
    arrived = asyncio.Event()

    def feed(octets: bytes) -> None:
        terminal.face.feed(octets)
        arrived.set()

    stop = follow(ours, feed)
    os.write(theirs, b"12E\n")
    await arrived.wait()
    os.close(theirs)
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    for _ in range(9):
        await asyncio.sleep(0)
    stop()
    os.close(ours)
    assert faults == []
    assert terminal.pressed == [read_keys("12E")]


async def test_what_another_reader_took_first_is_not_the_end() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    took: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue()

    def takes(descriptor: int) -> Callable[[], None]:
        return follow(descriptor, lambda octets: took.put_nowait((descriptor, octets)))

    stops = {descriptor: takes(descriptor) for descriptor in (reading, os.dup(reading))}
    os.write(writing, b"i")
    quicker, _ = await took.get()
    stops.pop(quicker)()
    os.write(writing, b"E")
    assert await took.get() == (*stops, b"E")
    for descriptor, stop in stops.items():
        stop()
        os.close(descriptor)
    os.close(quicker)
    os.close(writing)


async def test_a_file_is_read_at_once(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("12E\ni\n")
    with path.open("rb") as file:
        follow(file.fileno(), terminal.face.feed)()
    assert terminal.pressed == [read_keys("12E"), read_keys("i")]
