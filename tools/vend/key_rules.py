"""Which key may follow which (IEC 62055-41 clause 8, sts.md 10.3): pure.

Invariant: a key that a meter had under another base date never comes back: its TID list has been
emptied since, and what it has used would be good again, or refused as old what it is sold.
"""

from collections.abc import Iterable
from typing import Protocol

from meter.sts import BaseDate, KeyType
from tools.exits import Exit, Stop
from tools.register import MeterRecord

FOLLOWS: dict[KeyType, tuple[KeyType, ...]] = {
    KeyType.DITK: (KeyType.DITK, KeyType.DDTK, KeyType.DUTK, KeyType.DCTK),
    KeyType.DDTK: (KeyType.DDTK, KeyType.DUTK, KeyType.DCTK),
    KeyType.DUTK: (KeyType.DUTK, KeyType.DDTK),
    KeyType.DCTK: (KeyType.DCTK,),
}
"""Key types that a meter takes after each; not covered by a published vector."""


class Bound(Protocol):
    """What a decoder key is bound to, as a meter or one of its former keys has it."""

    @property
    def sgc(self) -> str: ...
    @property
    def krn(self) -> int: ...
    @property
    def kt(self) -> int: ...
    @property
    def ti(self) -> str: ...
    @property
    def base(self) -> int: ...
    @property
    def ken(self) -> int: ...
    @property
    def key_file(self) -> str: ...


def check_change(
    before: MeterRecord, after: MeterRecord, former: Iterable[Bound], now: int
) -> None:
    """Raise Stop where the change is none, or one that the rules forbid at a UTC second.

    `former` is what the meter's keys were bound to before the present one.
    """
    if after == before:
        raise Stop(f"nothing of the key of meter {before.drn} would change: name what is new")
    check_type(KeyType(before.kt), KeyType(after.kt))
    if after.base < before.base:
        raise Stop(
            f"base date {after.base} is before {before.base}: tokens that meter {before.drn} has"
            " used would be good again",
            Exit.REFUSED,
        )
    if empties(before, after) and now < BaseDate(after.base).at:
        raise Stop(
            f"base date {after.base} has not begun: meter {before.drn} could be sold nothing",
            Exit.REFUSED,
        )
    had = (each for each in (*former, before) if each.base != after.base)
    if _material(after, before.dkga) in {_material(each, before.dkga) for each in had}:
        raise Stop(
            f"meter {before.drn} had this key before, under another base date, and would forget"
            " which tokens it has used: take another krn, sgc or ti",
            Exit.REFUSED,
        )


def check_type(before: KeyType, after: KeyType) -> None:
    """Raise Stop where a key of one type may not follow one of the other."""
    if after not in FOLLOWS[before]:
        raise Stop(f"KeyTypeError: no {after.name} may follow a {before.name}", Exit.REFUSED)
    if after is KeyType.DCTK:
        raise Stop("KeyTypeError: DCTK is for magnetic cards (TCT 01) alone", Exit.REFUSED)


def empties(before: MeterRecord, after: MeterRecord) -> bool:
    """Return whether the meter has to empty its TID list (RO): its base date changes."""
    return after.base != before.base


def _material(bound: Bound, dkga: str) -> tuple[object, ...]:
    """Return what makes the key's octets; under DKGA02 the base date does not (sts.md 4.2)."""
    if bound.kt == KeyType.DITK:
        return bound.kt, bound.key_file
    base = bound.base if dkga == "04" else None
    return bound.kt, bound.sgc, bound.krn, bound.ti, base
