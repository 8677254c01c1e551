"""The processes that a demo or a bench starts: awaited, and ended by their own handles.

Invariant: a child ends when its stdin is closed, so none outlives us, however we end. No wait is
without a bound.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tools.exits import Exit, Stop

ROOT = Path(__file__).parents[1]
"""Where the packages stand, installed or not."""

COMMAND = (sys.executable, "-m")
"""Followed by the name of a package, runs it."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
"""In which the packages are found from any folder."""

START_S = 20.0
END_S = 5.0
READY = "ready "


class Child:
    """A process that says `ready URL` when it can be spoken to."""

    def __init__(self, name: str, process: Process, log: Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    async def url(self) -> str:
        """Wait until it is ready, once. Raises Stop with its last words where it does not start."""
        line = await self._first_line()
        if not line.startswith(READY):
            raise Stop(f"{self._name} did not start: {_last_words(self._log)}", Exit.FAILED)
        return line.removeprefix(READY).strip()

    async def ended(self) -> str:
        """Wait until it has ended, and return its last words."""
        await self._process.wait()
        return _last_words(self._log)

    async def _first_line(self) -> str:
        if self._process.stdout is None:
            return ""
        try:
            async with asyncio.timeout(START_S):
                return (await self._process.stdout.readline()).decode()
        except TimeoutError:
            raise Stop(f"{self._name} was not ready after {START_S:g} s", Exit.FAILED) from None


@asynccontextmanager
async def child(module: str, *words: str, log: Path, folder: Path = ROOT) -> AsyncIterator[Child]:
    """Run `python -m MODULE WORDS` in a folder while the block runs; its stderr goes to `log`."""
    with log.open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            module,
            *words,
            cwd=folder,
            env=ENVIRONMENT,
            stdin=PIPE,
            stdout=PIPE,
            stderr=err,
        )
    try:
        yield Child(module, process, log)
    finally:
        await _end(process)


def _last_words(log: Path) -> str:
    said = log.read_text().splitlines()
    return said[-1] if said else "it said nothing"


async def _end(process: Process) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
