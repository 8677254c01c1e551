"""The working state of the panel: meters, the entry, the pages asked for, the last verdict.

Its methods are the actions of the panel's table; each does one thing, none knows the mode.
"""

from collections.abc import Sequence

from ciu import pages
from ciu.keypad import Key
from ciu.pages import Page
from ciu.panel.entry import MOST_TYPED
from ciu.panel.news import (
    AcceptLedger,
    Beep,
    Complain,
    Confirm,
    Effect,
    Forget,
    GiveUp,
    Label,
    Look,
    Settled,
    Submit,
)
from ciu.panel.view import View
from ciu.profiles import Profile
from ciu.screen import Tone
from ciu.wording import SECTIONS, Complaint, completes_key_change
from link.terms import TokenClass
from link.token_entry import Accepted, Refused


class WorkingState:
    """The memory of a panel. The first meter is on the display."""

    def __init__(self, meters: Sequence[Label], profile: Profile) -> None:
        self.meters = tuple(meters)
        self.views = {meter.drn: View(meter) for meter in meters}
        self.profile = profile
        self.meter = meters[0].drn
        self.effects: list[Effect] = []
        self.key = Key.ENTER
        """The last key."""
        self.typed = ""
        self.erased_at = float("-inf")
        self.chosen = self.meter
        self.complaint = Complaint.ABANDONED
        self.pages: tuple[Page, ...] = ()
        self.turn = 0
        """Which of the pages is shown, or of the idle pages; counts on past their end."""
        self.settled: Settled | None = None
        """The last verdict."""
        self.settled_at = 0.0

    @property
    def view(self) -> View:
        """The meter on the display."""
        return self.views[self.meter]

    @property
    def counts_down(self) -> bool:
        """Return whether the last verdict names seconds that run out."""
        match self.settled:
            case Settled(verdict=Accepted(outcome) | Refused(outcome)):
                return outcome.seconds > 0
            case _:
                return False

    def begin(self, _now: float) -> None:
        """Begin an entry with the last key."""
        self.typed = self.key.value

    def append(self, _now: float) -> None:
        """Add the last key to the entry; what is far too much is refused by a sound."""
        if len(self.typed) < MOST_TYPED:
            self.typed += self.key.value
        else:
            self.effects.append(Beep(Tone.WRONG))

    def erase(self, now: float) -> None:
        """Take the last sign away."""
        self.typed, self.erased_at = self.typed[:-1], now

    def keep(self, _now: float) -> None:
        """Leave all as it is."""

    def submit(self, _now: float) -> None:
        """Let the token go out, once."""
        self.effects.append(Submit(self.meter, self.typed))
        self.view.pending = self.view.newest = self.typed[-4:]
        self.typed = ""

    def give_up(self, now: float) -> None:
        """Wait no longer for a verdict."""
        self.effects.append(GiveUp(self.meter))
        self.go_home(now)

    def forget(self, _now: float) -> None:
        """End the wait for a token of which the meter cannot say whether it took it."""
        self.effects.append(Forget(self.meter))

    def confirm(self, now: float) -> None:
        """Let the supply come back that is off until somebody says so."""
        if self.view.locked_since is not None:
            self.effects.append(Confirm(self.meter, self.view.locked_since))
            self.view.confirming = True
        self.go_home(now)

    def accept_ledger(self, now: float) -> None:
        """Record that somebody knows of the meter's old memory."""
        self.effects.append(AcceptLedger(self.meter))
        self.view.ledger_fell = False
        self.go_home(now)

    def complain(self, _now: float) -> None:
        """Say what is wrong with the entry; it stays."""
        self.effects += [Complain(self.complaint, self.typed), Beep(Tone.WRONG)]

    def abandon(self, now: float) -> None:
        """Say that the entry was left alone for too long."""
        self.complaint = Complaint.ABANDONED
        self.complain(now)

    def choose(self, now: float) -> None:
        """Bring the chosen meter to the display."""
        self.meter = self.chosen
        self.go_home(now)

    def go_home(self, _now: float) -> None:
        """Drop the entry and begin again with the first idle page."""
        self.typed, self.turn = "", 0

    def turn_on(self, _now: float) -> None:
        """Go on to the next page."""
        self.turn += 1

    def open_pages(self, now: float) -> None:
        """Show the pages that were asked for, and have their rows read."""
        rows = dict.fromkeys(row for page in self.pages for row in page.rows)
        self.effects.append(Look(self.meter, tuple(rows)))
        self.go_home(now)

    def conclude(self, now: float) -> None:
        """Bring the last verdict to the display, and let it be heard."""
        self.settled_at = now
        accepted = self.settled is not None and isinstance(self.settled.verdict, Accepted)
        self.effects.append(Beep(Tone.ACCEPT if accepted else Tone.REJECT))
        self.go_home(now)

    def conclude_with_pages(self, now: float) -> None:
        """Show the pages that an accepted token asks for."""
        self.pages = pages_of(self.settled)
        self.conclude(now)
        self.open_pages(now)

    def look_around(self, now: float) -> None:
        """Show the idle pages once."""
        self.pages = tuple(pages.PAGES[name] for name in self.profile.idle)
        self.open_pages(now)

    def run_out(self, now: float) -> None:
        """Let it be heard that a new key waits no longer for its other sections."""
        self.effects.append(Beep(Tone.REJECT))
        self.go_home(now)


def pages_of(settled: Settled | None) -> tuple[Page, ...]:
    """Return the pages that a verdict asks for: those of a test, or what a new key has changed."""
    match settled:
        case Settled(verdict=Accepted(outcome)) if outcome.token_class == TokenClass.TEST:
            return pages.pages_of_test(outcome.control)
        case Settled(verdict=Accepted(outcome)) if completes_key_change(outcome):
            return pages.KEY_PAGES
        case _:
            return ()


def is_held(settled: Settled) -> bool:
    """Return whether a verdict is that of a section which waits for others."""
    match settled.verdict:
        case Accepted(outcome):
            return outcome.result in SECTIONS
        case _:
            return False
