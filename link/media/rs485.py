"""Direction control of an RS-485 transceiver by the driver of the port (link.md 2).

The driver raises RTS while it sends. Request numbers and `struct serial_rs485` are those of
<asm-generic/ioctls.h> and <linux/serial.h>; not tried on a real driver.
"""

import errno
import fcntl
import os
import struct

TIOCGRS485 = 0x542E
TIOCSRS485 = 0x542F
ENABLED = 1 << 0
RTS_ON_SEND = 1 << 1
RTS_AFTER_SEND = 1 << 2
RX_DURING_TX = 1 << 4

_SETTINGS = struct.Struct("=I28s")
"""Flags, then delays in ms and padding, which stay as the driver has them."""


def control_direction(fd: int, *, hear_own: bool) -> None:
    """Let the driver switch between sending and listening; raises OSError where it cannot.

    `hear_own`: the receiver stays on while we send.
    """
    settings = bytearray(_SETTINGS.size)
    fcntl.ioctl(fd, TIOCGRS485, settings)
    settings[:] = directed(bytes(settings), hear_own=hear_own)
    fcntl.ioctl(fd, TIOCSRS485, settings)  # which tells what the driver made of it
    flags, _ = _SETTINGS.unpack(settings)
    if not flags & ENABLED:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


def directed(settings: bytes, *, hear_own: bool) -> bytes:
    """Return a driver's settings with direction control on; a polarity that it has is kept."""
    flags, rest = _SETTINGS.unpack(settings)
    if not flags & ENABLED:
        flags = (flags & ~RTS_AFTER_SEND) | ENABLED | RTS_ON_SEND
    flags = flags | RX_DURING_TX if hear_own else flags & ~RX_DURING_TX
    return _SETTINGS.pack(flags, rest)
