"""What the panel is told, and what it wants done. Names of meters are DRNs everywhere."""

from dataclasses import dataclass, field
from typing import TypeAlias

from ciu.overview import Quality
from ciu.screen import Screen, Tone
from ciu.wording import Complaint, Silence
from link.terms import EntrySource
from link.token_entry import Verdict


@dataclass(frozen=True, slots=True)
class Label:
    """A meter as its customer knows it; `own` is the path by which this unit enters tokens."""

    drn: str
    name: str
    own: EntrySource

    @property
    def tail(self) -> str:
        """The last four digits, by which people tell meters apart."""
        return self.drn[-4:]


@dataclass(frozen=True, slots=True)
class Reading:
    """The meter told the value of a row; `at` is UTC seconds of this unit."""

    meter: str
    row: str
    value: object
    at: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The meter answers."""

    meter: str


@dataclass(frozen=True, slots=True)
class WentSilent:
    """The meter does not answer any more, or for another reason than before."""

    meter: str
    why: Silence


@dataclass(frozen=True, slots=True)
class LedgerFell:
    """The meter's ledger goes to `sequence`, once it went to `seen`: its store is an older one."""

    meter: str
    sequence: int
    seen: int


@dataclass(frozen=True, slots=True)
class LedgerCaughtUp:
    """A ledger that had gone back goes as far again as it once did."""

    meter: str


@dataclass(frozen=True, slots=True)
class Pending:
    """The fate of a token of an earlier run is being read; `tail` are its last four digits."""

    meter: str
    tail: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A token has come to a verdict; Unknown means that reading goes on."""

    meter: str
    tail: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Paced:
    """The polls of a meter go so, from now on."""

    meter: str
    quality: Quality


News: TypeAlias = (
    Reading | Heard | WentSilent | LedgerFell | LedgerCaughtUp | Pending | Settled | Paced
)


@dataclass(frozen=True, slots=True)
class Show:
    """Show this from now on."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Beep:
    """Sound once."""

    tone: Tone


@dataclass(frozen=True, slots=True)
class Submit:
    """Enter this token at the meter."""

    meter: str
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nobody waits any more for the token under way: find out, but send nothing again."""

    meter: str


@dataclass(frozen=True, slots=True)
class Forget:
    """End the search for what became of the token whose fate is open."""

    meter: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Let the supply come back that has been off since then, UTC seconds as the meter told."""

    meter: str
    since: int


@dataclass(frozen=True, slots=True)
class AcceptLedger:
    """Somebody has taken note that the meter's ledger goes less far than it once did."""

    meter: str


@dataclass(frozen=True, slots=True)
class Look:
    """Read these rows of the meter too, now and with every poll, until the next Look."""

    meter: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complain:
    """Nothing was done with what was typed; the screen says the same in words."""

    kind: Complaint
    typed: str = field(repr=False)


Effect: TypeAlias = (
    Show | Beep | Submit | GiveUp | Forget | Confirm | AcceptLedger | Look | Complain
)
