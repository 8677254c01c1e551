"""The class 2 tokens that set and clear, as rows (sts.md 3.3).

To add one: its row here; the command, its record and its words follow.
"""

from collections.abc import Callable
from dataclasses import dataclass

from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    Management,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    units_amount,
    units_field,
    write_token,
)
from meter.sts.amount import UNITS_MAX
from tools.register import Issue, MeterRecord, TokenRecord
from tools.vend.credit import CURRENCY, Issued
from tools.vend.measures import measure_of
from tools.vend.tids import next_tid
from tools.vend.till import Till, find_meter, key_of

ALL_REGISTERS = 0xFFFF
"""Field of ClearCredit for every register of the meter."""

MOST_RAW = 0xFFFF


@dataclass(frozen=True, slots=True)
class Managed:
    """A row: its command, its token, and how a number becomes the field and what is told of it."""

    name: str
    about: str
    metavar: str
    """Of the number on the command line; empty where the token takes none."""
    most: int
    kind: type[Management]
    field: Callable[[MeterRecord, int], int]
    amount: Callable[[int], int] = int
    unit: str = ""


def _none(_: MeterRecord, __: int) -> int:
    return 0


def _raw(_: MeterRecord, number: int) -> int:
    return number


def _watts(_: MeterRecord, power_w: int) -> int:
    return units_field(power_w)


def own_register(meter: MeterRecord, every: int) -> int:
    """Return the field that names a meter's credit register, or all of them."""
    return ALL_REGISTERS if every else measure_of(meter).commodity + CURRENCY * bool(meter.currency)


def _power(name: str, about: str, kind: type[Management]) -> Managed:
    return Managed(name, about, "W", UNITS_MAX, kind, _watts, units_amount, "W")


def _number(name: str, about: str, kind: type[Management]) -> Managed:
    return Managed(name, about, "N", MOST_RAW, kind, _raw)


MANAGED = (
    Managed("clear-credit", "empty a meter's credit register", "", 1, ClearCredit, own_register),
    Managed("clear-tamper", "clear a meter's tamper condition", "", 0, ClearTamperCondition, _none),
    _power("power-limit", "set the greatest power, rounded up as the code has it",
           SetMaximumPowerLimit),
    _power("phase-unbalance", "set the greatest difference of power between phases, rounded up",
           SetMaximumPhasePowerUnbalanceLimit),
    _number("tariff-rate", "set the tariff rate, a raw number (its meaning is the meter's)",
            SetTariffRate),
    _number("water-factor", "set the water meter factor, a raw number (its meaning is the meter's)",
            SetWaterMeterFactor),
)  # fmt: skip
ROWS = {row.name: row for row in MANAGED}


def manage(till: Till, drn: str, row: Managed, number: int, *, now: int, rnd: int) -> Issued:
    """Make a management token and commit its slip; `now` is UTC seconds, `rnd` 4 random bits.

    Raises what `sell` raises. It is made with the key that the meter has, also where that is old.
    """
    meter = find_meter(till.register, drn)
    field = row.field(meter, number)
    tid = next_tid(meter, till.register.last_tid(drn, meter.base), now)
    digits = write_token(row.kind(rnd, tid, field), key_of(till, meter))
    subclass, amount = row.kind.subclass, row.amount(field)
    token = TokenRecord(drn, now, row.name, subclass, digits, meter.base, tid, amount)
    issue = Issue(meter, now, row.name, (token,))
    return Issued(till.register.add_issue(issue), issue, meter)
