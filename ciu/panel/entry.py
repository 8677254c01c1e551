"""What is being typed, and what it comes to when it is entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ciu.keypad import Key
from ciu.pages import Page
from ciu.panel.news import Label
from ciu.profiles import Meaning, Profile
from ciu.wording import Complaint
from link.terms import TOKEN_DIGITS, TOKEN_LIMIT

MOST_TYPED = 24
"""Characters that an entry holds: enough to show that there are too many."""

LONGEST_CODE = 6
"""Digits up to which an entry that means nothing was meant as a short code."""

CHOOSE = Key.STAR.value
"""Begins the choice of a meter: alone the next one, with the last digits of its number that one."""


@dataclass(frozen=True, slots=True)
class Token:
    """Twenty digits that may be a token."""

    digits: str


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages that a short code asks for, one at the least."""

    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A meter chosen by its last digits."""

    meter: str


Judged: TypeAlias = Token | Pages | Choice | Complaint


def is_full(typed: str) -> bool:
    """Return whether an entry has all digits of a token and submits itself."""
    return len(typed) == TOKEN_DIGITS and typed.isdigit()


def judge(typed: str, profile: Profile, meters: Sequence[Label], current: str) -> Judged:
    """Return what an entry means; `current` is the meter on the display."""
    if typed.startswith(CHOOSE):
        return _choice(typed.removeprefix(CHOOSE), meters, current)
    meaning = profile.meaning(typed)
    if meaning is not None:
        return _asked(meaning)
    if not typed.isdigit() or len(typed) <= LONGEST_CODE:
        return Complaint.UNKNOWN_CODE
    return _token(typed)


def _asked(meaning: Meaning) -> Judged:
    if meaning.pages:
        return Pages(meaning.pages)
    return Complaint.NO_PAGE if meaning.known else Complaint.UNKNOWN_TEST


def _token(digits: str) -> Judged:
    if len(digits) < TOKEN_DIGITS:
        return Complaint.TOO_SHORT
    if len(digits) > TOKEN_DIGITS:
        return Complaint.TOO_LONG
    return Token(digits) if int(digits) < TOKEN_LIMIT else Complaint.NOT_A_TOKEN


def _choice(tail: str, meters: Sequence[Label], current: str) -> Judged:
    drns = [meter.drn for meter in meters]
    if not tail:
        return Choice(drns[(drns.index(current) + 1) % len(drns)])
    chosen = [drn for drn in drns if drn.endswith(tail)]
    return Choice(chosen[0]) if len(chosen) == 1 else Complaint.NO_METER
