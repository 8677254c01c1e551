"""What the tests of the customer's room share: a place, labels, outcomes, a panel, and a lab."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ciu.config import CiuConfig, CiuSection, MeterSection
from ciu.panel import Label, Panel
from ciu.profiles import PROFILES
from ciu.wording import LocalTime, Words
from link.cosem import row
from link.terms import (
    EXECUTED,
    EntrySource,
    TokenOutcome,
    TokenResult,
    Unit,
    luhn_digit,
)
from tools.virtual_time import run_virtual

from .lab import DRNS, URL, Lab, LabLine, LabLineAt, LabMeter, Play, Scenario, begin_state
from .panel_customer import Customer

DAY_S = 86400
YEAR_S = 365 * DAY_S


def local(utc: int) -> LocalTime:
    """A calendar of years of 12 months of 30 days and a rest: enough to tell days apart."""
    year, rest = divmod(utc, YEAR_S)
    day, second = divmod(rest, DAY_S)
    month = min(day // 30, 11)
    return LocalTime(
        1970 + year,
        month + 1,
        day - month * 30 + 1,
        second // 3600,
        second % 3600 // 60,
        second % 60,
    )


@pytest.fixture(scope="session")
def words() -> Words:
    """English, in a place without seasons."""
    return Words(local)


def drn(serial: int) -> str:
    payload = f"01{serial:08d}"
    return payload + luhn_digit(payload)


@pytest.fixture(scope="session")
def labels() -> tuple[Label, Label]:
    """Two meters of one unit in slot 0."""
    return (
        Label(drn(1), "House 4", EntrySource.SLOT_0),
        Label(drn(2), "House 5", EntrySource.SLOT_0),
    )


@pytest.fixture(scope="session")
def outcome() -> Callable[..., TokenOutcome]:
    """Make an outcome: 25 kWh accepted from slot 0, or nothing where refused, but for what is
    named."""
    schema = row("last_result.value").schema
    least = schema.least()
    assert isinstance(least, TokenOutcome)
    accepted = replace(
        least,
        sequence=7,
        result=TokenResult.Accept,
        source=EntrySource.SLOT_0,
        first_source=EntrySource.SLOT_0,
        amount=25_000,
        unit=Unit.WATT_HOUR,
        credit_after=25_000,
        at=20 * YEAR_S + 14 * 3600 + 120,
    )
    judged = replace(accepted, sequence=0, amount=0)
    known = EXECUTED | {TokenResult.UsedError}
    names = {field.name for field in fields(TokenOutcome)}

    def make(**changes: object) -> TokenOutcome:
        assert changes.keys() <= names
        blank = accepted if changes.get("result", TokenResult.Accept) in known else judged
        return replace(blank, **changes)  # type: ignore[arg-type]

    return make


MEMORY = Path("/dev/shm")


@pytest.fixture
def customer(labels: tuple[Label, Label], words: Words) -> Customer:
    """Somebody at a panel of the default brand."""
    return Customer(Panel(labels, PROFILES["spln"], words, 0.0))


@pytest.fixture
def meter(labels: tuple[Label, Label]) -> str:
    """The meter that the panel shows first."""
    return labels[0].drn


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: the stores of a lab are synced often."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=place) as path:
        yield Path(path)


def lab_config(folder: Path) -> CiuConfig:
    """The configuration of the unit of a lab."""
    meters = tuple(
        MeterSection(drn, URL, 1001 + number, name=f"House {number}")
        for number, drn in enumerate(DRNS)
    )
    return CiuConfig(CiuSection("5a5a5af0c4554b4c", state=folder / "ciu.db"), meters)


@pytest.fixture
def play(folder: Path) -> Play:
    """Play a scenario in a lab, to its end, on virtual time."""
    config = lab_config(folder)

    def played(scenario: Scenario) -> None:
        async def main() -> None:
            begin_state(config.ciu.state)
            line = LabLine([LabMeter(drn, 1001 + n) for n, drn in enumerate(DRNS)])
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(line.run())
                await scenario(Lab(config, line))
                serving.cancel()

        run_virtual(main())

    return played


@pytest.fixture
def lab_line() -> LabLineAt:
    """Let a meter listen at a URL, on the clock of the machine; gives the URL to connect to."""

    @asynccontextmanager
    async def at(url: str) -> AsyncIterator[str]:
        line = LabLine([LabMeter(DRNS[0], 1001)], url)
        serving = asyncio.create_task(line.run())
        yield await line.url
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    return at
