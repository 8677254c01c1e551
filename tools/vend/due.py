"""Whether a meter's key is old: its supply group has a newer one, or its TIDs are at an end."""

from dataclasses import replace

from meter.sts import KeyType, newest_begun
from tools.register import MeterRecord
from tools.vend.key_rules import check_change
from tools.vend.key_set import KeyChange
from tools.vend.tids import base_with_tids
from tools.vend.till import Till


def wanted_meter(till: Till, meter: MeterRecord, now: int) -> MeterRecord:
    """Return a meter as it should be at a UTC second: newest revision, base date with TIDs.

    A maker's own key belongs to no supply group's revision.
    """
    base = base_with_tids(meter.base, now)
    if meter.kt == KeyType.DITK:
        return replace(meter, base=base)
    newest = till.register.newest_key(meter.sgc, meter.dkga, meter.kt)
    if newest is None:
        return replace(meter, base=base)
    asked = newest.base if newest.base <= newest_begun(now) else base
    return replace(meter, krn=newest.krn, base=max(base, asked))


def due_change(till: Till, meter: MeterRecord, now: int) -> KeyChange | None:
    """Return the change that has to come before the next sale; raises Stop where none may."""
    wanted = wanted_meter(till, meter, now)
    if wanted == meter:
        return None
    check_change(meter, wanted, till.register.former_keys(meter.drn), now)
    return KeyChange(meter, wanted)
