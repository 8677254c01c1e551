"""One meter of a medium: where it stands, and what the caller remembers of it."""

from dataclasses import dataclass

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
    looked_at: tuple[str, ...] = ()
    to_confirm: int | None = None
    """Since when the supply is off that is to come back."""
    detail: str = ""
    """Why the link last went down, in the link's own words."""
