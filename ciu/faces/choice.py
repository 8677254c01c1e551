"""Whether the terminal face can be shown where this process was started."""

import sys
from importlib.util import find_spec

NO_TERMINAL = "the terminal face needs a terminal on stdin and stdout: use --face plain"
NO_TEXTUAL = (
    "the terminal face needs textual: pip install 'splitmeter[tui]', or take the plain face"
)


def why_no_terminal_face() -> str:
    """Return what is missing, in a line, or nothing."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return NO_TERMINAL
    return "" if find_spec("textual") else NO_TEXTUAL
