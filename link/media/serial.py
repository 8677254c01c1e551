"""`serial:///dev/ttyUSB0?baudrate=9600&parity=N&stopbits=1`: a port, 8 bits, no flow control.

On a two-wire RS-485 line `echo=1` goes with an adapter that hears what it says itself, `rs485=1`
with a driver that must switch the transceiver. The serial library opens and sets the port and
holds it against other programs; from then on the descriptor is ours. Invariant (link.md 2): one
write is one frame, so that RS-485 drivers see it whole; a pseudo-terminal gets no parity, since
it fails at the second open.
"""

import asyncio
import errno
import os
import re
import termios
from contextlib import suppress

import serial

from link.media.descriptor import DescriptorMedium
from link.media.echo import EchoMedium
from link.media.medium import CLOSED_HERE, Medium, MediumClosed, MediumError, reason_of
from link.media.pty import TERMINALS, check_owner
from link.media.rs485 import control_direction
from link.media.url import Scheme, Url

BAUDRATE = 9600
"""Bit/s where the URL names none."""

BAUDRATES = range(50, 4_000_001)
"""What a URL may ask for; the driver may know less."""

SWITCHES = ("echo", "rs485")
"""What a URL may turn on with `=1`."""

_CONTROL_CHARACTERS = 6
"""Their place in the list that termios.tcgetattr returns."""


class SerialListener:
    """The port of the side that is asked; one medium at a time."""

    def __init__(self, url: Url, poll_s: float) -> None:
        self.url = url.text
        self._parsed = url
        self._poll_s = poll_s
        self._opened: int | None = _open(url)  # so that a wrong or busy port is told at once
        self._closed = False
        self._free = asyncio.Event()
        self._free.set()

    async def accept(self) -> Medium:
        await self._free.wait()
        fd, self._opened = self._opened, None
        if fd is None:
            fd = await self._open_again()
        self._free.clear()
        return _medium(fd, self._parsed, self._free)

    async def _open_again(self) -> int:
        while not self._closed:
            await asyncio.sleep(self._poll_s)
            with suppress(MediumError):
                return _open(self._parsed)
        raise MediumClosed(CLOSED_HERE)

    async def close(self) -> None:
        self._closed = True
        self._free.set()
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None


def _medium(fd: int, url: Url, free: asyncio.Event | None = None) -> Medium:
    port = DescriptorMedium(
        fd,
        url.text,
        baudrate=_baudrate(url),
        vanished="the port has vanished",
        on_end=None if free is None else lambda _reason: free.set(),
    )
    return EchoMedium(port) if _is_on(url, "echo") else port


def _open(url: Url) -> int:
    """Open the port and return its descriptor; raises MediumError."""
    check_owner(url.path())
    try:
        with _configured(url) as port:
            _wait_for_octets(port.fd)
            if _is_on(url, "rs485"):
                _control_direction(port.fd, url)
            return os.dup(port.fd)
    except (OSError, ValueError, termios.error) as error:
        raise MediumError(f"{url.text}: {_words(error)}") from None


def _configured(url: Url) -> serial.Serial:
    """The port with its settings, not open yet; raises UrlError."""
    path = url.path()
    for switch in SWITCHES:
        _is_on(url, switch)
    parity = url.choice("parity", ("N", "E", "O"))
    port = serial.Serial(exclusive=True, timeout=0)
    port.port = str(path)
    port.baudrate = _baudrate(url)
    port.stopbits = int(url.choice("stopbits", ("1", "2")))
    port.parity = "N" if os.path.realpath(path).startswith(TERMINALS) else parity
    return port


def _baudrate(url: Url) -> int:
    typed = url.options.get("baudrate", str(BAUDRATE))
    if not re.fullmatch("[0-9]{1,7}", typed) or int(typed) not in BAUDRATES:
        span = f"{BAUDRATES.start} to {BAUDRATES.stop - 1}"
        raise url.wrong(f"baudrate must be a number from {span}, found {typed!r}")
    return int(typed)


def _is_on(url: Url, key: str) -> bool:
    return url.choice(key, ("0", "1")) == "1"


def _control_direction(fd: int, url: Url) -> None:
    """Let the driver switch the transceiver; raises MediumError where it cannot."""
    try:
        control_direction(fd, hear_own=_is_on(url, "echo"))
    except OSError as error:
        raise MediumError(
            f"{url.text}: this port has no RS-485 direction control ({reason_of(error)}),"
            " leave rs485 out where the adapter turns by itself"
        ) from None


def _wait_for_octets(fd: int) -> None:
    """Let "nothing there" and "hung up" differ: the library's setting reads both as no octets."""
    settings = termios.tcgetattr(fd)
    settings[_CONTROL_CHARACTERS][termios.VMIN] = 1
    termios.tcsetattr(fd, termios.TCSANOW, settings)


def _words(error: Exception) -> str:
    match error:
        case OSError(errno=(errno.EAGAIN | errno.EBUSY)):
            return "busy: another program holds it"
        case serial.SerialException(errno=None):
            return "not a serial port"
        case OSError(errno=int(number)):
            return os.strerror(number).lower()
        case _:
            return reason_of(error)


async def _connect(url: Url) -> Medium:
    return _medium(_open(url), url)


async def _listen(url: Url, poll_s: float) -> SerialListener:
    return SerialListener(url, poll_s)


SCHEME = Scheme(
    check=_configured,
    connect=_connect,
    listen=_listen,
    keys=("baudrate", "parity", "stopbits", *SWITCHES),
    shared=True,
    has_port=True,
)
