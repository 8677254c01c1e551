"""Registers of any meter, brought to the units of the object map. Source: IEC 62056-6-2, class 3.

A register counts 10^scaler of a unit, and each meter chooses its own. Both are read once a link
(attribute 3), in the poll that reads the register for the first time. Pure.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ciu import pages
from link.cosem import row
from link.cosem.values import ScalerUnit
from link.terms import LinkTrouble

WATCHED = "limiter.monitored_value"
"""A limiter counts as the attribute does that it watches."""

SCALERS: Mapping[str, tuple[str, ...]] = {
    pages.POWER: ("power.scaler_unit",),
    pages.VOLTAGE: ("voltage.scaler_unit",),
    pages.CURRENT: ("current.scaler_unit",),
    pages.POWER_FACTOR: ("power_factor.scaler_unit",),
    pages.FREQUENCY: ("frequency.scaler_unit",),
    pages.POWER_LIMIT: ("power.scaler_unit", WATCHED),
}
"""What tells how a row counts, by row key."""

MOST_SHIFT = 18
"""Powers of ten between two units of one quantity, at the most."""

MOST = (1 << 31) - 1
"""Steps of the map's units that a page has room for; more is no reading."""


def telling(rows: Iterable[str]) -> dict[str, None]:
    """Return the rows that tell how these count, in order."""
    return dict.fromkeys(key for each in rows for key in SCALERS.get(each, ()))


def in_units_of_map(key: str, value: object, told: Mapping[str, object]) -> object:
    """Return a value of a row in the row's own steps, by what the meter told of its scalers.

    NOT_OFFERED if the register counts another quantity or in a way that was not told. A value of
    another row, or that is no number, is returned as it is.
    """
    if key not in SCALERS or not isinstance(value, int | Fraction):
        return value
    scaler_unit, *watched = (told.get(each) for each in SCALERS[key])
    if any(each != row(WATCHED).fixed for each in watched):
        return LinkTrouble.NOT_OFFERED
    if not isinstance(scaler_unit, ScalerUnit) or scaler_unit.unit is not row(key).unit:
        return LinkTrouble.NOT_OFFERED
    shift = scaler_unit.scaler - row(key).scaler
    if abs(shift) > MOST_SHIFT:
        return LinkTrouble.NOT_OFFERED
    steps = round(value * Fraction(10) ** shift)
    return steps if abs(steps) <= MOST else LinkTrouble.NOT_OFFERED
