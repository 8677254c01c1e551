"""Interference: which inputs told of it, and which of them keep the switch open (meter.md 4).

Invariant: what was seen stays until a token clears it, whatever the input does afterwards.
"""

from dataclasses import dataclass

from link.terms import Tamper

NO_TAMPER = Tamper(0)


@dataclass(frozen=True, slots=True)
class Tampering:
    """`opening` is the part of `seen` for which the switch is open."""

    seen: Tamper = NO_TAMPER
    opening: Tamper = NO_TAMPER

    def reported(self, tamper: Tamper, *, opens: bool) -> "Tampering":
        """Take an input's report."""
        return Tampering(self.seen | tamper, self.opening | (tamper if opens else NO_TAMPER))


NOT_TAMPERED = Tampering()
