"""A new decoder key <-> the two, three or four sections that carry it (IEC 62055-41 clause 6.2).

All values describe the new key; the tokens are enciphered under the old one. A key of 128 bits is
NKHO, the word of subclass 8, the word of subclass 9, NKLO: the vectors decide the order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from link.secret import Secret
from meter.sts.key import EncryptionAlgorithm
from meter.sts.tokens import (
    FirstSection,
    FourthSection,
    KeySection,
    SecondSection,
    SupplyGroupSection,
    ThirdSection,
)

SHORT_KEY = EncryptionAlgorithm.EA07.key_octets
LONG_KEY = EncryptionAlgorithm.EA11.key_octets
WORD = 4


class SectionError(ValueError):
    """A key or a set of sections that cannot be a key change."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A decoder key and what describes it; `sgc` is None where the set does not tell it."""

    secret: Secret
    ken: int
    krn: int
    kt: int
    ti: int
    ro: int
    sgc: int | None


def key_sections(new: NewKey) -> tuple[KeySection, ...]:
    """Return the sections in the order of subclasses 3, 4, 8, 9.

    A key of 8 octets takes two, or three where the supply group code is told; one of 16 octets
    takes four and needs the code. Raises SectionError for any other key.
    """
    octets = new.secret.reveal()
    if len(octets) not in (SHORT_KEY, LONG_KEY):
        raise SectionError(f"a new key of {len(octets)} octets, where 8 or 16 are wanted")
    words = [int.from_bytes(octets[i : i + WORD], "big") for i in range(0, len(octets), WORD)]
    three = int(len(octets) == SHORT_KEY and new.sgc is not None)
    first = FirstSection(new.ken >> 4, new.krn, new.ro, three, new.kt, words[0])
    second = SecondSection(new.ken & 0xF, new.ti, words[-1])
    return first, second, *_more_sections(new.sgc, words[1:-1])


def _more_sections(sgc: int | None, middle: list[int]) -> tuple[KeySection, ...]:
    if not middle:
        return () if sgc is None else (SupplyGroupSection(sgc),)
    if sgc is None:
        raise SectionError("a key of 16 octets takes four tokens, which need the sgc")
    return ThirdSection(sgc & 0xFFF, middle[0]), FourthSection(sgc >> 12, middle[1])


@dataclass(slots=True)
class _Held:
    """The sections found so far, by their number."""

    first: FirstSection | None = None
    second: SecondSection | None = None
    third: ThirdSection | SupplyGroupSection | None = None
    fourth: FourthSection | None = None


def join_sections(sections: Iterable[KeySection]) -> NewKey:
    """Return the key of a complete set in any order; raises SectionError for an incomplete one."""
    held = _Held()
    for section in sections:
        match section:
            case FirstSection():
                held.first = section
            case SecondSection():
                held.second = section
            case ThirdSection() | SupplyGroupSection():
                held.third = section
            case FourthSection():
                held.fourth = section
            case _:
                assert_never(section)
    if held.first is None or held.second is None:
        raise SectionError("the first or the second section is missing")
    sgc, middle = _joined_rest(held, three=held.first.three == 1)
    words = (held.first.key_part, *middle, held.second.key_part)
    return NewKey(
        secret=Secret(b"".join(word.to_bytes(WORD, "big") for word in words)),
        ken=held.first.ken_high << 4 | held.second.ken_low,
        krn=held.first.krn,
        kt=held.first.kt,
        ti=held.second.ti,
        ro=held.first.ro,
        sgc=sgc,
    )


def _joined_rest(held: _Held, *, three: bool) -> tuple[int | None, tuple[int, ...]]:
    """Return the supply group code and the middle words of the key."""
    match held.third, held.fourth:
        case None, None if not three:
            return None, ()
        case SupplyGroupSection(sgc), None if three:
            return sgc, ()
        case ThirdSection(low, word_8), FourthSection(high, word_9) if not three:
            return high << 12 | low, (word_8, word_9)
        case _:
            raise SectionError("the third and fourth sections do not fit the first")
