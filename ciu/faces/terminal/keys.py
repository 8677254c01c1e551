"""Which key of the customer's keypad a key of the terminal is."""

from string import digits

from ciu.keypad import Key, UnknownKey, read_keys
from link.terms import TOKEN_DIGITS

NAMED = {"backspace": Key.BACKSPACE, "delete": Key.BACKSPACE, "enter": Key.ENTER}
"""Keys that Textual knows by a name; all others by the character that they type."""


def key_of(name: str, character: str | None) -> Key | None:
    """Return the key that was meant, or None for one that the keypad does not have."""
    if name in NAMED:
        return NAMED[name]
    return Key(character) if character in set(Key) else None


def keys_of(pasted: str) -> tuple[Key, ...]:
    """Return the keys that a pasted text spells; of a message about a token, its twenty digits."""
    try:
        return read_keys(pasted)
    except UnknownKey:
        numbers = "".join(sign for sign in pasted if sign in digits)
        return read_keys(numbers) if len(numbers) == TOKEN_DIGITS else ()
