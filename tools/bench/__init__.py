"""`splitmeter bench`: what the code costs, as ratios to a yardstick of the same run."""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tools.exits import Exit, Stop, Subparsers

if TYPE_CHECKING:
    from tools.bench.figures import Figure

DEFAULT_S = 10.0
LONGEST_S = 3600.0

_EXAMPLE = """\
example:
  splitmeter bench {kind}
  splitmeter bench {kind} --seconds 60 --json

{how} An aim that is missed changes no exit status.
With --json an array of objects: name, about, value, unit, samples, bound (>=, <= or null), aim,
met (true, false, or null where there is no aim).
"""

_LINK = """\
Two meters of a lab run beside it, each with an echo to compare with, in a temporary folder (of
TMPDIR) whose disk is the one that commits are measured on. Every figure is a median; all of them
are taken in turns, so that what disturbs one disturbs all. The codec is timed in seconds of the
processor. One raw client with prepared octets asks servers over TCP, each a process of its own: a
meter, a bare echo of asyncio, and pymodbus's server if it is installed (extra `modbus`)."""

_LINE = """\
At each bit rate a bus and a meter run beside it, in a temporary folder (of TMPDIR): how much of the
time of a token is line time, that of its octets and of two turnarounds of 2 ms. The polls of 1, 8
and 32 meters are played on virtual time, and take a while of their own."""

_WHOLE = """\
Units and meters on one line of 9600 bit/s live in this process, their stores in a temporary folder
(of TMPDIR). A unit hears the beginning of a frame at once and the rest in pieces of 40 ms, a meter
hears it whole. Every figure is the median of many stretches of virtual time, each timed in seconds
of the processor."""


_STS = """\
How fast a meter reads 20 digits under EA07 and EA11: with a key that is ready, as a meter has it,
and with one made for each token; beside envelope and checksum alone, and beside these with the
cipher in the form of the book. Every figure is a median in seconds of the processor, all of them
taken in turns."""


def _measure_link(folder: Path, seconds: float) -> "Sequence[Figure]":
    # not at the top: the far side of an echo passes through here, and must start fast
    from tools.bench.link import measure_link

    return measure_link(folder, seconds)


def _measure_line(folder: Path, seconds: float) -> "Sequence[Figure]":
    from tools.bench.line import measure_line

    return measure_line(folder, seconds)


def _measure_whole(folder: Path, seconds: float) -> "Sequence[Figure]":
    from tools.bench.whole import measure_whole

    return measure_whole(folder, seconds)


def _measure_sts(_folder: Path, seconds: float) -> "Sequence[Figure]":
    from tools.bench.sts import sts_figures

    return sts_figures(seconds)


def _nothing_left_out() -> Sequence[str]:
    return ()


def _peers_left_out() -> Sequence[str]:
    from tools.bench.peers import left_out

    return left_out()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What can be measured; `measure` is given a folder of its own and seconds.

    `left_out` returns a line for each part that this machine cannot measure.
    """

    name: str
    about: str
    how: str
    measure: "Callable[[Path, float], Sequence[Figure]]"
    left_out: Callable[[], Sequence[str]] = _nothing_left_out


_KINDS = (
    _Kind(
        "link",
        "frames a second, and round trips over a pseudo-terminal and TCP",
        _LINK,
        _measure_link,
        _peers_left_out,
    ),
    _Kind("line", "the line's share in the time of a token, and polls", _LINE, _measure_line),
    _Kind("whole", "virtual seconds a second of units and meters", _WHOLE, _measure_whole),
    _Kind("sts", "tokens a second on the meter's path", _STS, _measure_sts),
)


def add_parser(subparsers: Subparsers) -> None:
    """Register `bench`."""
    about = "measure, as ratios within one run"
    epilog = "\n".join(["examples:", *(f"  splitmeter bench {kind.name}" for kind in _KINDS), ""])
    parser = subparsers.add_parser("bench", help=about, description=about, epilog=epilog)
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    for kind in _KINDS:
        _add_kind(kinds, kind)


def _add_kind(kinds: Subparsers, kind: _Kind) -> None:
    epilog = _EXAMPLE.format(kind=kind.name, how=kind.how)
    parser = kinds.add_parser(kind.name, help=kind.about, description=kind.about, epilog=epilog)
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=DEFAULT_S,
        metavar="N",
        help="how long to measure, set-up not counted (default %(default)g)",
    )
    parser.set_defaults(run=partial(_run, kind))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time of up to {LONGEST_S:g} seconds")
    return seconds


def _run(kind: _Kind, args: argparse.Namespace) -> int:
    from link.durable import DurableError
    from link.media import MediumError
    from tools.bench.ending import tidy_end
    from tools.bench.figures import as_json, as_text

    try:
        with (
            tidy_end(),
            _without_log(),
            tempfile.TemporaryDirectory(prefix="splitmeter-bench-") as folder,
        ):
            figures = kind.measure(Path(folder), args.seconds)
    except (DurableError, MediumError) as error:
        raise Stop(str(error), Exit.FAILED) from None
    print(as_json(figures) if args.json else as_text(figures))
    for line in kind.left_out():
        print(line, file=sys.stderr)
    return Exit.DONE


@contextmanager
def _without_log() -> Iterator[None]:
    """Leave out what units and meters of this process warn of: two on one line do disturb."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
