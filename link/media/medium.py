"""What every medium is: octets both ways between two ends, with a listener's side to open it."""

import os
from typing import Protocol

STALL_S = 30.0
"""A write of which nothing is taken for so long ends the medium, so that no pump hangs for ever."""

POLL_S = 0.1
"""How often a listener looks whether a lost port is back, unless told otherwise."""

CLOSED_HERE = "closed here"
CLOSED_THERE = "closed by the other side"


class MediumError(Exception):
    """A medium cannot be opened; the message is the one line to print, URL first."""


class UrlError(MediumError, ValueError):
    """The URL itself is wrong; a ValueError, so that settings can report it with its table."""


class MediumClosed(Exception):
    """The medium has ended; the message is the reason, without the URL."""


def reason_of(error: Exception) -> str:
    """The system's words for an OSError or a termios.error, as they stand in our messages."""
    match error.args:
        case (int(number), *_) if number > 0:
            return os.strerror(number).lower()
        case (int(), str(text), *_):
            return text.lower()
        case _:
            return str(error).lower() or "no answer"


class Medium(Protocol):
    """An open medium. It has one owner: one `read` and one `write` at a time."""

    @property
    def url(self) -> str:
        """Names the medium in messages; of an accepted TCP connection it is the peer."""

    @property
    def baudrate(self) -> int | None:
        """Bit/s of the line; None where octets are not paced."""

    async def read(self) -> bytes:
        """Return the octets that have arrived, none only after `interrupt`; raises MediumClosed.

        However much comes in, all others in this process have their turns.
        """

    def interrupt(self) -> None:
        """Let the read under way, or else the next one, return at once, with what is there.

        Who drops octets of another medium still ends the read: no deadline would ring again else.
        """

    async def write(self, data: bytes) -> None:
        """Hand over one frame and return when all of it is taken; raises MediumClosed."""

    async def close(self) -> None:
        """End the medium for both sides; harmless when repeated."""


class Listener(Protocol):
    """The side that is there first and is asked."""

    @property
    def url(self) -> str:
        """The URL as others can use it, a free TCP port filled in."""

    async def accept(self) -> Medium:
        """Wait for the other side. TCP gives a medium for each connection; the others have one
        at a time and wait here until it is closed or lost and the port is back.
        """

    async def close(self) -> None:
        """Free the name or port; an accepted medium stays its owner's."""
