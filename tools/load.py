"""`splitmeter load`: switch an appliance of a simulated house, by its control socket."""

import argparse

from meter.places import PLACES
from tools.control import add_control, tell
from tools.exits import Subparsers

APPLIANCES = tuple(each.name for place in PLACES.values() for each in place.appliances)

_EXAMPLE = """\
example:
  splitmeter load --control lab/12345678903/control.sock kettle on
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `load`."""
    about = "switch an appliance of a simulated house"
    parser = subparsers.add_parser("load", help=about, description=about, epilog=_EXAMPLE)
    add_control(parser)
    parser.add_argument(
        "appliance", metavar="APPLIANCE", choices=APPLIANCES, help=f"one of {', '.join(APPLIANCES)}"
    )
    parser.add_argument("position", metavar="on|off", choices=("on", "off"), help="what it becomes")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    return tell(args.control, {"appliance": args.appliance, "on": args.position == "on"})
