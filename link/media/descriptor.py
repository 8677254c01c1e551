"""A file descriptor as a medium: what TCP, pseudo-terminals and serial ports have in common.

A write returns when the kernel has all of it, and no more than one read is held here. Whatever
ends the medium, seen by `read` or `write` or made by `close`, gives the descriptor back at once.
"""

import asyncio
import errno
import os
from collections.abc import Callable

from link.media.arrivals import Arrivals
from link.media.medium import CLOSED_HERE, CLOSED_THERE, STALL_S, MediumClosed, reason_of


class Descriptor:
    """A non-blocking descriptor that one reader and one writer may wait for; it owns it."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.ended: str | None = None
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def readable(self) -> None:
        """Wait until a read would not block; raises MediumClosed."""
        loop = asyncio.get_running_loop()
        await self._wait("read", loop.add_reader, loop.remove_reader)

    async def writable(self) -> None:
        """Wait until a write would not block; raises MediumClosed."""
        loop = asyncio.get_running_loop()
        await self._wait("write", loop.add_writer, loop.remove_writer)

    async def _wait(
        self,
        what: str,
        add: Callable[[int, Callable[[], None]], None],
        remove: Callable[[int], bool],
    ) -> None:
        self.check()
        if what in self._waiting:
            raise RuntimeError(f"a medium has one owner, found a second {what} at the same time")
        ready = asyncio.get_running_loop().create_future()
        self._waiting[what] = ready
        try:
            add(self.fd, lambda: _wake(ready))
            await ready
        finally:
            del self._waiting[what]
            if self.ended is None:  # else the number may be another's by now
                remove(self.fd)
        self.check()

    def check(self) -> None:
        """Raise MediumClosed where it has ended."""
        if self.ended is not None:
            raise MediumClosed(self.ended)

    def end(self, reason: str) -> bool:
        """Give the descriptor back and wake who waits; False where it had ended before."""
        if self.ended is not None:
            return False
        self.ended = reason
        for ready in self._waiting.values():
            asyncio.get_running_loop().remove_reader(self.fd)
            asyncio.get_running_loop().remove_writer(self.fd)
            _wake(ready)
        os.close(self.fd)
        return True


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class DescriptorMedium:
    """Octets over one descriptor."""

    def __init__(
        self,
        fd: int,
        url: str,
        *,
        baudrate: int | None = None,
        vanished: str = CLOSED_THERE,
        on_end: Callable[[str], None] | None = None,
    ) -> None:
        """`vanished` is the reason to give when the other side is gone; `on_end` is told any."""
        self.url = url
        self.baudrate = baudrate
        self._vanished = vanished
        self._on_end = on_end
        self._descriptor = Descriptor(fd)
        self._arrivals = Arrivals(fd)
        self._interrupted = False

    async def read(self) -> bytes:
        while True:
            self._descriptor.check()
            await (asyncio.sleep(0) if self._interrupted else self._arrivals.wait())
            interrupted, self._interrupted = self._interrupted, False
            self._descriptor.check()
            try:
                data = self._arrivals.take()
            except OSError as error:
                raise self._end(self._reason(error)) from None
            if data == b"":
                raise self._end(self._vanished)
            if data or interrupted:
                return data or b""

    def interrupt(self) -> None:
        self._interrupted = True
        self._arrivals.wake()

    async def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._descriptor.check()
            try:
                rest = rest[os.write(self._descriptor.fd, rest) :]
            except BlockingIOError:
                await self._writable()
            except OSError as error:
                raise self._end(self._reason(error)) from None

    async def _writable(self) -> None:
        try:
            async with asyncio.timeout(STALL_S):
                await self._descriptor.writable()
        except TimeoutError:
            raise self._end(f"nothing taken for {STALL_S:g} s") from None

    async def close(self) -> None:
        self._end(CLOSED_HERE)

    def _reason(self, error: OSError) -> str:
        if error.errno in (errno.EIO, errno.EPIPE, errno.ECONNRESET, errno.ENXIO, errno.ENODEV):
            return self._vanished
        return reason_of(error)

    def _end(self, reason: str) -> MediumClosed:
        self._arrivals.stop()
        self._arrivals.wake()
        if self._descriptor.end(reason) and self._on_end is not None:
            self._on_end(reason)
        return MediumClosed(reason)
