"""Laws of the media on a virtual line, on virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random

import pytest

from link.line import LineSettings
from link.line.virtual_line import WHOLE_PIECE_OCTETS
from link.media import Medium, MediumClosed
from link.media.line_runner import LEAD_S
from link.media.memory_line import HEARD_OCTETS, MemoryLine
from tools.virtual_time import run_virtual

OCTET_S = 10 / 9600
PLAIN = LineSettings()
PIECE = PLAIN.piece_octets


def on_virtual_time(law: Callable[[], Coroutine[object, object, None]]) -> Callable[[], None]:
    def run() -> None:
        run_virtual(law())

    run.__name__ = law.__name__
    return run


def stations(number: int, settings: LineSettings = PLAIN) -> list[Medium]:
    line = MemoryLine(settings, Random(1))
    return [line.join(f"memory://line/{place}") for place in range(number)]


def now() -> float:
    return asyncio.get_running_loop().time()


async def read_exactly(medium: Medium, octets: int) -> bytes:
    found = b""
    while len(found) < octets:
        found += await medium.read()
    return found


@on_virtual_time
async def test_all_others_hear_what_one_says_when_its_octets_have_passed() -> None:
    first, second, third = stations(3)
    said = bytes(range(100))
    await first.write(said)
    assert now() == 0.0
    assert await read_exactly(second, 100) == said
    assert now() == pytest.approx(100 * OCTET_S)
    assert await read_exactly(third, 100) == said


@on_virtual_time
async def test_a_frame_is_noticed_while_it_comes_in() -> None:
    first, second = stations(2)
    await first.write(bytes(100))
    assert await second.read() == bytes(PIECE)
    assert now() == pytest.approx(PIECE * OCTET_S)


@on_virtual_time
async def test_who_hears_talks_whole_hears_one_at_its_end() -> None:
    line = MemoryLine(PLAIN, Random(1))
    speaker, listener = line.join(), line.join(whole=True)
    await speaker.write(bytes(100))
    assert await listener.read() == bytes(100)
    assert now() == pytest.approx(100 * OCTET_S)


@on_virtual_time
async def test_who_hears_talks_whole_does_not_wait_for_ever() -> None:
    line = MemoryLine(PLAIN, Random(1))
    speaker, listener = line.join(), line.join(whole=True)
    await speaker.write(bytes(1000))
    assert len(await listener.read()) == WHOLE_PIECE_OCTETS
    assert len(await read_exactly(listener, 1000 - WHOLE_PIECE_OCTETS)) == 1000 - WHOLE_PIECE_OCTETS


@on_virtual_time
async def test_a_medium_knows_its_name_and_the_bit_rate_of_the_line() -> None:
    first, second = stations(2, LineSettings(baudrate=1200))
    assert (first.url, second.url) == ("memory://line/0", "memory://line/1")
    assert first.baudrate == 1200


@on_virtual_time
async def test_who_writes_more_than_the_line_carries_waits_for_it() -> None:
    first, _ = stations(2)
    for _ in range(20):
        await first.write(bytes(960))
    assert now() == pytest.approx(19 - LEAD_S)


@on_virtual_time
async def test_what_is_not_read_is_lost_beyond_the_bound_and_hinders_nobody() -> None:
    first, idle, reader = stations(3, LineSettings(piece_octets=1000))
    for _ in range(100):
        await first.write(bytes(1000))
        await read_exactly(reader, 1000)
    assert HEARD_OCTETS <= len(await idle.read()) < HEARD_OCTETS + 1000


@on_virtual_time
async def test_who_closes_hears_no_more_and_the_others_go_on() -> None:
    first, second, third = stations(3)
    reading = asyncio.create_task(second.read())
    await first.write(bytes(40))
    await asyncio.sleep(0)
    await second.close()
    await second.close()
    with pytest.raises(MediumClosed, match=r"^closed here$"):
        await reading
    with pytest.raises(MediumClosed, match=r"^closed here$"):
        await second.write(b"x")
    assert await read_exactly(third, 40) == bytes(40)


@on_virtual_time
async def test_who_has_closed_reads_nothing_of_before_or_after() -> None:
    first, second, third = stations(3)
    for closes in (True, False):
        await first.write(bytes(40))
        await read_exactly(third, 40)
        if closes:
            await second.close()
        with pytest.raises(MediumClosed, match=r"^closed here$"):
            await second.read()


@on_virtual_time
async def test_a_write_that_waits_ends_with_its_medium() -> None:
    first, _ = stations(2)
    await first.write(bytes(960))
    waiting = asyncio.create_task(first.write(b"more"))
    await asyncio.sleep(0.1)
    await first.close()
    with pytest.raises(MediumClosed, match=r"^closed here$"):
        await waiting


@on_virtual_time
async def test_who_leaves_in_the_middle_of_a_talk_keeps_nobody_from_hearing_its_end() -> None:
    line = MemoryLine(PLAIN, Random(1))
    speaker, leaver, listener = line.join(), line.join(whole=True), line.join(whole=True)
    await speaker.write(bytes(100))
    await asyncio.sleep(50 * OCTET_S)
    await leaver.close()
    assert await listener.read() == bytes(100)


@on_virtual_time
async def test_what_was_said_before_a_close_still_arrives() -> None:
    first, second = stations(2)
    await first.write(b"last words")
    await first.close()
    assert await second.read() == b"last words"


@on_virtual_time
async def test_a_cancelled_read_takes_nothing_with_it() -> None:
    first, second = stations(2)
    reading = asyncio.create_task(second.read())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await first.write(b"still here")
    assert await second.read() == b"still here"


@on_virtual_time
async def test_an_interrupt_ends_one_read_and_no_more() -> None:
    speaker, listener = stations(2)
    listener.interrupt()
    assert await listener.read() == b""
    asyncio.get_running_loop().call_at(5.0, listener.interrupt)
    assert await listener.read() == b""
    assert now() == 5.0
    await speaker.write(b"octets")
    listener.interrupt()
    assert await listener.read() == b""
    assert await listener.read() == b"octets"


@on_virtual_time
async def test_the_line_counts_what_it_carried() -> None:
    line = MemoryLine(LineSettings(bit_error_rate=0.01), Random(1))
    first, second = line.join(), line.join()
    await first.write(bytes(1000))
    heard = await read_exactly(second, 1000)
    assert line.counts.octets == 1000
    assert line.counts.collisions == 0
    assert line.counts.flipped_bits == sum(octet.bit_count() for octet in heard)
