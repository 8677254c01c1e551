"""Laws of the pump, on virtual time: turns, the one timer, and nothing left behind."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from random import Random

import pytest

from link.media import Medium, MediumClosed, connect, listen
from link.media.memory import QUEUE_OCTETS
from link.pump import Pump
from tools.virtual_time import NothingScheduled, run_virtual

Law = Callable[[], Coroutine[object, object, None]]


def on_virtual_time(law: Law) -> Callable[[], None]:
    def run() -> None:
        run_virtual(law())

    return run


class Notebook:
    """A session that writes down what is done to it, and sends what it is told to."""

    def __init__(self, deadline: float | None = None) -> None:
        self.deadline = deadline
        self.outgoing = b""
        self.lines: list[tuple[object, ...]] = []

    def receive(self, data: bytes, now: float) -> None:
        self.lines.append(("receive", data, now))

    def tick(self, now: float) -> None:
        self.lines.append(("tick", now))
        self.deadline = None

    def take_outgoing(self) -> bytes:
        outgoing, self.outgoing = self.outgoing, b""
        return outgoing

    def turn(self, now: float) -> None:
        self.lines.append(("turn", now))


async def line() -> tuple[Medium, Medium]:
    listener = await listen("memory://house")
    far = await connect("memory://house")
    return await listener.accept(), far


async def run_until(session: Notebook, medium: Medium, end_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout_at(end_s):
            await Pump(session, medium, session.turn).run()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@on_virtual_time
async def test_the_first_turn_is_at_once_and_what_was_asked_before_goes_out() -> None:
    near, far = await line()
    session = Notebook()
    session.outgoing = b"asked before"
    await run_until(session, near, 1.0)
    assert session.lines == [("turn", 0.0)]
    assert await far.read() == b"asked before"


@on_virtual_time
async def test_octets_are_received_then_comes_the_turn_then_the_answer() -> None:
    near, far = await line()
    session = Notebook()

    def answer(now: float) -> None:
        session.turn(now)
        session.outgoing = b"answer %d" % len(session.lines)

    async with asyncio.TaskGroup() as group:
        pumping = group.create_task(Pump(session, near, answer).run())
        assert await far.read() == b"answer 1"
        await asyncio.sleep(2.5)
        await far.write(b"question")
        assert await far.read() == b"answer 3"
        pumping.cancel()
    assert session.lines == [("turn", 0.0), ("receive", b"question", 2.5), ("turn", 2.5)]


@on_virtual_time
async def test_tick_comes_at_the_deadline_and_then_the_turn() -> None:
    near, _ = await line()
    session = Notebook(deadline=7.25)
    await run_until(session, near, 100.0)
    assert session.lines == [("turn", 0.0), ("tick", 7.25), ("turn", 7.25)]


@on_virtual_time
async def test_a_deadline_that_a_turn_moves_is_the_one_that_counts() -> None:
    near, _ = await line()
    session = Notebook(deadline=50.0)

    def nearer(now: float) -> None:
        session.turn(now)
        if now == 0.0:
            session.deadline = 3.0

    with suppress(TimeoutError):
        async with asyncio.timeout_at(100.0):
            await Pump(session, near, nearer).run()
    assert session.lines == [("turn", 0.0), ("tick", 3.0), ("turn", 3.0)]


@on_virtual_time
async def test_a_deadline_that_a_later_turn_brings_forward_is_kept() -> None:
    near, _ = await line()
    session = Notebook(deadline=50.0)

    def nearer(now: float) -> None:
        session.turn(now)
        if now == 1.0:  # the timer for 50.0 runs since 0.0
            session.deadline = 3.0

    pump = Pump(session, near, nearer)
    asyncio.get_running_loop().call_at(1.0, pump.wake)
    with suppress(TimeoutError):
        async with asyncio.timeout_at(100.0):
            await pump.run()
    assert session.lines == [("turn", 0.0), ("turn", 1.0), ("tick", 3.0), ("turn", 3.0)]


@on_virtual_time
async def test_a_deadline_that_a_turn_puts_off_is_the_one_that_counts() -> None:
    near, _ = await line()
    session = Notebook(deadline=3.0)

    def later(now: float) -> None:
        session.turn(now)
        if now == 1.0:
            session.deadline = 7.0

    pump = Pump(session, near, later)
    asyncio.get_running_loop().call_at(1.0, pump.wake)
    with suppress(TimeoutError):
        async with asyncio.timeout_at(100.0):
            await pump.run()
    assert session.lines == [("turn", 0.0), ("turn", 1.0), ("tick", 7.0), ("turn", 7.0)]


@on_virtual_time
async def test_a_withdrawn_deadline_never_ticks() -> None:
    near, far = await line()
    session = Notebook(deadline=50.0)

    def withdraw(now: float) -> None:
        session.turn(now)
        session.deadline = None

    await far.write(b"x")
    with suppress(TimeoutError):
        async with asyncio.timeout_at(100.0):
            await Pump(session, near, withdraw).run()
    assert not [line for line in session.lines if line[0] == "tick"]


@on_virtual_time
async def test_a_deadline_long_past_does_not_starve_the_loop() -> None:
    near, _ = await line()

    class Impatient(Notebook):
        def tick(self, now: float) -> None:
            self.lines.append(("tick", now))

    session = Impatient(deadline=-1.0)
    pumping = asyncio.create_task(Pump(session, near, session.turn).run())
    for _ in range(20):
        await asyncio.sleep(0)
    pumping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pumping
    assert 1 < len(session.lines) <= 40


@on_virtual_time
async def test_wake_gives_a_turn_once_for_all_who_asked() -> None:
    near, _ = await line()
    session = Notebook()
    pump = Pump(session, near, session.turn)
    pumping = asyncio.create_task(pump.run())
    await asyncio.sleep(1.0)
    for _ in range(3):
        pump.wake()
    await asyncio.sleep(1.0)
    pump.wake()
    await asyncio.sleep(1.0)
    pumping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pumping
    assert session.lines == [("turn", 0.0), ("turn", 1.0), ("turn", 2.0)]


@on_virtual_time
async def test_the_pump_ends_with_its_medium_and_leaves_no_task() -> None:
    for closing in (0, 1):
        listener = await listen("memory://house")
        far = await connect("memory://house")
        near = await listener.accept()
        session = Notebook()
        pumping = asyncio.create_task(Pump(session, near, session.turn).run())
        await asyncio.sleep(1.0)
        await (near, far)[closing].close()
        with pytest.raises(MediumClosed):
            await pumping
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await listener.close()


@on_virtual_time
async def test_what_was_said_before_the_medium_ended_is_received_and_has_its_turn() -> None:
    near, far = await line()
    session = Notebook()
    pumping = asyncio.create_task(Pump(session, near, session.turn).run())
    await asyncio.sleep(1.0)
    for piece in (b"last", b"words"):
        await far.write(piece)
    await far.close()
    with pytest.raises(MediumClosed):
        await pumping
    heard = [("receive", b"last", 1.0), ("turn", 1.0), ("receive", b"words", 1.0), ("turn", 1.0)]
    assert session.lines == [("turn", 0.0), *heard]


class Slow:
    """A medium that takes a second for what is said."""

    def __init__(self, medium: Medium) -> None:
        self.read = medium.read
        self.interrupt = medium.interrupt

    async def write(self, data: bytes) -> None:
        del data
        await asyncio.sleep(1.0)


@on_virtual_time
async def test_what_was_said_while_we_spoke_is_received_although_the_medium_has_ended() -> None:
    near, far = await line()
    session = Notebook()
    session.outgoing = b"slowly said"
    await far.write(b"last words")
    asyncio.get_running_loop().call_at(0.5, asyncio.ensure_future, far.close())
    with pytest.raises(MediumClosed):
        await Pump(session, Slow(near), session.turn).run()
    assert session.lines == [("turn", 0.0), ("receive", b"last words", 1.0), ("turn", 1.0)]


@on_virtual_time
async def test_who_wakes_while_we_speak_has_a_turn_behind_it() -> None:
    near, _ = await line()
    session = Notebook()
    session.outgoing = b"slowly said"
    pump = Pump(session, Slow(near), session.turn)
    asyncio.get_running_loop().call_at(0.5, pump.wake)
    with suppress(TimeoutError):
        async with asyncio.timeout_at(9.0):
            await pump.run()
    assert session.lines == [("turn", 0.0), ("turn", 1.0)]


def test_nothing_rings_after_the_end() -> None:
    ended: list[asyncio.AbstractEventLoop] = []

    async def life() -> None:
        near, _ = await line()
        await run_until(Notebook(deadline=50.0), near, 1.0)
        ended.append(asyncio.get_running_loop())
        await asyncio.Event().wait()

    with pytest.raises(NothingScheduled):
        run_virtual(life())
    assert ended[0].time() == 1.0


@on_virtual_time
async def test_a_bug_in_a_turn_ends_the_pump_and_leaves_no_task() -> None:
    near, far = await line()

    def stumble(now: float) -> None:
        raise KeyError(now)

    with pytest.raises(KeyError):
        await Pump(Notebook(), near, stumble).run()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await far.write(b"the medium is its owner's to close")


@on_virtual_time
async def test_who_does_not_read_is_not_listened_to() -> None:
    near, far = await line()
    session = Notebook()

    def chatter(now: float) -> None:
        session.turn(now)
        session.outgoing = bytes(QUEUE_OCTETS)

    pumping = asyncio.create_task(Pump(session, near, chatter).run())
    for number in range(50):
        await far.write(bytes([number]))
        await asyncio.sleep(0.1)
    assert len(session.lines) < 8
    while session.lines[-2][:2] != ("receive", bytes([49])):
        await far.read()
        await asyncio.sleep(0.0)
    heard = [entry[1] for entry in session.lines if entry[0] == "receive"]
    assert heard == [bytes([number]) for number in range(50)]
    pumping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pumping


def trace(seed: int) -> list[tuple[object, ...]]:
    """Two pumps that throw octets at each other after random pauses, for a minute."""
    lines: list[tuple[object, ...]] = []

    async def play() -> None:
        async with asyncio.TaskGroup() as group:
            for name, medium in zip("ab", await line(), strict=True):
                group.create_task(throw(name, medium, Random(f"{seed}{name}")))

    async def throw(name: str, medium: Medium, rng: Random) -> None:
        session = Notebook()

        def turn(now: float) -> None:
            lines.extend((name, *entry) for entry in session.lines)
            session.lines.clear()
            if session.deadline is None:
                session.outgoing = rng.randbytes(3)
                session.deadline = now + rng.expovariate(2.0)

        with suppress(TimeoutError, MediumClosed):
            async with asyncio.timeout_at(60.0):
                await Pump(session, medium, turn).run()

    run_virtual(play())
    return lines


def test_the_same_seed_gives_the_same_trace() -> None:
    assert len(trace(1)) > 100
    assert trace(1) == trace(1)
    assert trace(1) != trace(2)
