"""The clock on the wall, as a value that is handed in: a command reads the one that it is given.

Nothing in tools but `tools.cli` and what runs for itself reads the machine's clock, so that a test
or a demo can play any day.
"""

import time
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Returns UTC seconds."""


def wall_clock() -> int:
    """Return the machine's UTC seconds."""
    return int(time.time())


def now_of(args: Namespace) -> int:
    """Return UTC seconds by the clock that `tools.cli.main` was given."""
    clock: Clock = args.clock
    return clock()


def today(now: int) -> date:
    """Return the day of UTC."""
    return datetime.fromtimestamp(now, UTC).date()


def yesterday(now: int) -> date:
    """Return the day of UTC before: what a new meter was made on."""
    return today(now) - timedelta(days=1)
