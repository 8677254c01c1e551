"""Laws of round trips: the echo, the caller, turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.media import connect, listen
from link.pump import Pump
from tools.bench.echo import HEAD, EchoClient, EchoServer, Size
from tools.bench.pair import EchoEnd
from tools.bench.trips import in_turns, running
from tools.exits import Stop

SIZES = st.builds(Size, out=st.integers(HEAD.size, 300), back=st.integers(1, 300))


@given(sizes=st.lists(SIZES, max_size=5), cut=st.integers(1, 50))
def test_an_echo_answers_with_what_was_asked_for_wherever_it_is_cut(
    sizes: list[Size], cut: int
) -> None:
    client, server = EchoClient(), EchoServer()
    for size in sizes:
        client.ask(size)
        out = client.take_outgoing()
        for at in range(0, len(out), cut):
            assert server.take_outgoing() == b""
            server.receive(out[at : at + cut], 0.0)
        back = server.take_outgoing()
        assert (len(out), len(back)) == (size.out, size.back)
        for at in range(0, len(back), cut):
            assert client.take_events() == []
            client.receive(back[at : at + cut], 0.0)
        assert client.take_events() == [None]


@asynccontextmanager
async def echo_beside(url: str) -> AsyncIterator[EchoEnd]:
    """A near side whose far side runs in this process until the block ends."""
    listener = await listen(url)
    near = EchoEnd(await connect(url))
    far = await listener.accept()
    serving = asyncio.create_task(Pump(EchoServer(), far, lambda _now: None).run())
    try:
        async with running([near.caller]):
            yield near
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await far.close()
        await listener.close()


async def test_a_caller_counts_the_octets_of_its_trip() -> None:
    async with echo_beside("memory://counted") as near:
        for size in (Size(30, 26), Size(52, 110)):
            found = await near.caller.size(lambda now, size=size: near.ask(size, now))
            assert found == size


async def test_a_trip_takes_time() -> None:
    async with echo_beside("memory://timed") as near:
        assert await near.caller.trip(lambda now: near.ask(Size(4, 1), now)) > 0


async def test_a_far_side_that_goes_away_ends_the_bench_with_its_url() -> None:
    listener = await listen("memory://gone")
    near = EchoEnd(await connect("memory://gone"))
    far = await listener.accept()

    async def call() -> None:
        async with running([near.caller]):
            await far.close()
            await near.caller.trip(lambda now: near.ask(Size(4, 1), now))

    with pytest.raises(Stop, match=r"^memory://gone: closed"):
        await call()
    await listener.close()


@pytest.mark.parametrize("seconds", [0.0, 0.01])
async def test_every_way_is_gone_equally_often(seconds: float) -> None:
    gone: list[str] = []

    async def slow() -> float:
        gone.append("slow")
        return 2.0

    async def fast() -> float:
        gone.append("fast")
        return 1.0

    ways = {"slow": slow, "fast": fast}
    samples = await in_turns(ways, seconds, lambda: gone.append("prepared"))
    rounds = len(samples["slow"])
    assert gone == ["prepared", "slow", "fast"] * rounds
    assert samples == {"slow": [2.0] * rounds, "fast": [1.0] * rounds}
