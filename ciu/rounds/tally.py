"""How the last asks of one meter went."""

from collections import deque

REMEMBERED = 100


class Tally:
    """Counts the last hundred asks: answered, and answered without a repeat on the line."""

    def __init__(self) -> None:
        self._asks: deque[tuple[bool, bool]] = deque(maxlen=REMEMBERED)
        self.round_trip_s: float | None = None
        """What the last answer took, None before the first one."""

    def answered(self, round_trip_s: float, *, at_once: bool) -> None:
        """Take note of an answer; `at_once`: nothing had to be said twice."""
        self.round_trip_s = round_trip_s
        self._asks.append((True, at_once))

    def failed(self) -> None:
        """Take note that an ask had no answer."""
        self._asks.append((False, False))

    @property
    def answered_percent(self) -> int | None:
        """Share of the asks that were answered, rounded toward less; None before the first."""
        return self._percent(sum(answered for answered, _ in self._asks))

    @property
    def first_try_percent(self) -> int | None:
        """Share of the asks that were answered at once."""
        return self._percent(sum(at_once for _, at_once in self._asks))

    def _percent(self, count: int) -> int | None:
        return 100 * count // len(self._asks) if self._asks else None
