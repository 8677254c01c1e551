"""What a subcommand shares with the command line: where it registers, and how it ends."""

import argparse
from enum import IntEnum
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where `add_parser` of a subcommand's module registers it."""


class Exit(IntEnum):
    """Exit statuses of `splitmeter`, relied on by other people's scripts."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    """Usage or configuration."""
    REFUSED = 3
    """Refused by token rules."""
    UNKNOWN = 4
    """No link, or nobody knows yet."""


class Stop(Exception):
    """End the subcommand with one line on stderr: what is wrong and what to do next."""

    def __init__(self, line: str, status: Exit = Exit.USAGE) -> None:
        super().__init__(line)
        self.status = status
