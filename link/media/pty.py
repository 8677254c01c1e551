"""`pty:///path`: a pseudo-terminal; `listen` makes it and the link to it, `connect` opens it.

The other side may close and open it again and again. A terminal ignores bit rate and parity, and
has no modem lines. A listener that closes its medium takes the terminal away and makes another
one: there is no other way to tell the other side.
"""

import asyncio
import fcntl
import hashlib
import os
import select
import socket
import termios
import tty
from contextlib import suppress
from pathlib import Path

from link.media.descriptor import DescriptorMedium
from link.media.medium import CLOSED_HERE, MediumClosed, MediumError, reason_of
from link.media.url import Scheme, Url

TERMINALS = "/dev/pts/"
"""Where the kernel shows pseudo-terminals; a link into it that nobody claims is a leftover."""

MADE_WITH_S = 1.0
"""A link is made right behind its terminal; within so long the two belong together."""


class Terminal:
    """The master's side of one pseudo-terminal, and the link to the other side."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where it or its link cannot be made."""
        self._path = path
        self.master, slave = os.openpty()
        try:
            tty.setraw(slave)
            self._name = os.ttyname(slave)
            remove_leftover(path)
            path.symlink_to(self._name)
        except OSError:
            os.close(self.master)
            raise
        finally:
            os.close(slave)

    def is_idle(self) -> bool:
        """Whether nobody has the other side open, and nothing is left that somebody wrote."""
        poll = select.poll()
        poll.register(self.master, select.POLLIN)
        return any(event == select.POLLHUP for _, event in poll.poll(0))

    def reset(self) -> None:
        """Make it new for the next one to open it: raw, with nothing left to read."""
        slave = os.open(self._name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            tty.setraw(slave)
            termios.tcflush(slave, termios.TCIFLUSH)
        finally:
            os.close(slave)

    def close(self) -> None:
        os.close(self.master)
        with suppress(OSError):
            if str(self._path.readlink()) == self._name:
                self._path.unlink()


class PtyListener:
    """The side that makes the terminal; one medium at a time."""

    def __init__(self, url: Url, poll_s: float) -> None:
        self.url = url.text
        self._path = url.path()
        self._poll_s = poll_s
        self._claim = claim(url)
        self._closed = False
        self._free = asyncio.Event()
        self._free.set()
        try:
            self._terminal: Terminal | None = self._make()
        except MediumError:
            self._claim.close()
            raise

    def _make(self) -> Terminal:
        try:
            return Terminal(self._path)
        except OSError as error:
            raise MediumError(f"{self.url}: {reason_of(error)}") from None

    async def accept(self) -> DescriptorMedium:
        await self._free.wait()
        while not self._closed:
            if self._terminal is None:
                self._terminal = self._make()
            if not self._terminal.is_idle():
                self._free.clear()
                master = os.dup(self._terminal.master)
                return DescriptorMedium(master, self.url, on_end=self._ended)
            await asyncio.sleep(self._poll_s)
        raise MediumClosed(CLOSED_HERE)

    def _ended(self, reason: str) -> None:
        if reason == CLOSED_HERE and not self._closed:
            self._take_away()
            with suppress(MediumError):  # the next accept tries again, and tells
                self._terminal = self._make()
        self._free.set()

    def _take_away(self) -> None:
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    async def close(self) -> None:
        self._closed = True
        self._take_away()
        self._claim.close()
        self._free.set()


def check_owner(path: Path) -> None:
    """Raise MediumError where a link leads to a terminal that is younger than the link.

    Its own one has gone with the process that made it, and the kernel has given the number to
    somebody else: what is written there comes out on a stranger's screen.
    """
    try:
        made_at, linked_at = path.stat().st_ctime, path.lstat().st_mtime
    except OSError:
        return  # who opens it is told why
    leads_there = path.is_symlink() and os.path.realpath(path).startswith(TERMINALS)
    if leads_there and made_at > linked_at + MADE_WITH_S:
        raise MediumError(f"{path}: the terminal behind this link is gone")


def remove_leftover(path: Path) -> None:
    """Remove a link that a killed process left; for whoever has the claim to its path."""
    if path.is_symlink() and str(path.readlink()).startswith(TERMINALS):
        path.unlink()


def claim(url: Url) -> socket.socket:
    """Hold the path for this process; unlike a lock file the kernel frees it, whatever happens.

    Raises MediumError where another process holds it.
    """
    path = os.path.realpath(url.path().parent) + "/" + url.path().name
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(b"\0splitmeter pty " + hashlib.sha256(path.encode()).hexdigest().encode())
    except OSError:
        claim.close()
        raise MediumError(f"{url.text}: busy: somebody listens already") from None
    return claim


async def _connect(url: Url) -> DescriptorMedium:
    check_owner(url.path())
    try:
        slave = os.open(url.path(), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        raise MediumError(f"{url.text}: {reason_of(error)}") from None
    try:
        fcntl.flock(slave, fcntl.LOCK_EX | fcntl.LOCK_NB)
        tty.setraw(slave)
    except BlockingIOError:
        os.close(slave)
        raise MediumError(f"{url.text}: busy: another program holds it") from None
    except (OSError, termios.error):
        os.close(slave)
        raise MediumError(f"{url.text}: not a terminal") from None
    return DescriptorMedium(slave, url.text)


async def _listen(url: Url, poll_s: float) -> PtyListener:
    return PtyListener(url, poll_s)


SCHEME = Scheme(check=Url.path, connect=_connect, listen=_listen)
