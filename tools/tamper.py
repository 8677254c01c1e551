"""`splitmeter tamper`: let an input of a simulated house tell of an interference."""

import argparse

from meter.sources import INPUTS
from tools.control import add_control, tell
from tools.exits import Subparsers

_EXAMPLE = """\
example:
  splitmeter tamper --control lab/12345678903/control.sock cover

What the meter makes of it stands in the section [tamper] of its meter.toml.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `tamper`."""
    about = "let an input of a simulated house tell of an interference"
    parser = subparsers.add_parser("tamper", help=about, description=about, epilog=_EXAMPLE)
    add_control(parser)
    parser.add_argument(
        "input", metavar="INPUT", choices=INPUTS, help=f"one of {', '.join(INPUTS)}"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    return tell(args.control, {"tamper": args.input})
