"""What is said while the sections of a new key are typed one by one (ciu.md 2)."""

from dataclasses import dataclass

from ciu.wording.figures import countdown
from ciu.wording.layout import Lines
from ciu.wording.words import Words

MORE = "\n{missing} more within {wait}|{missing} more: {wait}"
PROGRESS = "KEY CHANGE: {held} of {all}|KEY: {held} of {all}" + MORE
PART = "PART {part} OK: {held} of {all}|PART {part}: {held} of {all}" + MORE
AGAIN = "PART {part} IS IN: {held} of {all}|PART {part}: {held} of {all}" + MORE
ANEW = "STARTS ANEW: {held} of {all}|ANEW: {held} of {all}" + MORE
TIME_UP = "KEY CHANGE: TIME UP\nStart with 1st token"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a set is, and what the last of its sections has changed."""

    held: int
    missing: int
    part: int = 0
    """Which section came last; 0 where this unit has not seen it."""
    again: bool = False
    """It was there already."""
    anew: bool = False
    """It has thrown away the sections of another set."""


def key_change(words: Words, progress: Progress, left_s: int) -> Lines:
    """Say how many sections of the set the meter has, how many more it wants, and for how long."""
    return words.say(
        _template(progress),
        part=str(progress.part),
        held=str(progress.held),
        all=str(progress.held + progress.missing),
        missing=str(progress.missing),
        wait=countdown(left_s),
    )


def time_up(words: Words) -> Lines:
    """Say that the meter has dropped the sections that it had."""
    return words.say(TIME_UP)


def _template(progress: Progress) -> str:
    if progress.anew:
        return ANEW
    if progress.again:
        return AGAIN
    return PART if progress.part else PROGRESS
