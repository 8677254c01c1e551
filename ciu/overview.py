"""The overview beside the display: the state of each meter, and the latest events."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the asks of one meter go; shares are of the last hundred."""

    poll_s: float
    """Seconds from poll to poll."""
    round_trip_s: float | None = None
    """What the last answer took, None before the first one."""
    answered_percent: int | None = None
    """None where nothing was asked yet."""
    first_try_percent: int | None = None


@dataclass(frozen=True, slots=True)
class MeterLine:
    """One meter of the unit."""

    drn: str
    tail: str
    """The last four digits."""
    name: str
    shown: bool
    """Whether it is on the display now."""
    well: bool
    state: str
    """In words: "ok", "asking", "silent 12 s: meter"."""
    round_trip_s: float | None
    answered_percent: int | None
    """Of the last hundred asks."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and when on the wall clock: "14:02:11"."""

    time: str
    text: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All meters, and what happened to them, newest first."""

    meters: tuple[MeterLine, ...]
    happened: tuple[Event, ...]
