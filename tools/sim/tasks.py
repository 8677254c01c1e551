"""Tasks that stand for processes: each can be killed and started again."""

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Generic, TypeVar

Who = TypeVar("Who", bound=Hashable)


class PowerCut(BaseException):
    """Raised by a disk of a scene in place of going on; nothing may catch it."""


class Tasks(Generic[Who]):
    """What runs, by name. KeyError for a name that does not."""

    def __init__(self) -> None:
        self._tasks: dict[Who, asyncio.Task[object]] = {}

    def start(self, who: Who, process: Coroutine[object, object, object]) -> None:
        """Let a process run under a name."""
        self._tasks[who] = asyncio.get_running_loop().create_task(process)

    async def kill(self, who: Who) -> None:
        """End one as a power cut does: nothing more is said or stored. Raises what it raised."""
        task = self._tasks.pop(who)
        task.cancel()
        await asyncio.wait({task})
        error = None if task.cancelled() else task.exception()
        match error:
            case None | PowerCut():
                return
            case BaseExceptionGroup():
                error = error.split(PowerCut)[1]
        if error:
            raise error

    async def died(self, who: Who) -> None:
        """Wait until one has ended by itself, by a power cut of its disk."""
        await asyncio.wait({self._tasks[who]})
        await self.kill(who)

    async def close(self) -> None:
        """End what still runs."""
        for who in list(self._tasks):
            await self.kill(who)
