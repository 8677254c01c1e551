"""How the last asks of one meter went."""

from collections import deque

REMEMBERED = 100


class Tally:
    """Counts the last hundred asks: answered, and answered without a repeat on the line."""

    def __init__(self) -> None:
        self._asks: deque[tuple[bool, bool]] = deque()
        self._answered = 0
        self._at_once = 0
        """How many of these asks were answered, and how many at once."""
        self.round_trip_s: float | None = None
        """What the last answer took, None before the first one."""

    def answered(self, round_trip_s: float, *, at_once: bool) -> None:
        """Take note of an answer; `at_once`: nothing had to be said twice."""
        self.round_trip_s = round_trip_s
        self._remember(True, at_once)

    def failed(self) -> None:
        """Take note that an ask had no answer."""
        self._remember(False, False)

    @property
    def answered_percent(self) -> int | None:
        """Share of the asks that were answered, rounded toward less; None before the first."""
        return self._percent(self._answered)

    @property
    def first_try_percent(self) -> int | None:
        """Share of the asks that were answered at once."""
        return self._percent(self._at_once)

    def _remember(self, answered: bool, at_once: bool) -> None:
        self._asks.append((answered, at_once))
        forgotten = self._asks.popleft() if len(self._asks) > REMEMBERED else (False, False)
        self._answered += answered - forgotten[0]
        self._at_once += at_once - forgotten[1]

    def _percent(self, count: int) -> int | None:
        return 100 * count // len(self._asks) if self._asks else None
