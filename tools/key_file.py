"""A key that a command is given: in hex, in a file, or on stdin.

Invariant: a key is never quoted in an error.
"""

import sys
from pathlib import Path

from link.secret import Secret
from link.settings import SECRET_OCTETS, SettingsError, read_secret
from tools.exits import Stop

STDIN = "-"


def key_in(file: str, option: str) -> Secret:
    """Return the key on the one line of a file, or of stdin where it is `-`; raises Stop."""
    if file == STDIN:
        return key_from(sys.stdin.readline(SECRET_OCTETS), option)
    try:
        return read_secret(Path(file))
    except SettingsError as error:
        raise Stop(str(error)) from None


def key_from(line: str, option: str) -> Secret:
    """Return the key that stands in a line in hex; raises Stop, which names the option."""
    try:
        return Secret.from_hex(line)
    except ValueError as error:
        raise Stop(f"{option} is {error}") from None
