"""Own echo on a two-wire RS-485 line, where a station hears what it says itself (link.md 2).

Invariant: of what others said no octet is lost; one frame of ours is dropped where it comes back
octet for octet, and given on whole where it does not: then two spoke at once.
"""

import logging
from collections import deque

from link.media.medium import Medium

MOST_FRAMES = 8
"""Own frames whose echo is awaited; the line is dead, or has no echo, where there are more."""

log = logging.getLogger(__name__)


class Echo:
    """What was said and has not come back yet."""

    def __init__(self) -> None:
        self.collisions = 0
        """Own frames that did not come back as they were said."""
        self._said: deque[bytes] = deque()
        self._matched = 0
        """Octets of the oldest of them that have come back."""
        self._heard = bytearray()

    def said(self, frame: bytes) -> None:
        """Record octets that we say."""
        if len(self._said) == MOST_FRAMES:
            self._give_up_oldest()
        if frame:
            self._said.append(frame)

    def heard(self, octets: bytes) -> bytes:
        """Return what somebody else said, perhaps nothing, of octets cut anywhere."""
        for octet in octets:
            self._hear(octet)
        heard = bytes(self._heard)
        self._heard.clear()
        return heard

    def _hear(self, octet: int) -> None:
        while self._said and self._said[0][self._matched] != octet:
            self._give_up_oldest()
        if not self._said:
            self._heard.append(octet)
            return
        self._matched += 1
        if self._matched == len(self._said[0]):
            self._said.popleft()
            self._matched = 0

    def _give_up_oldest(self) -> None:
        self._heard += self._said.popleft()[: self._matched]
        self._matched = 0
        self.collisions += 1


class EchoMedium:
    """A medium that hears its own octets, without them."""

    def __init__(self, medium: Medium) -> None:
        self.url = medium.url
        self.baudrate = medium.baudrate
        self._medium = medium
        self._echo = Echo()
        self._told = 0
        self._interrupted = False

    @property
    def collisions(self) -> int:
        """Own frames that did not come back as they were said."""
        return self._echo.collisions

    async def read(self) -> bytes:
        while True:
            octets = await self._medium.read()
            heard = self._echo.heard(octets)
            self._report()
            if heard or self._interrupted:
                self._interrupted = False
                return heard

    def interrupt(self) -> None:
        self._interrupted = True  # the medium's own mark is gone with octets that we drop
        self._medium.interrupt()

    async def write(self, data: bytes) -> None:
        self._echo.said(data)
        await self._medium.write(data)

    async def close(self) -> None:
        await self._medium.close()

    def _report(self) -> None:
        """Log the first collision, and whenever there are twice as many as were told."""
        if self.collisions >= max(1, 2 * self._told):
            self._told = self.collisions
            log.warning(
                "%s: own frames that came back changed: %d (two spoke at once, or no echo here)",
                self.url,
                self.collisions,
            )
