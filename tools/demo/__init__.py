"""`splitmeter demo`: meters on one line, their CIU and a customer, by what a user can type."""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from ciu.faces import NO_TEXTUAL, why_no_terminal_face
from link.durable import DurableError
from tools.demo.play import NotShown, play
from tools.demo.stage import CIU_TOML, Plan, Stage, StageError
from tools.exits import Exit, Stop, Subparsers

MOST_METERS = 32
"""Each is a process of its own."""

TAKEN = "{folder} has meters already: give --dir a new folder, their keys are not overwritten"

_EXAMPLES = """\
examples:
  splitmeter demo
  splitmeter demo --meters 8       (eight meters on the line)
  splitmeter demo --plain          (a customer plays, line by line)
  splitmeter demo --dir lab        (keep the folder, to go on by hand)

Provisions meters with test keys, starts the line and a process for each meter, and looks at them
through a CIU. Every command is told before its output.

On a terminal it is the screen of the CIU, with a bench beside it: F2 buys a token for the meter on
the display, whose digits are to be typed, by hand or by F5; F3 switches its kettle, F4 brings the
next meter to the display, F10 ends it all. A house lives 300 times as fast as we do.

Otherwise it plays a customer at the first meter: the credit runs out and the light goes off; a
token is bought, typed with one wrong digit, typed right, and typed again. Each line of the CIU is
what its display shows. The last line is the verdict of the sale.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `demo`."""
    about = "meters on one line, their customer unit and a sale, all on this machine"
    parser = subparsers.add_parser("demo", help=about, description=about, epilog=_EXAMPLES)
    add = parser.add_argument
    plan = Plan()
    add("--meters", type=_meters, default=plan.meters, metavar="N", help="how many (%(default)s)")
    add("--baud", type=int, default=plan.baud, help="bit/s of the line (%(default)s)")
    add("--plain", action="store_true", help="lines of text and a played customer, no screen")
    add("--seed", type=int, default=plan.seed, metavar="N", help="chooses the meter numbers")
    add("--dir", type=Path, metavar="DIR", help="folder that stays; else none")
    parser.set_defaults(run=_run)


def _meters(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_METERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_METERS}")
    return int(text)


def _run(args: argparse.Namespace) -> int:
    if args.dir is not None and (args.dir / CIU_TOML).exists():
        raise Stop(TAKEN.format(folder=args.dir), Exit.USAGE)
    show = not args.plain and _has_screen()
    with ExitStack() as opened:
        folder = args.dir or Path(
            opened.enter_context(tempfile.TemporaryDirectory(prefix="splitmeter-"))
        )
        plan = Plan(args.meters, args.baud, args.seed)
        try:
            return _show(folder, plan) if show else _play(folder, plan)
        except* (StageError, NotShown, DurableError, BrokenPipeError) as errors:
            failed = _first(errors)
    if isinstance(failed, BrokenPipeError):  # whoever read it has gone
        raise failed
    raise Stop(str(failed), Exit.FAILED)


def _passing_folder(opened: ExitStack) -> Path:
    return Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="splitmeter-")))


def _first(errors: BaseExceptionGroup[Exception]) -> Exception:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _has_screen() -> bool:
    why = why_no_terminal_face()
    if why == NO_TEXTUAL:
        print(f"splitmeter demo: {why}")
    return not why


def _play(folder: Path, plan: Plan) -> int:
    print(asyncio.run(play(Stage(folder, plan, _say))), flush=True)
    return Exit.DONE


def _show(folder: Path, plan: Plan) -> int:
    # an extra, and slow to load
    from tools.demo.screen import show

    return asyncio.run(show(folder, plan))


def _say(line: str) -> None:
    print(line, flush=True)
