"""Token identifiers: whole minutes since a base date, UTC (IEC 62055-41 clause 6.3)."""

from enum import IntEnum

MINUTE_S = 60
DAY_S = 86400
TID_LIMIT = 1 << 24
"""31.9 years of minutes."""


class BaseDate(IntEnum):
    """The years whose 1 January 00:00 UTC is minute 0."""

    YEAR_1993 = 1993
    YEAR_2014 = 2014
    YEAR_2035 = 2035

    @property
    def code(self) -> str:
        """The two digits that stand in DKGA04: 93, 14 or 35."""
        return f"{self % 100:02d}"

    @property
    def at(self) -> int:
        """UTC seconds of minute 0; leap years are every fourth from 1970 to 2099."""
        return (365 * (self - 1970) + (self - 1969) // 4) * DAY_S


def newest_begun(at: int) -> BaseDate:
    """Return the last base date that has begun at a UTC second; the first one before that."""
    return max((base for base in BaseDate if base.at <= at), default=min(BaseDate))


class TidError(ValueError):
    """A moment outside the 24 bits of its base date."""


def tid_at(at: int, base: BaseDate) -> int:
    """Return the TID of a UTC second, seconds dropped; raises TidError outside the base's range."""
    tid = (at - base.at) // MINUTE_S
    if not 0 <= tid < TID_LIMIT:
        raise TidError(f"minute {tid} since {base:d} is outside the 24 bits of a tid")
    return tid


def utc_of(tid: int, base: BaseDate) -> int:
    """Return the UTC second at which a TID's minute begins."""
    return base.at + tid * MINUTE_S
