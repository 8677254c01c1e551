"""Laws of TCP media: many at once, none waits for another, the dead are noticed."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from link.hdlc.reader import DEFAULT_INFORMATION
from link.media import Listener, MediumClosed, MediumError, connect, listen
from link.media.arrivals import READ_OCTETS
from link.media.descriptor import DescriptorMedium
from link.media.medium import STALL_S
from link.media.tcp import CONNECTIONS, reach
from tools.virtual_time import run_virtual


async def listening() -> Listener:
    return await listen("tcp://127.0.0.1:0", poll_s=0.005)


def descriptors() -> set[int]:
    """What this process has open; the listing's own descriptor is closed again."""
    return {int(entry.name) for entry in Path("/proc/self/fd").iterdir() if entry.exists()}


async def test_a_free_port_is_found_and_named() -> None:
    one, other = await listening(), await listening()
    assert one.url != other.url
    assert one.url.removeprefix("tcp://127.0.0.1:").isdigit()
    await one.close()
    await other.close()


async def test_a_new_connection_never_waits_for_a_dead_one() -> None:
    listener = await listening()
    dead = [await connect(listener.url) for _ in range(3)]
    accepted = [await listener.accept() for _ in dead]
    living = await connect(listener.url)
    near = await listener.accept()
    await living.write(b"hello")
    assert await near.read() == b"hello"
    assert len({medium.url for medium in accepted}) == 3
    for medium in (*dead, *accepted, living, near):
        await medium.close()
    await listener.close()


async def test_no_more_connections_are_accepted_than_the_bound() -> None:
    listener = await listening()
    far = [await connect(listener.url) for _ in range(3)]
    near = [await listener.accept() for _ in far]
    for _ in range(CONNECTIONS - 3):
        far.append(await connect(listener.url))
        near.append(await listener.accept())
    far.append(await connect(listener.url))
    accepting = asyncio.create_task(listener.accept())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not accepting.done()
    await near.pop().close()
    near.append(await accepting)
    for medium in (*far, *near):
        await medium.close()
    await listener.close()


async def test_small_writes_are_sent_at_once_and_silent_peers_are_probed() -> None:
    listener = await listening()
    before = descriptors()
    far = await connect(listener.url)
    near = await listener.accept()
    for number in descriptors() - before:
        with socket.socket(fileno=os.dup(number)) as same:
            assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert same.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    for opened in (far, near, listener):
        await opened.close()


async def test_a_port_where_nobody_listens_refuses() -> None:
    listener = await listening()
    url = listener.url
    await listener.close()
    with pytest.raises(MediumError) as refusal:
        await connect(url)
    assert str(refusal.value) == f"{url}: connection refused"


async def test_nobody_is_connected_to_himself() -> None:
    with socket.socket() as alone:
        alone.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await reach(alone, alone.getsockname())


async def test_a_host_that_cannot_be_is_one_line() -> None:
    with pytest.raises(MediumError, match="unknown host"):
        await connect(f"tcp://{'x' * 70}.invalid:1")
    with pytest.raises(MediumError, match="cannot assign requested address"):
        await listen("tcp://192.0.2.1:0")


async def test_a_connect_that_waits_can_be_cancelled() -> None:
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))
    deaf.listen(0)
    url = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
    queued = await connect(url)
    before = descriptors()
    waiting = asyncio.create_task(connect(url))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert len(descriptors()) > len(before)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert descriptors() == before
    await queued.close()
    deaf.close()


async def test_a_reset_ends_the_medium() -> None:
    listener = await listening()
    host, port = "127.0.0.1", int(listener.url.rsplit(":", 1)[1])
    rude = socket.create_connection((host, port))
    near = await listener.accept()
    rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    rude.close()
    with pytest.raises(MediumClosed, match=r"^closed by the other side$"):
        await near.read()
    await listener.close()


def test_a_write_that_nobody_takes_ends_the_medium_in_bounded_time() -> None:
    async def law() -> None:
        ours, theirs = socket.socketpair()
        medium = DescriptorMedium(ours.detach(), "tcp://peer:1")
        with pytest.raises(MediumClosed, match=f"^nothing taken for {STALL_S:g} s$"):
            await medium.write(bytes(10_000_000))
        assert asyncio.get_running_loop().time() == STALL_S
        theirs.close()

    run_virtual(law())


def watched() -> int:
    """How many descriptors the loops of this process watch."""
    infos = [entry.read_text() for entry in Path("/proc/self/fdinfo").iterdir() if entry.exists()]
    return sum(info.count("tfd:") for info in infos)


async def test_what_nobody_waits_for_is_not_watched() -> None:
    ours, theirs = socket.socketpair()
    medium = DescriptorMedium(ours.detach(), "tcp://peer:1")
    before = watched()
    for work in (medium.read(), medium.write(bytes(10_000_000))):
        task = asyncio.create_task(work)
        await asyncio.sleep(0)
        assert watched() == before + 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert watched() == before
    await medium.close()
    theirs.close()


async def test_what_nobody_reads_stays_in_the_kernel_but_for_one_read() -> None:
    ours, theirs = socket.socketpair()
    kernel = ours.dup()
    medium = DescriptorMedium(ours.detach(), "tcp://peer:1")
    before = watched()
    theirs.send(b"first")
    assert await medium.read() == b"first"
    flood = bytes(range(250)) * 8
    theirs.send(flood)
    for _ in range(5):
        await asyncio.sleep(0)
    assert watched() == before
    assert len(kernel.recv(2 * len(flood), socket.MSG_PEEK)) == len(flood) - READ_OCTETS
    found = b""
    while len(found) < len(flood):
        found += await medium.read()
    assert found == flood
    await medium.close()
    for each in (theirs, kernel):
        each.close()


async def test_a_flood_comes_in_small_helpings_and_in_full() -> None:
    flood = bytes(range(256)) * 64
    listener = await listening()
    far = await connect(listener.url)
    near = await listener.accept()
    await far.write(flood)
    helpings: list[bytes] = []
    while sum(map(len, helpings)) < len(flood):
        helpings.append(await near.read())
    assert b"".join(helpings) == flood
    assert max(map(len, helpings)) <= 4 * DEFAULT_INFORMATION
    for opened in (far, near, listener):
        await opened.close()


async def test_two_readers_of_one_medium_are_our_bug() -> None:
    ours, theirs = socket.socketpair()
    medium = DescriptorMedium(ours.detach(), "tcp://peer:1")
    first = asyncio.create_task(medium.read())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="one owner"):
        await medium.read()
    theirs.send(b"x")
    assert await first == b"x"
    await medium.close()
    theirs.close()
