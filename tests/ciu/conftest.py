"""What the tests of the customer's room share: a place, a language, meters, an outcome."""

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from ciu.panel import Label
from ciu.wording import LocalTime, Words
from link.cosem import row
from link.terms import EntrySource, TokenOutcome, TokenResult, Unit, luhn_digit

DAY_S = 86400
YEAR_S = 365 * DAY_S


def local(utc: int) -> LocalTime:
    """A calendar of years of 12 months of 30 days and a rest: enough to tell days apart."""
    year, rest = divmod(utc, YEAR_S)
    day, second = divmod(rest, DAY_S)
    month = min(day // 30, 11)
    return LocalTime(
        1970 + year, month + 1, day - month * 30 + 1, second // 3600, second % 3600 // 60
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
    """Make an outcome: 25 kWh accepted from slot 0, but for what is named."""
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
    names = {field.name for field in fields(TokenOutcome)}

    def make(**changes: object) -> TokenOutcome:
        assert changes.keys() <= names
        return replace(accepted, **changes)  # type: ignore[arg-type]

    return make
