"""`splitmeter load`: switch an appliance of a simulated house, by its control socket."""

import argparse
import json
import socket
from pathlib import Path

from link.files import reason_of
from meter.world import BY_NAME
from tools.exits import Exit, Stop, Subparsers

TIMEOUT_S = 5.0
"""How long a house may leave a full socket unread."""

_EXAMPLE = """\
example:
  splitmeter load --control lab/12345678903/control.sock kettle on
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `load`."""
    about = "switch an appliance of a simulated house"
    parser = subparsers.add_parser("load", help=about, description=about, epilog=_EXAMPLE)
    parser.add_argument(
        "--control", required=True, type=Path, metavar="PATH", help="the house's control socket"
    )
    parser.add_argument(
        "appliance", metavar="APPLIANCE", choices=BY_NAME, help=f"one of {', '.join(BY_NAME)}"
    )
    parser.add_argument("position", metavar="on|off", choices=("on", "off"), help="what it becomes")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    path: Path = args.control
    line = json.dumps({"appliance": args.appliance, "on": args.position == "on"}) + "\n"
    try:
        send(path, line.encode())
    except (FileNotFoundError, ConnectionRefusedError):
        raise Stop(
            f"{path}: no simulated house listens here; is its meter running?", Exit.UNKNOWN
        ) from None
    except OSError as error:
        raise Stop(f"{path}: {reason_of(error)}", Exit.FAILED) from None
    return Exit.DONE


def send(path: Path, line: bytes) -> None:
    """Send one line to a control socket; raises OSError where nobody takes it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as control:
        control.settimeout(TIMEOUT_S)
        control.connect(str(path))
        control.send(line)
