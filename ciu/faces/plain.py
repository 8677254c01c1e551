"""The plain face: one line of text a change, for pipes, screen readers and tests."""

import asyncio
import codecs
import os
import re
from collections.abc import Callable

from ciu.keypad import Key, UnknownKey, read_keys
from ciu.screen import Screen

CHUNK = 4096
LONGEST_LINE = 1024
"""A line of more characters is thrown away, to its end: nobody types it."""

RUNNING = re.compile(r"\d+:\d\d|\d+ s\b")
"""A countdown or an age: a line in which nothing else has moved is not written again."""


class PlainFace:
    """Writes the display, reads keys. `press` takes the keys of one line, in order."""

    def __init__(
        self, write: Callable[[str], None], press: Callable[[tuple[Key, ...]], None]
    ) -> None:
        self._write = write
        self._press = press
        self._shown = ""
        self._line = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def show(self, screen: Screen) -> None:
        """Write the display as one line, if more has changed than a countdown."""
        meter = f"…{screen.meter} {screen.name}".rstrip()
        line = " | ".join((*screen.lines, meter, ", ".join(screen.signs.words())))
        standing = RUNNING.sub("", line)
        if standing != self._shown:
            self._shown = standing
            self._write(line)

    def feed(self, octets: bytes) -> None:
        """Take what was typed, cut anywhere; a line is complete at its end."""
        *lines, begun = (self._line + self._decoder.decode(octets)).split("\n")
        self._line = begun[: LONGEST_LINE + 1]
        for line in lines:
            self._take(line)

    def _take(self, line: str) -> None:
        if len(line) > LONGEST_LINE:
            self._write(f"? a line of more than {LONGEST_LINE} characters: no key was pressed")
            return
        try:
            keys = read_keys(line.strip())
        except UnknownKey as error:
            self._write(f"? {error}")
        else:
            self._press(keys)


def follow(descriptor: int, feed: Callable[[bytes], None]) -> Callable[[], None]:
    """Feed what can be read from a descriptor until its end; return what stops it.

    A file, which cannot be waited for, is read at once.
    """
    loop = asyncio.get_running_loop()

    def take() -> None:
        try:
            octets = _read(descriptor)
        except BlockingIOError:  # who shares it was quicker
            return
        if octets:
            feed(octets)
        else:
            loop.remove_reader(descriptor)

    try:
        loop.add_reader(descriptor, take)
    except PermissionError:
        while octets := _read(descriptor):
            feed(octets)

    def stop() -> None:
        loop.remove_reader(descriptor)

    return stop


def _read(descriptor: int) -> bytes:
    """Return what there is, nothing at the end; a terminal that hung up has ended."""
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        raise
    except OSError:
        return b""
