"""What a subcommand shares with the command line: where it registers, and how it ends."""

import argparse
from typing import TypeAlias

from link.arguments import Exit

__all__ = ["Exit", "Stop", "Subparsers"]

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where `add_parser` of a subcommand's module registers it."""


class Stop(Exception):
    """End the subcommand with one line on stderr: what is wrong and what to do next."""

    def __init__(self, line: str, status: Exit = Exit.USAGE) -> None:
        super().__init__(line)
        self.status = status
