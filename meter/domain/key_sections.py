"""Sections of a new decoder key that wait for the others of their set (meter.md 3, sts.md 10.3).

They are kept as they were typed, enciphered under the active key, so that neither a fact nor a log
holds a part of a key. Invariant: the sections that are held fit each other; nothing but the
complete set changes the key.
"""

from dataclasses import dataclass, field, replace

from meter.sts import (
    DecoderKey,
    EncryptionAlgorithm,
    FirstSection,
    FourthSection,
    KeySection,
    NewKey,
    SecondSection,
    SupplyGroupSection,
    ThirdSection,
    join_sections,
    read_token,
)

HELD_S = 600
"""Sections are held for so long after the newest of them, in running time."""

FIRST, SECOND, THIRD, FOURTH = (
    kind.subclass for kind in (FirstSection, SecondSection, ThirdSection, FourthSection)
)
SET_OF = {
    EncryptionAlgorithm.EA07: frozenset({FIRST, SECOND}),
    EncryptionAlgorithm.EA11: frozenset({FIRST, SECOND, THIRD, FOURTH}),
}
"""Subclasses without which no set is complete; a third one may belong to a short key."""

SECTIONS = (FirstSection, SecondSection, ThirdSection, SupplyGroupSection, FourthSection)


@dataclass(frozen=True, slots=True)
class Sealed:
    """The 20 digits of a key section, enciphered under the key that was active."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldSections:
    """What is held, in the order of entry, and how much longer."""

    sealed: tuple[Sealed, ...] = ()
    left_s: int = 0

    def joined_by(self, entered: Sealed, key: DecoderKey) -> "HeldSections":
        """Hold one more, and begin anew with it where it does not fit what is held.

        One that is held already is held again, for the whole time.
        """
        new = opened(entered, key)
        others = tuple(each for each in self.sealed if each != entered)
        fitting = new is not None and _fit([*_all_opened(others, key), new])
        return HeldSections((*others, entered) if fitting else (entered,), HELD_S)

    def missing(self, key: DecoderKey) -> int:
        """Return how many more sections the set needs, as far as can be told."""
        held = _all_opened(self.sealed, key)
        return len(_needed(held, key.ea) - {section.subclass for section in held})

    def joined(self, key: DecoderKey) -> NewKey:
        """Return the key of a complete set; raises SectionError for another."""
        return join_sections(_all_opened(self.sealed, key))

    def passed(self, seconds: int) -> "HeldSections":
        """Count `seconds` of running, and give up what was held for too long."""
        if seconds >= self.left_s:
            return NOTHING_HELD
        return replace(self, left_s=self.left_s - seconds)

    def clipped(self) -> "HeldSections":
        """Bound the count-down by what the rules can make: for values that come from a disk."""
        return replace(self, left_s=max(0, min(self.left_s, HELD_S))) if self.sealed else self


NOTHING_HELD = HeldSections()


def opened(sealed: Sealed, key: DecoderKey) -> KeySection | None:
    """Return the section that digits are under a key; None where they are none."""
    token = read_token(sealed.digits, key)
    return token if isinstance(token, SECTIONS) else None


def _all_opened(sealed: tuple[Sealed, ...], key: DecoderKey) -> list[KeySection]:
    sections = (opened(each, key) for each in sealed)
    return [section for section in sections if section is not None]


def _fit(sections: list[KeySection]) -> bool:
    """Return whether sections may be of one set: one of each number, and the third as announced."""
    firsts = [section for section in sections if isinstance(section, FirstSection)]
    groups = any(isinstance(section, SupplyGroupSection) for section in sections)
    announced = all(first.three for first in firsts) or not groups
    return announced and len({section.subclass for section in sections}) == len(sections)


def _needed(held: list[KeySection], ea: EncryptionAlgorithm) -> frozenset[int]:
    announced = any(isinstance(section, FirstSection) and section.three for section in held)
    grouped = any(isinstance(section, SupplyGroupSection) for section in held)
    return SET_OF[ea] | {THIRD} if announced or grouped else SET_OF[ea]
