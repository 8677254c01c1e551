"""The sixteen keys of the customer's keypad, and how they are spelt in a line of text."""

from enum import StrEnum


class Key(StrEnum):
    """One key; the value is its spelling (cli.md, `--type`)."""

    NUM_0 = "0"
    NUM_1 = "1"
    NUM_2 = "2"
    NUM_3 = "3"
    NUM_4 = "4"
    NUM_5 = "5"
    NUM_6 = "6"
    NUM_7 = "7"
    NUM_8 = "8"
    NUM_9 = "9"
    BACKSPACE = "B"
    ENTER = "E"
    INFO = "i"
    HASH = "#"
    STAR = "*"


SEPARATORS = " -\t\r\n"
"""What stands between the groups of four on a slip; typed along by those who copy it."""


class UnknownKey(ValueError):
    """Text that names no key; the message says which character and where."""


def read_keys(text: str) -> tuple[Key, ...]:
    """Return the keys that a text spells, separators skipped; raises UnknownKey."""
    return tuple(_key(char, place) for place, char in enumerate(text, 1) if char not in SEPARATORS)


def _key(char: str, place: int) -> Key:
    try:
        return Key(char)
    except ValueError:
        raise UnknownKey(
            f"unknown key {char!r} at place {place}: keys are 0-9, B backspace, E enter, i, # and *"
        ) from None
