"""`vend test`: class 1 tokens, which need no key and belong to no meter (sts.md 3.2, chapter 8).

They are not recorded: everybody has the same ones.
"""

import json
from argparse import ArgumentParser, Namespace

from ciu.wording.figures import group_digits
from link.terms import is_digits
from meter.sts import MeterTest, write_token
from tools.exits import Exit, Stop
from tools.vend.arguments import Command, add_json, whole

CONTROL_BITS = {2: 36, 4: 28}
"""Tests that a token has room for, by the digits of the maker's code."""


def token_of(number: int, maker: str) -> MeterTest:
    """Return the token of a test, 0 being all; the maker's code has two digits or four.

    Raises Stop for a test or a code that there is not.
    """
    if not is_digits(maker, *CONTROL_BITS):
        raise Stop(f"maker's code {maker!r} has not two digits or four")
    bits = CONTROL_BITS[len(maker)]
    if number > bits:
        raise Stop(f"test {number} is above {bits}, the last with a code of {len(maker)} digits")
    control = 1 << (number - 1) if number else (1 << bits) - 1
    return MeterTest(int(len(maker) == max(CONTROL_BITS)), control, int(maker))


def _arguments(parser: ArgumentParser) -> None:
    most = max(CONTROL_BITS.values())
    parser.add_argument("number", metavar="N", type=whole(0, most), help="0 asks for all tests")
    parser.add_argument(
        "--mfr", default="00", metavar="CODE", help="maker's code of 2 or 4 digits (00: every one)"
    )
    add_json(parser)


def _run(args: Namespace) -> int:
    token = token_of(args.number, args.mfr)
    digits = write_token(token, None)
    told = {
        "token": digits,
        "kind": "test",
        "subclass": token.subclass,
        "control": token.control,
        "tokens": [digits],
    }
    print(json.dumps(told) if args.json else group_digits(digits))
    return Exit.DONE


COMMAND = Command(
    "test",
    "print the token of a test, which any meter takes; it is not recorded",
    "test 1",
    _arguments,
    _run,
)
