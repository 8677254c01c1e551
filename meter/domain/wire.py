"""Facts and state as text: JSON, with kind and version from a table.

A kind or version that this program does not know stops the meter with its name; a format that
changes gets a new version and keeps reading the old one. Keys stand in the state alone.
"""

import json
from dataclasses import replace
from typing import get_args

from meter.domain import older
from meter.domain.facts import Fact, KeyChanged, KeySectionHeld
from meter.domain.forms import Form, WireError, form_of
from meter.domain.key_sections import Sealed
from meter.domain.state import State

LINES = json.JSONEncoder(separators=(",", ":"), check_circular=False)
OLDER_STATES = (older.state_2_of_1, older.state_3_of_2, older.state_4_of_3)
"""What makes each version the next one, from version 1 on."""
STATE_VERSION = len(OLDER_STATES) + 1
STATE_FORM = form_of(State, secrets=True)
SHOWN_DIGITS = 4
"""Of a key section's token a log tells the last ones."""

FACT_VERSIONS = {
    "TokenAccepted": 1,
    "KeySectionHeld": 1,
    "KeyChanged": 1,
    "GuessFailed": 1,
    "SwitchTested": 1,
    "EnergyUsed": 2,
    "BaselineTaken": 2,
    "RegisterFell": 2,
    "TimePassed": 1,
    "ReasonArose": 1,
    "ReasonLifted": 1,
    "ConditionsObserved": 1,
    "AlarmsAcknowledged": 1,
    "DayBegan": 1,
    "OverloadOpened": 1,
    "ReconnectionConfirmed": 1,
    "TamperSeen": 1,
    "PowerReturned": 1,
    "StoreRestored": 1,
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
    kind, version, body = wire["kind"], wire["version"], wire["body"]
    if not isinstance(kind, str) or not isinstance(version, int):
        raise WireError(f"fact {kind} version {version} is not known to this program")
    if names := older.FACTS.get((kind, version)):
        body = older.renamed(body, names)
    elif FACT_VERSIONS.get(kind) != version:
        raise WireError(f"fact {kind} version {version} is not known to this program")
    fact = FACT_FORMS[kind].read(body)
    assert isinstance(fact, Fact)
    return fact


def fact_to_line(fact: Fact) -> str:
    """Write a fact for a log: as it is stored, less the digits of a key section."""
    match fact:
        case KeySectionHeld(entry, sealed) | KeyChanged(entry, sealed):
            veiled = Sealed(sealed.digits[-SHOWN_DIGITS:])
            return fact_to_json(replace(fact, entry=entry, sealed=veiled))
        case _:
            return fact_to_json(fact)


def state_to_json(state: State) -> str:
    """Write the whole state, decoder key included, as one line."""
    return _line({"version": STATE_VERSION, "state": STATE_FORM.write(state)})


def state_from_json(text: str) -> State:
    """Read a state, its count-downs clipped to what the rules can make; raises WireError."""
    wire = _members(text, "version", "state")
    version, found = wire["version"], wire["state"]
    if type(version) is not int or not 1 <= version <= STATE_VERSION:
        raise WireError(f"state version {version} is not known to this program")
    for upgraded in OLDER_STATES[version - 1 :]:
        found = upgraded(found)
    state = STATE_FORM.read(found)
    assert isinstance(state, State)
    return replace(
        state,
        supply=replace(state.supply, overload=state.supply.overload.clipped()),
        sts=replace(state.sts, held=state.sts.held.clipped()),
        ladders=state.ladders.clipped(),
    )


def _line(wire: dict[str, object]) -> str:
    return LINES.encode(wire)


def _members(text: str, *names: str) -> dict[str, object]:
    try:
        wire = json.loads(text)
    except (ValueError, RecursionError):
        raise WireError("a text that is not JSON") from None
    if not isinstance(wire, dict) or set(wire) != set(names):
        raise WireError(f"no object of {', '.join(names)}")
    return wire
