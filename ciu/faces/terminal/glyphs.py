"""The signs that the face draws: a full set, and one for terminals whose fonts have few."""

from collections.abc import Mapping
from dataclasses import dataclass

from ciu.keypad import Key
from ciu.screen import Lamp, RelaySign

SPARSE_TERMINALS = frozenset({"linux", "vt100", "vt102", "vt220", "ansi"})
"""Their fonts have few signs beyond those of code page 437."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs; every sign takes one cell."""

    bars: str
    """Lit bars of the link, weakest first."""
    no_bar: str
    relay: Mapping[RelaySign, str]
    lamp: Mapping[Lamp, str]
    alarm: str
    shown: str
    """Before the meter on the display."""
    caps: Mapping[Key, str]
    """Keys whose caps differ from their spelling."""


RICH = Glyphs(
    bars="▂▄▆",
    no_bar="·",
    relay={RelaySign.UNKNOWN: "?", RelaySign.OPEN: "○", RelaySign.CLOSED: "●"},
    lamp={Lamp.DARK: "·", Lamp.GREEN: "●", Lamp.AMBER: "◐", Lamp.RED: "○"},
    alarm="▲",
    shown="▸",
    caps={Key.BACKSPACE: "⌫", Key.ENTER: "⏎"},
)

SPARSE = Glyphs(
    bars="▄▄█",
    no_bar=".",
    relay={RelaySign.UNKNOWN: "?", RelaySign.OPEN: "o", RelaySign.CLOSED: "*"},
    lamp={Lamp.DARK: ".", Lamp.GREEN: "*", Lamp.AMBER: "*", Lamp.RED: "o"},
    alarm="!",
    shown=">",
    caps={},
)


def glyphs_of(terminal: str) -> Glyphs:
    """Return the signs for a kind of terminal, as the variable TERM names it."""
    return SPARSE if terminal in SPARSE_TERMINALS else RICH
