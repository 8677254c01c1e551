"""What the meter's log shows of tokens: their last four digits, and nothing a peer wrote."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from link.hdlc import FrameReader
from link.hdlc.control import Control, information
from link.hdlc.frame import Frame
from link.media import Medium, connect, listen
from meter.app.faults import PAUSE_S
from meter.app.process import MeterProcess
from meter.config import read_config
from tools.virtual_time import run_virtual

from .conftest import Lab, january

SNRM = bytes.fromhex("7ea0070321930f017e")
NOISE = b"\x00"
METER, PUBLIC = b"\x03", b"\x21"
AARQ = bytes.fromhex("601da109060760857405080101be10040e01000000065f1f0400401e5dffff")
ENTER = bytes.fromhex("c301c100730000132800ff010109")


async def say(medium: Medium, request: bytes) -> None:
    """Say a frame and wait for the answer."""
    await medium.write(request)
    reader = FrameReader()
    while not reader.feed(await medium.read()):
        pass


def asking(control: Control, apdu: bytes) -> bytes:
    """Return a request of the public client as a frame."""
    return Frame(METER, PUBLIC, control, b"\xe6\xe6\x00" + apdu).to_bytes()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (b"12345678901234567890", "..7890"),
        (b"1234567890123456\x1b[2J", "..??2?"),
        (b"\n0 CreditLifted\r\n", "..????"),
        (b"7", "..7"),
    ],
)
async def test_the_log_shows_digits_and_no_command_to_a_terminal(
    provision: Callable[..., Lab], caplog: pytest.LogCaptureFixture, typed: bytes, shown: str
) -> None:
    lab = provision()
    process = MeterProcess(
        read_config(lab.meter_toml),
        folder=lab.meter_toml.parent,
        utc=january,
        listen=lambda _: listen("memory://log"),
    )
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(process.run(ready.set_result))
    with caplog.at_level(logging.INFO, "meter"):
        medium = await connect(await ready)
        await say(medium, SNRM)
        await say(medium, asking(information(0, 0), AARQ))
        await say(medium, asking(information(1, 1), ENTER + bytes([len(typed)]) + typed))
        await medium.close()
        process.stop()
        assert await running
    (line,) = [text for text in caplog.messages if text.startswith("client 16: token")]
    assert line.split()[3] == shown
    assert line.isprintable()
    assert len(typed) <= 4 or typed.decode() not in caplog.text


def test_faults_of_a_peer_are_told_while_it_stays_and_when_it_goes(
    provision: Callable[..., Lab], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "meter"):
        run_virtual(noisy_visit(provision()))
    told = [text for text in caplog.messages if "noise" in text]
    assert told == [
        "memory://visit: line: frames 1, noise_octets 1",
        "memory://visit: line: frames 2, noise_octets 2",
        "memory://visit: line: frames 3, noise_octets 3",
    ]


async def noisy_visit(lab: Lab) -> None:
    process = MeterProcess(
        read_config(lab.meter_toml),
        folder=lab.meter_toml.parent,
        utc=january,
        listen=lambda _: listen("memory://visit"),
    )
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(process.run(ready.set_result))
    medium = await connect(await ready)
    for _ in range(3):
        await say(medium, NOISE + SNRM)
        await asyncio.sleep(PAUSE_S / 2 + 1)
    await medium.close()
    process.stop()
    assert await running


def test_what_a_token_did_is_told_before_any_time_has_passed(
    provision: Callable[..., Lab], caplog: pytest.LogCaptureFixture
) -> None:
    lab = provision()
    with caplog.at_level(logging.INFO, "meter"):
        run_virtual(visit_of_a_moment(lab, lab.buy("5").encode()))
    told = "\n".join(caplog.messages).partition("no time has passed")[0]
    assert "Accept, credit 5000" in told
    assert '"kind":"TokenAccepted"' in told


async def visit_of_a_moment(lab: Lab, token: bytes) -> None:
    process = MeterProcess(
        read_config(lab.meter_toml),
        folder=lab.meter_toml.parent,
        utc=january,
        listen=lambda _: listen("memory://moment"),
    )
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[str] = loop.create_future()
    running = asyncio.create_task(process.run(ready.set_result))
    medium = await connect(await ready)
    await say(medium, SNRM)
    await say(medium, asking(information(0, 0), AARQ))
    await say(medium, asking(information(1, 1), ENTER + bytes([len(token)]) + token))
    for _ in range(5):
        await asyncio.sleep(0)
    assert loop.time() == 0.0
    logging.getLogger("meter").info("no time has passed")
    process.stop()
    assert await running
