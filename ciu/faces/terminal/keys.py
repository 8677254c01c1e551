"""Which key of the customer's keypad a key of the terminal is."""

from ciu.keypad import Key

NAMED = {"backspace": Key.BACKSPACE, "delete": Key.BACKSPACE, "enter": Key.ENTER}
"""Keys that Textual knows by a name; all others by the character that they type."""


def key_of(name: str, character: str | None) -> Key | None:
    """Return the key that was meant, or None for one that the keypad does not have."""
    if name in NAMED:
        return NAMED[name]
    return Key(character) if character in set(Key) else None
