"""COSEM date-time, 12 octets, and UTC seconds, by integer calendar arithmetic.

Source: IEC 62056-6-2 (date-time format): year, month, day, weekday (1 Monday), hour, minute,
second, hundredths, deviation (minutes that lead from local time to UTC), clock status; FF or 8000
where a part is not specified. We write UTC with deviation 0. Invariant: seconds that were written
are read again. The calendar is the proleptic Gregorian one.
"""

from itertools import takewhile

DAY_S = 86400
GREATEST_S = 0xFFFFFFFF
"""The last second that a u32 holds, 2106-02-07 06:28:15 UTC."""

NEVER = bytes.fromhex("ffffffffffffffffff8000ff")
"""A date-time of which nothing is specified; it stands for 0, "never"."""

_ERA_DAYS = 146097
"""Days of 400 years."""
_EPOCH_DAYS = 719468
"""Days from 0000-03-01 to 1970-01-01."""
_NOT_SPECIFIED = 0xFF
_FIRST_PARTS = (1, 1, 0, 0, 0)
"""Month, day, hour, minute and second with which a year begins."""
_LASTING_S = {2: DAY_S, 3: 3600, 4: 60, 5: 1}
"""How long it lasts what is known to the day, hour, minute or second, by the count of parts."""
_DEVIATION_NOT_SPECIFIED = -0x8000
_DEVIATION_LIMIT = 720


def date_time_octets(seconds: int) -> bytes:
    """Write UTC seconds, 0 as NEVER; ValueError below 0 and above GREATEST_S."""
    if not 0 <= seconds <= GREATEST_S:
        raise ValueError(f"{seconds} s is outside 0..{GREATEST_S}")
    if seconds == 0:
        return NEVER
    days, second = divmod(seconds, DAY_S)
    year, month, day = _date(days)
    clock = (second // 3600, second // 60 % 60, second % 60, 0)
    return year.to_bytes(2, "big") + bytes([month, day, _weekday(days), *clock, 0, 0, 0])


def date_time_seconds(octets: bytes) -> int:
    """Read UTC seconds, NEVER as 0; an unspecified deviation is taken for UTC.

    Raises ValueError for other lengths, for parts that do not exist in the calendar and for
    instants before 1970 or after GREATEST_S. Hundredths and clock status are passed over.
    """
    if octets == NEVER:
        return 0
    if len(octets) != len(NEVER):
        raise ValueError(f"{len(octets)} octets are no date-time")
    year = int.from_bytes(octets[:2], "big")
    month, day, weekday, hour, minute, second, hundredths = octets[2:9]
    days = _days(year, month, day)
    _check("weekday", weekday, weekday in (_weekday(days), _NOT_SPECIFIED))
    _check("hour", hour, hour < 24)
    _check("minute", minute, minute < 60)
    _check("second", second, second < 60)
    _check("hundredths", hundredths, hundredths < 100 or hundredths == _NOT_SPECIFIED)
    local = days * DAY_S + hour * 3600 + minute * 60 + second
    return _in_range(local + _deviation_s(octets[9:11]))


def date_time_span(octets: bytes) -> tuple[int, int]:
    """Return the first and the last UTC second that a partly specified date-time stands for.

    What follows the first part that is not specified is open: without a day it is the whole
    month, without a year all time. Both are held within 0..GREATEST_S. Weekday, hundredths and
    clock status are not looked at; an unspecified deviation is taken for UTC. Raises ValueError
    for other lengths and for parts that do not exist in the calendar.
    """
    if len(octets) != len(NEVER):
        raise ValueError(f"{len(octets)} octets are no date-time")
    parts = (*octets[2:4], *octets[5:8])
    if octets[:2] == NEVER[:2]:
        return 0, GREATEST_S
    known = tuple(takewhile(lambda part: part != _NOT_SPECIFIED, parts))
    year, deviation_s = int.from_bytes(octets[:2], "big"), _deviation_s(octets[9:11])
    first, past = _span(year, known)
    return _held(first + deviation_s), _held(past - 1 + deviation_s)


def _span(year: int, known: tuple[int, ...]) -> tuple[int, int]:
    """Return the first second of a year, or of what is `known` of it, and the first one past it."""
    month, day, hour, minute, second = (*known, *_FIRST_PARTS[len(known) :])
    _check("hour", hour, hour < 24)
    _check("minute", minute, minute < 60)
    _check("second", second, second < 60)
    first = _days(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second
    match len(known):
        case 0:
            return first, _days(year + 1, 1, 1) * DAY_S
        case 1:
            return first, _days(year + month // 12, month % 12 + 1, 1) * DAY_S
        case count:
            return first, first + _LASTING_S[count]


def _held(second: int) -> int:
    return min(max(second, 0), GREATEST_S)


def _deviation_s(octets: bytes) -> int:
    minutes = int.from_bytes(octets, "big", signed=True)
    if minutes == _DEVIATION_NOT_SPECIFIED:
        return 0
    _check("deviation", minutes, abs(minutes) <= _DEVIATION_LIMIT)
    return minutes * 60


def _in_range(seconds: int) -> int:
    _check("second since 1970", seconds, 0 <= seconds <= GREATEST_S)
    return seconds


def _check(part: str, found: int, holds: bool) -> None:
    if not holds:
        raise ValueError(f"{part} {found}")


def _date(days: int) -> tuple[int, int, int]:
    """Return year, month, day of a count of days since 1970-01-01.

    Years start in March inside, so that the leap day is the last; 153 days are five months.
    """
    era, day_of_era = divmod(days + _EPOCH_DAYS, _ERA_DAYS)
    leaps = day_of_era // 1460 - day_of_era // 36524 + day_of_era // 146096
    year_of_era = (day_of_era - leaps) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    return era * 400 + year_of_era + (month < 3), month, day


def _days(year: int, month: int, day: int) -> int:
    """Return days since 1970-01-01; ValueError for a date that does not exist."""
    _check("month", month, 1 <= month <= 12)
    _check("day", day, 1 <= day <= 31)
    era, year_of_era = divmod(year - (month < 3), 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    days = era * _ERA_DAYS + day_of_era - _EPOCH_DAYS
    _check("day", day, _date(days) == (year, month, day))
    return days


def _weekday(days: int) -> int:
    """Return 1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday."""
    return (days + 3) % 7 + 1
