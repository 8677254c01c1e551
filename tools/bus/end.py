"""One station of the bus: a pseudo-terminal, whoever has its other side open, or nobody.

Invariant: nothing here waits. What cannot be written is lost; what comes faster than the line
carries it stays in the kernel, which makes the writer wait.
"""

import asyncio
import os
from contextlib import suppress
from itertools import islice
from pathlib import Path

from link.media.line_runner import LineRunner
from link.media.medium import MediumError, reason_of
from link.media.pty import Terminal

READ_OCTETS = 2048
"""Most that a station says in one go, and most that is still said for those who have gone; no frame
is longer."""

LEFT_READS = 64
"""Reads that empty what the kernel holds of a station that has gone (16 KiB measured)."""


class End:
    """Raises MediumError where it cannot be made; its place must be claimed."""

    def __init__(self, path: Path, runner: LineRunner) -> None:
        self.path = path
        self._runner = runner
        self._station = runner.join(self._hear)
        self._pause: asyncio.TimerHandle | None = None
        self._used = False
        self._left = b""
        """Still to be said for somebody who has gone."""
        try:
            self._terminal = Terminal(path)
        except OSError as error:
            raise MediumError(f"{path}: {reason_of(error)}") from None
        os.set_blocking(self._terminal.master, False)

    def fileno(self) -> int:
        """The descriptor where its octets arrive."""
        return self._terminal.master

    def close(self) -> None:
        """Take the terminal and its link away."""
        self._terminal.close()

    def take(self) -> None:
        """Say what the station has written, no faster than the line carries it."""
        while not self._pause and (data := self._next()):
            self._runner.speak(self._station, data)
            more_at = self._runner.takes_more_at(self._station)
            loop = asyncio.get_running_loop()
            if more_at > loop.time():
                self._pause = loop.call_at(more_at, self._go_on)

    def leave(self) -> None:
        """Say what is left of whoever had it open and has gone; make it new for the next one."""
        if self._used:
            left = b"".join(islice(iter(self._read, b""), LEFT_READS))
            self._left = self._left or left[:READ_OCTETS]
            self._terminal.reset()
            self._used = False  # opening it to reset it is seen as one more who has gone
            self.take()

    def _go_on(self) -> None:
        self._pause = None
        self.take()

    def _next(self) -> bytes:
        """Return what is to be said next, if anything."""
        left, self._left = self._left, b""
        return left or self._read()

    def _read(self) -> bytes:
        """Return what is there, if anything."""
        try:
            data = os.read(self._terminal.master, READ_OCTETS)
        except OSError:  # nothing there, or nobody
            return b""
        self._used = True
        return data

    def _hear(self, octets: bytes) -> None:
        if not self._terminal.is_idle():  # else the next one to open it would hear the past
            self._used = True
            with suppress(BlockingIOError):
                os.write(self._terminal.master, octets)
