"""The logic of the keypad and the display, pure. The theory stands in panel.py."""

from ciu.panel.modes import Cue, Mode
from ciu.panel.news import (
    AcceptLedger,
    Beep,
    Complain,
    Confirm,
    Effect,
    Forget,
    GiveUp,
    Heard,
    Label,
    LedgerCaughtUp,
    LedgerFell,
    Look,
    News,
    Paced,
    Pending,
    Reading,
    Settled,
    Show,
    Submit,
    WentSilent,
)
from ciu.panel.panel import Panel
from ciu.panel.table import TABLE
from ciu.panel.view import View

__all__ = [
    "TABLE",
    "AcceptLedger",
    "Beep",
    "Complain",
    "Confirm",
    "Cue",
    "Effect",
    "Forget",
    "GiveUp",
    "Heard",
    "Label",
    "LedgerCaughtUp",
    "LedgerFell",
    "Look",
    "Mode",
    "News",
    "Paced",
    "Panel",
    "Pending",
    "Reading",
    "Settled",
    "Show",
    "Submit",
    "View",
    "WentSilent",
]
