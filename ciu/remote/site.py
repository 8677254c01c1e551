"""One meter of a medium: where it stands, and what the caller remembers of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ciu.pages import LEDGER
from ciu.remote.asks import SELDOM
from link.hdlc import Station
from link.terms import LedgerHead


@dataclass(frozen=True, slots=True)
class Site:
    """A meter and where it stands on the medium."""

    drn: str
    station: Station


@dataclass(slots=True)
class Known:
    """What the caller remembers of one meter."""

    station: Station
    looked_at: tuple[str, ...] = ()
    ledger: int | None = None
    """How far the ledger went when what seldom changes was read; None: it is to be read."""
    to_confirm: int | None = None
    """Since when the supply is off that is to come back."""
    detail: str = ""
    """Why the link last went down, in the link's own words."""

    def polled(self, values: Mapping[str, object]) -> None:
        """Take note of what a poll has brought, by row key."""
        head = values.get(LEDGER)
        if not isinstance(head, LedgerHead):
            return
        if values.keys() >= set(SELDOM):
            self.ledger = head.sequence
        elif head.sequence != self.ledger:
            self.ledger = None
