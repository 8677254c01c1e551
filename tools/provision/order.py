"""What is asked of `splitmeter provision`, read from the command line and checked as a whole."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from link.secret import Secret
from link.terms import is_digits
from meter.config import MOST_PRICE_E5
from meter.domain import MOST_POWER_W
from meter.sts import KeyType
from meter.sts.derivation import Dkga
from meter.world import MOST_SCALE
from tools.clock import now_of, yesterday
from tools.exits import Stop, Subparsers
from tools.key_file import key_in
from tools.register import MeterRecord
from tools.register.arguments import (
    E5,
    NEVER_EXPIRES,
    PRESET,
    add_bound,
    add_fixed,
    base_of,
    currency,
    drn,
    price,
)

__all__ = ["NEVER_EXPIRES", "Order", "add_parser", "read_order"]

_EXAMPLES = """\
examples:
  splitmeter provision --dir lab --drn 12345678903 --listen pty:///tmp/meter --test-keys --lab
  splitmeter provision --dir lab --drn 12345678903 --drn 11111111115 \\
      --listen tcp://127.0.0.1:4059 --test-keys --lab --json

{drn} and {n} (1, 2, ...) in --listen and --connect stand for each meter's number and count.
Without them tcp ports count up from meter to meter, and any other URL is one shared line.
--json prints an array, one object a meter: drn, pan, config, listen, address, pairing_code,
system_title, sgc, krn, ti, kt, base, dkga, ea; with --test-keys also vending_key, decoder_key
and management {guek, gak}.
"""


@dataclass(frozen=True, slots=True)
class Order:
    """The meters to make and how; a vending key only where a file gave one."""

    folder: Path
    meters: tuple[MeterRecord, ...]
    listen: str
    connect: str | None
    vending_key: Secret | None
    test: bool
    lab: bool
    paired: bool
    scale: int = 1
    power_limit_w: int = 0
    price_e5: int = 0
    """Of meters that count money: 10^-5 of it for a kWh, a m3 or an hour."""


def add_parser(subparsers: Subparsers, run: Callable[[argparse.Namespace], int]) -> None:
    """Register `provision`."""
    about = "write the configuration and keys of new meters, of their CIU and of the register"
    parser = subparsers.add_parser("provision", help=about, description=about, epilog=_EXAMPLES)
    add = parser.add_argument
    add("--dir", required=True, type=Path, metavar="DIR", help="made if it is not there")
    add("--drn", required=True, action="append", type=drn, metavar="DRN", help="meter number")
    add("--listen", required=True, metavar="URL", help="tcp://HOST:PORT, pty:///PATH, serial://...")
    add("--connect", metavar="URL", help="where the CIU finds the meters, if not at --listen")
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--test-keys", action="store_true", help="draw a vending key, for trying")
    keys.add_argument("--vk-file", metavar="FILE", help="vending key in hex, 0600; - is stdin")
    add_bound(parser, PRESET)
    add_fixed(parser)
    add("--currency", type=currency, metavar="NAME", help="the meters count money")
    add("--price", type=price, metavar="DECIMAL", help="of it, for a kWh, a m3 or an hour")
    add("--scale", default=1, type=_scale, metavar="N", help="house time per second (%(default)s)")
    add("--power-limit", default=0, type=_watts, metavar="W", help="more opens the switch (none)")
    add("--lab", action="store_true", help="no security on the link")
    add("--unpaired", action="store_true", help="no CIU knows the meters yet")
    add("--json", action="store_true", help="print a JSON array")
    parser.set_defaults(run=run)


def read_order(args: argparse.Namespace) -> Order:
    """Check what does not fit together; raises Stop. Reads the vending key."""
    twice = {drn for drn in args.drn if args.drn.count(drn) > 1}
    if twice:
        raise Stop(f"meter {min(twice)} is given twice")
    if args.dkga == "02" and args.ea != "07":
        raise Stop("--dkga 02 makes keys of 64 bits, too short for --ea 11: add --ea 07")
    if bool(args.currency) != bool(args.price):
        raise Stop("--currency NAME and --price DECIMAL above 0 go together")
    if (args.price or 0) > MOST_PRICE_E5:
        raise Stop(f"--price is above {MOST_PRICE_E5 / E5}, the highest that a meter takes")
    if args.kt == KeyType.DITK and args.vk_file is not None:
        raise Stop("--kt 0 draws each meter a key of its own: leave out --vk-file")
    return Order(
        folder=args.dir,
        meters=_records(args),
        listen=args.listen,
        connect=args.connect,
        vending_key=_vending_key(args.vk_file, args.dkga),
        test=args.test_keys,
        lab=args.lab,
        paired=not args.unpaired,
        scale=args.scale,
        power_limit_w=args.power_limit,
        price_e5=args.price or 0,
    )


def _records(args: argparse.Namespace) -> tuple[MeterRecord, ...]:
    drns: Sequence[str] = args.drn
    made = args.manufactured or yesterday(now_of(args))
    return tuple(
        MeterRecord(
            drn=number,
            sgc=args.sgc,
            krn=args.krn,
            kt=args.kt,
            ti=args.ti,
            base=base_of(args),
            dkga=args.dkga,
            ea=args.ea,
            ken=NEVER_EXPIRES,
            manufactured=made,
            commodity=args.commodity,
            currency=args.currency or "",
        )
        for number in drns
    )


def _vending_key(file: str | None, dkga: str) -> Secret | None:
    if file is None:
        return None
    key = key_in(file, "--vk-file")
    due = Dkga(int(dkga)).vending_key_octets
    if len(key) != due:
        raise Stop(f"{file}: a vending key of {len(key)} octets, --dkga {dkga} wants {due}")
    return key


def _scale(text: str) -> int:
    if not is_digits(text) or not 1 <= int(text) <= MOST_SCALE:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {MOST_SCALE}")
    return int(text)


def _watts(text: str) -> int:
    if not is_digits(text) or int(text) > MOST_POWER_W:
        raise argparse.ArgumentTypeError(f"{text!r} is no power of 0 to {MOST_POWER_W} W")
    return int(text)
