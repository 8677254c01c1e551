"""The logic of the keypad and the display, pure. The theory stands in panel.py."""

from ciu.panel.modes import Cue, Mode
from ciu.panel.news import (
    Beep,
    Complain,
    Effect,
    Heard,
    Label,
    Look,
    News,
    Pending,
    Reading,
    Settled,
    Show,
    Submit,
    WentSilent,
)
from ciu.panel.panel import Panel
from ciu.panel.table import TABLE

__all__ = [
    "TABLE",
    "Beep",
    "Complain",
    "Cue",
    "Effect",
    "Heard",
    "Label",
    "Look",
    "Mode",
    "News",
    "Panel",
    "Pending",
    "Reading",
    "Settled",
    "Show",
    "Submit",
    "WentSilent",
]
