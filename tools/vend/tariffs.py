"""`vend tariff`: what units cost, one price or blocks of a calendar month (UTC), and the tax."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from itertools import pairwise

from tools.exits import Exit, Stop
from tools.register import Block, Tariff
from tools.register.arguments import COMMODITIES, MOST_PLACES, currency, decimal, price
from tools.vend.arguments import Command, add_json, plain, whole
from tools.vend.measures import E5, MEASURES, Measure
from tools.vend.report import as_json, money
from tools.vend.till import open_till

PERCENT = 100


def is_name(text: str) -> bool:
    """Return whether a text can be the name of a tariff: something that a person can read."""
    return text.isprintable() and bool(text.strip())


def name(text: str) -> str:
    """Read the name of a tariff; raises ArgumentTypeError."""
    if not is_name(text):
        raise ArgumentTypeError(f"{text!r} is no name that can be read")
    return text


def percent(text: str) -> int:
    """Read a tax in percent, three decimals at the most, as 10^-5; raises ArgumentTypeError."""
    exact = decimal(text) * E5 / PERCENT
    if exact.denominator != 1:
        raise ArgumentTypeError(f"{text!r} has more than {MOST_PLACES - 2} decimals")
    return int(exact)


def block(text: str) -> tuple[Fraction, int]:
    """Read UPTO:PRICE as units and 10^-5; raises ArgumentTypeError."""
    upto, colon, per_unit = text.partition(":")
    if not colon:
        raise ArgumentTypeError(f"{text!r} is no block, write 50:12.50")
    return decimal(upto), price(per_unit)


def _arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("name", type=name, metavar="NAME", help="what it is called; it never changes afterwards")
    add("--currency", required=True, type=currency, metavar="NAME", help="such as KES")
    add("--price", required=True, type=price, metavar="DECIMAL",
        help="for a kWh, a m3 or an hour, without VAT; above the last block")  # fmt: skip
    add("--block", action="append", default=[], type=block, metavar="UPTO:PRICE",
        help="for the units of a month up to UPTO; more than once, in order")  # fmt: skip
    add("--vat", default=0, type=percent, metavar="PERCENT", help="on top of the price (none)")
    add("--places", default=2, type=whole(0, MOST_PLACES), metavar="N",
        help="decimals of the smallest coin (%(default)s)")  # fmt: skip
    add("--commodity", default=COMMODITIES[0], choices=COMMODITIES, help="(%(default)s)")


def _add(args: Namespace) -> int:
    tariff = Tariff(args.name, args.commodity, args.currency, args.places, args.vat)
    blocks = blocks_of(tariff, args.block, args.price)
    with open_till(args) as till:
        if till.register.tariff(tariff.name) is not None:
            raise Stop(f"tariff {tariff.name} is in the register already: give another name")
        till.register.add_tariff(tariff, blocks)
    print(f"tariff {tariff.name} is in the register {args.register}")
    return Exit.DONE


def blocks_of(
    tariff: Tariff, bounded: Sequence[tuple[Fraction, int]], price_e5: int
) -> tuple[Block, ...]:
    """Return a tariff's blocks, the one without end last; raises Stop for bounds that do not rise.

    Bounds are in the unit that a price is for.
    """
    per_unit = MEASURES[tariff.commodity].tenths_per_priced
    bounds = [upto * per_unit for upto, _ in bounded]
    if any(later <= earlier for earlier, later in pairwise([Fraction(0), *bounds])):
        raise Stop("--block: each has to end above the one before it")
    if any(bound.denominator != 1 for bound in bounds):
        raise Stop(f"--block: bounds are whole {plain(Fraction(1, per_unit))} of a unit")
    if not price_e5:
        raise Stop("--price 0 would sell without end for nothing")
    ends = [*(int(bound) for bound in bounds), 0]
    prices = [*(each for _, each in bounded), price_e5]
    return tuple(
        Block(tariff.name, number, upto, each)
        for number, (upto, each) in enumerate(zip(ends, prices, strict=True), 1)
    )


def _list(args: Namespace) -> int:
    with open_till(args) as till:
        found = [(each, till.register.blocks(each.name)) for each in till.register.tariffs()]
    if args.json:
        print(as_json([_object(tariff, blocks) for tariff, blocks in found]))
    else:
        print("\n".join(_line(tariff, blocks) for tariff, blocks in found) or "no tariffs")
    return Exit.DONE


def _object(tariff: Tariff, blocks: Sequence[Block]) -> dict[str, object]:
    measure = MEASURES[tariff.commodity]
    return asdict(tariff) | {
        "unit": measure.priced,
        "blocks": [{"upto": _upto(each, measure), "price_e5": each.price_e5} for each in blocks],
    }


def _upto(each: Block, measure: Measure) -> float | None:
    return each.upto / measure.tenths_per_priced if each.upto else None


def _line(tariff: Tariff, blocks: Sequence[Block]) -> str:
    measure = MEASURES[tariff.commodity]
    prices = "; ".join(
        (f"up to {plain(Fraction(each.upto, measure.tenths_per_priced), 0)} " if each.upto else "")
        + money(each.price_e5)
        for each in blocks
    )
    vat = plain(Fraction(tariff.vat_e5 * PERCENT, E5), 0)
    return (
        f"{tariff.name}  {tariff.commodity}, {tariff.currency} for a {measure.priced}: {prices};"
        f" VAT {vat} %"
    )


COMMANDS = (
    Command(
        "add",
        "enter what units cost",
        "tariff add home --currency KES \\\n      --block 50:12.22 --price 20.5 --vat 16",
        _arguments,
        _add,
    ),
    Command("list", "the tariffs of the register", "tariff list", add_json, _list),
)
