"""Own echo on a two-wire line: dropped where it is ours, never at the cost of others' octets."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.media import Medium, MediumClosed, MediumError, UrlError, check_url, connect, listen
from link.media.descriptor import DescriptorMedium
from link.media.echo import MOST_FRAMES, Echo
from link.media.rs485 import ENABLED, RTS_AFTER_SEND, RTS_ON_SEND, RX_DURING_TX, directed

OURS = bytes.fromhex("7ea0074103935a647e")
THEIRS = bytes.fromhex("7ea007034173d0b67e")
"""Begins as ours does."""

pieces = st.lists(st.binary(max_size=9), max_size=12)


def heard_in_cuts(echo: Echo, octets: bytes, cuts: list[int]) -> bytes:
    """Let the octets be heard in pieces of these sizes, and then the rest."""
    heard = b""
    for size in cuts:
        heard += echo.heard(octets[:size])
        octets = octets[size:]
    return heard + echo.heard(octets)


@given(
    turns=st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=20)), max_size=8),
    cuts=st.lists(st.integers(0, 7), max_size=40),
)
def test_whatever_comes_back_as_it_was_said_is_dropped_and_all_else_is_heard(
    turns: list[tuple[bool, bytes]], cuts: list[int]
) -> None:
    echo, heard, others = Echo(), b"", b""
    for ours, octets in turns:
        if ours:
            echo.said(octets)
        else:
            others += octets
        heard += heard_in_cuts(echo, octets, cuts)
    assert heard == others
    assert echo.collisions == 0


@given(said=pieces, heard=pieces)
def test_only_whole_frames_of_ours_are_ever_dropped(said: list[bytes], heard: list[bytes]) -> None:
    echo, out = Echo(), b""
    for ours, octets in zip(said, heard, strict=False):
        echo.said(ours)
        out += echo.heard(octets)
    frames = [ours for ours, _ in zip(said, heard, strict=False) if ours]
    for _ in range(MOST_FRAMES + 1):  # whatever is still awaited is given up
        echo.said(b"\x00")
    out += echo.heard(b"\x01")[:-1]
    dropped = sum(map(len, heard[: len(said)])) - len(out)
    assert dropped >= 0
    assert dropped in {0, *subset_sums(frames)}


def subset_sums(frames: list[bytes]) -> set[int]:
    sums = {0}
    for frame in frames:
        sums |= {len(frame) + each for each in sums}
    return sums


@pytest.mark.parametrize("cut", range(len(OURS) + 1))
def test_a_frame_that_comes_back_changed_is_a_collision_and_heard_whole(cut: int) -> None:
    for flipped in range(len(OURS)):
        echo = Echo()
        echo.said(OURS)
        garbled = OURS[:flipped] + bytes((OURS[flipped] ^ 0x10,)) + OURS[flipped + 1 :]
        assert heard_in_cuts(echo, garbled + THEIRS, [cut]) == garbled + THEIRS
        assert echo.collisions == 1


def test_where_there_is_no_echo_the_answer_is_heard_and_each_frame_counted() -> None:
    echo = Echo()
    for number in range(3):
        echo.said(OURS)
        assert echo.heard(THEIRS[:2]) + echo.heard(THEIRS[2:]) == THEIRS
        assert echo.collisions == number + 1


def test_a_frame_said_again_after_a_collision_is_dropped_again() -> None:
    echo = Echo()
    echo.said(OURS)
    assert echo.heard(OURS[:4] + b"\xff") == OURS[:4] + b"\xff"
    echo.said(OURS)
    assert echo.heard(OURS + THEIRS) == THEIRS
    assert echo.collisions == 1


def test_on_a_dead_line_a_few_frames_are_kept_and_no_more() -> None:
    echo = Echo()
    for _ in range(1000):
        echo.said(OURS)
    assert echo.collisions == 1000 - MOST_FRAMES
    assert echo.heard(OURS * (MOST_FRAMES + 1)) == OURS


@dataclass
class TwoWires:
    """A pseudo-terminal whose other end says back what it reads, as two wires would."""

    near: Medium
    far: int

    def say_back(self) -> bytes:
        octets = os.read(self.far, 4096)
        os.write(self.far, octets)
        return octets


@pytest.fixture
async def wires() -> AsyncIterator[TwoWires]:
    far, terminal = os.openpty()
    near = await connect(f"serial://{os.ttyname(terminal)}?echo=1")
    yield TwoWires(near, far)
    await near.close()
    os.close(terminal)
    os.close(far)


async def test_a_port_with_an_echo_is_told_by_its_url(
    wires: TwoWires, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        await wires.near.write(OURS)
        assert wires.say_back() == OURS
        os.write(wires.far, THEIRS + bytes((number,)))
        assert await wires.near.read() == THEIRS + bytes((number,))
    assert not caplog.records


async def test_collisions_are_logged_once_and_then_whenever_they_have_doubled(
    wires: TwoWires, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(9):
            await wires.near.write(OURS)
            os.write(wires.far, THEIRS)
            assert await wires.near.read() == THEIRS
    told = [record.getMessage() for record in caplog.records]
    assert [line.split(": ")[1:] for line in told] == [
        ["own frames that came back changed", f"{count} (two spoke at once, or no echo here)"]
        for count in (1, 2, 4, 8)
    ]


async def test_an_interrupt_ends_a_read_that_hears_its_echo_only(wires: TwoWires) -> None:
    for said_back in (False, True, True):
        reading = asyncio.create_task(wires.near.read())
        await asyncio.sleep(0)
        if said_back:
            await wires.near.write(OURS)
            wires.say_back()
        wires.near.interrupt()
        assert await asyncio.wait_for(reading, 5.0) == b""
    os.write(wires.far, THEIRS)
    assert await wires.near.read() == THEIRS


async def test_a_listener_hears_no_echo_either() -> None:
    far, terminal = os.openpty()
    listener = await listen(f"serial://{os.ttyname(terminal)}?echo=1")
    near = await listener.accept()
    await near.write(OURS)
    os.write(far, os.read(far, 100) + THEIRS)
    assert await near.read() == THEIRS
    os.close(far)
    with pytest.raises(MediumClosed, match=r"^the port has vanished$"):
        await near.read()
    await listener.close()
    os.close(terminal)


async def test_a_write_is_one_frame_for_the_driver() -> None:
    ours, drivers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with drivers:
        medium = DescriptorMedium(ours.detach(), "serial:///dev/ttyS0")
        frames = [OURS, bytes(142), bytes(2044)]
        for frame in frames:
            await medium.write(frame)
        assert [drivers.recv(4096) for _ in frames] == frames
        await medium.close()


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


async def test_a_driver_without_direction_control_refuses_it_in_one_line() -> None:
    far, terminal = os.openpty()
    url = f"serial://{os.ttyname(terminal)}?rs485=1"
    for refuse in (connect, listen):
        with pytest.raises(MediumError) as refusal:
            await refuse(url)
        assert str(refusal.value) == (
            f"{url}: this port has no RS-485 direction control (inappropriate ioctl for device),"
            " leave rs485 out where the adapter turns by itself"
        )
    before = descriptors()
    await (await connect(url.replace("=1", "=0"))).close()
    assert descriptors() == before
    os.close(terminal)
    os.close(far)


@pytest.mark.parametrize(
    ("had", "hear_own", "given"),
    [
        (0, False, ENABLED | RTS_ON_SEND),
        (0, True, ENABLED | RTS_ON_SEND | RX_DURING_TX),
        (RTS_AFTER_SEND | RX_DURING_TX, False, ENABLED | RTS_ON_SEND),
        (ENABLED | RTS_AFTER_SEND, False, ENABLED | RTS_AFTER_SEND),
        (ENABLED | RTS_ON_SEND | 1 << 5, True, ENABLED | RTS_ON_SEND | 1 << 5 | RX_DURING_TX),
    ],
)
def test_the_driver_is_asked_to_send_with_rts_unless_it_knows_its_polarity(
    had: int, hear_own: bool, given: int
) -> None:
    delays = bytes(range(28))
    settings = had.to_bytes(4, "little") + delays
    assert directed(settings, hear_own=hear_own) == given.to_bytes(4, "little") + delays


@pytest.mark.parametrize("switch", ["echo", "rs485"])
def test_a_switch_is_on_or_off(switch: str) -> None:
    with pytest.raises(UrlError) as refusal:
        check_url(f"serial:///dev/ttyS0?{switch}=yes")
    assert str(refusal.value).endswith(f"{switch} must be one of 0, 1, found 'yes'")
    check_url(f"serial:///dev/ttyS0?{switch}=1")
