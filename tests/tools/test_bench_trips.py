"""Laws of round trips: the echo, the caller, turns, and the children at the far side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.media import MediumError, connect, listen
from link.pump import Pump
from tools.bench.children import child
from tools.bench.echo import HEAD, EchoClient, EchoServer, Size
from tools.bench.pair import EchoEnd
from tools.bench.trips import in_turns, running
from tools.exits import Stop

SIZES = st.builds(Size, out=st.integers(HEAD.size, 300), back=st.integers(1, 300))
ECHO = "tools.bench.far_echo"
ANY_PORT = "tcp://127.0.0.1:0"


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


async def test_a_child_serves_while_the_block_runs_and_no_longer(tmp_path: Path) -> None:
    async with child(ECHO, ANY_PORT, log=tmp_path / "log") as echo:
        url = await echo.url()
        near = EchoEnd(await connect(url))
        async with running([near.caller]):
            assert await near.caller.size(lambda now: near.ask(Size(9, 7), now)) == Size(9, 7)
    with pytest.raises(MediumError):
        await connect(url)
    assert (tmp_path / "log").read_text() == ""


async def test_a_child_nobody_connects_to_ends_with_the_block(tmp_path: Path) -> None:
    async with child(ECHO, f"pty://{tmp_path}/line", log=tmp_path / "log") as echo:
        assert await echo.url() == f"pty://{tmp_path}/line"
        assert (tmp_path / "line").is_symlink()
    assert not (tmp_path / "line").is_symlink()
    assert (tmp_path / "log").read_text() == ""


async def test_a_child_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    async with child(ECHO, "smoke://signal", log=tmp_path / "log") as echo:
        with pytest.raises(Stop, match=rf"^{ECHO} did not start: .*unknown scheme 'smoke'"):
            await echo.url()
