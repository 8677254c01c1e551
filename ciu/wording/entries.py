"""What is said of an entry: as it grows, and when it cannot be used."""

from enum import Enum

from ciu import COLUMNS
from ciu.wording.figures import group_digits
from ciu.wording.layout import Lines, clip
from ciu.wording.words import Words
from link.terms import TOKEN_DIGITS

GROUP = 4
FIRST_LINE = 16
"""Digits that fit the first line in groups of four."""

GROWING = "{first}\n{rest}\t{count} of {all}"
GROWING_CODE = "{typed}_\n"


class Complaint(Enum):
    """What is wrong with what was typed; nothing of it is sent."""

    TOO_SHORT = "20 digits needed\n{count} typed"
    TOO_LONG = "20 digits are enough\n{count} typed"
    NOT_A_TOKEN = "NOT A TOKEN NUMBER\nCheck first digits"
    UNKNOWN_CODE = "Code not known\n{typed}"
    UNKNOWN_TEST = "Test not known here\n{typed}"
    NO_PAGE = "Not shown here yet\n{typed}"
    NO_METER = "No such meter\n{typed}"
    ABANDONED = "Entry given up\n{count} typed"
    WAIT = "Earlier token still\nbeing checked: wait"
    UNREADABLE = "EARLIER ONE UNKNOWN\nEnter ends its wait"
    NOTHING_PASTED = "NO TOKEN PASTED\nPaste its 20 digits"
    SEVERAL_PASTED = "SEVERAL TOKENS FOUND\nPaste one at a time"
    UNCLEAR_PASTED = "WHICH IS THE TOKEN?\nPaste 20 digits only"


def complaint(words: Words, kind: Complaint, typed: str) -> Lines:
    """Say what is wrong with what was typed."""
    return words.say(kind.value, count=str(len(typed)), typed=clip(typed))


def entry(words: Words, typed: str) -> Lines:
    """Show an entry as it grows; digits in groups of four, the group begun filled by "_"."""
    if not typed.isdigit():
        return words.say(GROWING_CODE, typed=typed[-COLUMNS + 1 :])
    first, rest = typed[:FIRST_LINE], typed[FIRST_LINE:]
    return words.say(
        GROWING,
        first=group_digits(first if rest else _filled(first)),
        rest=_filled(rest),
        count=str(len(typed)),
        all=str(TOKEN_DIGITS),
    )


def _filled(digits: str) -> str:
    return digits + "_" * (-len(digits) % GROUP)
