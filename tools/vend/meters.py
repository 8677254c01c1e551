"""`vend meter`: the meters that a point of sale knows. No key is shown, only its file's name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, replace

from link.secret import Secret
from meter.sts import BaseDate, KeyType
from tools.clock import now_of, yesterday
from tools.exits import Exit, Stop
from tools.key_file import key_in
from tools.register import MeterRecord, Tariff, vending_key_of
from tools.register.arguments import (
    NEVER_EXPIRES,
    PRESET,
    add_bound,
    add_fixed,
    base_of,
    currency,
    drn,
)
from tools.register.records import own_key_file
from tools.vend.arguments import Command, add_drn, add_json, whole
from tools.vend.report import BOUND, as_json
from tools.vend.tariffs import is_name
from tools.vend.till import Till, enter_vending_key, find_meter, keep_own_key, key_of, open_till


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--drn", required=True, type=drn, metavar="DRN", help="meter number")
    add_bound(parser, PRESET)
    add_fixed(parser)
    add = parser.add_argument
    add("--ken", default=NEVER_EXPIRES, type=whole(0, 255), help="key expiry (%(default)s: never)")
    add(
        "--currency",
        type=currency,
        metavar="NAME",
        help="the meter counts money of this name",
    )
    add("--tariff", default="", metavar="NAME", help="by which units are sold for money")
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--vk-file", metavar="FILE", help="vending key in hex, 0600; - is stdin")
    keys.add_argument("--key-file", metavar="FILE", help="--kt 0: the maker's own key, likewise")


def _add(args: Namespace) -> int:
    if (args.kt == KeyType.DITK) != (args.key_file is not None):
        raise Stop("--kt 0 and --key-file go together: a maker's own key is not derived")
    if args.dkga == "02" and args.ea != "07":
        raise Stop("--dkga 02 makes keys of 64 bits, too short for --ea 11: add --ea 07")
    meter = _record(args)
    given = args.key_file or args.vk_file
    option = "--key-file" if args.key_file else "--vk-file"
    key = key_in(given, option) if given else None
    with open_till(args) as till:
        add_meter(till, meter, key)
    print(f"meter {meter.drn} is in the register {args.register}")
    return Exit.DONE


def _record(args: Namespace) -> MeterRecord:
    return MeterRecord(
        drn=args.drn,
        sgc=args.sgc,
        krn=args.krn,
        kt=args.kt,
        ti=args.ti,
        base=base_of(args),
        dkga=args.dkga,
        ea=args.ea,
        ken=args.ken,
        manufactured=args.manufactured or yesterday(now_of(args)),
        commodity=args.commodity,
        currency=args.currency or "",
        tariff=args.tariff,
    )


def add_meter(till: Till, meter: MeterRecord, key: Secret | None) -> None:
    """Enter a meter: `key` is the maker's own for kt 0, else its supply group's, if it is new.

    Raises Stop for a meter or a key that does not fit.
    """
    if till.register.meter(meter.drn) is not None:
        raise Stop(f"meter {meter.drn} is in the register already")
    _check_tariff(till, meter, meter.tariff)
    if meter.kt == KeyType.DITK and key is not None:
        meter = replace(meter, key_file=own_key_file(meter.drn, 1))
        keep_own_key(till, meter, key)
    with till.register.transaction():
        if meter.kt != KeyType.DITK:
            enter_vending_key(till, vending_key_of(meter, test=False), key)
        key_of(till, meter)
        till.register.add_meter(meter)


def _check_tariff(till: Till, meter: MeterRecord, name: str) -> Tariff | None:
    if not name:
        return None
    tariff = till.register.tariff(name) if is_name(name) else None
    if tariff is None:
        known = ", ".join(each.name for each in till.register.tariffs())
        raise Stop(f"no tariff {name!r}; there are: {known or 'none'}")
    if tariff.commodity != meter.commodity:
        raise Stop(
            f"tariff {name} is for {tariff.commodity}, the meter for {meter.commodity}: make one"
            f" with vend tariff add --commodity {meter.commodity}"
        )
    return tariff


def _list(args: Namespace) -> int:
    with open_till(args) as till:
        meters = till.register.meter_records()
    rows = [_object(meter) for meter in meters]
    print(as_json(rows) if args.json else "\n".join(map(_line, meters)) or "no meters")
    return Exit.DONE


def _object(meter: MeterRecord) -> dict[str, object]:
    mode = {"mode": "currency" if meter.currency else "units"}
    return asdict(meter) | {"manufactured": meter.manufactured.isoformat()} | mode


def _line(meter: MeterRecord) -> str:
    bound = " ".join(f"{name} {getattr(meter, name)}" for name in BOUND)
    return f"{meter.drn:<13}  {meter.commodity:<11}  {meter.currency or 'units':<5}  {bound}"


def _show(args: Namespace) -> int:
    with open_till(args) as till:
        shown = show(till, find_meter(till.register, args.drn))
    print(as_json(shown) if args.json else "\n".join(_shown(shown)))
    return Exit.DONE


def show(till: Till, meter: MeterRecord) -> dict[str, object]:
    """Return all that the register knows of a meter; of keys the names of their files."""
    row = till.register.vending_key(meter.sgc, meter.krn, meter.dkga, meter.kt)
    last = {str(int(base)): till.register.last_tid(meter.drn, base) for base in BaseDate}
    former = till.register.former_keys(meter.drn)
    return _object(meter) | {
        "key_file": row.file if row else meter.key_file,
        "last_tid": {base: tid for base, tid in last.items() if tid is not None},
        "former_keys": [
            {"slip": each.slip} | {name: getattr(each, name) for name in BOUND} for each in former
        ],
    }


def _shown(shown: dict[str, object]) -> Iterator[str]:
    for name, value in shown.items():
        match value:
            case dict():
                told = ", ".join(f"{tid} of base {base}" for base, tid in value.items())
            case list():
                told = "; ".join(
                    " ".join(f"{key} {each[key]}" for key in BOUND) + f" until slip {each['slip']}"
                    for each in value
                )
            case _:
                told = str(value)
        yield f"{name:<13} {told or '-'}"


def _tariff_arguments(parser: ArgumentParser) -> None:
    add_drn(parser)
    parser.add_argument("tariff", metavar="NAME", help="one of vend tariff list")


def _tariff(args: Namespace) -> int:
    with open_till(args) as till:
        meter = find_meter(till.register, args.drn)
        _check_tariff(till, meter, args.tariff)
        till.register.change_meter(replace(meter, tariff=args.tariff))
    print(f"meter {args.drn} is sold by tariff {args.tariff}")
    return Exit.DONE


def _one(parser: ArgumentParser) -> None:
    add_drn(parser)
    add_json(parser)


COMMANDS = (
    Command(
        "add",
        "enter a meter; its vending key is copied beside the register, or known already",
        "meter add --drn 12345678903 --vk-file vk",
        _add_arguments,
        _add,
    ),
    Command("list", "the meters of the register", "meter list", add_json, _list),
    Command("show", "all that is known of a meter", "meter show 12345678903", _one, _show),
    Command(
        "tariff",
        "let a meter's units be sold by a tariff",
        "meter tariff 12345678903 home",
        _tariff_arguments,
        _tariff,
    ),
)
