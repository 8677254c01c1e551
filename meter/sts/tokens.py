"""The tokens, a record for each kind: IEC 62055-41 clause 6.2.

Invariant: a record holds what stands in the token bit by bit, so that no two records make the
same token; coded amounts are decoded by properties. How the fields lie in the 64-bit block stands
in `layout`.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar

from link.terms import TokenClass, TokenResult
from meter.sts.amount import currency_amount, units_amount


class Commodity(IntEnum):
    """What a class 0 token pays for: the two low bits of its subclass."""

    ELECTRICITY = 0
    WATER = 1
    GAS = 2
    TIME = 3


@dataclass(frozen=True, slots=True)
class UnitsCredit:
    """Class 0, subclasses 0-3: an amount of the commodity."""

    token_class: ClassVar = TokenClass.CREDIT
    subclass: int
    rnd: int
    tid: int
    field: int
    """The coded amount, exponent (2) and mantissa (14)."""

    @property
    def commodity(self) -> Commodity:
        return Commodity(self.subclass & 3)

    @property
    def amount(self) -> int:
        """The amount in base units: 0.1 kWh, 0.1 m3 or 0.1 minute."""
        return units_amount(self.field)


@dataclass(frozen=True, slots=True)
class CurrencyCredit:
    """Class 0, subclasses 4-7: an amount of money for the commodity."""

    token_class: ClassVar = TokenClass.CREDIT
    subclass: int
    tid: int
    field: int
    """The coded amount, sign (1), exponent (5) and mantissa (14)."""

    @property
    def commodity(self) -> Commodity:
        return Commodity(self.subclass & 3)

    @property
    def amount(self) -> int:
        """The amount in 10^-5 of the currency; it may be negative."""
        return currency_amount(self.field)


@dataclass(frozen=True, slots=True)
class MeterTest:
    """Class 1, subclasses 0 and 1: tests to make and values to show, for any meter.

    Bit n-1 of `control` asks for test n. `mfr` 0 is meant for every maker; the control has 36 bits
    in subclass 0 (makers' codes of two digits) and 28 in subclass 1 (four digits).
    """

    token_class: ClassVar = TokenClass.TEST
    subclass: int
    control: int
    mfr: int


@dataclass(frozen=True, slots=True)
class ExtendedRead:
    """Class 1, subclass 2 (edition 3): the top 6 of the 36 control bits are an index."""

    token_class: ClassVar = TokenClass.TEST
    subclass: ClassVar[int] = 2
    control: int
    mfr: int


@dataclass(frozen=True, slots=True)
class _Managed:
    """What the class 2 tokens share that carry a TID and a field of 16 bits."""

    token_class: ClassVar = TokenClass.MANAGEMENT
    rnd: int
    tid: int
    field: int


@dataclass(frozen=True, slots=True)
class SetMaximumPowerLimit(_Managed):
    """Class 2, subclass 0: the greatest power that may be drawn."""

    subclass: ClassVar[int] = 0

    @property
    def power_w(self) -> int:
        return units_amount(self.field)


@dataclass(frozen=True, slots=True)
class ClearCredit(_Managed):
    """Class 2, subclass 1: `field` is the register (0-3 units, 4-7 currency, 0xFFFF all)."""

    subclass: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class SetTariffRate(_Managed):
    """Class 2, subclass 2: the standard reserves the coding of `field`, a raw number here."""

    subclass: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class ClearTamperCondition(_Managed):
    """Class 2, subclass 5: `field` is 0 in every token of the standard's form."""

    subclass: ClassVar[int] = 5


@dataclass(frozen=True, slots=True)
class SetMaximumPhasePowerUnbalanceLimit(_Managed):
    """Class 2, subclass 6: the greatest difference of power between two phases."""

    subclass: ClassVar[int] = 6

    @property
    def power_w(self) -> int:
        return units_amount(self.field)


@dataclass(frozen=True, slots=True)
class SetWaterMeterFactor(_Managed):
    """Class 2, subclass 7: the standard reserves the coding of `field`, a raw number here."""

    subclass: ClassVar[int] = 7


@dataclass(frozen=True, slots=True)
class ExtendedSet(_Managed):
    """Class 2, subclass 10 (edition 3): an index (6 bits) and a value (10 bits)."""

    subclass: ClassVar[int] = 10

    @property
    def index(self) -> int:
        return self.field >> 10

    @property
    def value(self) -> int:
        return self.field & 0x3FF


@dataclass(frozen=True, slots=True)
class FirstSection:
    """Class 2, subclass 3: first section of a new decoder key, and most of what describes it."""

    token_class: ClassVar = TokenClass.MANAGEMENT
    subclass: ClassVar[int] = 3
    ken_high: int
    krn: int
    ro: int
    """1: the meter empties its TID list."""
    three: int
    """3KCT, 1: a third token with the supply group code belongs to the set."""
    kt: int
    key_part: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondSection:
    """Class 2, subclass 4: the last 32 bits of the new decoder key."""

    token_class: ClassVar = TokenClass.MANAGEMENT
    subclass: ClassVar[int] = 4
    ken_low: int
    ti: int
    key_part: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThirdSection:
    """Class 2, subclass 8 for keys of 128 bits; `sgc` is the low 12 bits of the code."""

    token_class: ClassVar = TokenClass.MANAGEMENT
    subclass: ClassVar[int] = 8
    sgc: int
    key_part: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class SupplyGroupSection:
    """Class 2, subclass 8 for keys of 64 bits: the whole supply group code, no part of a key."""

    token_class: ClassVar = TokenClass.MANAGEMENT
    subclass: ClassVar[int] = 8
    sgc: int


@dataclass(frozen=True, slots=True)
class FourthSection:
    """Class 2, subclass 9, keys of 128 bits only; `sgc` is the high 12 bits of the code."""

    token_class: ClassVar = TokenClass.MANAGEMENT
    subclass: ClassVar[int] = 9
    sgc: int
    key_part: int = field(repr=False)


Credit = UnitsCredit | CurrencyCredit
Management = (
    SetMaximumPowerLimit
    | ClearCredit
    | SetTariffRate
    | ClearTamperCondition
    | SetMaximumPhasePowerUnbalanceLimit
    | SetWaterMeterFactor
    | ExtendedSet
)
KeySection = FirstSection | SecondSection | ThirdSection | SupplyGroupSection | FourthSection
Token = Credit | MeterTest | ExtendedRead | Management | KeySection


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Twenty characters that are no token for this key, and which result they have.

    `token_class` is None where the digits are no number of 66 bits; `subclass` is known only once
    the checksum has matched.
    """

    result: TokenResult
    token_class: int | None = None
    subclass: int | None = None
