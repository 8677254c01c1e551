"""A crowd at the meter's door: silent connections never keep a client out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from link.hdlc import FrameReader
from link.media import Medium, connect
from meter.app.connections import MOST_CONNECTIONS
from meter.app.process import MeterProcess
from meter.config import read_config

from .conftest import Lab, january

SNRM = bytes.fromhex("7ea0070321930f017e")
RR = bytes.fromhex("7ea00703211115a67e")
UA = 0x73
READY = 0x11


@asynccontextmanager
async def running(lab: Lab) -> AsyncIterator[str]:
    """Run the lab's meter in this process and yield its URL."""
    process = MeterProcess(read_config(lab.meter_toml), folder=lab.meter_toml.parent, utc=january)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    run = asyncio.create_task(process.run(ready.set_result))
    yield await ready
    process.stop()
    assert await run


async def say(medium: Medium, request: bytes) -> int:
    """Say a frame and return the control octet of the answer."""
    await medium.write(request)
    reader = FrameReader()
    while not (frames := reader.feed(await medium.read())):
        pass
    return frames[0].control.octet


async def test_a_client_is_served_however_many_silent_connections_there_are(
    provision: Callable[..., Lab],
) -> None:
    async with running(provision("tcp://127.0.0.1:0")) as url:
        crowd = [await connect(url) for _ in range(3 * MOST_CONNECTIONS)]
        client = await connect(url)
        async with asyncio.timeout(5):
            assert await say(client, SNRM) == UA
        for medium in (*crowd, client):
            await medium.close()


async def test_a_client_with_a_link_is_not_moved_by_a_crowd(
    provision: Callable[..., Lab],
) -> None:
    async with running(provision("tcp://127.0.0.1:0")) as url:
        client = await connect(url)
        assert await say(client, SNRM) == UA
        crowd = [await connect(url) for _ in range(3 * MOST_CONNECTIONS)]
        async with asyncio.timeout(5):
            assert await say(client, RR) & 0x1F == READY
        for medium in (*crowd, client):
            await medium.close()
