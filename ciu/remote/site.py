"""One meter of a medium: where it stands, and what the caller remembers of it."""

from collections import deque
from dataclasses import dataclass, field

from ciu.remote.errand import Errand
from ciu.wording import Silence
from link.hdlc import Station


@dataclass(frozen=True, slots=True)
class Site:
    """A meter and where it stands on the medium."""

    drn: str
    station: Station


@dataclass(slots=True)
class Known:
    """What the caller remembers of one meter."""

    station: Station
    to_read: deque[str] = field(default_factory=deque)
    """Rows that the poll under way has yet to ask for."""
    not_now: bool = False
    """Whether a row of that poll could not be told."""
    looked_at: tuple[str, ...] = ()
    errand: Errand | None = None
    silence: Silence | None = None
    """As last told."""
    speaks: bool = False
    """Whether it was told that the meter is heard, and no silence since."""
    detail: str = ""
    """Why the link last went down, in the link's own words."""
