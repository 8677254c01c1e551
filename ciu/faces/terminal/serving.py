"""A unit and its face in one loop, until either ends."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from ciu.faces.terminal.face import TerminalFace, Unit


class Running(Unit, Protocol):
    """A unit that can be run."""

    @property
    def is_running(self) -> bool:
        """Return whether `run` has begun to serve."""

    def run(self) -> Coroutine[None, None, None]:
        """Serve until `stop`."""

    def stop(self) -> None:
        """End `run`."""

    def until(self, holds: Callable[[], bool]) -> Awaitable[None]:
        """Wait until something holds."""


async def serve(unit: Running, face: TerminalFace) -> int:
    """Run both; return the status of the face, 0 unless it failed.

    What the unit raises is raised in a group, before the terminal is taken or after it was
    given back.
    """
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(unit.run())
        await unit.until(lambda: unit.is_running)
        serving.add_done_callback(lambda _: face.exit())
        await face.run_async()
        unit.stop()
    return face.return_code or 0
