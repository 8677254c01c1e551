"""Facts and state as text: JSON, with kind and version from a table.

A kind or version that this program does not know stops the meter with its name; a format that
changes gets a new version and keeps reading the old one. Keys stand in the state alone.
"""

import json
from dataclasses import replace
from typing import get_args

from meter.domain.calendar import Calendar
from meter.domain.facts import Fact
from meter.domain.forms import Form, WireError, form_of
from meter.domain.overload import NO_OVERLOAD, Overload
from meter.domain.state import State

LINES = json.JSONEncoder(separators=(",", ":"), check_circular=False)
STATE_VERSION = 2
STATE_FORM = form_of(State, secrets=True)
OVERLOAD_FORM = form_of(Overload)
CALENDAR_FORM = form_of(Calendar)

FACT_VERSIONS = {
    "TokenAccepted": 1,
    "GuessFailed": 1,
    "SwitchTested": 1,
    "EnergyUsed": 1,
    "BaselineTaken": 1,
    "RegisterFell": 1,
    "TimePassed": 1,
    "ReasonArose": 1,
    "ReasonLifted": 1,
    "ConditionsObserved": 1,
    "AlarmsAcknowledged": 1,
    "DayBegan": 1,
    "OverloadOpened": 1,
    "ReconnectionConfirmed": 1,
    "PowerReturned": 1,
}
FACT_FORMS: dict[str, Form] = {kind.__name__: form_of(kind) for kind in get_args(Fact)}


def fact_to_json(fact: Fact) -> str:
    """Write a fact as one line."""
    kind = type(fact).__name__
    body = FACT_FORMS[kind].write(fact)
    return _line({"kind": kind, "version": FACT_VERSIONS[kind], "body": body})


def fact_from_json(text: str) -> Fact:
    """Read a fact; raises WireError, which names an unknown kind."""
    wire = _members(text, "kind", "version", "body")
    kind, version = wire["kind"], wire["version"]
    if not isinstance(kind, str) or FACT_VERSIONS.get(kind) != version:
        raise WireError(f"fact {kind} version {version} is not known to this program")
    fact = FACT_FORMS[kind].read(wire["body"])
    assert isinstance(fact, Fact)
    return fact


def state_to_json(state: State) -> str:
    """Write the whole state, decoder key included, as one line."""
    return _line({"version": STATE_VERSION, "state": STATE_FORM.write(state)})


def state_from_json(text: str) -> State:
    """Read a state, its count-downs clipped to what the rules can make; raises WireError."""
    wire = _members(text, "version", "state")
    match wire:
        case {"version": int(version), "state": found} if version == STATE_VERSION:
            state = STATE_FORM.read(found)
        case {"version": 1, "state": found}:
            state = STATE_FORM.read(_from_version_1(found))
        case _:
            raise WireError(f"state version {wire['version']} is not known to this program")
    assert isinstance(state, State)
    supply = replace(state.supply, overload=state.supply.overload.clipped())
    return replace(state, supply=supply, ladders=state.ladders.clipped())


def _from_version_1(found: object) -> object:
    """Add what version 2 keeps and version 1 did not: nothing of it has happened yet."""
    match found:
        case {"account": account, "supply": dict(supply), **others}:
            overload = {"overload": OVERLOAD_FORM.write(NO_OVERLOAD), "power_offs": 0}
            calendar = {"calendar": CALENDAR_FORM.write(Calendar())}
            return {"account": account, "supply": supply | overload} | others | calendar
        case _:
            return found


def _line(wire: dict[str, object]) -> str:
    return LINES.encode(wire)


def _members(text: str, *names: str) -> dict[str, object]:
    try:
        wire = json.loads(text)
    except ValueError:
        raise WireError("a text that is not JSON") from None
    if not isinstance(wire, dict) or set(wire) != set(names):
        raise WireError(f"no object of {', '.join(names)}")
    return wire
