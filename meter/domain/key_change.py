"""What the meter makes of one section of a new decoder key (sts.md 10.3, meter.md 3).

Invariant: the key, its numbers, the TID list and the base date change in one fact, or not at all.
"""

from dataclasses import replace

from link.secret import Secret
from link.terms import TokenOutcome, TokenResult, Unit
from meter.domain.facts import Decision, KeyChanged, KeySectionHeld
from meter.domain.key_sections import FIRST, FOURTH, NOTHING_HELD, SECOND, THIRD, Sealed
from meter.domain.outcomes import entered, refused
from meter.domain.restore import with_floor
from meter.domain.state import KeyRecord, State, Sts
from meter.domain.tids import EMPTIED, Retired, fingerprint
from meter.sts import (
    BaseDate,
    DecoderKey,
    EncryptionAlgorithm,
    FirstSection,
    KeySection,
    KeyType,
    NewKey,
    SecondSection,
    SectionError,
    SupplyGroupSection,
)

RESULT_OF = {
    FIRST: TokenResult.FirstKCT,
    SECOND: TokenResult.SecondKCT,
    THIRD: TokenResult.ThirdKCT,
    FOURTH: TokenResult.FourthKCT,
}
"""Result of a section that is held, by its subclass."""

MAY_FOLLOW = {
    KeyType.DITK: {KeyType.DITK, KeyType.DDTK, KeyType.DUTK},
    KeyType.DDTK: {KeyType.DDTK, KeyType.DUTK},
    KeyType.DUTK: {KeyType.DUTK, KeyType.DDTK},
    KeyType.DCTK: {KeyType.DCTK},
}
"""Key types that a set may bring after each; a common key is for magnetic cards (sts.md 10.3)."""

NEXT_BASE = {
    BaseDate.YEAR_1993: BaseDate.YEAR_2014,
    BaseDate.YEAR_2014: BaseDate.YEAR_2035,
    BaseDate.YEAR_2035: BaseDate.YEAR_2035,
}
"""No token names the base date: a set with RO = 1 is taken to bring the next one (ours)."""

LEAST_KRN, MOST_KRN = 1, 9
MOST_TI = 99
MOST_SGC = 999_999
UNKNOWN_SGC = "000000"
"""What a set of two tokens leaves: it does not tell the supply group code (sts.md 10.3)."""

MOST_RETIRED = 64
"""Former keys that a meter can tell apart; where it had more, no set empties its list (ours)."""


def take_section(state: State, section: KeySection, digits: str, blank: TokenOutcome) -> Decision:
    """Hold a section, or change the key where it completes the set; a refusal changes nothing."""
    sts = state.sts
    key = sts.key.cipher()
    if refusal := _unfit(section, key):
        return refused(blank, refusal)
    sealed = Sealed(digits)
    held = sts.held.joined_by(sealed, key)
    if missing := held.missing(key):
        waiting = replace(
            blank,
            amount=len(held.sealed),
            unit=Unit.COUNT,
            missing=missing,
            seconds=held.left_s,
        )
        entry = entered(state, waiting, RESULT_OF[section.subclass])
        return Decision((KeySectionHeld(entry, sealed),), entry)
    if refusal := _unwelcome(sts, held.joined(key)):
        return refused(blank, refusal)
    entry = entered(state, replace(blank, unit=Unit.COUNT), TokenResult.Accept)
    return Decision((KeyChanged(entry, sealed),), entry)


def held_after(sts: Sts, sealed: Sealed) -> Sts:
    """Return the state after a section was held."""
    return replace(sts, held=sts.held.joined_by(sealed, sts.key.cipher()))


def changed_by(sts: Sts, sealed: Sealed) -> Sts:
    """Return the state after the last section of a set; as it was where it completes none."""
    key = sts.key.cipher()
    try:
        new = sts.held.joined_by(sealed, key).joined(key)
    except SectionError:
        return sts
    record = KeyRecord(
        secret=new.secret,
        ea=sts.key.ea,
        sgc=UNKNOWN_SGC if new.sgc is None else f"{new.sgc:06d}",
        ti=f"{new.ti:02d}",
        krn=new.krn,
        kt=new.kt,
        ken=new.ken,
    )
    retired = _retired(sts, emptied=bool(new.ro))
    changed = replace(sts, key=record, held=NOTHING_HELD, retired=retired)
    if new.ro:
        changed = replace(changed, tids=EMPTIED, base=NEXT_BASE[sts.base])
    known = changed.tids.raised(_floor_under(changed, new.secret))
    return with_floor(replace(changed, tids=known))


def _unfit(section: KeySection, key: DecoderKey) -> TokenResult | None:
    """Return why a section by itself can be of no key change here."""
    match section:
        case FirstSection(krn=krn) if not LEAST_KRN <= krn <= MOST_KRN:
            return TokenResult.RangeError
        case FirstSection(three=three) if three and key.ea is EncryptionAlgorithm.EA11:
            return TokenResult.FormatError
        case SecondSection(ti=ti) if ti > MOST_TI:
            return TokenResult.RangeError
        case SupplyGroupSection(sgc=sgc) if sgc > MOST_SGC:
            return TokenResult.RangeError
        case _:
            return None


def _unwelcome(sts: Sts, new: NewKey) -> TokenResult | None:
    """Return why a complete set is not carried out."""
    if KeyType(new.kt) not in MAY_FOLLOW[KeyType(sts.key.kt)]:
        return TokenResult.KeyTypeError
    if new.sgc is not None and new.sgc > MOST_SGC:
        return TokenResult.RangeError
    if new.ro and len(_retired(sts, emptied=True)) > MOST_RETIRED:
        return TokenResult.RangeError
    return None


def _retired(sts: Sts, *, emptied: bool) -> tuple[Retired, ...]:
    """Return the keys that there were, the active one among them.

    All of them may have used what an emptied list held. Of one too many the oldest is left out for
    which no list was emptied; the count tells on that there was one.
    """
    name = fingerprint(sts.key.secret)
    end = sts.tids.end if emptied else 0
    known = {each.fingerprint: max(each.floor, end) for each in sts.retired}
    known.pop(name, None)
    known[name] = end
    spare = max(len(known) - MOST_RETIRED - 1, 0)
    forgotten = [each for each, floor in known.items() if not floor][:spare]
    return tuple(Retired(*each) for each in known.items() if each[0] not in forgotten)


def _floor_under(sts: Sts, key: Secret) -> int:
    """Return below which TIDs all are old that came under a key before its list was emptied."""
    name = fingerprint(key)
    return next((each.floor for each in sts.retired if each.fingerprint == name), 0)
