"""Who on a medium is polled next, and why a meter counts as silent (link.md 2). Pure.

Invariant: one poll at a time, the meter that has waited longest first, so that none starves; a
dead meter is asked no faster than it lets the others have the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ciu.wording import Silence, Silent
from link.terms import LinkTrouble

POLL_S = 3.0
"""Seconds between two polls of one meter on a quick line."""

SILENT_S = 8.0
"""Nothing heard for so long counts as silence, on a quick line."""

TOLD_AT_ONCE = frozenset(
    {
        LinkTrouble.PORT_DOWN,
        LinkTrouble.NOT_REACHED,
        LinkTrouble.OTHER_METER,
        LinkTrouble.ADDRESS_CLASH,
    }
)
"""Troubles that cannot mean a meter which is busy or has just restarted."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """How it stands with one meter; monotonic seconds."""

    due: float
    heard: float
    """When it was last heard, or when listening began."""
    asked: float | None = None
    """When the poll that is under way began."""
    hurried: bool = False
    """Another poll is wanted as soon as that one has ended."""
    took_s: float = 0.0
    trouble: LinkTrouble | None = None
    """What the last poll ended in, None where it was answered."""


class Rounds:
    """The polls of all meters of one medium. Raises KeyError for a meter that is not on it."""

    def __init__(self, meters: Sequence[str], now: float) -> None:
        self._turns = {meter: _Turn(due=now, heard=now) for meter in meters}
        self._port_open = False

    def deadline(self, now: float) -> float | None:
        """Return when to look again: a poll is due, or a meter begins to count as silent."""
        changes = [turn.heard + self._patience_s(turn) for turn in self._turns.values()]
        moments = [at for at in changes if at > now]
        if self._may_poll():
            moments += [turn.due for turn in self._turns.values()]
        return min(moments, default=None)

    def begin(self, now: float) -> str | None:
        """Return the meter whose poll begins now, or None; end it by `finished` or `failed`."""
        if not self._may_poll():
            return None
        meter, turn = min(self._turns.items(), key=lambda item: item[1].due)
        if turn.due > now:
            return None
        self._turns[meter] = replace(turn, asked=now)
        return meter

    def _may_poll(self) -> bool:
        return self._port_open and all(turn.asked is None for turn in self._turns.values())

    def heard(self, meter: str, now: float) -> None:
        """Take note that the meter answered something."""
        self._turns[meter] = replace(self._turns[meter], heard=now, trouble=None)

    def finished(self, meter: str, now: float) -> None:
        """Take note that the poll of a meter was answered to its end."""
        self.heard(meter, now)
        self._end(meter, None, now)

    def failed(self, meter: str, trouble: LinkTrouble, now: float) -> None:
        """Take note that the poll of a meter failed."""
        self._end(meter, trouble, now)

    def _end(self, meter: str, trouble: LinkTrouble | None, now: float) -> None:
        turn = self._turns[meter]
        began = now if turn.asked is None else turn.asked
        ended = replace(turn, asked=None, hurried=False, took_s=now - began, trouble=trouble)
        self._turns[meter] = ended
        due = now if turn.hurried else began + self._period_s(ended)
        self._turns[meter] = replace(ended, due=due)

    def hurry(self, meter: str, now: float) -> None:
        """Let this meter be polled as soon as can be, from the first row on."""
        turn = self._turns[meter]
        under_way = turn.asked is not None
        self._turns[meter] = replace(turn, due=min(turn.due, now), hurried=under_way)

    def port_opened(self, now: float) -> None:
        """Take note that the port is there: everybody is due."""
        self._port_open = True
        self._turns = {meter: replace(turn, due=now) for meter, turn in self._turns.items()}

    def port_lost(self, trouble: LinkTrouble) -> None:
        """Take note that nobody can be asked: no poll begins, and everybody is silent at once."""
        self._port_open = False
        self._turns = {
            meter: replace(turn, asked=None, hurried=False, trouble=trouble)
            for meter, turn in self._turns.items()
        }

    def silence(self, meter: str, now: float) -> Silence | None:
        """Return why a meter is silent, or None while it is not."""
        turn = self._turns[meter]
        if not self._is_silent(turn, now):
            return None
        trouble = turn.trouble or LinkTrouble.NO_ANSWER
        return Silence(self._who(trouble, now), trouble, round(self._period_s(turn)))

    def _is_silent(self, turn: _Turn, now: float) -> bool:
        return turn.trouble in TOLD_AT_ONCE or now >= turn.heard + self._patience_s(turn)

    def _who(self, trouble: LinkTrouble, now: float) -> Silent:
        if trouble is LinkTrouble.PORT_DOWN:
            return Silent.CIU
        alone = len(self._turns) == 1
        speaking = any(not self._is_silent(turn, now) for turn in self._turns.values())
        return Silent.METER if alone or speaking else Silent.LINE

    def _period_s(self, turn: _Turn) -> float:
        answering = (other.took_s for other in self._turns.values() if other.trouble is None)
        return max(POLL_S, 2 * sum(answering), 2 * turn.took_s)

    def _patience_s(self, turn: _Turn) -> float:
        return max(SILENT_S, 2 * self._period_s(turn) + turn.took_s)
