"""`splitmeter load` and `splitmeter tamper`: touch a simulated house, by its control socket."""

import argparse
import json
import socket
from pathlib import Path

from link.files import reason_of
from meter.places import PLACES
from meter.sources import INPUTS
from tools.exits import Exit, Stop, Subparsers

TIMEOUT_S = 5.0
"""How long a house may leave a full socket unread."""

APPLIANCES = tuple(each.name for place in PLACES.values() for each in place.appliances)

_LOAD_EXAMPLE = """\
example:
  splitmeter load --control lab/12345678903/control.sock kettle on
"""
_TAMPER_EXAMPLE = """\
example:
  splitmeter tamper --control lab/12345678903/control.sock cover

What the meter makes of it stands in the section [tamper] of its meter.toml.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `load` and `tamper`."""
    about = "switch an appliance of a simulated house"
    load = subparsers.add_parser("load", help=about, description=about, epilog=_LOAD_EXAMPLE)
    _add_control(load)
    load.add_argument(
        "appliance", metavar="APPLIANCE", choices=APPLIANCES, help=f"one of {', '.join(APPLIANCES)}"
    )
    load.add_argument("position", metavar="on|off", choices=("on", "off"), help="what it becomes")
    load.set_defaults(run=_run_load)
    about = "let an input of a simulated house tell of an interference"
    tamper = subparsers.add_parser("tamper", help=about, description=about, epilog=_TAMPER_EXAMPLE)
    _add_control(tamper)
    tamper.add_argument(
        "input", metavar="INPUT", choices=INPUTS, help=f"one of {', '.join(INPUTS)}"
    )
    tamper.set_defaults(run=_run_tamper)


def _add_control(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--control", required=True, type=Path, metavar="PATH", help="the house's control socket"
    )


def _run_load(args: argparse.Namespace) -> int:
    return _tell(args.control, {"appliance": args.appliance, "on": args.position == "on"})


def _run_tamper(args: argparse.Namespace) -> int:
    return _tell(args.control, {"tamper": args.input})


def _tell(path: Path, said: dict[str, object]) -> int:
    line = json.dumps(said) + "\n"
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
