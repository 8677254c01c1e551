"""SIGTERM unwinds a bench as Ctrl-C does, so that no folder and no process is left behind."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TypeVar

T = TypeVar("T")


@contextmanager
def tidy_end() -> Iterator[None]:
    """Let SIGTERM raise SystemExit in the block."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def run_tidily(work: Coroutine[None, None, T]) -> T:
    """Run a coroutine in a loop of its own; SIGTERM cancels it and raises SystemExit after it."""
    try:
        return asyncio.run(_cancelled_by_sigterm(work))
    except asyncio.CancelledError:
        _leave(signal.SIGTERM, None)


async def _cancelled_by_sigterm(work: Coroutine[None, None, T]) -> T:
    task = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
