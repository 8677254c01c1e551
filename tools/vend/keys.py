"""`vend key`: the vending keys of supply groups, each a file of mode 0600 beside the register.

A newer revision, or a later base date that it asks for, makes the next sale begin with a key
change.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from meter.sts import BaseDate
from tools.exits import Exit, Stop
from tools.key_file import key_in
from tools.register import VendingKey
from tools.register.arguments import digits
from tools.register.records import KEY_KINDS, vending_key_file
from tools.vend.arguments import Command, add_json
from tools.vend.report import as_json
from tools.vend.till import enter_vending_key, key_name, open_till


def _add_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--sgc", required=True, type=digits(6), help="supply group code")
    add("--krn", required=True, type=int, choices=range(1, 10), metavar="1-9", help="key revision")
    add("--kt", default=2, type=int, choices=(1, 2), help="1 default, 2 unique keys (%(default)s)")
    add("--dkga", default="04", choices=("02", "04"), help="key generation (%(default)s)")
    bases = tuple(map(int, BaseDate))
    add("--base", default=min(bases), type=int, choices=bases,
        help="meters are to have this base date or a later one (%(default)s)")  # fmt: skip
    add("--vk-file", required=True, metavar="FILE", help="in hex, 0600; - is stdin")


def _add(args: Namespace) -> int:
    key = key_in(args.vk_file, "--vk-file")
    file = vending_key_file(args.sgc, args.krn, args.dkga, args.kt)
    row = VendingKey(args.sgc, args.krn, args.dkga, args.kt, args.base, file, test=False)
    name = key_name(row.sgc, row.krn, row.dkga, row.kt)
    with open_till(args) as till:
        if till.register.vending_key(row.sgc, row.krn, row.dkga, row.kt) is not None:
            raise Stop(f"{name} is in the register already")
        enter_vending_key(till, row, key)
    print(f"{name} is in the register {args.register}")
    return Exit.DONE


def _list(args: Namespace) -> int:
    with open_till(args) as till:
        rows = till.register.vending_keys()
    print(as_json([asdict(row) for row in rows]) if args.json else "\n".join(map(_line, rows)))
    return Exit.DONE


def _line(row: VendingKey) -> str:
    test = ", test" if row.test else ""
    return (
        f"{row.sgc}  krn {row.krn}  dkga {row.dkga}  {KEY_KINDS[row.kt]}  base {row.base}"
        f"  {row.file}{test}"
    )


COMMANDS = (
    Command(
        "add",
        "enter the vending key of a supply group's revision",
        "key add --sgc 123456 --krn 2 --vk-file vk",
        _add_arguments,
        _add,
    ),
    Command("list", "the vending keys, by the names of their files", "key list", add_json, _list),
)
