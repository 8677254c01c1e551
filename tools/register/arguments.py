"""A meter's row on the command line: its number, and what its keys are bound to."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction

from link.terms import DRN_DIGITS, is_digits, is_meter_number, luhn_digit
from meter.sts import BaseDate, Commodity, newest_begun
from tools.clock import now_of

KEY_TYPES = (0, 1, 2)
"""0 the maker's own (DITK), 1 default (DDTK), 2 unique (DUTK); 3 is for magnetic cards."""

COMMODITIES = tuple(each.name.lower() for each in Commodity)

PRESET: Mapping[str, object] = {
    "sgc": "123456",
    "krn": 1,
    "kt": 2,
    "ti": "01",
    "dkga": "04",
    "ea": "11",
    "commodity": "electricity",
}
"""What a new meter has where nothing else is told."""

NEVER_EXPIRES = 255

E5 = 100_000
"""Money is whole 10^-5 of its currency, as in currency tokens (sts.md 3.1)."""

MOST_PLACES = 5
"""Decimals of a price."""

LONGEST_CURRENCY = 8
"""Letters of a currency's name, as meter.toml takes them."""

_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


def drn(text: str) -> str:
    """Read a meter number; raises ArgumentTypeError with the check digit that it should have."""
    if is_meter_number(text):
        return text
    if not is_digits(text, *DRN_DIGITS):
        raise ArgumentTypeError(f"{text!r} is not 11 or 13 digits")
    due = luhn_digit(text[:-1])
    raise ArgumentTypeError(f"{text} should end in {due}: check its digits")


def digits(count: int) -> Callable[[str], str]:
    """Return a reader of a code of so many digits."""

    def read(text: str) -> str:
        if not is_digits(text, count):
            raise ArgumentTypeError(f"{text!r} is not {count} digits")
        return text

    return read


def day(text: str) -> date:
    """Read a date; raises ArgumentTypeError."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date like 2026-11-21") from None


def decimal(text: str) -> Fraction:
    """Read a decimal of at most nine digits on either side, exactly; raises ArgumentTypeError."""
    if not _DECIMAL.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is no amount, write 25 or 25.5")
    return Fraction(text)


def price(text: str) -> int:
    """Read a price of five decimals at the most as 10^-5; raises ArgumentTypeError."""
    exact = decimal(text) * E5
    if exact.denominator != 1:
        raise ArgumentTypeError(f"{text!r} has more than {MOST_PLACES} decimals")
    return int(exact)


def currency(text: str) -> str:
    """Read a currency's name; raises ArgumentTypeError."""
    if not 1 <= len(text) <= LONGEST_CURRENCY or not text.isalpha():
        raise ArgumentTypeError(f"{text!r} is no name of 1 to {LONGEST_CURRENCY} letters")
    return text


def add_bound(parser: ArgumentParser, preset: Mapping[str, object] | None = None) -> None:
    """Add what a decoder key is bound to: --sgc, --krn, --kt, --ti and --base.

    A new meter has a preset, but for its base date, which `base_of` tells. Without a preset what
    is left out stays as it is, and type 3 can be asked for, to be refused by its name.
    """
    given = preset or {}
    types = KEY_TYPES if preset else range(4)
    tells = " (%(default)s)" if preset else ""
    add = parser.add_argument
    add("--sgc", default=given.get("sgc"), type=digits(6), help=f"supply group code{tells}")
    add("--krn", default=given.get("krn"), type=int, choices=range(1, 10), metavar="1-9",
        help=f"key revision{tells}")  # fmt: skip
    add("--kt", default=given.get("kt"), type=int, choices=types,
        help=f"key type: 0 the maker's, 1 default, 2 unique{tells}")  # fmt: skip
    add("--ti", default=given.get("ti"), type=digits(2), help=f"tariff index{tells}")
    begun = " (the newest that has begun)" if preset else ""
    add("--base", type=int, choices=tuple(map(int, BaseDate)), help=f"base date{begun}")


def base_of(args: Namespace) -> int:
    """Return the base date of a new meter: as asked, else the newest that has begun."""
    return int(args.base or max(newest_begun(now_of(args)), BaseDate.YEAR_2014))


def add_fixed(parser: ArgumentParser) -> None:
    """Add what a meter is made with and keeps: --dkga, --ea, --commodity and --manufactured."""
    add = parser.add_argument
    add("--dkga", default=PRESET["dkga"], choices=("02", "04"), help="key generation (%(default)s)")
    add("--ea", default=PRESET["ea"], choices=("07", "11"), help="encryption (%(default)s)")
    add("--commodity", default=PRESET["commodity"], choices=COMMODITIES, help="(%(default)s)")
    add("--manufactured", type=day, metavar="YYYY-MM-DD", help="UTC, default yesterday")
