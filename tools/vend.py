"""`splitmeter vend`: sell tokens to the meters of a register (sts.md 10.7).

Invariant: digits are shown only after the disk has them; a meter's TIDs only grow, whatever the
clock does and however many sell at once.
"""

import argparse
import json
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from ciu.wording.figures import group_digits
from link.durable import DurableError
from link.settings import SettingsError, read_secret
from meter.sts import (
    TID_LIMIT,
    UNIT_WH,
    AmountError,
    BaseDate,
    DecoderKey,
    EncryptionAlgorithm,
    UnitsCredit,
    units_amount,
    units_field,
    utc_of,
    write_token,
)
from meter.sts.amount import UNITS_MAX
from meter.sts.derivation import DerivationError
from meter.sts.tid import MINUTE_S
from tools.exits import Exit, Stop, Subparsers
from tools.register import MeterRecord, Register, TokenRecord, decoder_key

WAIT_S = 10.0
"""How long a sale waits for another one, unless told."""

RND_VALUES = 16
MOST_KWH = UNITS_MAX * UNIT_WH / 1000
SHOWN = 10
"""Meter numbers that an error names at the most."""

MINUTES_A_DAY = 1440
SPECIAL_MINUTE = 1
"""00:01 of each day belongs to special tokens."""

_KWH = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)

_EXAMPLE = """\
example:
  splitmeter vend --register lab/vend.db credit 12345678903 25

With --json one object: token (20 digits), drn, amount_wh, kwh, tid, at (UTC seconds).
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `vend`."""
    about = "sell a token to a meter of the register"
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
    about = "sell an amount of energy"
    credit = kinds.add_parser("credit", help=about, description=about, epilog=_EXAMPLE)
    credit.add_argument("drn", metavar="DRN", help="meter number")
    credit.add_argument("kwh", metavar="KWH", type=_kwh, help="amount, rounded up to 0.1 kWh")
    credit.add_argument("--json", action="store_true", help="print one JSON object")
    credit.set_defaults(run=_run_credit)


def _kwh(text: str) -> Fraction:
    if not _KWH.fullmatch(text) or not Fraction(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in kWh, write 25 or 25.5")
    return Fraction(text)


def _run_credit(args: argparse.Namespace) -> int:
    path: Path = args.register
    if not path.exists():
        raise Stop(f"{path}: there is no register; splitmeter provision makes one")
    try:
        with Register.open(path, patience_s=args.wait) as register:
            sold = sell(Till(register, path.parent), args.drn, args.kwh, now=int(time.time()))
    except DurableError as error:
        raise Stop(str(error), Exit.FAILED) from None
    except (SettingsError, DerivationError) as error:
        raise Stop(str(error)) from None
    print(_as_json(sold) if args.json else _as_text(sold, args.kwh))
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class Till:
    """An open register and the folder where its key files start."""

    register: Register
    folder: Path


def sell(till: Till, drn: str, kwh: Fraction, *, now: int) -> TokenRecord:
    """Make a credit token and commit its record; `now` is UTC seconds.

    The amount is rounded up to 0.1 kWh and on to the next that a token can carry. Raises Stop for
    what cannot be sold, and SettingsError, DerivationError or DurableError with their line.
    """
    meter = _find(till.register, drn)
    field = _field(kwh)
    key = _key(till, meter)
    tid = next_tid(meter, till.register.last_tid(drn), now)
    token = UnitsCredit(subclass=0, rnd=secrets.randbelow(RND_VALUES), tid=tid, field=field)
    digits = write_token(token, key)
    amount_wh = units_amount(field) * UNIT_WH
    sold = TokenRecord(drn, now, "credit", digits, meter.base, tid, amount_wh)
    till.register.add_token(sold)
    return sold


def next_tid(meter: MeterRecord, last: int | None, now: int) -> int:
    """Return the TID of a token made now: its minute, or the next free one after `last`.

    Raises Stop outside the 24 bits of the base date, and before the meter's manufacture, where
    every token would be old.
    """
    base = BaseDate(meter.base)
    today = datetime.fromtimestamp(now, UTC)
    if today.date() < meter.manufactured:
        raise Stop(
            f"the clock says {today:%Y-%m-%d %H:%M} UTC, but meter {meter.drn} was made on"
            f" {meter.manufactured}: set the clock"
        )
    if now < base.at:
        raise Stop(f"base date {base:d} of meter {meter.drn} has not begun", Exit.REFUSED)
    tid = (now - base.at) // MINUTE_S
    tid = tid if last is None else max(tid, last + 1)
    tid += tid % MINUTES_A_DAY == SPECIAL_MINUTE
    if tid >= TID_LIMIT:
        end = datetime.fromtimestamp(utc_of(TID_LIMIT, base), UTC)
        raise Stop(
            f"the TIDs of base date {base:d} end on {end:%Y-%m-%d %H:%M} UTC: meter {meter.drn}"
            " needs keys of the next base date",
            Exit.REFUSED,
        )
    return tid


def _find(register: Register, drn: str) -> MeterRecord:
    meter = register.meter(drn)
    if meter is None:
        known = register.meters()
        shown = ", ".join(known[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
        raise Stop(f"meter {drn} is not in the register; there are: {shown or 'none'}")
    return meter


def _field(kwh: Fraction) -> int:
    units = -(-kwh * 1000 // UNIT_WH)
    try:
        return units_field(units)
    except AmountError:
        raise Stop(
            f"{float(kwh):.1f} kWh is more than the {MOST_KWH:.1f} that one token carries"
        ) from None


def _key(till: Till, meter: MeterRecord) -> DecoderKey:
    row = till.register.vending_key(meter.sgc, meter.krn, meter.dkga)
    if row is None:
        raise Stop(f"supply group {meter.sgc} has no vending key of revision {meter.krn}")
    secret = decoder_key(meter, read_secret(till.folder / row.file))
    return DecoderKey(EncryptionAlgorithm(int(meter.ea)), secret)


def _as_text(sold: TokenRecord, asked: Fraction) -> str:
    rounded = "" if asked * 1000 == sold.amount_wh else f", rounded up from {float(asked)}"
    sale = f"{sold.amount_wh / 1000} kWh{rounded}, meter {sold.drn}, TID {sold.tid}"
    return f"{group_digits(sold.digits)}\n{sale}"


def _as_json(sold: TokenRecord) -> str:
    return json.dumps(
        {
            "token": sold.digits,
            "drn": sold.drn,
            "amount_wh": sold.amount_wh,
            "kwh": sold.amount_wh / 1000,
            "tid": sold.tid,
            "at": sold.at,
        }
    )
