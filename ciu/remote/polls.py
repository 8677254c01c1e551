"""Polls of a meter: what is requested, and what the answers say."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ciu import pages
from link.client import Get, GetMany, Refusal, Result
from link.cosem import row
from link.terms import LASTING, LinkTrouble

POLLED = (
    pages.CREDIT,
    pages.SUPPLY,
    pages.POWER,
    pages.ALARMS,
    pages.LEDGER,
    pages.DAYS_LEFT,
)
"""Rows that every poll reads."""

SELDOM = (pages.LEDGER, pages.CURRENCY, pages.COMMODITY, pages.KEY_SET)
"""Rows that change with a token or a restart of the meter alone, in the order in which they are
read: one that moves the ledger meanwhile is seen by the next poll."""

ANSWERS = LASTING | {LinkTrouble.TEMPORARY}
"""Troubles that are the meter's own answer."""


@dataclass(frozen=True, slots=True)
class Poll:
    """Reads these rows."""

    meter: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An ask of a delivery."""

    meter: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Lets the supply come back."""

    meter: str


Purpose: TypeAlias = Poll | Step | Confirmation


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask under way: what for, since when, and how often the meter had not answered before."""

    purpose: Purpose
    at: float
    unanswered: int


@lru_cache
def poll_request(rows: tuple[str, ...]) -> GetMany:
    """Return what reads these rows."""
    return GetMany(tuple(Get(row(key)) for key in rows))


def read_poll(rows: Sequence[str], answers: object) -> tuple[dict[str, object], LinkTrouble | None]:
    """Return the values that a poll brought, and the trouble in which others ended, if any did.

    For a row that the meter does not have or allow the value is that LASTING trouble.
    """
    values: dict[str, object] = {}
    trouble = None
    responses = answers if isinstance(answers, tuple) else ()
    if len(responses) != len(rows):
        return values, LinkTrouble.MALFORMED
    for key, response in zip(rows, responses, strict=True):
        match response:
            case Result(value):
                values[key] = value
            case Refusal(trouble=met) if met in LASTING:
                values[key] = met
            case Refusal(trouble=met):
                trouble = met
            case _:
                trouble = LinkTrouble.MALFORMED
    return values, trouble
