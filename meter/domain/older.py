"""Texts of older versions, as the versions of now would have written them.

What is not as that version wrote it stays as it is, and is refused where it is read.
"""

from collections.abc import Callable, Mapping

from meter.domain.calendar import Calendar
from meter.domain.forms import form_of
from meter.domain.key_sections import NOTHING_HELD, HeldSections
from meter.domain.overload import NO_OVERLOAD, Overload
from meter.domain.state import UNIT_FACTOR, Limits
from meter.domain.tamper import NOT_TAMPERED, Tampering
from meter.domain.tids import Retired

FACTS: Mapping[tuple[str, int], Mapping[str, str]] = {
    ("EnergyUsed", 1): {"register_wh": "register", "used_wh": "used"},
    ("BaselineTaken", 1): {"register_wh": "register"},
    ("RegisterFell", 1): {"register_wh": "register", "fell_wh": "fell"},
}
"""Versions of facts that are read on, and which of their members have another name now."""

_ACCOUNT = {"credit_wh": "credit", "low_wh": "low", "maximum_wh": "maximum"}
_METERED = {"register_wh": "register", "total_wh": "total"}

_OVERLOAD = form_of(Overload).write(NO_OVERLOAD)
_HELD = form_of(HeldSections).write(NOTHING_HELD)
_RETIRED = form_of(tuple[Retired, ...]).write(())
_IN_UNITS = {"commodity": "ELECTRICITY", "currency": "", "price_e5": 0, "unpaid": 0}
_PLAIN = {"factor": UNIT_FACTOR, "rest": 0}


def renamed(found: object, names: Mapping[str, str]) -> object:
    """Give members of an object their names of now."""
    if not isinstance(found, dict):
        return found
    return {names.get(name, name): value for name, value in found.items()}


def state_2_of_1(found: object) -> object:
    """Add overload and calendar: nothing of it has happened yet."""
    overload = {"overload": _OVERLOAD, "power_offs": 0}
    return _with(found, {"supply": lambda supply: _with(supply, {}, overload)}, _NEW_IN_2)


def state_3_of_2(found: object) -> object:
    """Add money, other commodities, key change, tamper and limits; before, all was Wh."""
    return _with(found, _CHANGED_IN_3, _NEW_IN_3)


def state_4_of_3(found: object) -> object:
    """Add the times of the last restore, of which there was none, and of the first credit."""
    changed = {
        "sts": lambda sts: _with(sts, {}, {"restored_at": 0}),
        "supply": lambda supply: _with(supply, {}, {"commissioned_at": 0}),
    }
    return _with(found, changed, {})


def _with(
    found: object,
    changed: Mapping[str, Callable[[object], object]],
    added: Mapping[str, object],
) -> object:
    """Return an object with members changed where they stand, and others behind them."""
    if not isinstance(found, dict):
        return found
    kept = {str(name): changed.get(name, _as_it_is)(value) for name, value in found.items()}
    return kept | dict(added)


def _as_it_is(found: object) -> object:
    return found


def _captures(table: object) -> object:
    match table:
        case {"columns": list(columns), "rows": rows}:
            return {"columns": [_METERED.get(name, name) for name in columns], "rows": rows}
        case _:
            return table


def _calendar(found: object) -> object:
    return _with(found, {"days": _captures, "months": _captures}, {})


_NEW_IN_2 = {"calendar": form_of(Calendar).write(Calendar())}
_CHANGED_IN_3: Mapping[str, Callable[[object], object]] = {
    "account": lambda found: _with(renamed(found, _ACCOUNT), {}, _IN_UNITS),
    "sts": lambda found: _with(found, {}, {"held": _HELD, "retired": _RETIRED}),
    "metering": lambda found: _with(renamed(found, _METERED), {}, _PLAIN),
    "calendar": _calendar,
}
_NEW_IN_3 = {
    "tampering": form_of(Tampering).write(NOT_TAMPERED),
    "limits": form_of(Limits).write(Limits()),
}
