"""Facts and state as text: JSON, with kind and version from a table.

A kind or version that this program does not know stops the meter with its name; a format that
changes gets a new version and keeps reading the old one. Keys stand in the state alone.
"""

import json
from dataclasses import replace
from typing import get_args

from meter.domain.facts import Fact
from meter.domain.forms import Form, WireError, form_of
from meter.domain.state import State

LINES = json.JSONEncoder(separators=(",", ":"), check_circular=False)
STATE_VERSION = 1
STATE_FORM = form_of(State, secrets=True)

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
    if wire["version"] != STATE_VERSION:
        raise WireError(f"state version {wire['version']} is not known to this program")
    state = STATE_FORM.read(wire["state"])
    assert isinstance(state, State)
    return replace(state, ladders=state.ladders.clipped())


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
