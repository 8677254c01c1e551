"""A medium whose frames are noted as they are said."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from link.media import Medium


@dataclass(frozen=True, slots=True)
class Said:
    """One write: when it was handed over, by whom, which octets."""

    at: float
    who: str
    frame: bytes


class Tapped:
    """The medium of one process."""

    def __init__(self, medium: Medium, who: str, note: Callable[[Said], None]) -> None:
        self.url = medium.url
        self.baudrate = medium.baudrate
        self.read = medium.read
        self.interrupt = medium.interrupt
        self.close = medium.close
        self._write = medium.write
        self._who = who
        self._note = note

    async def write(self, data: bytes) -> None:
        self._note(Said(asyncio.get_running_loop().time(), self._who, data))
        await self._write(data)
