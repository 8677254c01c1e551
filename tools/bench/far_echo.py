"""`python -m tools.bench.far_echo URL`: the far side of an echo, a process like the meter's.

It prints `ready URL`, serves one medium, and ends with it or when its stdin is closed.
"""

import asyncio
import sys
from contextlib import suppress

from link.arguments import hold_leash
from link.media import MediumClosed, listen
from link.pump import Pump
from tools.bench.echo import EchoServer


async def serve(url: str) -> None:
    """Be the far side of one medium until it is closed or nobody holds our stdin."""
    if task := asyncio.current_task():
        hold_leash(task.get_loop(), task.cancel)
    listener = await listen(url)
    print(f"ready {listener.url}", flush=True)
    try:
        medium = await listener.accept()
        await Pump(EchoServer(), medium, lambda _now: None).run()
    finally:
        await listener.close()


if __name__ == "__main__":
    with suppress(MediumClosed, asyncio.CancelledError):
        asyncio.run(serve(sys.argv[1]))
