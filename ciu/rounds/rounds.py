"""Who on a medium is polled next, and why a meter counts as silent (link.md 2). Pure.

Invariants: one poll at a time among the meters that answer, the one that has waited longest first,
so that none starves. Those that do not answer are tried beside them, one at a time too, and rest
so long after each try that the others have most of the line; a poll that takes far too long
counts as such a try while it is still under way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ciu.overview import Quality
from ciu.rounds.statistics import DeliveryStatistics
from ciu.wording import Silence, Silent
from link.terms import LASTING, LinkTrouble

POLL_S = 3.0
"""Seconds between two polls of one meter on a quick line."""

SILENT_S = 8.0
"""Nothing heard for so long, and a poll that failed, count as silence on a quick line."""

REST = 3
"""After a try of a dead meter the others have the line for so many times what it took,"""
MOST_REST_S = 10.0
"""but not for longer than this, or two rounds on a slow line: it may come back."""

SLOW_S = 1.0
SLOW = 3
"""A poll is slow after so many seconds, and so many times what it usually takes."""

SMOOTHING = 4
"""A poll that took longer than usual moves the usual by a part of so many; a shorter one is it."""

TOLD_AT_ONCE = frozenset(
    {
        LinkTrouble.PORT_DOWN,
        LinkTrouble.NOT_REACHED,
        LinkTrouble.OTHER_METER,
        LinkTrouble.ADDRESS_CLASH,
        *LASTING,
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
    """What a poll that is answered usually takes."""
    lost_s: float = 0.0
    """What the last poll took that was not answered."""
    trouble: LinkTrouble | None = None
    """What the last poll ended in, None where it was answered."""


class Rounds:
    """The polls of all meters of one medium. Raises KeyError for a meter that is not on it."""

    def __init__(self, meters: Sequence[str], now: float) -> None:
        self._turns = {meter: _Turn(due=now, heard=now) for meter in meters}
        self._statistics = {meter: DeliveryStatistics() for meter in meters}
        self.held = False
        """Set while something else goes before the polls: none begins."""
        self._port_open = False
        self._poll_s = POLL_S
        """From poll to poll of a meter that answers: half of the line is left free."""
        self._rest_until = now
        """Before that, no dead meter is tried."""
        self._others_heard = float("-inf")
        """When others were last heard to speak to each other on the line."""

    @property
    def meters(self) -> list[str]:
        """All meters of the medium."""
        return list(self._turns)

    def deadline(self, now: float) -> float | None:
        """Return when to look again: a poll is due, or a meter begins to count as silent."""
        changes = [turn.heard + self._patience_s(turn) for turn in self._turns.values()]
        changes += [at for at in map(_slow_from, self._turns.values()) if at is not None]
        moments = [at for at in changes if at > now]
        moments += [self._due(turn) for turn in self._ready(now).values()]
        return min(moments, default=None)

    def begin(self, now: float) -> str | None:
        """Return the meter whose poll begins now, or None; end it by `finished` or `failed`."""
        due = {meter: turn for meter, turn in self._ready(now).items() if self._due(turn) <= now}
        if not due:
            return None
        meter = min(due, key=lambda each: due[each].due)
        self._keep(meter, replace(due[meter], asked=now))
        return meter

    def _ready(self, now: float) -> dict[str, _Turn]:
        """Return the meters of which a poll may begin when it is due."""
        if self.held or not self._port_open:
            return {}
        under_way = {_is_well(turn, now) for turn in self._turns.values() if turn.asked is not None}
        return {
            meter: turn
            for meter, turn in self._turns.items()
            if _is_well(turn, now) not in under_way
        }

    def _due(self, turn: _Turn) -> float:
        return turn.due if turn.trouble is None else max(turn.due, self._rest_until)

    def statistics(self, meter: str) -> DeliveryStatistics:
        """Return the count of a meter's asks, to be written to."""
        return self._statistics[meter]

    def quality(self, meter: str) -> Quality:
        """Return how well the asks of a meter go."""
        statistics = self._statistics[meter]
        return Quality(
            self._poll_s,
            statistics.round_trip_s,
            statistics.answered_percent,
            statistics.first_try_percent,
        )

    def heard(self, meter: str, now: float) -> None:
        """Record that the meter answered something."""
        self._keep(meter, replace(self._turns[meter], heard=now, trouble=None))

    def overheard(self, now: float) -> None:
        """Record that others spoke to each other: the line itself is well."""
        self._others_heard = now

    def finished(self, meter: str, now: float) -> None:
        """Record that the poll of a meter was answered to its end."""
        self.heard(meter, now)
        turn = self._turns[meter]
        took_s = _elapsed(turn, now)
        if turn.took_s:
            took_s = min(took_s, turn.took_s + (took_s - turn.took_s) / SMOOTHING)
        self._keep(meter, replace(turn, took_s=took_s))
        self._end(meter, self._poll_s, now)

    def failed(self, meter: str, trouble: LinkTrouble, now: float) -> None:
        """Record that the poll of a meter failed."""
        turn = self._turns[meter]
        lost = replace(turn, trouble=trouble, lost_s=_elapsed(turn, now))
        self._keep(meter, lost)
        if self._answering():
            self._rest_until = now + self._rest_s(lost)
        self._end(meter, self._retry_s(lost), now)

    def _end(self, meter: str, period_s: float, now: float) -> None:
        turn = self._turns[meter]
        due = now if turn.hurried else now - _elapsed(turn, now) + period_s
        self._keep(meter, replace(turn, asked=None, hurried=False, due=due))

    def _keep(self, meter: str, turn: _Turn) -> None:
        self._turns[meter] = turn
        self._poll_s = max(POLL_S, 2 * sum(each.took_s for each in self._answering()))

    def hurry(self, meter: str, now: float) -> None:
        """Let this meter be polled as soon as can be, from the first row on."""
        turn = self._turns[meter]
        if turn.trouble is not None:
            self._rest_until = now
        under_way = turn.asked is not None
        self._keep(meter, replace(turn, due=min(turn.due, now), hurried=under_way))

    def port_opened(self, now: float) -> None:
        """Record that the port is there: everybody is due."""
        self._port_open = True
        self._rest_until = now
        for meter, turn in self._turns.items():
            self._keep(meter, replace(turn, due=now))

    def port_lost(self, trouble: LinkTrouble) -> None:
        """Record that nobody can be asked: no poll begins, and everybody is silent at once."""
        self._port_open = False
        for meter, turn in self._turns.items():
            self._keep(meter, replace(turn, asked=None, hurried=False, trouble=trouble))

    def silence(self, meter: str, now: float) -> Silence | None:
        """Return why a meter is silent, or None while it is not."""
        turn = self._turns[meter]
        if not self._is_silent(turn, now):
            return None
        trouble = turn.trouble or LinkTrouble.NO_ANSWER
        return Silence(self._who(trouble, now), trouble, round(self._retry_s(turn)))

    def _is_silent(self, turn: _Turn, now: float) -> bool:
        """Return whether a poll has failed, for which there are no other reasons or much time."""
        if turn.trouble is None:
            return False
        return turn.trouble in TOLD_AT_ONCE or self._is_overdue(turn, now)

    def _is_overdue(self, turn: _Turn, now: float) -> bool:
        return now >= turn.heard + self._patience_s(turn)

    def _who(self, trouble: LinkTrouble, now: float) -> Silent:
        if trouble is LinkTrouble.PORT_DOWN:
            return Silent.CIU
        alone = len(self._turns) == 1
        speaking = any(not self._is_overdue(turn, now) for turn in self._turns.values())
        overheard = now < self._others_heard + SILENT_S
        return Silent.METER if alone or speaking or overheard else Silent.LINE

    def _answering(self) -> list[_Turn]:
        return [turn for turn in self._turns.values() if turn.trouble is None]

    def _retry_s(self, turn: _Turn) -> float:
        """Return the time from try to try of a meter that does not answer."""
        dead = len(self._turns) - len(self._answering())
        if dead == len(self._turns):
            return max(self._poll_s, 2 * turn.lost_s)
        return max(self._poll_s, dead * (turn.lost_s + self._rest_s(turn)))

    def _rest_s(self, turn: _Turn) -> float:
        return min(REST * turn.lost_s, max(MOST_REST_S, 2 * self._poll_s))

    def _patience_s(self, turn: _Turn) -> float:
        return max(SILENT_S, 2 * self._poll_s + turn.lost_s)


def _elapsed(turn: _Turn, now: float) -> float:
    return 0.0 if turn.asked is None else now - turn.asked


def _slow_from(turn: _Turn) -> float | None:
    """Return when the poll under way has taken far too long."""
    return None if turn.asked is None else turn.asked + max(SLOW_S, SLOW * turn.took_s)


def _is_well(turn: _Turn, now: float) -> bool:
    """Return whether a meter answers as far as is known, and in time."""
    slow_from = _slow_from(turn)
    return turn.trouble is None and (slow_from is None or now < slow_from)
