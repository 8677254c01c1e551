"""Which key of the customer's keypad a key of the terminal is."""

import re
from string import digits

from ciu.keypad import Key, UnknownKey, read_keys
from ciu.wording import Complaint
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


def keys_of(pasted: str) -> tuple[Key, ...] | Complaint:
    """Return the keys that a pasted text spells; of a message about one token, its digits."""
    try:
        keys = read_keys(pasted)
    except UnknownKey:
        return _token_in(pasted)
    if len(keys) > TOKEN_DIGITS and all(key in digits for key in keys):
        return Complaint.SEVERAL_PASTED
    return keys or Complaint.NOTHING_PASTED


def _token_in(message: str) -> tuple[Key, ...] | Complaint:
    """Return the digits of the one token in a message."""
    every_digit = _digits(message)
    if len(every_digit) == TOKEN_DIGITS:
        return read_keys(every_digit)
    tokens = {_digits(grouped) for grouped in GROUPED.findall(message)}
    if not tokens:
        return Complaint.NOTHING_PASTED
    return read_keys(tokens.pop()) if len(tokens) == 1 else Complaint.SEVERAL_PASTED


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in digits)
