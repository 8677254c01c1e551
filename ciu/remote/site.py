"""One meter of a medium: where it stands, and what the client remembers of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ciu.pages import ALARMS, LEDGER, SUPPLY
from ciu.remote.polls import POLLED, SELDOM
from ciu.remote.registers import SCALERS, in_units_of_map, telling
from link.hdlc import Station
from link.terms import LedgerHead, LinkTrouble


@dataclass(frozen=True, slots=True)
class Site:
    """A meter and where it stands on the medium."""

    drn: str
    station: Station


@dataclass(slots=True)
class Known:
    """What the client remembers of one meter."""

    station: Station
    looked_at: tuple[str, ...] = ()
    ledger: int | None = None
    """How far the ledger went when what seldom changes was read; None: it is to be read."""
    to_confirm: int | None = None
    """Since when the supply is off that is to come back."""
    detail: str = ""
    """Why the link last went down or an ask was refused, in the link's own words."""
    scalers: dict[str, object] = field(default_factory=dict)
    """What the meter has told of how its registers count, since the link is up."""

    def link_is_up(self) -> None:
        """Forget what may have changed while there was no link."""
        self.detail, self.ledger = "", None
        self.scalers.clear()

    def to_poll(self) -> tuple[str, ...]:
        """Return the rows that the next poll reads."""
        seldom = SELDOM if self.ledger is None else ()
        rows = seldom + POLLED + self.looked_at
        untold = [key for key in telling(rows) if key not in self.scalers]
        return tuple(dict.fromkeys((*rows, *untold)))

    def understood(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return the values of a poll with registers in the units of the map, by row key.

        A register is left out until the meter has answered how it counts. Alarms are understood of
        a meter that explains its supply as ours do.
        """
        if isinstance(values.get(SUPPLY), LinkTrouble) and ALARMS in values:
            # what the bits of an alarm register mean is the maker's choice
            values = {**values, ALARMS: LinkTrouble.NOT_OFFERED}
        scalers = telling(SCALERS)
        self.scalers |= {key: value for key, value in values.items() if key in scalers}
        return {
            key: in_units_of_map(key, value, self.scalers)
            for key, value in values.items()
            if key not in scalers and self.scalers.keys() >= telling((key,)).keys()
        }

    def polled(self, values: Mapping[str, object]) -> None:
        """Record how far the ledger went, by what a poll has brought."""
        head = values.get(LEDGER)
        if not isinstance(head, LedgerHead):
            return
        if values.keys() >= set(SELDOM):
            self.ledger = head.sequence
        elif head.sequence != self.ledger:
            self.ledger = None
