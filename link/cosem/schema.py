"""Schemas of single values: a Python value to Data and back, checked both ways.

Source: IEC 62056-6-2 (data types). `encode` raises ValueError for a value that the schema does not
hold: that is our bug. `decode` raises TypeUnmatched for Data of another type: that is the peer's.
Law: decode(encode(v)) == v. `least` and `greatest` are the smallest and the largest value.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from math import isfinite
from typing import Protocol, TypeVar

from link.cosem.date_time import GREATEST_S, date_time_octets, date_time_seconds
from link.dlms import Data, DlmsError, Tag
from link.dlms.data import INTEGERS

T = TypeVar("T")


class TypeUnmatched(DlmsError):
    """Data of another type, length or range than the schema holds."""


class Schema(Protocol):
    """The type of an attribute, of a method's parameter or of what a method returns."""

    def encode(self, value: object) -> Data: ...

    def decode(self, data: Data) -> object: ...

    def least(self) -> object: ...

    def greatest(self) -> object: ...


def held(data: Data, kind: type[T], *tags: Tag) -> T:
    """Return the value of Data that has one of the tags; raises TypeUnmatched."""
    if data.tag not in tags or not isinstance(data.value, kind):
        raise TypeUnmatched(f"{data.tag.name} where {tags[0].name} stands")
    return data.value


@dataclass(frozen=True, slots=True)
class Integer:
    """int in the width and sign of the tag."""

    tag: Tag

    def encode(self, value: object) -> Data:
        within = isinstance(value, int) and self.least() <= value <= self.greatest()
        if not isinstance(value, int) or isinstance(value, bool) or not within:
            raise ValueError(f"{value!r} is no {self.tag.name}")
        return Data(self.tag, int(value))

    def decode(self, data: Data) -> int:
        return held(data, int, self.tag)

    def least(self) -> int:
        width, signed = INTEGERS[self.tag]
        return -(1 << 8 * width - 1) if signed else 0

    def greatest(self) -> int:
        width, signed = INTEGERS[self.tag]
        return (1 << 8 * width - signed) - 1


@dataclass(frozen=True, slots=True)
class Number:
    """int in the width and sign of the tag; read from any integer or floating-point type.

    What is read is an int, or a Fraction of a floating-point number that is not whole, and may lie
    outside of the tag's range: meters choose the types of their registers.
    """

    tag: Tag

    def encode(self, value: object) -> Data:
        return Integer(self.tag).encode(value)

    def decode(self, data: Data) -> int | Fraction:
        if data.tag in FLOATS:
            return _float(data)
        return held(data, int, self.tag, *NUMBERS)

    def least(self) -> int:
        return Integer(self.tag).least()

    def greatest(self) -> int:
        return Integer(self.tag).greatest()


NUMBERS = tuple(tag for tag in INTEGERS if tag is not Tag.ENUM)
FLOATS = {Tag.F32: ">f", Tag.F64: ">d"}


def _float(data: Data) -> int | Fraction:
    (value,) = struct.unpack(FLOATS[data.tag], held(data, bytes, data.tag))
    if not isfinite(value):
        raise TypeUnmatched(f"{data.tag.name} that is no number")
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


@dataclass(frozen=True, slots=True)
class Boolean:
    """bool."""

    def encode(self, value: object) -> Data:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is no boolean")
        return Data(Tag.BOOLEAN, value)

    def decode(self, data: Data) -> bool:
        return held(data, bool, Tag.BOOLEAN)

    def least(self) -> bool:
        return False

    def greatest(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Enumerated:
    """A member of an IntEnum, as enum."""

    members: type[IntEnum]

    def encode(self, value: object) -> Data:
        if not isinstance(value, self.members):
            raise ValueError(f"{value!r} is no {self.members.__name__}")
        return Data(Tag.ENUM, int(value))

    def decode(self, data: Data) -> IntEnum:
        return _member(self.members, held(data, int, Tag.ENUM))

    def least(self) -> IntEnum:
        return min(self.members)

    def greatest(self) -> IntEnum:
        return max(self.members)


def _member(members: type[IntEnum], number: int) -> IntEnum:
    try:
        return members(number)
    except ValueError:
        raise TypeUnmatched(f"{members.__name__} {number}") from None


@dataclass(frozen=True, slots=True)
class DateTime:
    """UTC seconds as int, 0 for never, as the 12 octets of a date-time in an octet-string."""

    def encode(self, value: object) -> Data:
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is no second")
        return Data(Tag.OCTET_STRING, date_time_octets(value))

    def decode(self, data: Data) -> int:
        try:
            return date_time_seconds(held(data, bytes, Tag.OCTET_STRING, Tag.DATE_TIME))
        except ValueError as error:
            raise TypeUnmatched(f"date-time with {error}") from None

    def least(self) -> int:
        return 0

    def greatest(self) -> int:
        return GREATEST_S


I8 = Integer(Tag.I8)
I16 = Integer(Tag.I16)
I32 = Integer(Tag.I32)
I64 = Integer(Tag.I64)
U8 = Integer(Tag.U8)
U16 = Integer(Tag.U16)
U32 = Integer(Tag.U32)
U64 = Integer(Tag.U64)
BOOL = Boolean()
DATE_TIME = DateTime()
