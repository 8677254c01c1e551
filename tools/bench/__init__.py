"""`splitmeter bench`: what the code costs, as ratios to a yardstick of the same run."""

import argparse
import tempfile
from pathlib import Path

from tools.exits import Exit, Stop, Subparsers

DEFAULT_S = 10.0
LONGEST_S = 3600.0

_EXAMPLE = """\
example:
  splitmeter bench link
  splitmeter bench link --seconds 60 --json

Two meters of a lab run beside it, each with an echo to compare with, in a temporary folder (of
TMPDIR) whose disk is the one that commits are measured on. Every figure is a median; all of them
are taken in turns, so that what disturbs one disturbs all. The codec is timed in seconds of the
processor. An aim that is missed changes no exit status.
With --json an array of objects: name, about, value, unit, samples, bound (>=, <= or null), aim,
met (true, false, or null where there is no aim).
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `bench`."""
    about = "measure, as ratios within one run"
    parser = subparsers.add_parser("bench", help=about, description=about, epilog=_EXAMPLE)
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    about = "frames a second, and round trips over a pseudo-terminal and TCP"
    link = kinds.add_parser("link", help=about, description=about, epilog=_EXAMPLE)
    link.add_argument("--json", action="store_true", help="print a JSON array")
    link.add_argument(
        "--seconds",
        type=_seconds,
        default=DEFAULT_S,
        metavar="N",
        help="how long to measure, set-up not counted (default %(default)g)",
    )
    link.set_defaults(run=_run_link)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time of up to {LONGEST_S:g} seconds")
    return seconds


def _run_link(args: argparse.Namespace) -> int:
    # not at the top: the far side of an echo passes through here, and must start fast
    from link.durable import DurableError
    from link.media import MediumError
    from tools.bench.ending import tidy_end
    from tools.bench.figures import as_json, as_text
    from tools.bench.link import measure_link

    try:
        with tidy_end(), tempfile.TemporaryDirectory(prefix="splitmeter-bench-") as folder:
            figures = measure_link(Path(folder), args.seconds)
    except (DurableError, MediumError) as error:
        raise Stop(str(error), Exit.FAILED) from None
    print(as_json(figures) if args.json else as_text(figures))
    return Exit.DONE
