"""Credit: units, money for a meter that counts money, or units for money (sts.md 3.1, 3.4).

Invariant: digits are shown only after the disk has them; where the key of a meter is old, its new
one goes out first and the credit is under the new one (sts.md 10.7).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TypeAlias, assert_never

from meter.sts import (
    AmountError,
    CurrencyCredit,
    KeyType,
    UnitsCredit,
    currency_amount,
    currency_field,
    units_amount,
    units_field,
    write_token,
)
from tools.exits import Exit, Stop
from tools.register import Issue, MeterRecord, Payment, TokenRecord
from tools.vend.arguments import plain
from tools.vend.due import due_change
from tools.vend.key_set import KeyChange, make_set, unused_warning
from tools.vend.measures import E5, TENTHS, measure_of
from tools.vend.money import PriceList, buy, month_of
from tools.vend.tids import next_tid
from tools.vend.till import Till, find_meter, key_of

CURRENCY = 4
"""Subclass of currency tokens for electricity; the other commodities follow (sts.md 3.1)."""


@dataclass(frozen=True, slots=True)
class Units:
    """Asked for: an amount of the meter's commodity, in kWh, m3 or minutes."""

    amount: Fraction


@dataclass(frozen=True, slots=True)
class Currency:
    """Asked for: credit in the currency of the meter's account."""

    amount: Fraction


@dataclass(frozen=True, slots=True)
class Money:
    """Asked for: as many units as a sum buys by the meter's tariff."""

    amount: Fraction


Wanted: TypeAlias = Units | Currency | Money


@dataclass(frozen=True, slots=True)
class Issued:
    """What was committed: the number of its slip, the meter as it was, and what to be told."""

    number: int
    issue: Issue
    before: MeterRecord
    warnings: tuple[str, ...] = ()
    change: KeyChange | None = None

    @property
    def token(self) -> TokenRecord:
        """The last token, which the slip was asked for."""
        return self.issue.tokens[-1]


@dataclass(frozen=True, slots=True)
class _Ordered:
    kind: str
    subclass: int
    field: int
    amount: int
    payment: Payment | None = None

    def token(self, rnd: int, tid: int) -> UnitsCredit | CurrencyCredit:
        if self.subclass < CURRENCY:
            return UnitsCredit(self.subclass, rnd, tid, self.field)
        return CurrencyCredit(self.subclass, tid, self.field)


def sell(
    till: Till, drn: str, wanted: Wanted, *, now: int, rnd: int, key_first: bool = True
) -> Issued:
    """Make a credit token and commit its slip; `now` is UTC seconds, `rnd` 4 random bits.

    With `key_first` the tokens of a new key stand before it where the meter's key is old. Raises
    Stop for what cannot be sold, and SettingsError, DerivationError or DurableError with their
    line.
    """
    before = find_meter(till.register, drn)
    change = due_change(till, before, now) if key_first else None
    meter = change.after if change else before
    _refuse_default_key(meter)
    ordered = _ordered(till, meter, wanted, now)
    tid = next_tid(meter, till.register.last_tid(drn, meter.base), now)
    digits = write_token(ordered.token(rnd, tid), key_of(till, meter))
    credit = TokenRecord(
        drn, now, ordered.kind, ordered.subclass, digits, meter.base, tid, ordered.amount
    )
    keys = make_set(till, change, now) if change else ()
    warnings = unused_warning(till, change) if change else ()
    issue = Issue(meter, now, "credit", (*keys, credit), ordered.payment)
    return Issued(till.register.add_issue(issue), issue, before, warnings, change)


def _refuse_default_key(meter: MeterRecord) -> None:
    if meter.kt == KeyType.DDTK:
        raise Stop(
            f"meter {meter.drn} has a default key (DDTK) and would refuse credit: give it a unique"
            " one first, vend key-change --kt 2",
            Exit.REFUSED,
        )


def _ordered(till: Till, meter: MeterRecord, wanted: Wanted, now: int) -> _Ordered:
    match wanted:
        case Currency(amount):
            return _currency(meter, amount)
        case Units(amount):
            _refuse_account(meter)
            return _units(meter, _field(meter, ceil(amount * TENTHS)))
        case Money(amount):
            _refuse_account(meter)
            return _for_money(till, meter, amount, now)
        case _:
            assert_never(wanted)


def _refuse_account(meter: MeterRecord) -> None:
    if meter.currency:
        raise Stop(
            f"meter {meter.drn} keeps its account in {meter.currency}, not in"
            f" {measure_of(meter).symbol}: sell --currency AMOUNT"
        )


def _currency(meter: MeterRecord, amount: Fraction) -> _Ordered:
    measure = measure_of(meter)
    if not meter.currency:
        raise Stop(
            f"meter {meter.drn} keeps its account in {measure.symbol}, not in money: sell an"
            " amount of these, or --money"
        )
    field = currency_field(ceil(amount * E5))
    return _Ordered("currency", CURRENCY + measure.commodity, field, currency_amount(field))


def _units(meter: MeterRecord, field: int, payment: Payment | None = None) -> _Ordered:
    commodity = measure_of(meter).commodity
    return _Ordered("credit", commodity, field, units_amount(field), payment)


def _field(meter: MeterRecord, tenths: int) -> int:
    try:
        return units_field(tenths)
    except AmountError:
        measure = measure_of(meter)
        raise Stop(
            f"{plain(Fraction(tenths, TENTHS))} {measure.symbol} is more than the"
            f" {plain(measure.most)} that one token carries"
        ) from None


def _for_money(till: Till, meter: MeterRecord, given: Fraction, now: int) -> _Ordered:
    tariff = till.register.tariff(meter.tariff)
    if tariff is None:
        raise Stop(
            f"meter {meter.drn} has no tariff to be sold by: vend tariff add makes one, vend meter"
            " tariff gives it"
        )
    bought = till.register.bought(meter.drn, *month_of(now))
    purchase = buy(given, PriceList(tariff, till.register.blocks(tariff.name), bought))
    payment = Payment(
        tariff=tariff.name,
        currency=tariff.currency,
        given_e5=purchase.price_e5 + purchase.change_e5,
        price_e5=purchase.price_e5,
        vat_e5=purchase.vat_e5,
    )
    return _units(meter, _field(meter, purchase.tenths), payment)
