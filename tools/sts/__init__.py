"""`splitmeter sts`: tokens and decoder keys by hand (IEC 62055-41), as cli.md fixes it.

Keys in software are for simulation, test and small private supply groups.
"""

from argparse import ArgumentParser

from tools.exits import Subparsers
from tools.sts import decode, encode, keys
from tools.sts.arguments import Command

COMMANDS: tuple[Command, ...] = (*keys.COMMANDS, decode.COMMAND)


def add_parser(subparsers: Subparsers) -> None:
    """Register `sts` and its subcommands; each sets `run(args) -> int`, which may raise Stop."""
    commands = _add_group(subparsers, "sts", "STS tokens and keys", f"sts {decode.COMMAND.example}")
    for command in COMMANDS:
        _add_command(commands, command, "sts")
    example = f"sts encode {encode.COMMANDS[0].example}"
    kinds = _add_group(commands, "encode", "make the 20 digits of a token", example)
    for command in encode.COMMANDS:
        _add_command(kinds, command, "sts encode")


def _add_group(above: Subparsers, name: str, about: str, example: str) -> Subparsers:
    parser = _add(above, name, about, example)
    return parser.add_subparsers(required=True, metavar="KIND" if name == "encode" else "COMMAND")


def _add_command(above: Subparsers, command: Command, path: str) -> None:
    parser = _add(above, command.name, command.about, f"{path} {command.example}")
    command.arguments(parser)
    parser.set_defaults(run=command.run)


def _add(above: Subparsers, name: str, about: str, example: str) -> ArgumentParser:
    epilog = f"example:\n  splitmeter {example}"
    return above.add_parser(name, help=about, description=about, epilog=epilog)
