"""The panel: keys, news and ticks in; screens, sounds and requests out. ciu.md 2. Pure.

Theory: a mode says what the two lines are about. Every input comes to a cue; the table (table.py)
names for each mode the cues it takes, what is done on the state, and the mode that follows.
Invariants: a token leaves by Submit alone, at most one a meter is open, and nothing that is
complained of leaves the panel. `now` is monotonic seconds.
"""

from collections.abc import Sequence
from typing import assert_never

from ciu.keypad import Key
from ciu.overview import MeterLine
from ciu.panel.drawing import asks_for_note, draw, page_shown, shows_way_out, view_shown
from ciu.panel.entry import Choice, Pages, Token, is_full, judge
from ciu.panel.lines import meter_lines
from ciu.panel.modes import Cue, Mode
from ciu.panel.news import Beep, Effect, Label, Look, News, Settled, Show
from ciu.panel.table import TABLE
from ciu.panel.view import TICK_S, View
from ciu.panel.working_state import WorkingState, is_held, pages_of
from ciu.profiles import Profile
from ciu.screen import Screen, Tone
from ciu.wording import Complaint, Words
from link.token_entry import Forgotten

FIXABLE = frozenset(
    {
        Complaint.TOO_SHORT,
        Complaint.TOO_LONG,
        Complaint.NOT_A_TOKEN,
        Complaint.WAIT,
        Complaint.UNREADABLE,
    }
)
"""Complaints after which what was typed stays, to be corrected or tried again."""

TYPING = frozenset({Mode.ENTRY, Mode.CORRECTING})

RESTING = frozenset({Mode.IDLE, Mode.WIZARD})
"""The display turns its pages by itself, and shows at once what presses."""

ANSWERS = frozenset({Mode.PAGES, Mode.NOTICE})
"""What a code comes to."""

LEAST_PAGE_S = 3.0
"""Each of many pages stays for so long at the least."""

CONFIRMED_ON = frozenset({"overload", "overload_advice", "supply"})
"""Pages on which E brings the supply back, where they say so."""


class Panel:
    """One keypad and display for one or more meters; the first one is shown first."""

    def __init__(self, meters: Sequence[Label], profile: Profile, words: Words, now: float) -> None:
        self._state = WorkingState(meters, profile)
        self._figures = profile.figures
        self._words = words
        self._waiting: list[Settled] = []
        """Verdicts that came at a bad moment, at most one a meter."""
        self._alarm_at: float | None = None
        self._alerts: set[tuple[str, object]] = set()
        """What was heard already."""
        self._mode = Mode.IDLE
        self._submits_itself = False
        self._until = now + self._pause_s(Mode.IDLE)
        self._drawn_at = now
        self._is_drawn = True
        self._screen = draw(self._state, self._mode, words, now)
        self._state.effects.append(Show(self._screen))

    @property
    def mode(self) -> Mode:
        """What the two lines are about."""
        return self._mode

    @property
    def typed(self) -> str:
        """What stands in the entry."""
        return self._state.typed

    @property
    def meter(self) -> str:
        """The meter on the display."""
        return self._state.meter

    @property
    def screen(self) -> Screen:
        """The picture as last shown."""
        return self._screen

    @property
    def waits(self) -> bool:
        """Return whether the display still waits for an answer of the meter."""
        page = page_shown(self._state, self._mode, self._words)
        unread = page is not None and not self._state.view.values.keys() >= set(page.rows)
        return self._mode is Mode.CHECKING or unread

    @property
    def view(self) -> View:
        """What is known of the meter on the display."""
        return self._state.view

    def meter_lines(self, now: float) -> tuple[MeterLine, ...]:
        """Return how it stands with each meter."""
        return meter_lines(self._state, self._words, now)

    @property
    def deadline(self) -> float:
        """When `tick` must be called at the latest."""
        moments = [self._until]
        if self._alarm_at is not None:
            moments.append(self._alarm_at)
        counts_down = self._mode is Mode.RESULT and self._state.counts_down
        if counts_down or self._mode is Mode.WIZARD:
            moments.append(self._drawn_at + TICK_S)
        moments += [view.sections.deadline for view in self._state.views.values()]
        changes_at = self.view.changes_at(self._drawn_at)
        if changes_at is not None:
            moments.append(changes_at)
        return min(moments)

    def take_effects(self) -> list[Effect]:
        """Return what is to be done, in order, and forget it; only here the picture is drawn."""
        if not self._is_drawn:
            self._watch_alarms(self._drawn_at)
            self._draw(self._drawn_at)
        effects, self._state.effects = self._state.effects, []
        return effects

    def press(self, key: Key, now: float, *, anew: bool = False) -> None:
        """Take a key; with `anew` a sign takes the place of what is typed."""
        cue = self._cue(key, now)
        if anew and cue is Cue.SIGN and self._mode in TYPING:
            cue = Cue.ANEW
        self._state.key = key
        self._take(cue, now)
        if self._closes(key):
            self._follow(self._entered(), now)

    def _take(self, cue: Cue, now: float) -> None:
        known = (self._mode, cue) in TABLE
        self._state.effects.append(Beep(Tone.KEY if known else Tone.WRONG))
        if known:
            self._follow(cue, now)
        self._refresh(now)

    def refuse(self, complaint: Complaint, now: float) -> None:
        """Say what is wrong with a paste; what is typed stays."""
        self._state.complaint = complaint
        self._take(Cue.UNREADABLE, now)

    def choose(self, meter: str, now: float) -> None:
        """Bring a meter to the display, refused by a sound where an entry or a token is under way.

        KeyError for a meter that this panel does not have.
        """
        self._state.chosen = self._state.views[meter].label.drn
        self._take(Cue.CHOSEN, now)

    def answer(self, news: News, now: float) -> None:
        """Take news of a meter; KeyError for one that this panel does not have."""
        view = self._state.views[news.meter]
        before, alerts = view.pressing, view.alerts
        view.take(news, now)
        if isinstance(news, Settled):
            self._settle(news, now)
        elif self._mode in RESTING and view is self.view and view.pressing != before:
            self._follow(Cue.HOME, now)
        if view is view_shown(self._state, self._mode) or view.alerts != alerts:
            self._refresh(now)

    def tick(self, now: float) -> None:
        """Record the time."""
        for view in self._state.views.values():
            ran_out = view.sections.tick(now)
            if ran_out and view is self.view and self._mode is Mode.WIZARD:
                self._follow(Cue.TIME_UP, now)
        if now >= self._until:
            self._follow(self._pause_cue(), now)
        self._refresh(now)

    def _cue(self, key: Key, now: float) -> Cue:
        typing = self._mode in TYPING
        match key:
            case Key.BACKSPACE if typing:
                return self._erasing(now)
            case Key.ENTER if shows_way_out(self._state, self._mode, self._words):
                return Cue.END_WAIT
            case Key.ENTER if typing:
                return self._entered() if self._mode is Mode.ENTRY else Cue.AGAIN
            case Key.ENTER if self._mode in ANSWERS and self._state.key is Key.HASH:
                return Cue.ENDED
            case Key.ENTER if self._confirms:
                return Cue.CONFIRM
            case Key.ENTER if asks_for_note(self._state, self._mode, self._words):
                return Cue.NOTED
            case Key.BACKSPACE | Key.ENTER:
                return Cue.HOME
            case Key.INFO if typing or self._state.profile.opener != key.value:
                return Cue.INFO
            case _:
                return Cue.SIGN

    @property
    def _confirms(self) -> bool:
        page = page_shown(self._state, self._mode, self._words)
        shown = page is not None and page.name in CONFIRMED_ON
        return shown and self._mode is not Mode.RESULT and self.view.locked_since is not None

    def _erasing(self, now: float) -> Cue:
        quickly = now - self._state.erased_at < self._figures.double_erase_s
        return Cue.CLEAR if quickly or len(self._state.typed) == 1 else Cue.ERASE

    def _closes(self, key: Key) -> bool:
        """Return whether a hash ends a code that stands between two of them."""
        between = self._mode is Mode.ENTRY and key is Key.HASH and len(self._state.typed) > 1
        return between and self._state.profile.meaning(self._state.typed) is not None

    def _entered(self) -> Cue:
        state = self._state
        judged = judge(state.typed, state.profile, state.meters, state.meter)
        if isinstance(judged, Token) and state.view.pending is not None:
            judged = Complaint.UNREADABLE if state.view.is_unreadable else Complaint.WAIT
        match judged:
            case Token():
                return Cue.TOKEN
            case Pages(asked):
                state.pages = asked
                return Cue.CODE
            case Choice(drn):
                state.chosen = drn
                return Cue.CHOICE
            case Complaint():
                state.complaint = judged
                return Cue.FIXABLE if judged in FIXABLE else Cue.WRONG
            case _:
                assert_never(judged)

    def _pause_cue(self) -> Cue:
        if self._submits_itself:
            return self._entered()
        more = self._mode is Mode.PAGES and self._state.turn + 1 < len(self._state.pages)
        return Cue.TURN if more or self._mode in RESTING else Cue.PAUSE

    def _settle(self, news: Settled, now: float) -> None:
        elsewhere = self._mode is Mode.CHECKING and news.meter != self._state.meter
        if elsewhere or self._mode in TYPING:
            if not isinstance(news.verdict, Forgotten):  # the customer's own doing
                self._waiting.append(news)
            return
        self._state.settled = news
        self._follow(self._verdict_cue(news), now)

    def _verdict_cue(self, news: Settled) -> Cue:
        if news.meter != self._state.meter:
            return Cue.VERDICT
        if is_held(news) and self.view.sections.progress is not None:
            return Cue.HELD
        return Cue.PAGED if pages_of(news) else Cue.VERDICT

    def _follow(self, cue: Cue, now: float) -> None:
        step, meter = TABLE[self._mode, cue], self._state.meter
        step.action(self._state, now)
        if self._mode is Mode.PAGES and step.mode is not Mode.PAGES:
            self._state.effects.append(Look(meter, ()))
        self._mode = step.mode
        full = step.mode is Mode.ENTRY and cue is Cue.SIGN and is_full(self._state.typed)
        self._submits_itself = full
        self._until = now + (self._figures.submit_pause_s if full else self._pause_s(step.mode))
        if step.mode is not Mode.IDLE:
            return
        if self._waiting:
            self._settle(self._waiting.pop(0), now)
        elif self.view.sections.progress is not None:
            self._follow(Cue.AWAITED, now)

    def _pause_s(self, mode: Mode) -> float:
        match mode:
            case Mode.IDLE | Mode.WIZARD:
                return self._figures.idle_page_s
            case Mode.ENTRY:
                return self._figures.entry_idle_s
            case Mode.CORRECTING | Mode.NOTICE:
                return self._figures.notice_s
            case Mode.CHECKING:
                return self._figures.checking_s
            case Mode.RESULT:
                return self._figures.result_s
            case Mode.PAGES:
                return max(LEAST_PAGE_S, self._figures.code_page_s / len(self._state.pages))
            case _:
                assert_never(mode)

    def _watch_alarms(self, now: float) -> None:
        alerts = {(drn, each) for drn, view in self._state.views.items() for each in view.alerts}
        due = self._alarm_at is None or now >= self._alarm_at
        if not alerts:
            self._alarm_at = None
        elif due or not alerts <= self._alerts:
            self._alarm_at = now + self._figures.alarm_repeat_s
            self._state.effects.append(Beep(Tone.ALARM))
        self._alerts = alerts

    def _refresh(self, now: float) -> None:
        """Let the picture be drawn anew, as it is now."""
        self._drawn_at, self._is_drawn = now, False

    def _draw(self, now: float) -> None:
        self._is_drawn = True
        screen = draw(self._state, self._mode, self._words, now)
        if screen != self._screen:
            self._screen = screen
            self._state.effects.append(Show(screen))
