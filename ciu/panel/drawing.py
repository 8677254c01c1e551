"""The picture for each mode: what stands on the state, in words."""

from dataclasses import replace
from typing import assert_never

from ciu import pages, wording
from ciu.pages import PAGES, Page
from ciu.panel.modes import Mode
from ciu.panel.news import Settled
from ciu.panel.view import View
from ciu.panel.working_state import WorkingState
from ciu.screen import LinkSign, Screen
from ciu.wording import Complaint, Doubt, Lines, Progress, Words
from link.terms import TokenOutcome
from link.token_entry import Accepted, Forgotten, NotDone, NotSent, Refused, Unknown

SIGNALS = {
    LinkSign.ASKING: "calling the meter",
    LinkSign.GOOD: "signal good",
    LinkSign.LOST: "no signal",
}


def draw(state: WorkingState, mode: Mode, words: Words, now: float) -> Screen:
    """Return the picture at a moment, monotonic seconds."""
    told, view = _told(state, mode), view_shown(state, mode)
    if told is not None:
        lines = _result(view, told, words, now - state.settled_at)
    else:
        lines = _lines(state, mode, words, now)
    age_s = view.credit_age_s(now)
    return Screen(
        lines,
        view.label.tail,
        view.label.name,
        view.signs(),
        big=view.credit,
        unit=view.unit,
        age=wording.span(age_s) if age_s else "",
    )


def view_shown(state: WorkingState, mode: Mode) -> View:
    """Return what is known of the meter that the picture is of."""
    told = _told(state, mode)
    return state.view if told is None else state.views[told.meter]


def _told(state: WorkingState, mode: Mode) -> Settled | None:
    return state.settled if mode is Mode.RESULT else None


def page_shown(state: WorkingState, mode: Mode, words: Words) -> Page | None:
    """Return the page on the display, or None where something else stands there."""
    shown = _subject(state, mode, words)
    return shown if isinstance(shown, Page) else None


def asks_for_note(state: WorkingState, mode: Mode, words: Words) -> bool:
    """Return whether the display asks whether the supplier was told of the meter's old memory."""
    shown = mode in (Mode.IDLE, Mode.WIZARD) and _subject(state, mode, words)
    return shown == wording.supplier_told(words)


def _lines(state: WorkingState, mode: Mode, words: Words, now: float) -> Lines:
    view, shown = state.view, _subject(state, mode, words)
    match shown:
        case Page():
            return pages.draw(words, shown, view.seen(shown, now))
        case Progress():
            return wording.key_change(words, shown, view.sections.left_s(now))
        case _:
            return shown


def _subject(state: WorkingState, mode: Mode, words: Words) -> Page | Progress | Lines:
    match mode:
        case Mode.IDLE | Mode.RESULT:
            standing = _standing(state, words)
            return standing[state.turn % len(standing)]
        case Mode.ENTRY:
            return wording.entry(words, state.typed)
        case Mode.CORRECTING | Mode.NOTICE:
            return wording.complaint(words, state.complaint, state.typed)
        case Mode.CHECKING:
            return _checking(state.view, words)
        case Mode.WIZARD:
            waiting = _waiting(state, words)
            return waiting[state.turn % len(waiting)]
        case Mode.PAGES:
            return state.pages[state.turn % len(state.pages)]
        case _:
            assert_never(mode)


def _waiting(state: WorkingState, words: Words) -> list[Page | Progress | Lines]:
    """Return how far a new key is; every other page is something else that presses, if any does."""
    view, progress = state.view, state.view.sections.progress
    others: list[Page | Lines] = [*_alerts(view, words)]
    if view.overload is not None:
        others.insert(0, PAGES["overload"])
    if view.silence is not None:
        others.insert(0, wording.silence(words, view.silence))
    if progress is None:
        return [*others]
    return [page for other in others for page in (progress, other)] or [progress]


def _standing(state: WorkingState, words: Words) -> list[Page | Lines]:
    """Return the idle pages in turn: what presses first, then what the profile shows.

    While too much power keeps the light off, every other page is the one that counts down.
    """
    view = state.view
    standing: list[Page | Lines] = [*_alerts(view, words)]
    standing += [PAGES[name] for name in state.profile.idle]
    if view.overload is not None:
        others = [
            PAGES["overload_advice"],
            *(page for page in standing if page is not PAGES["supply"]),
        ]
        standing = [page for other in others for page in (PAGES["overload"], other)]
    return standing if view.silence is None else [wording.silence(words, view.silence), *standing]


def _alerts(view: View, words: Words) -> list[Lines]:
    """Return what else presses: a token in doubt, a meter's memory, alarms."""
    alerts = [wording.alarm(words, alarm, view.explained) for alarm in view.alarms]
    if view.ledger_fell:
        alerts[:0] = [wording.ledger_fell(words), wording.supplier_told(words)]
    if view.sections.is_over:
        alerts.insert(0, wording.time_up(words))
    if view.pending is not None:
        alerts = [*_doubts(view.pending, view, words), *alerts]
    return alerts


def _doubts(tail: str, view: View, words: Words) -> list[Lines]:
    kinds = (Doubt.UNREADABLE, Doubt.WAY_OUT) if view.is_unreadable else (Doubt.UNKNOWN,)
    return [wording.doubt(words, kind, tail=tail) for kind in kinds]


def shows_way_out(state: WorkingState, mode: Mode, words: Words) -> bool:
    """Return whether the display says that Enter ends the wait for a token."""
    if mode is Mode.CORRECTING:
        return state.complaint is Complaint.UNREADABLE and state.view.is_unreadable
    shown = mode in (Mode.IDLE, Mode.WIZARD) and _subject(state, mode, words)
    return state.view.is_unreadable and shown == wording.doubt(words, Doubt.WAY_OUT)


def _checking(view: View, words: Words) -> Lines:
    if view.silence is not None:
        state = wording.silence(words, view.silence)[0]
    else:
        state = words.translate(SIGNALS[view.signs().link])
    return wording.doubt(words, Doubt.CHECKING, state=state)


def _result(view: View, settled: Settled, words: Words, age_s: float) -> Lines:
    match settled.verdict:
        case Accepted(outcome) | Refused(outcome):
            now = _as_it_is_now(outcome, view, round(age_s))
            said = wording.verdict(words, now, view.context)
            overtaken = view.newest not in ("", settled.tail)
            return wording.earlier(words, settled.tail, said) if overtaken else said
        case Unknown(trouble):
            return wording.doubt(words, wording.not_known(trouble), tail=settled.tail)
        case NotSent(trouble):
            return wording.doubt(words, wording.not_sent(trouble), tail=settled.tail)
        case NotDone():
            return wording.doubt(words, Doubt.NOT_RECEIVED, tail=settled.tail)
        case Forgotten():
            return wording.doubt(words, Doubt.FORGOTTEN, tail=settled.tail)
        case _:
            assert_never(settled.verdict)


def _as_it_is_now(outcome: TokenOutcome, view: View, elapsed_s: int) -> TokenOutcome:
    """Return an outcome so many seconds on: waits run down, and credit is used meanwhile."""
    return replace(
        outcome,
        seconds=max(outcome.seconds - elapsed_s, 0),
        credit_after=outcome.credit_after if view.credit_since is None else view.credit_since,
    )
