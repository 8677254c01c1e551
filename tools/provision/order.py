"""What is asked of `splitmeter provision`, read from the command line and checked as a whole."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from link.secret import Secret
from link.terms import DRN_DIGITS, is_digits, is_meter_number, luhn_digit
from meter.config import MOST_POWER_W
from meter.sts import BaseDate, KeyType
from meter.sts.derivation import Dkga
from tools.exits import Stop, Subparsers
from tools.key_file import key_in
from tools.register import MeterRecord

NEVER_EXPIRES = 255

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


def add_parser(subparsers: Subparsers, run: Callable[[argparse.Namespace], int]) -> None:
    """Register `provision`."""
    about = "write the configuration and keys of new meters, of their CIU and of the register"
    parser = subparsers.add_parser("provision", help=about, description=about, epilog=_EXAMPLES)
    add = parser.add_argument
    add("--dir", required=True, type=Path, metavar="DIR", help="made if it is not there")
    add("--drn", required=True, action="append", type=_drn, metavar="DRN", help="meter number")
    add("--listen", required=True, metavar="URL", help="tcp://HOST:PORT, pty:///PATH, serial://...")
    add("--connect", metavar="URL", help="where the CIU finds the meters, if not at --listen")
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--test-keys", action="store_true", help="draw a vending key, for trying")
    keys.add_argument("--vk-file", metavar="FILE", help="vending key in hex, 0600; - is stdin")
    add("--sgc", default="123456", type=_digits(6), help="supply group code (%(default)s)")
    revisions = range(1, 10)
    add("--krn", default=1, type=int, choices=revisions, metavar="1-9", help="key revision (1)")
    add("--ti", default="01", type=_digits(2), help="tariff index (%(default)s)")
    bases = tuple(map(int, BaseDate))
    add("--base", default=2014, type=int, choices=bases, help="base date (%(default)s)")
    add("--dkga", default="04", choices=("02", "04"), help="key generation (%(default)s)")
    add("--ea", default="11", choices=("07", "11"), help="encryption algorithm (%(default)s)")
    add("--manufactured", type=_date, metavar="YYYY-MM-DD", help="UTC, default yesterday")
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
    )


def _records(args: argparse.Namespace) -> tuple[MeterRecord, ...]:
    drns: Sequence[str] = args.drn
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    return tuple(
        MeterRecord(
            drn=drn,
            sgc=args.sgc,
            krn=args.krn,
            kt=KeyType.DUTK,
            ti=args.ti,
            base=args.base,
            dkga=args.dkga,
            ea=args.ea,
            ken=NEVER_EXPIRES,
            manufactured=args.manufactured or yesterday,
        )
        for drn in drns
    )


def _vending_key(file: str | None, dkga: str) -> Secret | None:
    if file is None:
        return None
    key = key_in(file, "--vk-file")
    due = Dkga(int(dkga)).vending_key_octets
    if len(key) != due:
        raise Stop(f"{file}: a vending key of {len(key)} octets, --dkga {dkga} wants {due}")
    return key


def _drn(text: str) -> str:
    if is_meter_number(text):
        return text
    if not is_digits(text, *DRN_DIGITS):
        raise argparse.ArgumentTypeError(f"{text!r} is not 11 or 13 digits")
    due = luhn_digit(text[:-1])
    raise argparse.ArgumentTypeError(f"{text} should end in {due}: check its digits")


def _digits(count: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not is_digits(text, count):
            raise argparse.ArgumentTypeError(f"{text!r} is not {count} digits")
        return text

    return read


def _scale(text: str) -> int:
    if not is_digits(text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _watts(text: str) -> int:
    if not is_digits(text) or int(text) > MOST_POWER_W:
        raise argparse.ArgumentTypeError(f"{text!r} is no power of 0 to {MOST_POWER_W} W")
    return int(text)


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-11-21") from None
