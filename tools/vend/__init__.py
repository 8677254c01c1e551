"""`splitmeter vend`: sell tokens to the meters of a register (sts.md 10.7).

Invariant: digits are shown only after the disk has them; a meter's TIDs only grow, whatever the
clock does and however many sell at once.
"""

from pathlib import Path

from meter.sts import UNIT_WH
from tools.exits import Subparsers
from tools.vend import history, keeping, keys, meter_test, meters, selling, tariffs
from tools.vend.arguments import Command, add_commands
from tools.vend.selling import RND_VALUES
from tools.vend.tids import next_tid
from tools.vend.till import Till

__all__ = ["RND_VALUES", "UNIT_WH", "Till", "add_parser", "next_tid"]

WAIT_S = 10.0
"""How long a sale waits for another one, unless told."""

COMMANDS = (*selling.COMMANDS, meter_test.COMMAND, *history.COMMANDS, *keeping.COMMANDS)
GROUPS: tuple[tuple[str, str, tuple[Command, ...]], ...] = (
    ("meter", "the meters of the register", meters.COMMANDS),
    ("key", "the vending keys of supply groups", keys.COMMANDS),
    ("tariff", "what units cost", tariffs.COMMANDS),
)

_EXAMPLE = """\
example:
  splitmeter vend --register lab/vend.db credit 12345678903 25
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `vend` and its subcommands."""
    about = "sell tokens to the meters of a register"
    parser = subparsers.add_parser("vend", help=about, description=about, epilog=_EXAMPLE)
    parser.add_argument("--register", required=True, type=Path, metavar="FILE", help="vend.db")
    parser.add_argument(
        "--wait",
        type=float,
        default=WAIT_S,
        metavar="S",
        help="seconds to wait while another process sells (default %(default)g)",
    )
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    add_commands(kinds, COMMANDS)
    for name, about, commands in GROUPS:
        epilog = f"example:\n  splitmeter vend --register lab/vend.db {commands[0].example}"
        group = kinds.add_parser(name, help=about, description=about, epilog=epilog)
        add_commands(group.add_subparsers(required=True, metavar="WHAT"), commands)
