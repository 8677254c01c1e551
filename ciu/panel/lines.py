"""The line of each meter beside the display: how it stands with it, in a word or a few."""

from ciu import wording
from ciu.overview import MeterLine
from ciu.panel.view import View
from ciu.panel.working_state import WorkingState
from ciu.wording import Words

WELL = "ok"
ASKING = "asking"


def meter_lines(state: WorkingState, words: Words, now: float) -> tuple[MeterLine, ...]:
    """Return a line for every meter, in the order of the configuration; monotonic seconds."""
    return tuple(_line(view, state, words, now) for view in state.views.values())


def _line(view: View, state: WorkingState, words: Words, now: float) -> MeterLine:
    label, quality = view.label, view.quality
    return MeterLine(
        drn=label.drn,
        tail=label.tail,
        name=label.name,
        shown=label.drn == state.meter,
        well=view.answers,
        state=_state(view, words, now),
        round_trip_s=quality.round_trip_s if view.answers else None,
        answered_percent=quality.answered_percent,
    )


def _state(view: View, words: Words, now: float) -> str:
    if view.silence is not None:
        return wording.who_is_silent(words, view.silence, view.unheard_s(now))
    return words.translate(WELL if view.answers else ASKING)
