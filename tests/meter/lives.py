"""Meters of every kind for the tests of the domain, and what is entered at them."""

from dataclasses import replace
from typing import Any

from link.secret import Secret
from link.terms import EntrySource, TokenOutcome, meter_pan
from meter.domain import Decision, EnterToken, Seed, State, apply_all, decide, initial
from meter.sts import NewKey, Token, key_sections, write_token

MADE_AT = 1_760_000_000
AT = 1_763_000_000
SHORT, LONG = Secret(bytes(range(8))), Secret(bytes(range(16)))
SEED = Seed(
    drn="12345678903",
    pan=meter_pan("12345678903"),
    ea="11",
    dkga="04",
    base=2014,
    sgc="123457",
    ti="01",
    krn=1,
    kt=2,
    ken=255,
    manufactured=MADE_AT,
    key=LONG,
)
SHORT_SEED = replace(SEED, ea="07", key=SHORT)


def meter(seed: Seed = SEED, **changes: Any) -> State:
    """Return a new meter; changes are of its seed."""
    return initial(replace(seed, **changes), MADE_AT)


FLOOR = meter().sts.tids.floor


def digits_of(state: State, token: Token) -> str:
    """Write a token under the active key of a meter."""
    return write_token(token, state.sts.key.cipher())


def set_of(state: State, new: NewKey) -> list[str]:
    """Write a key change set under the active key of a meter."""
    return [digits_of(state, section) for section in key_sections(new)]


def enter(
    state: State, token: Token | str, source: EntrySource = EntrySource.SLOT_0, at: int = AT
) -> Decision:
    digits = token if isinstance(token, str) else digits_of(state, token)
    return decide(state, EnterToken(digits, source), at)


def outcome(state: State, token: Token | str) -> TokenOutcome:
    found = enter(state, token).outcome
    assert found is not None
    return found


def after(state: State, *tokens: Token | str) -> State:
    for token in tokens:
        state = apply_all(state, enter(state, token).facts)
    return state
