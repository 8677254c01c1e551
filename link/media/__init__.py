"""Media by URL: the octets between a CIU and a meter, whatever carries them.

A new medium is one file here and one row in `SCHEMES`.
"""

from link.media.medium import (
    POLL_S,
    Listener,
    Medium,
    MediumClosed,
    MediumError,
    UrlError,
)
from link.media.memory import SCHEME as MEMORY
from link.media.pty import SCHEME as PTY
from link.media.serial import SCHEME as SERIAL
from link.media.tcp import SCHEME as TCP
from link.media.url import Scheme, Url

__all__ = [
    "SCHEMES",
    "Listener",
    "Medium",
    "MediumClosed",
    "MediumError",
    "UrlError",
    "check_url",
    "connect",
    "has_port",
    "is_shared",
    "listen",
]

SCHEMES: dict[str, Scheme] = {
    "memory": MEMORY,
    "pty": PTY,
    "tcp": TCP,
    "serial": SERIAL,
}


async def connect(url: str) -> Medium:
    """Open the side that speaks first; raises MediumError, at once or after a bounded wait."""
    parsed, scheme = _resolve(url)
    return await scheme.connect(parsed)


async def listen(url: str, *, poll_s: float = POLL_S) -> Listener:
    """Open the side that is asked; raises MediumError where the name or port is taken.

    `poll_s` is how often a listener looks whether a lost port is back.
    """
    parsed, scheme = _resolve(url)
    return await scheme.listen(parsed, poll_s)


def check_url(url: str) -> None:
    """Raise UrlError unless a settings file may hold this URL; opens nothing."""
    parsed, scheme = _resolve(url)
    if not scheme.in_files:
        raise parsed.wrong("lives in one process only, a file cannot name it")


def is_shared(url: str) -> bool:
    """Return whether other stations may answer on this medium too; raises UrlError."""
    _, scheme = _resolve(url)
    return scheme.shared


def has_port(url: str) -> bool:
    """Return whether a port of this machine can fail, or only the other side; raises UrlError."""
    _, scheme = _resolve(url)
    return scheme.has_port


def _resolve(text: str) -> tuple[Url, Scheme]:
    url = Url.parse(text)
    scheme = url.row_in(SCHEMES, "scheme")
    scheme.check(url)
    return url, scheme
