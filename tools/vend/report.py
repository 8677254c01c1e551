"""What is told of a slip: words for people, JSON for machines; no key in either.

The first lines of the text are the digits, one token a line, in the order of their entry.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction

from ciu.wording.figures import group_digits
from tools.register import MeterRecord, Payment, TokenRecord
from tools.vend.arguments import plain
from tools.vend.credit import Issued, Units, Wanted
from tools.vend.key_rules import empties
from tools.vend.key_set import KIND
from tools.vend.manage import ROWS
from tools.vend.measures import E5, TENTHS, measure_of

BOUND = ("sgc", "krn", "kt", "ti", "base", "ken")
"""What a key change may change, in the order in which it is told."""


def tell_issued(issued: Issued, asked: Wanted | None, *, as_json: bool) -> None:
    """Print what was issued, and its warnings on stderr."""
    for line in issued.warnings:
        print(f"splitmeter vend: {line}", file=sys.stderr)
    if as_json:
        print(json.dumps(_object(issued)))
    else:
        print("\n".join(_lines(issued, asked)))


def _object(issued: Issued) -> dict[str, object]:
    token, payment = issued.token, issued.issue.payment
    sold = {} if token.kind == KIND else _sold_object(issued.issue.meter, token)
    return sold | {
        "drn": token.drn,
        "at": token.at,
        "slip": issued.number,
        "kind": token.kind,
        "tokens": [each.digits for each in issued.issue.tokens],
        "payment": payment_object(payment) if payment else None,
        "key_change": _change_object(issued),
        "warnings": list(issued.warnings),
    }


def _sold_object(meter: MeterRecord, token: TokenRecord) -> dict[str, object]:
    """Return the token itself: the first six are relied on by scripts, in this order."""
    wh = token.amount * measure_of(meter).fine_per_tenth if _is_energy(meter, token) else None
    return {
        "token": token.digits,
        "drn": token.drn,
        "amount_wh": wh,
        "kwh": None if wh is None else wh / 1000,
        "tid": token.tid,
        "at": token.at,
        "subclass": token.subclass,
        **amount_object(meter, token),
    }


def _is_energy(meter: MeterRecord, token: TokenRecord) -> bool:
    return token.kind == "credit" and meter.commodity == "electricity"


def amount_object(meter: MeterRecord, token: TokenRecord) -> dict[str, object]:
    """Return what a token carries: a whole number, and what it counts.

    Wh, l or s; 10^-5 of the currency (`amount_e5`); W; a raw field where the unit is empty.
    """
    match token.kind:
        case "credit":
            measure = measure_of(meter)
            return {"amount": token.amount * measure.fine_per_tenth, "unit": measure.fine}
        case "currency":
            return {"amount_e5": token.amount, "unit": meter.currency}
        case kind if kind in ROWS:
            return {"amount": token.amount, "unit": ROWS[kind].unit}
        case _:
            return {"amount": None, "unit": ""}


def payment_object(payment: Payment) -> dict[str, object]:
    """Return what was paid, in 10^-5 of the currency."""
    return {
        "tariff": payment.tariff,
        "currency": payment.currency,
        "given_e5": payment.given_e5,
        "price_e5": payment.price_e5,
        "vat_e5": payment.vat_e5,
        "change_e5": payment.given_e5 - payment.price_e5,
    }


def _change_object(issued: Issued) -> dict[str, object] | None:
    change = issued.change
    if change is None:
        return None
    return {
        "tokens": [each.digits for each in issued.issue.tokens if each.kind == KIND],
        "ro": int(empties(change.before, change.after)),
        "before": {name: getattr(change.before, name) for name in BOUND},
        "after": {name: getattr(change.after, name) for name in BOUND},
    }


def _lines(issued: Issued, asked: Wanted | None) -> Iterator[str]:
    keys = [each for each in issued.issue.tokens if each.kind == KIND]
    alone = len(keys) == len(issued.issue.tokens)
    if issued.change is not None and not alone:
        yield f"key change first, {len(keys)} tokens in this order:"
    yield from (group_digits(each.digits) for each in keys)
    if issued.change is not None:
        yield _change(issued.before, issued.issue.meter)
    if alone:
        return
    if keys:
        yield f"then {issued.issue.kind}, under the new key:"
    token = issued.token
    yield group_digits(token.digits)
    yield (
        f"{carried(issued.issue.meter, token)}{_rounding(token, asked)}, meter {token.drn},"
        f" TID {token.tid}"
    )
    if issued.issue.payment is not None:
        yield paid(issued.issue.payment)


def _rounding(token: TokenRecord, asked: Wanted | None) -> str:
    """Return from what an amount of units was rounded up, empty where it was not."""
    match asked:
        case Units(amount) if amount * TENTHS != token.amount:
            return f", rounded up from {plain(amount)}"
        case _:
            return ""


def carried(meter: MeterRecord, token: TokenRecord) -> str:
    """Return what a token carries, in words."""
    match token.kind:
        case "credit":
            return f"{plain(Fraction(token.amount, TENTHS))} {measure_of(meter).symbol}"
        case "currency":
            return f"{money(token.amount)} {meter.currency}"
        case kind if kind in ROWS and ROWS[kind].metavar:
            return f"{kind} {token.amount} {ROWS[kind].unit}".rstrip()
        case kind:
            return kind


def money(amount_e5: int) -> str:
    """Write a sum of money exactly, with two decimals at the least."""
    return plain(Fraction(amount_e5, E5), 2)


def paid(payment: Payment) -> str:
    """Return what was paid, the tax in it and the change, in words."""
    change_e5 = payment.given_e5 - payment.price_e5
    change = f", change {money(change_e5)} of {money(payment.given_e5)}" if change_e5 else ""
    return (
        f"{money(payment.price_e5)} {payment.currency}, VAT {money(payment.vat_e5)} of it, tariff"
        f" {payment.tariff}{change}"
    )


def _change(before: MeterRecord, after: MeterRecord) -> str:
    new = [
        f"{name} {getattr(before, name)} -> {getattr(after, name)}"
        for name in BOUND
        if getattr(before, name) != getattr(after, name)
    ]
    forgets = ", the meter forgets its used tokens" if empties(before, after) else ""
    told = ", ".join(new) or "a new key of its maker"
    return f"new key of meter {after.drn}: {told}{forgets}"


def as_json(rows: Mapping[str, object] | list[dict[str, object]]) -> str:
    """Write JSON as the lists of the register are printed."""
    return json.dumps(rows, indent=2)
