"""What a store holds, for people and for programs; no key is in it."""

from collections.abc import Mapping

from link.durable import printable
from link.terms import TokenOutcome, Unit
from meter.app.clock import time_of
from meter.domain import Account, Ledger, State, explain
from meter.store.inspection import Inspection

UNIT_NAMES = {Unit.WATT_HOUR: "Wh", Unit.CUBIC_METRE: "l", Unit.SECOND: "s"}
SHOWN = 10
"""Ledger entries that are printed, the newest; JSON has all."""


def as_text(found: Inspection) -> str:
    """Return what a store holds as lines, and what is not as it was written."""
    verdict = [f"not as it was written: {fault}" for fault in found.faults]
    lines = [
        *(_state_lines(found.state) if found.state else ["the state cannot be trusted"]),
        *_ledger_lines(found.ledger),
        *(verdict or ["every record is as it was written"]),
    ]
    return "\n".join(map(printable, lines))


def _state_lines(state: State) -> list[str]:
    sts, key, supply = state.sts, state.sts.key, explain(state)
    restored = [f"restored on {time_of(sts.restored_at)}"] if sts.restored_at else []
    return [
        f"meter {sts.drn}, pan {sts.pan}, ea {key.ea:02d}, dkga {sts.dkga}, base {sts.base:d}",
        f"key: sgc {key.sgc}, krn {key.krn}, ti {key.ti}, kt {key.kt}, ken {key.ken}",
        account_line(state.account),
        f"total {state.metering.total} {UNIT_NAMES[state.account.measure.unit]}",
        f"supply {supply.state.name.lower()}, {supply.reason.name.lower()}"
        f" since {time_of(supply.since)}",
        *restored,
    ]


def _ledger_lines(ledger: Ledger) -> list[str]:
    entries = ledger.entries
    return [
        f"ledger: {len(entries)} entries, the newest is {ledger.head.sequence}",
        *(_entry_line(entry) for entry in entries[-SHOWN:]),
    ]


def account_line(account: Account) -> str:
    """Return the credit in what it counts."""
    unit = f"10^-5 {account.currency}" if account.currency else UNIT_NAMES[account.measure.unit]
    return f"credit {account.credit} {unit}"


def _entry_line(entry: TokenOutcome) -> str:
    return (
        f"entry {entry.sequence}: {time_of(entry.at)}, class {entry.token_class} subclass"
        f" {entry.subclass}, tid {entry.tid}, {entry.result.name}, amount {entry.amount},"
        f" credit {entry.credit_after}"
    )


def as_object(found: Inspection) -> Mapping[str, object]:
    """Return the same for JSON, with the whole ledger."""
    about = _state_object(found.state) if found.state else {}
    ledger = [_entry_object(entry) for entry in found.ledger.entries]
    return {"whole": not found.faults, "faults": found.faults, **about, "ledger": ledger}


def _state_object(state: State) -> dict[str, object]:
    sts, key = state.sts, state.sts.key
    return {
        "drn": sts.drn,
        "pan": sts.pan,
        "ea": f"{key.ea:02d}",
        "dkga": sts.dkga,
        "base": int(sts.base),
        "sgc": key.sgc,
        "krn": key.krn,
        "ti": key.ti,
        "kt": key.kt,
        "ken": key.ken,
        "credit": state.account.credit,
        "unit": state.account.unit.name.lower(),
        "currency": state.account.currency,
        "total": state.metering.total,
        "supply": explain(state).state.name.lower(),
        "reason": explain(state).reason.name,
        "restored_at": sts.restored_at,
    }


def _entry_object(entry: TokenOutcome) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at,
        "digest": entry.digest.hex(),
        "class": int(entry.token_class),
        "subclass": entry.subclass,
        "tid": entry.tid,
        "result": entry.result.name,
        "source": entry.source.name,
        "amount": entry.amount,
        "unit": entry.unit.name.lower(),
        "credit_after": entry.credit_after,
    }
