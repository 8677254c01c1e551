"""Laws of the raw client: whole answers wherever they are cut, and one line if there is none."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing

import pytest

from tools.bench.peers import PEERS
from tools.bench.raw import TRIPS, Exchange, RawClient, RawTurns
from tools.exits import Stop

ASKED = (Exchange(b"one", b"first"), Exchange(b"two", b"second answer"))


@asynccontextmanager
async def serving(
    answers: Sequence[bytes], step: int = 1
) -> AsyncIterator[tuple[RawClient, list[bytes]]]:
    """A client, and what it sends to a server that writes so many octets at a time and hangs up."""
    taken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            taken.append(await reader.read(100))
            for at in range(0, len(answer), step):
                writer.write(answer[at : at + step])
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        with closing(RawClient(f"tcp://{host}:{port}")) as client:
            yield client, taken


def turn(turns: RawTurns) -> float:
    """Go one turn in a thread: the client blocks."""
    return asyncio.run(turns.turn())


async def test_each_turn_goes_on_where_the_one_before_it_ended() -> None:
    three = (*ASKED, Exchange(b"three", b"3"))
    served = [three[i % 3] for i in range(2 * TRIPS)]
    async with serving([each.answer for each in served]) as (client, taken):
        turns = RawTurns(client, three)
        for _ in range(2):
            assert await asyncio.to_thread(turn, turns) > 0
        assert taken == [each.request for each in served]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"firsts", "1 octets more than"),
        (b"firs", "closed by the server"),
        (b"", "closed by the server"),
    ],
)
async def test_an_answer_of_another_length_stops_the_bench(answer: bytes, words: str) -> None:
    async with serving([answer], step=len(answer) or 1) as (client, _):
        with pytest.raises(Stop, match=rf"^tcp://127.0.0.1:\d+: {words}"):
            await asyncio.to_thread(client.trips, ASKED[:1])


async def test_an_answer_of_the_right_length_is_checked_once() -> None:
    async with serving([b"first", b"fiRst"]) as (client, _):
        await asyncio.to_thread(client.check, ASKED[0])
        with pytest.raises(Stop, match="expected"):
            await asyncio.to_thread(client.check, ASKED[0])


async def test_a_server_that_is_not_there_stops_the_bench() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    server.close()
    await server.wait_closed()
    with pytest.raises(Stop, match=rf"^tcp://{host}:{port}: "):
        RawClient(f"tcp://{host}:{port}")


def test_the_frames_of_a_peer_have_the_length_that_their_header_says() -> None:
    for octets in (PEERS[0].exchange.request, PEERS[0].exchange.answer):
        assert int.from_bytes(octets[4:6], "big") == len(octets) - 6
