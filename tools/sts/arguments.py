"""Reading what stands on the command line: numbers of the standard, and keys.

Invariant: a key is never quoted in an error.
"""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from link.secret import Secret
from meter.sts import DecoderKey, EncryptionAlgorithm
from tools.exits import Stop
from tools.key_file import key_from, key_in

Member = TypeVar("Member", bound=int)

WHOLE = re.compile("-?[0-9]{1,60}|0x[0-9a-f]{1,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: what it is about, an example, its arguments, and what it does."""

    name: str
    about: str
    example: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def number(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `low` to `high`, decimal or 0x."""

    def read(text: str) -> int:
        value = whole(text)
        if not low <= value <= high:
            raise ArgumentTypeError(f"{text} is outside {low} to {high}")
        return value

    return read


def whole(text: str) -> int:
    """Read a whole number, decimal or 0x."""
    if not WHOLE.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text, 16 if text.lower().startswith("0x") else 10)


def member(kind: Callable[[int], Member]) -> Callable[[str], Member]:
    """Return a reader of one of the standard's numbers, with or without a leading zero."""

    def read(text: str) -> Member:
        try:
            return kind(whole(text))
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from None

    return read


def add_range(parser: ArgumentParser, option: str, low: int, high: int, about: str) -> None:
    """Add a required option for a whole number from `low` to `high`."""
    parser.add_argument(option, required=True, type=number(low, high), metavar="N", help=about)


def add_secret(parser: ArgumentParser, option: str, about: str, *, required: bool = True) -> None:
    """Add an option for a key in hex, and its -file twin."""
    pair = parser.add_mutually_exclusive_group(required=required)
    pair.add_argument(option, metavar="HEX", help=f"{about}; others can see an argument")
    pair.add_argument(
        f"{option}-file", metavar="FILE", help="the same on one line, mode 0600; - is stdin"
    )


def add_ea(parser: ArgumentParser, *, required: bool = True) -> None:
    """Add --ea."""
    parser.add_argument(
        "--ea",
        required=required,
        type=member(EncryptionAlgorithm),
        metavar="07|11",
        help="encryption algorithm: 07 STA, 11 MISTY1",
    )


def secret(args: Namespace, option: str) -> Secret:
    """Return the key of an option or of its -file twin; raises Stop without quoting it."""
    name = option.removeprefix("--").replace("-", "_")
    text: str | None = getattr(args, name)
    if text is not None:
        return key_from(text, option)
    return key_in(getattr(args, f"{name}_file"), option)


def decoder_key(args: Namespace, option: str = "--key") -> DecoderKey:
    """Return the key of an option as a decoder key under --ea; raises Stop."""
    octets = secret(args, option)
    try:
        return DecoderKey(args.ea, octets)
    except ValueError as error:
        raise Stop(f"{option} is {error}") from None
