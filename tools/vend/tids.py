"""Token identifiers at the point of sale: a meter's only grow, whatever the clock does.

IEC 62055-41 clause 6.3, sts.md 2.4. All times are UTC seconds.
"""

from datetime import UTC, datetime

from meter.sts import TID_LIMIT, BaseDate, utc_of
from meter.sts.tid import MINUTE_S
from tools.exits import Exit, Stop
from tools.register import MeterRecord

MINUTES_A_DAY = 1440
SPECIAL_MINUTE = 1
"""00:01 of each day belongs to special tokens."""

KEN_LOW = 16
"""A key has expired for a TID that is above its KEN when shifted by so many bits (sts.md 2.2)."""


def next_tid(meter: MeterRecord, last: int | None, now: int) -> int:
    """Return the TID of a token made now: its minute, or the next free one after `last`.

    `last` is that of the meter's base date. Raises Stop outside the 24 bits of the base date,
    after the expiry of the key, and before the meter's manufacture, where every token would be old.
    """
    base = BaseDate(meter.base)
    today = datetime.fromtimestamp(now, UTC)
    if today.date() < meter.manufactured:
        raise Stop(
            f"the clock says {today:%Y-%m-%d %H:%M} UTC, but meter {meter.drn} was made on"
            f" {meter.manufactured}: set the clock"
        )
    if now < base.at:
        raise Stop(f"base date {base:d} of meter {meter.drn} has not begun", Exit.REFUSED)
    tid = (now - base.at) // MINUTE_S
    tid = tid if last is None else max(tid, last + 1)
    tid += tid % MINUTES_A_DAY == SPECIAL_MINUTE
    if tid >= TID_LIMIT:
        raise Stop(
            f"the TIDs of base date {base:d} end on {written(end_of(base))} UTC: meter {meter.drn}"
            " needs keys of the next base date",
            Exit.REFUSED,
        )
    if tid >> KEN_LOW > meter.ken:
        raise Stop(
            f"the key of meter {meter.drn} has expired (KEN {meter.ken}): give it a later one,"
            " vend key-change --ken",
            Exit.REFUSED,
        )
    return tid


def end_of(base: BaseDate) -> int:
    """Return the UTC second at which a base date has no TIDs any more."""
    return utc_of(TID_LIMIT, base)


def base_with_tids(base: int, now: int) -> int:
    """Return a base date, or the next one that has TIDs now where it has none any more."""
    return next(
        (each for each in BaseDate if each >= base and now < end_of(each) and each.at <= now), base
    )


def written(at: int) -> str:
    """Write a UTC second as a date and a minute."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
