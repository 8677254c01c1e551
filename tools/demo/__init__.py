"""`splitmeter demo`: a meter, its CIU and a customer on this machine, by what a user can type."""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from link.durable import DurableError
from tools.demo.play import NotShown, play
from tools.demo.stage import Stage, StageError
from tools.exits import Exit, Stop, Subparsers

_EXAMPLES = """\
examples:
  splitmeter demo
  splitmeter demo --dir lab        (keep the folder, to go on by hand)

Provisions one meter with test keys, starts its process on a pseudo-terminal, and plays a customer
at a CIU: the credit runs out and the light goes off; a token is bought, typed with one wrong
digit, typed right, and typed again. Every command is printed before its output, and each line of
the CIU is what its display shows. The last line is the verdict of the sale.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `demo`."""
    about = "a meter, its CIU and a sale, all on this machine"
    parser = subparsers.add_parser("demo", help=about, description=about, epilog=_EXAMPLES)
    parser.add_argument("--plain", action="store_true", help="lines of text: all there is so far")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="chooses the meter number")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="new folder that stays; else none")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    with ExitStack() as opened:
        folder = args.dir or Path(opened.enter_context(tempfile.TemporaryDirectory()))
        try:
            print(asyncio.run(play(Stage(folder, args.seed))), flush=True)
        except* (StageError, NotShown, DurableError) as errors:
            raise Stop(str(errors.exceptions[0]), Exit.FAILED) from None
    return Exit.DONE
