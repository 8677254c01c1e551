"""The fast suite on other days: under libfaketime, in other time zones, by the same commands.

    python tests/days.py --all             every hard moment below (the proof; `make days`)
    python tests/days.py --drawn COMMIT    one that nobody has tried, drawn from a word (CI)

The machine's clock is set off by whole seconds and goes on from there, for pytest and for every
process that it starts; monotonic time runs as it does.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

ZONES = (
    "UTC",
    "Africa/Nairobi",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Lisbon",
    "Pacific/Apia",
    "Pacific/Marquesas",
)
"""Full, half and quarter hours; summer time north and south, by a full and by half an hour."""

YEARS = range(2027, 2061)
"""Base date 2035 has TIDs until November 2066."""

LEAD_S = 30
"""So long before it a run begins that is to see a moment pass."""

HARD = {
    "a month's last day": "2027-01-31 23:59:30",
    "29 February": "2028-02-29 11:00:00",
    "summer time begins in Lisbon": "2027-03-28 00:59:30",
    "summer time ends in Lisbon": "2027-10-31 00:59:30",
    "summer time begins in St. John's": "2027-03-14 05:29:30",
    "2029": "2029-06-15 12:00:00",
    "the last evening before base date 2035": "2034-12-31 23:59:30",
    "TIDs of base date 2014 end": "2045-11-24 20:15:30",
    "2046": "2046-05-05 05:05:05",
}


def last_sunday(year: int, month: int) -> datetime:
    """Return 01:00 UTC, when Europe changes its clocks."""
    last = datetime(year, month, monthrange(year, month)[1], 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def month_end(year: int, month: int) -> datetime:
    """Return the midnight that ends a month."""
    return datetime(year, month, monthrange(year, month)[1], tzinfo=UTC) + timedelta(days=1)


def leap_day(rng: Random) -> datetime:
    """Return a moment of a 29 February."""
    year = rng.choice([year for year in YEARS if isleap(year)])
    return datetime(year, 2, 29, rng.randrange(24), rng.randrange(60), tzinfo=UTC)


DRAWN: dict[str, Callable[[Random], datetime]] = {
    "a month's end": lambda rng: month_end(rng.choice(YEARS), rng.randint(1, 12)),
    "29 February": leap_day,
    "summer time begins in Europe": lambda rng: last_sunday(rng.choice(YEARS), 3),
    "summer time ends in Europe": lambda rng: last_sunday(rng.choice(YEARS), 10),
    "a year's end": lambda rng: month_end(rng.choice(YEARS), 12),
    "any moment": lambda rng: (
        datetime(YEARS[0], 1, 1, tzinfo=UTC)
        + timedelta(seconds=rng.randrange(len(YEARS) * 365 * 86_400))
    ),
}


def drawn(word: str) -> tuple[str, datetime, str]:
    """Return what is special about a moment, the moment at which to begin, and a zone."""
    rng = Random(word)
    kind = rng.choice(sorted(DRAWN))
    return kind, DRAWN[kind](rng) - timedelta(seconds=LEAD_S), rng.choice(ZONES)


def play(kind: str, moment: datetime, zone: str) -> bool:
    """Run the fast suite from a moment on; print it before, and how it ended after."""
    print(f"== {moment:%Y-%m-%d %H:%M:%S} UTC, {zone}: {kind}", flush=True)
    off_s = int(moment.timestamp() - time.time())
    suite = (sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal")
    command = ("faketime", "-f", f"{off_s:+d}s", *suite)
    ended = subprocess.run(command, env=os.environ | {"TZ": zone}, check=False)
    print(f"== {kind}: {'passed' if ended.returncode == 0 else 'FAILED'}", flush=True)
    return ended.returncode == 0


def main() -> int:
    """Play one drawn moment or all hard ones; 1 if a suite failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every hard moment")
    which.add_argument("--drawn", metavar="WORD", help="one moment, drawn from a word")
    args = parser.parse_args()
    if shutil.which("faketime") is None:
        print("faketime is missing: apt-get install faketime", file=sys.stderr)
        return 1
    if args.drawn:
        return 0 if play(*drawn(args.drawn)) else 1
    moments = zip(HARD.items(), ZONES + ZONES, strict=False)
    ended = [
        play(kind, datetime.fromisoformat(f"{at}+00:00"), zone) for (kind, at), zone in moments
    ]
    print(f"{sum(ended)} of {len(ended)} moments passed")
    return 0 if all(ended) else 1


if __name__ == "__main__":
    sys.exit(main())
