"""Where the fields lie in a block: a row for each kind of token, one packer and one unpacker.

IEC 62055-41 clause 6.2. A row lists the 48 bits before the checksum from the top, SubClass first;
a field may stand in slices. To add a token: its record in `tokens`, its row here.
"""

from dataclasses import dataclass
from typing import Final

from link.terms import TokenResult
from meter.sts.key import EncryptionAlgorithm
from meter.sts.tokens import (
    ClearCredit,
    ClearTamperCondition,
    Commodity,
    CurrencyCredit,
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

SUBCLASS_LOW: Final = 44


class FieldError(ValueError):
    """A value that does not fit its field, or a token that this key cannot carry."""


@dataclass(frozen=True, slots=True)
class Field:
    """`width` bits of an attribute, or the slice of it that starts at its bit `low`."""

    name: str
    width: int
    low: int = 0


@dataclass(frozen=True, slots=True)
class Zeros:
    """`width` bits that are 0 in every token of the row."""

    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A row: which token, its name, its record, and the 44 bits after SubClass from the top."""

    token_class: int
    subclass: int
    name: str
    kind: type[Token]
    fields: tuple[Field | Zeros, ...]
    only: EncryptionAlgorithm | None = None
    """The row holds under this algorithm alone: the length of the new key decides the form."""


_DATED = (Field("rnd", 4), Field("tid", 24), Field("field", 16))
_MONEY = (Field("field", 4, low=16), Field("tid", 24), Field("field", 16))
_TWO_DIGITS = (Field("control", 36), Field("mfr", 8))
_FOUR_DIGITS = (Field("control", 28), Field("mfr", 16))
_KEY = Field("key_part", 32)
_FLAGS = (Field("ro", 1), Field("three", 1), Field("kt", 2))
_FIRST = (Field("ken_high", 4), Field("krn", 4), *_FLAGS, _KEY)
_SECOND = (Field("ken_low", 4), Field("ti", 8), _KEY)
_HALF_SGC = (Field("sgc", 12), _KEY)
_WHOLE_SGC = (Field("sgc", 24), Zeros(20))
_EA07, _EA11 = EncryptionAlgorithm.EA07, EncryptionAlgorithm.EA11

LAYOUTS: Final = (
    *(Layout(0, c, f"TransferCredit {c.name.lower()}", UnitsCredit, _DATED) for c in Commodity),
    *(
        Layout(0, 4 + c, f"TransferCredit {c.name.lower()} currency", CurrencyCredit, _MONEY)
        for c in Commodity
    ),
    Layout(1, 0, "InitiateMeterTest/Display", MeterTest, _TWO_DIGITS),
    Layout(1, 1, "InitiateMeterTest/Display", MeterTest, _FOUR_DIGITS),
    Layout(1, 2, "ExtendedRead", ExtendedRead, _TWO_DIGITS),
    Layout(2, 0, "SetMaximumPowerLimit", SetMaximumPowerLimit, _DATED),
    Layout(2, 1, "ClearCredit", ClearCredit, _DATED),
    Layout(2, 2, "SetTariffRate", SetTariffRate, _DATED),
    Layout(2, 3, "Set1stSectionDecoderKey", FirstSection, _FIRST),
    Layout(2, 4, "Set2ndSectionDecoderKey", SecondSection, _SECOND),
    Layout(2, 5, "ClearTamperCondition", ClearTamperCondition, _DATED),
    Layout(2, 6, "SetMaximumPhasePowerUnbalanceLimit", SetMaximumPhasePowerUnbalanceLimit, _DATED),
    Layout(2, 7, "SetWaterMeterFactor", SetWaterMeterFactor, _DATED),
    Layout(2, 8, "Set3rdSectionDecoderKey", SupplyGroupSection, _WHOLE_SGC, _EA07),
    Layout(2, 8, "Set3rdSectionDecoderKey", ThirdSection, _HALF_SGC, _EA11),
    Layout(2, 9, "Set4thSectionDecoderKey", FourthSection, _HALF_SGC, _EA11),
    Layout(2, 10, "ExtendedSet", ExtendedSet, _DATED),
)

PROPRIETARY: Final = {1: range(6, 16), 2: range(11, 16)}
"""Subclasses left to the makers, by class; every other subclass without a row is reserved."""

_BY_NUMBERS: Final = {
    (row.token_class, row.subclass, ea): row
    for row in LAYOUTS
    for ea in (None, *EncryptionAlgorithm)
    if row.only in (None, ea)
}
_BY_RECORD: Final = {(row.kind, row.subclass): row for row in LAYOUTS}
_SAYS_SUBCLASS: Final = (UnitsCredit, CurrencyCredit, MeterTest)
"""Records of several subclasses, which they name themselves."""


def find_layout(
    token_class: int, subclass: int, ea: EncryptionAlgorithm | None
) -> Layout | TokenResult:
    """Return the row of a token, or the result of one that has none."""
    if row := _BY_NUMBERS.get((token_class, subclass, ea)):
        return row
    if subclass in PROPRIETARY.get(token_class, ()):
        return TokenResult.FunctionError
    return TokenResult.FormatError


def layout_of(token: Token) -> Layout:
    """Return the row of a record; raises FieldError for a subclass that its kind has not."""
    try:
        return _BY_RECORD[type(token), token.subclass]
    except KeyError:
        raise FieldError(f"subclass {token.subclass} is no {type(token).__name__}") from None


def pack(token: Token) -> int:
    """Return the 48 bits before the checksum; raises FieldError for a value that does not fit."""
    row = layout_of(token)
    _check_widths(token, row)
    body = row.subclass
    for part in row.fields:
        value: int = 0 if isinstance(part, Zeros) else getattr(token, part.name) >> part.low
        body = (body << part.width) | (value & _mask(part.width))
    return body


def unpack(row: Layout, body: int) -> Token | TokenResult:
    """Return the record of 48 bits, or FormatError where zeros are not zero."""
    values = {"subclass": row.subclass} if row.kind in _SAYS_SUBCLASS else {}
    shift = SUBCLASS_LOW
    for part in row.fields:
        shift -= part.width
        bits = (body >> shift) & _mask(part.width)
        if isinstance(part, Field):
            values[part.name] = values.get(part.name, 0) | (bits << part.low)
        elif bits:
            return TokenResult.FormatError
    return row.kind(**values)


def token_name(token: Token) -> str:
    """Return the standard's name of a token."""
    return layout_of(token).name


def token_fields(token: Token) -> dict[str, int]:
    """Return what stands in a token, by the names of its record, SubClass and checksum left out."""
    return {name: getattr(token, name) for name in _field_bits(layout_of(token))}


def _mask(width: int) -> int:
    return (1 << width) - 1


def _check_widths(token: Token, row: Layout) -> None:
    for name, bits in _field_bits(row).items():
        value: int = getattr(token, name)
        if not 0 <= value < 1 << bits:
            raise FieldError(f"{name} {value} does not fit in {bits} bits")


def _field_bits(row: Layout) -> dict[str, int]:
    """Return the width of each attribute that a row holds, slices together."""
    widths: dict[str, int] = {}
    for part in row.fields:
        if isinstance(part, Field):
            widths[part.name] = widths.get(part.name, 0) + part.width
    return widths
