"""Which key of the customer's keypad a key of the terminal is."""

import re
from string import digits

from ciu.keypad import Key, UnknownKey, read_keys
from link.terms import TOKEN_DIGITS

NAMED = {"backspace": Key.BACKSPACE, "delete": Key.BACKSPACE, "enter": Key.ENTER}
"""Keys that Textual knows by a name; all others by the character that they type."""

GROUPED = re.compile(r"(?<![0-9])(?=([0-9]{4}(?:[ -]?[0-9]{4}){4})(?![0-9]))")
"""Twenty digits as slips print them, wherever they begin."""


def key_of(name: str, character: str | None) -> Key | None:
    """Return the key that was meant, or None for one that the keypad does not have."""
    if name in NAMED:
        return NAMED[name]
    return Key(character) if character in set(Key) else None


def keys_of(pasted: str) -> tuple[Key, ...]:
    """Return the keys that a pasted text spells; of a message about one token, its digits."""
    try:
        return read_keys(pasted)
    except UnknownKey:
        return read_keys(_token_in(pasted))


def _token_in(message: str) -> str:
    """Return the digits of the one token in a message, "" where none or several may be meant."""
    every_digit = _digits(message)
    if len(every_digit) == TOKEN_DIGITS:
        return every_digit
    tokens = {_digits(grouped) for grouped in GROUPED.findall(message)}
    return tokens.pop() if len(tokens) == 1 else ""


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in digits)
