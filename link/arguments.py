"""The command line of every process: errors of one line, statuses, help alike, the leash.

Usage is wrapped here, because argparse breaks it at other places from one Python to the next, and
the printed page of all commands is compared with what the code says.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

WIDTH = 96
"""Columns of a help text, whatever the terminal has."""

_UNWRAPPED = 10_000
_READ_OCTETS = 4096
_PARTS = re.compile(r"\[.*?\]|\(.*?\)|--?[\w-]+ [^\s\[(-]\S*|\S+")
"""A group in brackets, an option with its value, or a word."""
_KEY = re.compile("[0-9a-f]{16,}", re.IGNORECASE)
"""What may be a key, or a token, behind an option that was typed wrongly."""


class Exit(IntEnum):
    """Exit statuses of all commands, relied on by other people's scripts (cli.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    """Usage or configuration."""
    REFUSED = 3
    """Refused by token rules."""
    UNKNOWN = 4
    """No link, or nobody knows yet."""
    DENIED = 5
    """The meter does not have or allow what is asked: another try would fare the same."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser in the style of this project; options are never guessed from a part.

    An error is one line, and quotes nothing that may be a key.
    """

    def __init__(self, *args: object, **settings: object) -> None:
        settings.setdefault("allow_abbrev", False)
        settings.setdefault("formatter_class", _formatter)
        super().__init__(*args, **settings)  # type: ignore[arg-type]  # passed on as they came

    def error(self, message: str) -> NoReturn:
        told = _KEY.sub("(hex digits)", message)
        line = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in told)
        self.exit(Exit.USAGE, f"{self.prog}: {line} (see {self.prog} --help)\n")

    def format_help(self) -> str:
        """Return the help text, its first paragraph being the usage."""
        _, blank, rest = super().format_help().partition("\n\n")
        return _wrapped(self._usage_line(), f"usage: {self.prog} ") + blank + rest

    def _usage_line(self) -> str:
        formatter = argparse.HelpFormatter(self.prog, width=_UNWRAPPED)
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        return formatter.format_help()


_formatter = partial(argparse.RawDescriptionHelpFormatter, width=WIDTH)


def _wrapped(usage: str, opening: str) -> str:
    """Break a line between parts only; a space inside a part is none while it is wrapped."""
    parts = (part.replace(" ", "\0") for part in _PARTS.findall(usage))
    lines = wrap(
        " ".join(parts),
        WIDTH,
        subsequent_indent=" " * len(opening),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace("\0", " ")


def hold_leash(loop: "AbstractEventLoop", stop: Callable[[], object]) -> None:
    """Call `stop` when standard input is closed: whoever started us may have died, by any death."""
    descriptor = sys.stdin.fileno()

    def look() -> None:
        if not os.read(descriptor, _READ_OCTETS):
            loop.remove_reader(descriptor)
            stop()

    try:
        loop.add_reader(descriptor, look)
    except PermissionError:  # a file or /dev/null cannot be waited for: its end is there
        stop()
