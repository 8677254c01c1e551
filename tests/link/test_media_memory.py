"""Laws of the memory medium beyond those of every medium: virtual time, bounds, names."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from link.media import Medium, MediumClosed, MediumError, connect, listen
from link.media.medium import STALL_S
from link.media.memory import PIECE_OCTETS, QUEUE_OCTETS
from tools.virtual_time import run_virtual

URL = "memory://house"


async def pair() -> tuple[Medium, Medium]:
    listener = await listen(URL)
    far = await connect(URL)
    return await listener.accept(), far


def on_virtual_time(law: Callable[[], Coroutine[object, object, None]]) -> Callable[[], None]:
    def run() -> None:
        run_virtual(law())

    run.__name__ = law.__name__
    return run


@on_virtual_time
async def test_what_is_read_are_the_pieces_that_were_written() -> None:
    near, far = await pair()
    long = bytes(PIECE_OCTETS) + b"rest"
    for data in (b"one", b"two", long):
        await far.write(data)
    pieces = [await near.read() for _ in range(4)]
    assert pieces == [b"one", b"two", bytes(PIECE_OCTETS), b"rest"]


@on_virtual_time
async def test_a_medium_takes_no_time() -> None:
    near, far = await pair()
    for number in range(100):
        await far.write(bytes([number]))
        await near.write(await near.read())
        assert await far.read() == bytes([number])
    assert asyncio.get_running_loop().time() == 0.0


@on_virtual_time
async def test_no_more_is_queued_than_the_bound() -> None:
    near, far = await pair()
    writing = asyncio.create_task(far.write(bytes(3 * QUEUE_OCTETS)))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not writing.done()
    taken = 0
    while not writing.done():
        taken += len(await near.read())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert 3 * QUEUE_OCTETS - taken <= QUEUE_OCTETS
    while taken < 3 * QUEUE_OCTETS:
        taken += len(await near.read())


@on_virtual_time
async def test_a_write_that_nobody_takes_ends_the_medium_in_bounded_time() -> None:
    near, far = await pair()
    await far.write(bytes(QUEUE_OCTETS))
    with pytest.raises(MediumClosed, match=f"^nothing taken for {STALL_S:g} s$"):
        await far.write(b"x")
    assert asyncio.get_running_loop().time() == STALL_S
    with pytest.raises(MediumClosed, match=r"^closed by the other side$"):
        await near.write(b"x")


@on_virtual_time
async def test_a_name_joins_one_pair_at_a_time() -> None:
    listener = await listen(URL)
    first = await connect(URL)
    with pytest.raises(MediumError, match=f"^{URL}: busy: connected already$"):
        await connect(URL)
    await first.close()
    await connect(URL)
    await listener.accept()


@on_virtual_time
async def test_a_pair_outlives_its_listener() -> None:
    listener = await listen(URL)
    far = await connect(URL)
    near = await listener.accept()
    await listener.close()
    await far.write(b"x")
    assert await near.read() == b"x"


def test_names_belong_to_one_loop() -> None:
    async def leave_open() -> None:
        await listen(URL)

    run_virtual(leave_open())
    run_virtual(leave_open())
