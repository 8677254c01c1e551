"""Laws of every medium, over the whole table of schemes."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from link.media import SCHEMES, Listener, Medium, MediumClosed, MediumError, connect, listen

from ..cable import KINDS, Ends, lay, remove

POLL_S = 0.005

SITES = {
    "memory": "memory://house",
    "pty": "pty://{folder}/line",
    "tcp": "tcp://127.0.0.1:0",
    "serial": "serial://{folder}/ttyA?baudrate=19200",
}
"""Where a test listens, by scheme; a new scheme needs a row here."""

told_of_the_end = pytest.mark.parametrize("line", ["memory", "pty", "tcp"], indirect=True)
"""Media that tell one side when the other closes; a cable does not."""


@dataclass(frozen=True, slots=True)
class Line:
    """A listener and the URL of its other side."""

    listener: Listener
    there: str

    async def pair(self) -> tuple[Medium, Medium]:
        """The listener's side and the other one, both open."""
        other = await connect(self.there)
        return await self.listener.accept(), other


def test_every_scheme_is_tested() -> None:
    assert set(SITES) == set(SCHEMES)


def descriptors() -> set[Path]:
    """What this process has open."""
    return set(Path("/proc/self/fd").iterdir())


@pytest.fixture(params=[*sorted(set(SCHEMES) - {"serial"}), *(f"serial, {k}" for k in KINDS)])
async def line(
    request: pytest.FixtureRequest, tmp_path: Path, cable_ends: Ends
) -> AsyncIterator[Line]:
    """A line of each kind; whatever a test does with it, nothing may stay open."""
    scheme, _, kind = request.param.partition(", ")
    with ExitStack() as laid:
        if kind:
            laid.callback(remove, lay(kind, cable_ends), cable_ends)
        before = descriptors()
        listener = await listen(SITES[scheme].format(folder=tmp_path), poll_s=POLL_S)
        yield Line(listener, listener.url.replace("ttyA", "ttyB"))
        await listener.close()
        assert descriptors() == before
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def read_exactly(medium: Medium, octets: int) -> bytes:
    found = b""
    while len(found) < octets:
        piece = await medium.read()
        assert piece
        found += piece
    return found


async def ended(medium: Medium) -> str:
    """Read until the medium ends and return the reason."""
    try:
        while True:
            await medium.read()
    except MediumClosed as closed:
        return str(closed)


async def test_octets_go_both_ways(line: Line) -> None:
    near, far = await line.pair()
    every = bytes(range(256))
    await far.write(every)
    assert await read_exactly(near, 256) == every
    await near.write(every[::-1])
    assert await read_exactly(far, 256) == every[::-1]
    await far.close()
    await near.close()


async def write_in_pieces(medium: Medium, data: bytes, rng: random.Random) -> None:
    while data:
        size = rng.choice((1, 2, 70, 2044, 9000))
        await medium.write(data[:size])
        data = data[size:]
        for _ in range(rng.randrange(3)):
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", [1, 2])
async def test_bursts_arrive_in_order_both_ways_at_once(line: Line, seed: int) -> None:
    near, far = await line.pair()
    rng = random.Random(seed)
    there, back = rng.randbytes(150_000), rng.randbytes(150_000)
    async with asyncio.TaskGroup() as group:
        group.create_task(write_in_pieces(far, there, random.Random(seed)))
        group.create_task(write_in_pieces(near, back, random.Random(seed + 1)))
        arrived = group.create_task(read_exactly(near, len(there)))
        answered = group.create_task(read_exactly(far, len(back)))
    assert arrived.result() == there
    assert answered.result() == back
    await far.close()
    await near.close()


async def test_a_write_without_a_reader_waits_and_then_arrives(line: Line) -> None:
    near, far = await line.pair()
    data = random.Random(3).randbytes(200_000)
    writing = asyncio.create_task(far.write(data))
    for _ in range(100):
        await asyncio.sleep(0)
    assert await read_exactly(near, len(data)) == data
    await writing
    await far.close()
    await near.close()


async def test_nothing_is_written_as_nothing(line: Line) -> None:
    near, far = await line.pair()
    await far.write(b"")
    await far.write(b"x")
    assert await near.read() == b"x"
    await far.close()
    await near.close()


@told_of_the_end
@pytest.mark.parametrize("closing", [0, 1])
async def test_a_close_ends_both_sides(line: Line, closing: int) -> None:
    pair = await line.pair()
    waiting = asyncio.create_task(ended(pair[closing]))
    await asyncio.sleep(0)
    await pair[closing].close()
    await pair[closing].close()
    assert await waiting == "closed here"
    assert await ended(pair[1 - closing]) == "closed by the other side"
    for medium in pair:
        with pytest.raises(MediumClosed):
            await medium.write(b"x")
        await medium.close()


async def test_what_was_not_read_before_ones_own_close_is_gone(line: Line) -> None:
    near, far = await line.pair()
    await far.write(b"too late")
    await near.close()
    with pytest.raises(MediumClosed, match=r"^closed here$"):
        await near.read()
    await far.close()


@told_of_the_end
async def test_a_listener_serves_one_after_the_other(line: Line) -> None:
    for number in range(4):
        near, far = await line.pair()
        await far.write(bytes([number]))
        assert await near.read() == bytes([number])
        first, second = (near, far) if number % 2 else (far, near)
        await first.close()
        await ended(second)


@told_of_the_end
async def test_what_was_written_before_the_close_still_arrives(line: Line) -> None:
    near, far = await line.pair()
    await far.write(b"last words")
    await far.close()
    assert await read_exactly(near, 10) == b"last words"
    assert await ended(near) == "closed by the other side"


async def test_a_place_that_is_taken_is_refused_in_one_line(line: Line) -> None:
    before = descriptors()
    with pytest.raises(MediumError) as refusal:
        await listen(line.listener.url)
    assert str(refusal.value).startswith(f"{line.listener.url}: ")
    assert len(str(refusal.value).splitlines()) == 1
    assert descriptors() == before


async def test_a_place_is_free_again_after_close(line: Line) -> None:
    await line.listener.close()
    again = await listen(line.listener.url, poll_s=POLL_S)
    near, far = await Line(again, line.there).pair()
    await far.write(b"hello")
    assert await read_exactly(near, 5) == b"hello"
    await far.close()
    await near.close()
    await again.close()


@told_of_the_end
async def test_nobody_there_is_refused_in_one_line(line: Line) -> None:
    await line.listener.close()
    before = descriptors()
    with pytest.raises(MediumError) as refusal:
        await connect(line.there)
    assert str(refusal.value).startswith(f"{line.there}: ")
    assert len(str(refusal.value).splitlines()) == 1
    assert descriptors() == before


async def cancelled(work: Coroutine[object, object, object]) -> None:
    """Begin the work, let it wait, and cancel it."""
    task = asyncio.create_task(work)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancelled_read_takes_nothing_with_it(line: Line) -> None:
    near, far = await line.pair()
    before = descriptors()
    await cancelled(near.read())
    assert descriptors() == before
    await far.write(b"still here")
    assert await read_exactly(near, 10) == b"still here"
    await far.close()
    await near.close()


async def test_an_interrupt_ends_one_read_and_no_more(line: Line) -> None:
    near, far = await line.pair()
    reading = asyncio.create_task(near.read())
    await asyncio.sleep(0)
    near.interrupt()
    assert await reading == b""
    near.interrupt()
    assert await near.read() == b""
    reading = asyncio.create_task(near.read())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not reading.done()
    await far.write(b"octets")
    assert await reading + await read_exactly(near, 6 - len(reading.result())) == b"octets"
    await far.write(b"more")
    near.interrupt()
    found = b""
    while not found:
        found = await near.read()
    await read_exactly(near, 4 - len(found))
    reading = asyncio.create_task(near.read())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not reading.done()
    reading.cancel()
    await asyncio.wait([reading])
    await far.close()
    await near.close()


@pytest.mark.parametrize("seed", range(5))
async def test_interrupts_lose_no_octet(line: Line, seed: int) -> None:
    near, far = await line.pair()
    rng = random.Random(seed)
    data = rng.randbytes(20_000)
    found = b""
    async with asyncio.TaskGroup() as group:
        group.create_task(write_in_pieces(far, data, rng))
        while len(found) < len(data):
            if rng.random() < 0.5:
                near.interrupt()
            found += await near.read()
    assert found == data
    await far.close()
    await near.close()


@pytest.mark.parametrize("line", ["pty", f"serial, {KINDS[0]}", "tcp"], indirect=True)
async def test_who_sends_without_end_leaves_others_their_turns(line: Line) -> None:
    near, far = await line.pair()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    flood = asyncio.create_task(write_in_pieces(far, bytes(10_000_000), random.Random(1)))
    waiting = asyncio.create_task(others())
    await near.read()
    for interrupted in (False, True) * 50:
        if interrupted:
            near.interrupt()
        before = turns
        await near.read()
        assert turns > before
    for task in (flood, waiting):
        task.cancel()
    await asyncio.wait((flood, waiting))
    await far.close()
    await near.close()


async def test_a_cancelled_accept_leaves_nothing_open(line: Line) -> None:
    near, far = await line.pair()
    before = descriptors()
    await cancelled(line.listener.accept())
    assert descriptors() == before
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await far.close()
    await near.close()


async def test_a_closed_listener_wakes_who_waits_for_it(line: Line) -> None:
    near, far = await line.pair()
    waiting = asyncio.create_task(line.listener.accept())
    await asyncio.sleep(0)
    await near.close()
    await line.listener.close()
    with pytest.raises(MediumClosed, match="closed here"):
        await waiting
    await far.close()
