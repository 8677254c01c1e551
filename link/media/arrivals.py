"""What arrives at a descriptor: read when the loop sees it, held until the owner takes it.

Invariant: at most one read is held. While it is not taken nothing more is read or watched for, so
that the kernel holds back a peer whose octets nobody wants.
"""

import asyncio
import os
from typing import TypeAlias

READ_OCTETS = 512
"""Most octets that one read returns: the longest turn that a peer can take from all others.

A few frames. With 4096 thirty peers that only sent SNRM kept an answer back for 2 s, four times
what a client waits (measured: 0.4 s with 512).
"""

_Found: TypeAlias = bytes | OSError | None
"""Octets, none of them at the end; a fault; or None if nothing has arrived."""


class Arrivals:
    """The octets of a non-blocking descriptor, for one owner.

    The loop watches the descriptor from one read to the next: to watch and to stop watching for
    each of them costs more than all else that a pump does (bench link, link.md 8).
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._found: _Found = None
        self._waiting: asyncio.Future[None] | None = None
        self._watched = False

    async def wait(self) -> None:
        """Wait until something has arrived, or for `wake`; all others have a turn meanwhile."""
        if self._waiting is not None:
            raise RuntimeError("a medium has one owner, found a second read at the same time")
        if self._found is not None:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        try:
            if not self._watched:
                loop.add_reader(self._fd, self._see)
                self._watched = True
            await self._waiting
        except asyncio.CancelledError:
            self.stop()
            raise
        finally:
            self._waiting = None

    def wake(self) -> None:
        """Let whoever waits wait no longer."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def take(self) -> bytes | None:
        """Return what has arrived: b"" at the end, None if nothing has. Raises OSError."""
        found = self._look() if self._found is None else self._found
        self._found = None
        if isinstance(found, OSError):
            raise found
        return found

    def stop(self) -> None:
        """Stop watching, until the next wait."""
        if self._watched:
            self._watched = False
            asyncio.get_running_loop().remove_reader(self._fd)

    def _see(self) -> None:
        if self._found is not None:
            self.stop()
            return
        self._found = self._look()
        if self._found is not None:
            self.wake()

    def _look(self) -> _Found:
        try:
            return os.read(self._fd, READ_OCTETS)
        except BlockingIOError:
            return None
        except OSError as error:
            return error
