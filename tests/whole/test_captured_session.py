"""The plain session of a third-party client, captured on a wire, played to our meter's process.

Every answer is the captured one, byte for byte, where nothing is the server's own choice: that is
the conformance it grants and the longest APDU that it takes, both in the AARE.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from link.hdlc import FrameReader
from link.media import Medium, connect, listen
from meter.app.process import MeterProcess
from meter.config import read_config, read_seed
from meter.domain import Measure, apply_all, decide, initial
from meter.store import Store

from .conftest import Lab, january

VECTORS = Path(__file__).parent.parent / "vectors" / "dlms_sessions.json"
PLAIN = json.loads(VECTORS.read_text())["sessions"][0]
FRAMES = [bytes.fromhex(frame["hex"]) for frame in PLAIN["frames"]]
EXCHANGES = list(zip(FRAMES[::2], FRAMES[1::2], strict=True))
AARE = 1
"""Place of the association among the exchanges."""
READ_WH = 123_456
"""What the captured meter's register said."""


async def answer(medium: Medium, request: bytes) -> bytes:
    """Say one frame and return the whole frame that is said to it."""
    await medium.write(request)
    heard, reader = b"", FrameReader()
    while True:
        octets = await medium.read()
        heard += octets
        if reader.feed(octets):
            return heard


def given_register(lab: Lab) -> None:
    """Let the meter have metered what the captured one had."""
    seed = read_seed(read_config(lab.meter_toml))
    state = initial(seed, 0)
    for register in (0, READ_WH):
        facts = decide(state, Measure(0, register), 0).facts
        state = apply_all(state, facts)
    store = Store.open(lab.meter_toml.parent / "meter.db")
    store.load()
    store.commit((), state)
    store.close()


async def test_a_third_party_session_gets_the_answers_of_the_capture(
    provision: Callable[..., Lab],
) -> None:
    lab = provision()
    given_register(lab)
    process = MeterProcess(
        read_config(lab.meter_toml),
        folder=lab.meter_toml.parent,
        utc=january,
        listen=lambda _: listen("memory://line"),
    )
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(process.run(ready.set_result))
    medium = await connect(await ready)
    answers = [await answer(medium, request) for request, _ in EXCHANGES]
    await medium.close()
    process.stop()
    assert await running
    captured = [frame for _, frame in EXCHANGES]
    own, theirs = answers.pop(AARE), captured.pop(AARE)
    assert answers == captured
    assert own[:47] == theirs[:47]
    assert len(own) == len(theirs)
