"""`python -m tools.bench.far_bare`: the least TCP server of asyncio, which echoes what it gets.

`serve` is also how another server that is a protocol of asyncio becomes a far side: it prints
`ready URL` and ends when its stdin is closed.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from link.arguments import hold_leash

HOST = "127.0.0.1"


class Echo(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


async def serve(make_protocol: Callable[[], asyncio.BaseProtocol]) -> None:
    """Serve connections on a free port of this machine until nobody holds our stdin."""
    if task := asyncio.current_task():
        hold_leash(task.get_loop(), task.cancel)
    server = await asyncio.get_running_loop().create_server(make_protocol, HOST, 0)
    _, port = server.sockets[0].getsockname()
    print(f"ready tcp://{HOST}:{port}", flush=True)
    async with server:
        with suppress(asyncio.CancelledError):
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Echo))
