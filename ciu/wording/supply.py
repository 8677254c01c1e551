"""Whether the light is on, and if not why, since when, and what brings it back (ciu.md 2)."""

from dataclasses import dataclass, replace

from ciu.wording.accounts import Commodity
from ciu.wording.figures import countdown, span
from ciu.wording.layout import Lines
from ciu.wording.words import Words
from link.terms import RestoredBy, SupplyExplanation, SupplyReason, SupplyState

ON = "Supply on\n{since}"
WAS_ON = "Supply was on\n{age} ago"
OFF = "OFF {when} {reason}|OFF: {reason}\n{remedy}|{brief}"
NEVER_ON = "OFF: {reason}\n{remedy}|{brief}"
SINCE = "since {when}"

REASONS = {
    SupplyReason.NONE: "coming on",
    SupplyReason.NO_CREDIT: "no credit",
    SupplyReason.TEST: "test",
    SupplyReason.NEVER_COMMISSIONED: "not in use",
    SupplyReason.OVERLOAD: "overload",
    SupplyReason.OVERLOAD_LOCKOUT: "overload",
    SupplyReason.TAMPER: "tamper",
}

OVERLOADS = frozenset({SupplyReason.OVERLOAD, SupplyReason.OVERLOAD_LOCKOUT})
"""Reasons that the customer has brought about and can mend."""

SOON = "Back on soon"
REMEDIES = {
    RestoredBy.NOTHING: SOON,
    RestoredBy.CREDIT_TOKEN: "Enter a token",
    RestoredBy.TIME: "Back on in {wait}",
    RestoredBy.FIRST_TOKEN: "Enter first token",
    RestoredBy.CONFIRMATION: "Enter, or wait {wait}",
    RestoredBy.CLEAR_TAMPER_TOKEN: "Ask for clear token",
}
PRESS = "Press Enter"
RUNS_DOWN = frozenset({RestoredBy.TIME, RestoredBy.CONFIRMATION})
CONFIRMING = "Asking the meter…"

OVERLOAD = "TOO MUCH POWER USED\n{remedy}|{brief}"
LOCKOUT = "OFF: TOO MUCH POWER\n{remedy}|{brief}"
ADVICE = "Switch things off,\nso that it stays on"
LOCKOUT_ADVICE = "Switch things off,\nthen press Enter"


@dataclass(frozen=True, slots=True)
class Light:
    """What comes on and goes off for the customer."""

    on: str
    off: str
    off_because: str


SUPPLY = Light("Supply on", "Supply off", "Supply off: {reason}")
LIGHTS = {
    Commodity.ELECTRICITY: Light("Light on", "Light off", "Light off: {reason}"),
    Commodity.WATER: Light("Water on", "Water off", "Water off: {reason}"),
    Commodity.GAS: Light("Gas on", "Gas off", "Gas off: {reason}"),
    Commodity.TIME: SUPPLY,
}


def supply(words: Words, explained: SupplyExplanation, at: int, age_s: int = 0) -> Lines:
    """Return whether the light is on, and if not why, since when, and what restores it.

    `age_s`: how long ago the meter told it, 0 while that is fresh.
    """
    when = words.when(explained.since, at) if explained.since else ""
    if explained.state is SupplyState.CONNECTED:
        since = words.translate(SINCE).format(when=when) if when else ""
        return words.say(WAS_ON if age_s else ON, since=since, age=span(age_s))
    return words.say(
        OFF if when else NEVER_ON,
        when=when,
        reason=words.translate(REASONS[explained.reason]),
        remedy=_remedy(words, explained),
        brief=words.translate(PRESS),
    )


def overload(words: Words, explained: SupplyExplanation, *, confirming: bool) -> Lines:
    """Say that too much power was used, and how the light comes back.

    `confirming`: the meter was asked to bring it back, and has not told of it yet.
    """
    template = LOCKOUT if explained.reason is SupplyReason.OVERLOAD_LOCKOUT else OVERLOAD
    remedy = words.translate(CONFIRMING) if confirming else _remedy(words, explained)
    return words.say(template, remedy=remedy, brief=words.translate(PRESS))


def overload_advice(words: Words, explained: SupplyExplanation) -> Lines:
    """Say what to do, so that the light stays on when it is back."""
    locked = explained.reason is SupplyReason.OVERLOAD_LOCKOUT
    return words.say(LOCKOUT_ADVICE if locked else ADVICE)


def light(
    words: Words, explained: SupplyExplanation, commodity: Commodity | None
) -> tuple[str, str]:
    """Say in a word or two whether the light is on, and why not where credit does not tell."""
    said = SUPPLY if commodity is None else LIGHTS[commodity]
    because = ""
    if explained.reason not in (SupplyReason.NONE, SupplyReason.NO_CREDIT):
        reason = words.translate(REASONS[explained.reason])
        because = words.translate(said.off_because).format(reason=reason)
    on = explained.state is SupplyState.CONNECTED
    return words.translate(said.on if on else said.off), because


def after(explained: SupplyExplanation, elapsed_s: int) -> SupplyExplanation:
    """Return an explanation as it reads so many seconds after it was told."""
    return replace(explained, seconds_left=max(explained.seconds_left - elapsed_s, 0))


def runs_down(explained: SupplyExplanation) -> bool:
    """Return whether its words count seconds down."""
    off = explained.state is not SupplyState.CONNECTED
    return off and explained.restored_by in RUNS_DOWN and explained.seconds_left > 0


def _remedy(words: Words, explained: SupplyExplanation) -> str:
    over = explained.restored_by in RUNS_DOWN and not explained.seconds_left
    remedy = words.translate(SOON if over else REMEDIES[explained.restored_by])
    return remedy.format(wait=countdown(explained.seconds_left))
