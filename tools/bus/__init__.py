"""`splitmeter bus`: a virtual half-duplex line of its own process, with terminals as stations."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from link.line import LineSettings, TrafficCounts, fitting_piece
from link.media import MediumError
from tools.exits import Exit, Stop, Subparsers

MOST_STATIONS = 64
"""Each is a descriptor and a terminal of the machine, and hears everything."""

_EXAMPLE = """\
example:
  splitmeter bus --dir line --stations 3 --baud 9600
  splitmeter bus --dir line --stations 3 --turnaround 5 --echo --ber 1e-4 --seed 7

Makes the pseudo-terminals DIR/0, DIR/1, ... and prints one line, `ready DIR/0 DIR/1 ...`, when
they can be opened: as serial:///.../DIR/1?baudrate=9600 by a meter or a CIU, or by any program
that knows serial ports. All others hear what one writes, octet by octet at the bit rate; two who
speak at once garble each other; what is not read is lost. Stations may come, go and die as they
like. SIGTERM and Ctrl-C end it and remove the pseudo-terminals; what the line has carried is told
on standard error.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `bus`."""
    about = "a virtual half-duplex line; its stations are pseudo-terminals"
    parser = subparsers.add_parser("bus", help=about, description=about, epilog=_EXAMPLE)
    add = parser.add_argument
    add("--dir", type=Path, required=True, metavar="DIR", help="folder of the pseudo-terminals")
    add("--stations", type=_stations, required=True, metavar="N", help="how many there are")
    plain = LineSettings()
    add("--baud", type=int, default=plain.baudrate, help="bit/s (default %(default)s)")
    add("--seed", type=int, default=1, help="of noise and collisions (default %(default)s)")
    add(
        "--turnaround",
        type=float,
        default=plain.turnaround_s * 1000,
        metavar="MS",
        help="silence between what a station heard and what it says (default %(default)g)",
    )
    add("--echo", action="store_true", help="who speaks hears itself too")
    add("--ber", type=float, default=0.0, help="share of bits flipped (default %(default)g)")
    add("--leash", action="store_true", help="end when standard input is closed")
    parser.set_defaults(run=_run)


def _stations(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_STATIONS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_STATIONS}")
    return int(text)


def _run(args: argparse.Namespace) -> int:
    # not at the top: every other command passes through here for its help alone
    from tools.bus.process import Bus, run_bus

    try:
        with closing(Bus(args.dir, args.stations, _settings(args), args.seed)) as bus:
            run_bus(bus, leash=args.leash)
    except MediumError as error:
        raise Stop(str(error), Exit.FAILED) from None
    print(f"splitmeter bus: {_told(bus.counts)}", file=sys.stderr)
    return Exit.DONE


def _settings(args: argparse.Namespace) -> LineSettings:
    try:
        return LineSettings(
            baudrate=args.baud,
            turnaround_s=args.turnaround / 1000,
            echo=args.echo,
            bit_error_rate=args.ber,
            piece_octets=fitting_piece(args.baud),
        )
    except ValueError as error:
        raise Stop(str(error)) from None


def _told(counts: TrafficCounts) -> str:
    return (
        f"carried {counts.octets} octets, {counts.collisions} collisions, "
        f"{counts.flipped_bits} bits flipped"
    )
