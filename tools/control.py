"""One line to the control socket of a simulated house, and what is said where nobody takes it."""

import json
import socket
from argparse import ArgumentParser
from pathlib import Path

from link.files import reason_of
from tools.exits import Exit, Stop

TIMEOUT_S = 5.0
"""How long a house may leave a full socket unread."""


def add_control(parser: ArgumentParser) -> None:
    """Register the option that names the socket."""
    parser.add_argument(
        "--control", required=True, type=Path, metavar="PATH", help="the house's control socket"
    )


def tell(path: Path, said: dict[str, object]) -> int:
    """Say one line; return the status. Raises Stop where nobody takes it."""
    try:
        send(path, json.dumps(said).encode() + b"\n")
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
