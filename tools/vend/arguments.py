"""Reading what stands on the command line of a sale: exact decimals, and a table of commands."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from link.terms import is_digits
from tools.exits import Subparsers
from tools.register.arguments import decimal

PLACES = 9
"""Decimals that an amount may have."""

MOST_DIGITS = 12
"""Digits of a whole number that are looked at; every bound has fewer."""


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: what it is about, an example, its arguments, and what it does."""

    name: str
    about: str
    example: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    note: str = ""
    """More lines below the example."""


def add_commands(above: Subparsers, commands: tuple[Command, ...]) -> None:
    """Register the commands of a table."""
    for command in commands:
        epilog = f"example:\n  splitmeter vend --register lab/vend.db {command.example}"
        parser = above.add_parser(
            command.name,
            help=command.about,
            description=command.about,
            epilog=f"{epilog}\n{command.note}".rstrip(),
        )
        command.arguments(parser)
        parser.set_defaults(run=command.run)


def add_drn(parser: ArgumentParser) -> None:
    """Add the number of a meter that the register has."""
    parser.add_argument("drn", metavar="DRN", help="meter number")


def add_json(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def amount(text: str) -> Fraction:
    """Read a decimal above 0; raises ArgumentTypeError."""
    found = decimal(text)
    if not found:
        raise ArgumentTypeError(f"{text!r} is nothing, write 25 or 25.5")
    return found


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole decimal numbers between two bounds."""

    def read(text: str) -> int:
        found = int(text.lstrip("0")[:MOST_DIGITS] or 0) if is_digits(text) else -1
        if not least <= found <= most:
            raise ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return found

    return read


def plain(value: Fraction, least_places: int = 1) -> str:
    """Write a number exactly, with so many decimals or as many as it needs, nine at the most."""
    scaled = abs(value) * 10**PLACES
    whole_part, rest = divmod(int(scaled), 10**PLACES)
    decimals = f"{rest:0{PLACES}d}".rstrip("0").ljust(least_places, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole_part}.{decimals}" if decimals else f"{sign}{whole_part}"
