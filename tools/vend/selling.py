"""`vend credit`, `key-change` and the class 2 commands: from the command line to the slip."""

import argparse
import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from link.secret import Secret
from meter.sts import KeyType
from tools.clock import now_of
from tools.exits import Exit, Stop
from tools.key_file import key_in
from tools.register import Issue, MeterRecord, vending_key_of
from tools.register.arguments import add_bound
from tools.register.records import own_key_file
from tools.vend.arguments import Command, add_drn, add_json, amount, whole
from tools.vend.credit import Currency, Issued, Money, Units, Wanted, sell
from tools.vend.key_rules import check_change, check_type
from tools.vend.key_set import KIND, KeyChange, check_form, make_set, unused_warning
from tools.vend.manage import MANAGED, Managed, manage
from tools.vend.report import tell_issued
from tools.vend.till import Till, enter_vending_key, find_meter, keep_own_key, open_till

RND_VALUES = 16

_CREDIT_NOTE = """\
  splitmeter vend --register lab/vend.db credit 12345678903 --money 100

Units are kWh, m3 or minutes. With --json one object: token (20 digits), drn, amount_wh and kwh
(of electricity in units, else null), tid, at (UTC seconds), subclass, amount and unit (Wh, l or
s) or amount_e5 and unit (10^-5 of the currency), slip, kind, tokens (all digits in the order of
their entry), payment {tariff, currency, given_e5, price_e5, vat_e5, change_e5} or null,
key_change {tokens, ro, before, after} or null, warnings.
"""


def _rnd() -> int:
    return secrets.randbelow(RND_VALUES)


def _credit_arguments(parser: ArgumentParser) -> None:
    add_drn(parser)
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument(
        "units",
        nargs="?",
        metavar="KWH",
        type=amount,
        help="amount in kWh, m3 or minutes, rounded up to 0.1",
    )
    wanted.add_argument(
        "--currency", type=amount, metavar="AMOUNT", help="of a meter that counts money"
    )
    wanted.add_argument(
        "--money", type=amount, metavar="AMOUNT", help="units for so much, by the meter's tariff"
    )
    parser.add_argument(
        "--no-key-change",
        action="store_true",
        help="sell under the key of now, even where the supply group has a newer one",
    )
    add_json(parser)


def _wanted(args: Namespace) -> Wanted:
    if args.units is not None:
        return Units(args.units)
    return Money(args.money) if args.currency is None else Currency(args.currency)


def _credit(args: Namespace) -> int:
    wanted = _wanted(args)
    key_first = not args.no_key_change
    with open_till(args) as till:
        sold = sell(till, args.drn, wanted, now=now_of(args), rnd=_rnd(), key_first=key_first)
    tell_issued(sold, wanted, as_json=args.json)
    return Exit.DONE


def _managed_arguments(row: Managed, parser: ArgumentParser) -> None:
    add_drn(parser)
    if row.metavar:
        read = whole(0, row.most)
        parser.add_argument("number", type=read, metavar=row.metavar, help=f"0 to {row.most}")
    elif row.most:
        parser.add_argument(
            "--all", dest="number", action="store_const", const=1, default=0, help="every register"
        )
    else:
        parser.set_defaults(number=0)
    add_json(parser)


def _managed(row: Managed, args: Namespace) -> int:
    with open_till(args) as till:
        made = manage(till, args.drn, row, args.number, now=now_of(args), rnd=_rnd())
    tell_issued(made, None, as_json=args.json)
    return Exit.DONE


_KEY_NOTE = """
Prints the tokens in the order of their entry. From then on sales use the new key. What is left
out stays as it is; with a new --sgc or --kt the revision is the newest that is known. --json as
credit has it, without what belongs to one token.
"""


def _key_arguments(parser: ArgumentParser) -> None:
    add_drn(parser)
    add_bound(parser)
    parser.add_argument(
        "--ken", type=whole(0, 255), metavar="N", help="key expiry number; 255 is never"
    )
    parser.add_argument(
        "--three", action="store_true", help="ea 07: a third token tells the supply group"
    )
    parser.add_argument("--vk-file", metavar="FILE", help="vending key in hex, 0600; - is stdin")
    parser.add_argument("--key-file", metavar="FILE", help="--kt 0: the maker's own new key")
    add_json(parser)


def _key_change(args: Namespace) -> int:
    new = {name: getattr(args, name) for name in ("sgc", "krn", "kt", "ti", "base", "ken")}
    told = {name: value for name, value in new.items() if value is not None}
    vending_key = key_in(args.vk_file, "--vk-file") if args.vk_file else None
    own_key = key_in(args.key_file, "--key-file") if args.key_file else None
    with open_till(args) as till:
        before = find_meter(till.register, args.drn)
        after = _changed(till, before, told, own_key)
        change = KeyChange(before, after, args.three)
        keys = {"vending_key": vending_key, "own_key": own_key}
        issued = change_key(till, change, now=now_of(args), **keys)
    tell_issued(issued, None, as_json=args.json)
    return Exit.DONE


def _changed(
    till: Till, before: MeterRecord, told: dict[str, object], own_key: Secret | None
) -> MeterRecord:
    after = replace(before, **told)  # type: ignore[arg-type]  # by the types of the options
    check_type(KeyType(before.kt), KeyType(after.kt))
    if after.kt != KeyType.DITK:
        if own_key is not None:
            raise Stop("--key-file is for --kt 0, a maker's own key; others are derived")
        newest = till.register.newest_key(after.sgc, after.dkga, after.kt)
        moved = (before.sgc, before.kt) != (after.sgc, after.kt)
        krn = newest.krn if moved and newest and "krn" not in told else after.krn
        return replace(after, krn=krn, key_file="")
    if own_key is None:
        return after
    number = sum(bool(each.key_file) for each in till.register.former_keys(before.drn)) + 2
    return replace(after, key_file=own_key_file(before.drn, number))


def change_key(
    till: Till,
    change: KeyChange,
    *,
    now: int,
    vending_key: Secret | None = None,
    own_key: Secret | None = None,
) -> Issued:
    """Make the tokens of a new key and commit the slip and the key together.

    `now` is UTC seconds; a vending key that the register has not yet, or a new one of the maker's
    own, is kept first. Raises Stop for what the rules forbid, and what `sell` raises.
    """
    before, after = change.before, change.after
    check_change(before, after, till.register.former_keys(before.drn), now)
    check_form(change)
    if after.kt != KeyType.DITK:
        enter_vending_key(till, vending_key_of(after, test=False), vending_key)
    elif own_key is not None:
        keep_own_key(till, after, own_key)
    warnings = unused_warning(till, change)
    issue = Issue(after, now, KIND, make_set(till, change, now))
    return Issued(till.register.add_issue(issue), issue, before, warnings, change)


def _row_command(row: Managed) -> Command:
    value = {"W": " 3000", "N": " 7"}.get(row.metavar, "")
    arguments: Callable[[argparse.ArgumentParser], None] = partial(_managed_arguments, row)
    example = f"{row.name} 12345678903{value}"
    return Command(row.name, row.about, example, arguments, partial(_managed, row))


COMMANDS = (
    Command(
        "credit",
        "sell credit to a meter: units, --currency, or units for --money",
        "credit 12345678903 25",
        _credit_arguments,
        _credit,
        _CREDIT_NOTE,
    ),
    Command(
        KIND,
        "make the tokens of a meter's new key",
        "key-change 12345678903 --ti 02",
        _key_arguments,
        _key_change,
        _KEY_NOTE,
    ),
    *map(_row_command, MANAGED),
)
