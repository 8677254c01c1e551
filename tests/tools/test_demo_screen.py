"""The demo on a terminal: its bench in any room, and a sale at a real pseudo-terminal."""

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.demo.screen import Transcript, draw_bench

WAIT_S = 60.0
ROWS, COLUMNS = 24, 80
F2, F3, F5, F10 = b"\x1bOQ", b"\x1bOR", b"\x1b[15~", b"\x1b[21~"
ALTERNATE_SCREEN_LEFT = rb"\x1b\[\?1049l"
TERM = {**os.environ, "TERM": "xterm-256color"}


class Window:
    """A demo in a pseudo-terminal of 80 x 24."""

    def __init__(self, folder: Path) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._before = termios.tcgetattr(slave)
        self._slave = slave
        words = (sys.executable, "-m", "tools", "demo", "--dir", str(folder))
        self.process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=TERM)

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def shows(self, pattern: bytes) -> str:
        """Wait until something is drawn; return what matches."""
        drawn, until = b"", time.monotonic() + WAIT_S
        while not (found := re.search(pattern, drawn)):
            left_s = max(until - time.monotonic(), 0.0)
            assert select.select([self._master], [], [], left_s)[0], drawn[-2000:]
            drawn += os.read(self._master, 65536)
        return found[0].decode()

    def is_as_before(self) -> bool:
        """Return whether the terminal has its settings back."""
        return termios.tcgetattr(self._slave) == self._before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    window = Window(tmp_path / "lab")
    yield window
    window.close()


@pytest.mark.proof
def test_a_token_is_bought_and_typed_by_two_keys_and_the_terminal_is_given_back(
    window: Window,
) -> None:
    window.shows(rb"Enter first token")
    window.press(F5)
    window.shows(rb"nothing was bought")
    window.press(b"12")
    window.press(F2 + F5 + F5)
    window.shows(rb"\d{4} \d{4} \d{4} \d{4} \d{4}")
    window.shows(rb"ACCEPTED  \+8\.0 kWh")
    window.press(F3)
    window.shows(rb"control\.sock")
    window.press(F10)
    window.shows(ALTERNATE_SCREEN_LEFT)
    assert window.process.wait(WAIT_S) == 0
    assert window.is_as_before()


lines = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=60)


@given(st.lists(lines, max_size=6), st.integers(0, 60), st.integers(0, 6))
def test_the_bench_shows_the_end_of_what_was_said_in_any_room(
    said: list[str], width: int, height: int
) -> None:
    told: list[str] = []
    transcript = Transcript(told.append)
    for text in said:
        transcript.say(text)
    rows = draw_bench(transcript.lines, width, height).plain.split("\n")
    assert told == said
    assert len(rows) <= max(height, 1)
    assert all(len(row) <= max(width, 8) for row in rows)
