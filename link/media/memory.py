"""`memory://name`: two ends in one process, for tests and for all-in-one.

Needs only futures and timers of the running loop, so it runs on virtual time; what arrives is
what was written, piece by piece, in the same order every time. Names belong to the loop.
"""

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

from link.media.medium import CLOSED_HERE, CLOSED_THERE, STALL_S, MediumClosed, MediumError
from link.media.url import Scheme, Url

PIECE_OCTETS = 4096
"""Most octets that one read returns."""

QUEUE_OCTETS = 65536
"""A write waits while so many octets are not yet read."""

_Names = dict[str, "MemoryListener"]
_names_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Names] = WeakKeyDictionary()


class _Lane:
    """One direction: the pieces on their way, one reader and one writer."""

    def __init__(self) -> None:
        self.pieces: deque[bytes] = deque()
        self.octets = 0
        self.closed = False
        self._changed = asyncio.Event()

    def put(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.octets += len(piece)
        self._changed.set()

    def take(self) -> bytes:
        piece = self.pieces.popleft()
        self.octets -= len(piece)
        self._changed.set()
        return piece

    def close(self) -> None:
        self.closed = True
        self._changed.set()

    def wake(self) -> None:
        self._changed.set()

    async def change(self) -> None:
        """Wait until somebody has put, taken or closed, or called `wake`."""
        self._changed.clear()
        await self._changed.wait()


class MemoryMedium:
    """One end of a pair of lanes."""

    baudrate = None

    def __init__(self, url: str, inward: _Lane, outward: _Lane) -> None:
        self.url = url
        self._inward = inward
        self._outward = outward
        self._reason = CLOSED_THERE
        self._interrupted = False

    @property
    def closed(self) -> bool:
        """Whether either side has closed it."""
        return self._outward.closed

    async def read(self) -> bytes:
        while not self._inward.pieces:
            if self.closed:
                raise MediumClosed(self._reason)
            if self._interrupted:
                self._interrupted = False
                return b""
            await self._inward.change()
        self._interrupted = False
        return self._inward.take()

    def interrupt(self) -> None:
        self._interrupted = True
        self._inward.wake()

    async def write(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE_OCTETS):
            await self._room()
            self._outward.put(data[start : start + PIECE_OCTETS])

    async def _room(self) -> None:
        while not self.closed and self._outward.octets >= QUEUE_OCTETS:
            try:
                async with asyncio.timeout(STALL_S):
                    await self._outward.change()
            except TimeoutError:
                self._end(f"nothing taken for {STALL_S:g} s")
        if self.closed:
            raise MediumClosed(self._reason)

    async def close(self) -> None:
        self._end(CLOSED_HERE)

    def _end(self, reason: str) -> None:
        self._reason = reason
        self._inward.pieces.clear()
        self._inward.close()
        self._outward.close()


class MemoryListener:
    """A name in this loop; one pair at a time."""

    def __init__(self, url: Url, names: _Names) -> None:
        self.url = url.text
        self._name = url.place
        self._names = names
        self._latest: MemoryMedium | None = None
        self._waiting = asyncio.Event()
        names[self._name] = self

    def join(self) -> MemoryMedium:
        """Make a pair, keep one end for `accept` and return the other; raises MediumError."""
        if self._latest is not None and not self._latest.closed:
            raise MediumError(f"{self.url}: busy: connected already")
        there, back = _Lane(), _Lane()
        self._latest = MemoryMedium(self.url, there, back)
        self._waiting.set()
        return MemoryMedium(self.url, back, there)

    async def accept(self) -> MemoryMedium:
        await self._waiting.wait()
        if self._names.get(self._name) is not self or self._latest is None:
            raise MediumClosed(CLOSED_HERE)
        self._waiting.clear()
        return self._latest

    async def close(self) -> None:
        if self._names.get(self._name) is self:
            del self._names[self._name]
        self._waiting.set()


def _names() -> _Names:
    return _names_by_loop.setdefault(asyncio.get_running_loop(), {})


def _check(url: Url) -> None:
    if not url.place:
        raise url.wrong("wanted a name as in memory://house")


async def _connect(url: Url) -> MemoryMedium:
    listener = _names().get(url.place)
    if listener is None:
        raise MediumError(f"{url.text}: nobody listens")
    return listener.join()


async def _listen(url: Url, _poll_s: float) -> MemoryListener:
    names = _names()
    if url.place in names:
        raise MediumError(f"{url.text}: busy: somebody listens already")
    return MemoryListener(url, names)


SCHEME = Scheme(check=_check, connect=_connect, listen=_listen, in_files=False)
