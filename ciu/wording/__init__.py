"""Every word that a customer reads is made here, once, and fits the display (ciu.md 3)."""

from ciu.wording.entries import Complaint, complaint, entry
from ciu.wording.figures import (
    LocalTime,
    amount,
    countdown,
    figure,
    floor_decimal,
    kilowatts,
    scaled,
    signed,
    span,
)
from ciu.wording.happenings import (
    ANSWERS_AGAIN,
    MEMORY_OLD,
    alarm_raised,
    supply_became,
    token_became,
    who_is_silent,
)
from ciu.wording.layout import Lines, clip
from ciu.wording.supply import OVERLOADS, after, overload, overload_advice, runs_down, supply
from ciu.wording.troubles import ALARMS, Silence, Silent, alarm, ledger_fell, silence
from ciu.wording.verdicts import Doubt, doubt, earlier, verdict
from ciu.wording.words import Words

__all__ = [
    "ALARMS",
    "ANSWERS_AGAIN",
    "MEMORY_OLD",
    "OVERLOADS",
    "Complaint",
    "Doubt",
    "Lines",
    "LocalTime",
    "Silence",
    "Silent",
    "Words",
    "after",
    "alarm",
    "alarm_raised",
    "amount",
    "clip",
    "complaint",
    "countdown",
    "doubt",
    "earlier",
    "entry",
    "figure",
    "floor_decimal",
    "kilowatts",
    "ledger_fell",
    "overload",
    "overload_advice",
    "runs_down",
    "scaled",
    "signed",
    "silence",
    "span",
    "supply",
    "supply_became",
    "token_became",
    "verdict",
    "who_is_silent",
]
