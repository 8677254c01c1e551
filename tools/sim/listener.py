"""A listener for a process that has one medium, for as long as it runs."""

import asyncio
from collections.abc import Callable

from link.media import Medium


class OneMedium:
    """Gives what `join` makes, once; whoever asks again waits for ever."""

    url = "memory://scene"

    def __init__(self, join: Callable[[], Medium]) -> None:
        self._join = join
        self._given = False

    async def accept(self) -> Medium:
        if self._given:
            await asyncio.Event().wait()
        self._given = True
        return self._join()

    async def close(self) -> None:
        """Nothing to give free: the medium is its owner's."""
