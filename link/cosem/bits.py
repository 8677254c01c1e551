"""Schemas of flags: as a number, as a bit-string. Source: IEC 62056-6-2 (data types)."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from link.cosem.schema import TypeUnmatched, held
from link.dlms import Data, Tag


@dataclass(frozen=True, slots=True)
class FlagNumber:
    """An IntFlag as double-long-unsigned; bits without a name are kept."""

    members: type[IntFlag]

    def encode(self, value: object) -> Data:
        if not isinstance(value, self.members):
            raise ValueError(f"{value!r} is no {self.members.__name__}")
        return Data(Tag.U32, int(value))

    def decode(self, data: Data) -> IntFlag:
        return self.members(held(data, int, Tag.U32))

    def least(self) -> IntFlag:
        return self.members(0)

    def greatest(self) -> IntFlag:
        return self.members(sum(self.members))


@dataclass(frozen=True, slots=True)
class FlagBits:
    """An IntFlag as a bit-string of `count` bits: bit k of the standard is the flag 1 << k.

    The standard counts from the left. Bits without a name are kept.
    """

    members: type[IntFlag]
    count: int

    def encode(self, value: object) -> Data:
        if not isinstance(value, self.members) or value >> self.count:
            raise ValueError(f"{value!r} is no {self.members.__name__} of {self.count} bits")
        return Data(Tag.BIT_STRING, f"{value:0{self.count}b}"[::-1])

    def decode(self, data: Data) -> IntFlag:
        bits = _bits(data, self.count)
        return self.members(int(bits[::-1], 2))

    def least(self) -> IntFlag:
        return self.members(0)

    def greatest(self) -> IntFlag:
        return self.members(sum(self.members))


@dataclass(frozen=True, slots=True)
class NumberBits:
    """A member of an enumeration as a bit-string whose first bit has the greatest weight."""

    members: type[IntEnum] | type[IntFlag]
    count: int

    def encode(self, value: object) -> Data:
        if not isinstance(value, self.members) or value >> self.count:
            raise ValueError(f"{value!r} is no {self.members.__name__} of {self.count} bits")
        return Data(Tag.BIT_STRING, f"{value:0{self.count}b}")

    def decode(self, data: Data) -> int:
        number = int(_bits(data, self.count), 2)
        try:
            return self.members(number)
        except ValueError:
            raise TypeUnmatched(f"{self.members.__name__} {number}") from None

    def least(self) -> int:
        return min(self.members)

    def greatest(self) -> int:
        return max(self.members)


def _bits(data: Data, count: int) -> str:
    bits = held(data, str, Tag.BIT_STRING)
    if len(bits) != count:
        raise TypeUnmatched(f"bit-string of {len(bits)} bits, not {count}")
    return bits
