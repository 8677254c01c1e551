"""How long a key takes to show on the terminal face while its line is busy.

Real processes: a bus at 9600 bit/s, meters, and the unit in a terminal of its own. One more station
of the bus listens, and every key is pressed in the middle of somebody's frame.
"""

import asyncio
import fcntl
import os
import sys
import termios
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from struct import pack
from time import perf_counter

from link.media import Medium, connect
from link.terms import TOKEN_DIGITS
from tools.bench import lab
from tools.bench.figures import Aim, Bound, Figure, median_ms
from tools.children import ROOT, child
from tools.exits import Exit, Stop

METERS = 3
BAUDRATE = 9600
KEYS = TOKEN_DIGITS - 1
"""One short of a token that is judged by itself."""
AT_MOST = Aim(Bound.AT_MOST, 50)
PATIENCE_S = 20.0
ROWS, COLUMNS = 24, 80
READ_OCTETS = 65536
SHOWS_CREDIT = b"kWh"


async def key_figures(folder: Path) -> tuple[Figure, ...]:
    """Type the digits of a token but for the last, in a folder that is ours; raises Stop."""
    async with AsyncExitStack() as stack:
        ear = await _line(folder, stack)
        unit = await stack.enter_async_context(_unit(folder / "ciu.toml"))
        await unit.shows(SHOWS_CREDIT)
        samples_s = [await _echo_s(unit, ear, number) for number in range(1, KEYS + 1)]
    name, about = "keys.echo", "key to echo on a busy line"
    typical = median_ms(name, about, samples_s)
    worst = Figure("keys.worst", f"{about}, the worst", 1000 * max(samples_s), "ms", KEYS)
    return Figure(name, about, typical.value, "ms", KEYS, AT_MOST), worst


async def _line(folder: Path, stack: AsyncExitStack) -> Medium:
    """Start bus and meters; return a station that hears them all."""
    place = f"serial://{folder}/line/{{n}}?baudrate={BAUDRATE}"
    made = lab.make_line(folder, lab.meter_numbers(METERS), place, place.format(n=0))
    stations = ("--dir", str(folder / "line"), "--stations", str(METERS + 2))
    bus = child(
        "tools", "bus", *stations, "--baud", str(BAUDRATE), "--leash", log=folder / "bus.log"
    )
    await (await stack.enter_async_context(bus)).url()
    for one in made:
        words = ("--config", str(one.config), "--leash")
        meter = child("meter", *words, log=one.config.with_name("meter.log"))
        await (await stack.enter_async_context(meter)).url()
    ear = await connect(place.format(n=METERS + 1))
    stack.push_async_callback(ear.close)
    return ear


async def _echo_s(unit: "_Terminal", ear: Medium, number: int) -> float:
    """Press the next digit while somebody speaks; return the seconds until it is counted."""
    unit.forget()
    async with asyncio.timeout(PATIENCE_S):
        await ear.read()
        start = perf_counter()
        unit.press(b"7")
        await unit.shows(b" %d of %d" % (number, TOKEN_DIGITS))
    return perf_counter() - start


class _Terminal:
    """A process in a terminal of its own, and what it has drawn."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._drawn = b""
        self._more = asyncio.Event()
        self._ended = False
        asyncio.get_running_loop().add_reader(master, self._read)

    def close(self) -> None:
        """Take the terminal away."""
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._master, key)

    def forget(self) -> None:
        """Look only at what is drawn from now on."""
        self._drawn = b""

    async def shows(self, words: bytes) -> None:
        """Wait until it has drawn these words in one go; Stop where it ends or never does."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while words not in self._drawn and not self._ended:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise Stop(f"the terminal face never showed {words.decode()!r}", Exit.FAILED) from None
        if words not in self._drawn:
            raise Stop(f"the terminal face ended: {_plain(self._drawn)}", Exit.FAILED)

    def _read(self) -> None:
        try:
            data = os.read(self._master, READ_OCTETS)
        except OSError:  # the process has ended
            data = b""
        self._drawn += data
        if not data:
            self._ended = True
            asyncio.get_running_loop().remove_reader(self._master)
        self._more.set()


def _plain(drawn: bytes) -> str:
    lines = drawn.decode(errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


@asynccontextmanager
async def _unit(config: Path) -> AsyncIterator[_Terminal]:
    """Run a unit with the terminal face while the block runs."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, pack("HHHH", ROWS, COLUMNS, 0, 0))
    terminal = _Terminal(master)
    try:
        words = ("ciu", "--config", str(config), "--face", "terminal")
        process = await _start(words, slave)
        try:
            yield terminal
        finally:
            process.kill()
            await process.wait()
    finally:
        terminal.close()


async def _start(words: tuple[str, ...], terminal: int) -> Process:
    environment = {**os.environ, "TERM": "xterm-256color"}
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *words,
            cwd=ROOT,
            env=environment,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
    finally:
        os.close(terminal)
