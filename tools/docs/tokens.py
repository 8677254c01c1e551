"""The tokens in words: what stands in each, what a meter does with it, and why it may refuse it.

Fields are read from the rows of `meter/sts`; what a meter does stands in rows here, by the record.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from link.terms import TokenResult
from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    CurrencyCredit,
    EncryptionAlgorithm,
    ExtendedRead,
    ExtendedSet,
    FirstSection,
    FourthSection,
    MeterTest,
    SecondSection,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    SupplyGroupSection,
    ThirdSection,
    Token,
    UnitsCredit,
)
from meter.sts.derivation import Dkga
from meter.sts.layout import LAYOUTS, Field, Layout, Zeros, find_layout

CLASSES = {0: "credit", 1: "tests for any meter, in the clear", 2: "management"}
SUBCLASSES = range(16)

Refusal = tuple[TokenResult, str]


@dataclass(frozen=True, slots=True)
class TokenEffect:
    """What a meter does with a token that it takes, and why it may refuse that."""

    does: str
    refusals: tuple[Refusal, ...] = ()


def _function(why: str) -> Refusal:
    return TokenResult.FunctionError, why


def _range(why: str) -> Refusal:
    return TokenResult.RangeError, why


_ANOTHER_MAKER = (TokenResult.MfrCodeError, "for the meters of another maker")
_TOO_MUCH_CREDIT = (TokenResult.OverflowError, "beyond the greatest credit")
_TOO_MUCH_POWER = _range("more than 1 MW")
_KEY_TYPE = (TokenResult.KeyTypeError, "the set is complete, and its key type may not follow")
_GROUP = _range("a supply group code of more than six digits")
_HELD = "holds it for 10 minutes, until the set is complete: then the key changes at once"

EFFECTS: dict[type[Token], TokenEffect] = {
    UnitsCredit: TokenEffect(
        "adds the amount to the credit",
        (_function("another commodity, or a meter that counts money"), _TOO_MUCH_CREDIT),
    ),
    CurrencyCredit: TokenEffect(
        "adds the money to the credit, or takes it away where it is below zero",
        (_function("another commodity, or a meter that counts units"), _TOO_MUCH_CREDIT),
    ),
    MeterTest: TokenEffect(
        "lets the display show the pages of the tests for 30 s; test 1 opens a closed switch for"
        " 2 s, once a minute at the most",
        (_ANOTHER_MAKER, _function("none of the tests 1 to 18")),
    ),
    ExtendedRead: TokenEffect("nothing", (_ANOTHER_MAKER, _function("edition 3, not supported"))),
    SetMaximumPowerLimit: TokenEffect(
        "sets the greatest power; 0 W is no limit",
        (_function("another commodity than electricity"), _TOO_MUCH_POWER),
    ),
    ClearCredit: TokenEffect(
        "takes what is left in the register of its credit; what is owed stays",
        (_function("a register that it has not"), _range("no register")),
    ),
    SetTariffRate: TokenEffect(
        "sets the price of a unit to so many hundredths of the currency; the standard reserves the"
        " coding, and this reading is ours",
        (_function("a meter that counts units"), _range("a price of 0")),
    ),
    FirstSection: TokenEffect(
        f"{_HELD}; with RO the TID list is emptied and the next base date taken",
        (
            _range("a key revision other than 1 to 9"),
            (TokenResult.FormatError, "3KCT under EA11"),
            _KEY_TYPE,
        ),
    ),
    SecondSection: TokenEffect(_HELD, (_range("a tariff index of more than 99"), _KEY_TYPE)),
    ClearTamperCondition: TokenEffect(
        "ends a tampering, and what it has opened closes",
        ((TokenResult.FormatError, "a field other than 0"),),
    ),
    SetMaximumPhasePowerUnbalanceLimit: TokenEffect(
        "sets the greatest difference of power between two phases; 0 W is no limit",
        (_function("another commodity, or a single phase"), _TOO_MUCH_POWER),
    ),
    SetWaterMeterFactor: TokenEffect(
        "counts so many thousandths of what the register does from now on; the standard reserves"
        " the coding, and this reading is ours",
        (_function("another commodity than water"), _range("a factor of 0")),
    ),
    SupplyGroupSection: TokenEffect(_HELD, (_GROUP, _KEY_TYPE)),
    ThirdSection: TokenEffect(_HELD, (_GROUP, _KEY_TYPE)),
    FourthSection: TokenEffect(_HELD, (_GROUP, _KEY_TYPE)),
    ExtendedSet: TokenEffect("nothing", (_function("edition 3, not supported"),)),
}
"""By record; the domain of the meter does what these rows say (sts.md 10, meter.md 3)."""

_HEAD = """\
# The tokens

Made by `make docs` from the rows of `meter/sts`, with what this meter does. Fields stand in their
order from the top, after the subclass (4 bits) and before the checksum (16); widths are in bits,
and a field in two places says from which of its bits each begins.

A token that is taken results in Accept, a section that waits for others in FirstKCT, SecondKCT,
ThirdKCT or FourthKCT. Each may be refused, first of all as FormatError (20 digits that are no
number of 66 bits), LockedOut (class 0 and 2, after too many guesses) or CRCError (damaged, or made
for another key); then, where it has a `tid`, as OldError, UsedError or KeyExpiredError; credit
under a default key as DDTKError. What else may come of a token stands in its row.
"""

_COLUMNS = """\
| subclass | name | fields | what the meter does | refused as |
|---|---|---|---|---|"""

_REFUSED = """\
## Refused by name

FormatError: the standard reserves it. FunctionError: it is left to the makers.

| what | refused as |
|---|---|
| class 3 | FormatError, before any checksum |"""


def page() -> str:
    """Tabulate the tokens, and what is refused by name."""
    lines = [_HEAD]
    for number, title in CLASSES.items():
        rows = (row for row in LAYOUTS if row.token_class == number)
        lines += [f"## Class {number}, {title}", "", _COLUMNS, *map(_line, rows), ""]
    return "\n".join([*lines, _REFUSED, *_without_row(), *_not_built()])


def _line(row: Layout) -> str:
    effect = EFFECTS[row.kind]
    name = f"{row.name} under {row.only.name}" if row.only else row.name
    fields = ", ".join(_fields(row))
    refusals = "; ".join(f"{result.name}: {why}" for result, why in effect.refusals)
    return f"| {row.subclass} | {name} | {fields} | {effect.does} | {refusals} |"


def _fields(row: Layout) -> Iterator[str]:
    names = [part.name for part in row.fields if isinstance(part, Field)]
    for part in row.fields:
        if isinstance(part, Zeros):
            yield f"zeros {part.width}"
        else:
            place = f" from bit {part.low}" if names.count(part.name) > 1 else ""
            yield f"`{part.name}` {part.width}{place}"


def _without_row() -> Iterator[str]:
    """List the subclasses without a row, those of a class and a result together."""
    found: dict[tuple[int, TokenResult, str], list[str]] = {}
    for token_class, subclass in product(CLASSES, SUBCLASSES):
        results = {ea: find_layout(token_class, subclass, ea) for ea in EncryptionAlgorithm}
        for result in TokenResult:
            under = " and ".join(ea.name for ea, each in results.items() if each is result)
            if under:
                found.setdefault((token_class, result, under), []).append(str(subclass))
    for (token_class, result, under), subclasses in found.items():
        told = ", ".join(subclasses)
        yield f"| class {token_class}, subclass {told}, under {under} | {result.name} |"


def _not_built() -> Iterator[str]:
    for name, kind, numbers in (("EA", EncryptionAlgorithm, (9,)), ("DKGA", Dkga, (1, 3))):
        yield from (f"| {name}{number:02d} | {_why(kind, number)} |" for number in numbers)


def _why(kind: Callable[[int], object], number: int) -> str:
    """Return what an algorithm that is not built says of itself."""
    try:
        kind(number)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"{kind} has {number}")
