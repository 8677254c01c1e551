"""Laws of serial ports, on the two ends of a cable: settings, locks, ports that come and go."""

import asyncio
import os
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
import serial

from link.media import Medium, MediumClosed, MediumError, connect, listen

POLL_S = 0.005
Ends = tuple[Path, Path]
PlugIn = Callable[[], "subprocess.Popen[str]"]


async def closed(*opened: Medium) -> None:
    for medium in opened:
        await medium.close()


def pull_out(cable: "subprocess.Popen[str]") -> None:
    cable.terminate()
    cable.wait()


@pytest.mark.parametrize("baudrate", [300, 9600, 115200])
async def test_the_port_is_set_as_the_url_says(
    plug_in: PlugIn, cable_ends: Ends, baudrate: int
) -> None:
    plug_in()
    near = await connect(f"serial://{cable_ends[0]}?baudrate={baudrate}&stopbits=2")
    assert near.baudrate == baudrate
    watcher = os.open(cable_ends[0], os.O_RDWR | os.O_NOCTTY)
    _, oflag, cflag, lflag, speed, _, control = termios.tcgetattr(watcher)
    os.close(watcher)
    assert speed == getattr(termios, f"B{baudrate}")
    assert cflag & termios.CSTOPB
    assert cflag & termios.CSIZE == termios.CS8
    assert not oflag & termios.OPOST
    assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert control[termios.VMIN] == 1
    await near.close()


async def test_parity_is_dropped_on_a_pseudo_terminal_which_opens_again_and_again(
    plug_in: PlugIn, cable_ends: Ends
) -> None:
    plug_in()
    for _ in range(3):
        near = await connect(f"serial://{cable_ends[0]}?parity=E")
        far = await connect(f"serial://{cable_ends[1]}?parity=O")
        await near.write(b"\xff\x00\x7e")
        assert await far.read() == b"\xff\x00\x7e"
        await closed(near, far)


async def test_a_port_is_held_against_other_programs(plug_in: PlugIn, cable_ends: Ends) -> None:
    plug_in()
    url = f"serial://{cable_ends[0]}"
    near = await connect(url)
    for refuse in (connect, listen):
        with pytest.raises(MediumError) as refusal:
            await refuse(url)
        assert str(refusal.value) == f"{url}: busy: another program holds it"
    with pytest.raises(serial.SerialException):
        serial.Serial(str(cable_ends[0]), exclusive=True)
    await near.close()
    with (
        serial.Serial(str(cable_ends[0]), exclusive=True),
        pytest.raises(MediumError, match="busy"),
    ):
        await connect(url)
    await closed(await connect(url))


async def test_a_port_that_vanishes_ends_the_medium_with_the_reason(
    plug_in: PlugIn, cable_ends: Ends
) -> None:
    cable = plug_in()
    reader = await connect(f"serial://{cable_ends[0]}")
    writer = await connect(f"serial://{cable_ends[1]}")
    reading = asyncio.create_task(reader.read())
    await asyncio.sleep(0)
    pull_out(cable)
    with pytest.raises(MediumClosed, match=r"^the port has vanished$"):
        await reading
    with pytest.raises(MediumClosed, match=r"^the port has vanished$"):
        await writer.write(b"anybody there?")
    with pytest.raises(MediumError, match="no such file or directory"):
        await connect(reader.url)


async def test_a_listener_takes_a_port_again_when_it_is_back(
    plug_in: PlugIn, cable_ends: Ends
) -> None:
    cable = plug_in()
    listener = await listen(f"serial://{cable_ends[0]}", poll_s=POLL_S)
    for _ in range(3):
        near = await listener.accept()
        far = await connect(f"serial://{cable_ends[1]}")
        await far.write(b"hello")
        assert await near.read() == b"hello"
        pull_out(cable)
        with pytest.raises(MediumClosed):
            await near.read()
        await far.close()
        accepting = asyncio.create_task(listener.accept())
        await asyncio.sleep(0)
        assert not accepting.done()
        cable = plug_in()
        await closed(await accepting)
    await listener.close()


async def test_a_caller_finds_its_port_again_when_it_is_back(
    plug_in: PlugIn, cable_ends: Ends
) -> None:
    url = f"serial://{cable_ends[0]}?echo=1"
    for _ in range(2):
        cable = plug_in()
        near, far = await connect(url), await connect(f"serial://{cable_ends[1]}")
        await near.write(b"anybody there?")
        await far.write(await far.read())
        await far.write(b"hello")
        assert await near.read() == b"hello"
        await near.write(b"lost with the cable")
        pull_out(cable)
        with pytest.raises(MediumClosed, match=r"^the port has vanished$"):
            await near.read()
        with pytest.raises(MediumError, match="no such file or directory"):
            await connect(url)
        await far.close()


async def test_a_listener_takes_its_port_again_after_its_own_close(
    plug_in: PlugIn, cable_ends: Ends
) -> None:
    plug_in()
    listener = await listen(f"serial://{cable_ends[0]}", poll_s=POLL_S)
    far = await connect(f"serial://{cable_ends[1]}")
    for number in range(3):
        near = await listener.accept()
        await far.write(bytes([number]))
        assert await near.read() == bytes([number])
        await near.close()
    await far.close()
    await listener.close()


async def test_a_port_that_was_never_accepted_is_given_back(
    plug_in: PlugIn, cable_ends: Ends
) -> None:
    plug_in()
    url = f"serial://{cable_ends[0]}"
    await (await listen(url)).close()
    await closed(await connect(url))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/no-such-port", "no such file or directory"),
        ("/dev/null", "not a serial port"),
        ("/tmp", "is a directory"),
    ],
)
async def test_what_is_no_port_is_one_line(path: str, reason: str) -> None:
    for refuse in (connect, listen):
        with pytest.raises(MediumError) as refusal:
            await refuse(f"serial://{path}")
        assert str(refusal.value) == f"serial://{path}: {reason}"
