"""One medium for as long as the process lives: opened, pumped, and opened again when it is lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ciu.remote.line_client import LineClient
from link.media import Medium, MediumClosed, MediumError, has_port
from link.pump import Pump
from link.terms import LinkTrouble

log = logging.getLogger("ciu")

REOPEN_S = 1.0
"""A lost port is tried again so often."""


class Line:
    """The asyncio side of one client.

    `port` gets the URL and why it is closed, empty if open; `turned` is called after each turn.
    """

    def __init__(
        self,
        url: str,
        client: LineClient,
        *,
        connect: Callable[[str], Awaitable[Medium]],
        port: Callable[[str, str], None],
        turned: Callable[[], None],
    ) -> None:
        self.client = client
        self._url = url
        self._connect = connect
        self._port = port
        self._turned = turned
        self._pump: Pump | None = None

    def wake(self) -> None:
        """Give the client a turn soon; without a port it has to wait."""
        if self._pump is not None:
            self._pump.wake()

    def _turn(self, now: float) -> None:
        self.client.turn(now)
        self._turned()

    async def run(self) -> None:
        """Serve until cancelled."""
        logged = ""
        while True:
            reason = await self._serve()
            if reason != logged:
                log.warning("%s", reason)
            logged = reason
            trouble = LinkTrouble.PORT_DOWN if has_port(self._url) else LinkTrouble.NOT_REACHED
            self.client.port_lost(trouble, asyncio.get_running_loop().time())
            self._port(self._url, reason)
            await asyncio.sleep(REOPEN_S)

    async def _serve(self) -> str:
        """Pump one medium to its end and return the reason of it."""
        try:
            medium = await self._connect(self._url)
        except MediumError as error:
            return str(error)
        log.info("%s: open", self._url)
        self.client.port_opened(medium.baudrate, asyncio.get_running_loop().time())
        self._port(self._url, "")
        try:
            self._pump = Pump(self.client, medium, self._turn)
            await self._pump.run()
        except MediumClosed as error:
            return f"{self._url}: {error}"
        finally:
            self._pump = None
            await medium.close()
