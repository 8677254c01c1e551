"""Delivery statistics of one meter: how its last requests went."""

from collections import deque

REMEMBERED = 100


class DeliveryStatistics:
    """Counts the last hundred asks: answered, and answered without a repeat on the line."""

    def __init__(self) -> None:
        self._answered: deque[bool] = deque(maxlen=REMEMBERED)
        self._at_once: deque[bool] = deque(maxlen=REMEMBERED)
        self.round_trip_s: float | None = None
        """What the last answer took, None before the first one."""

    def answered(self, round_trip_s: float, *, at_once: bool) -> None:
        """Record an answer; `at_once`: nothing had to be said twice."""
        self.round_trip_s = round_trip_s
        self._answered.append(True)
        self._at_once.append(at_once)

    def failed(self) -> None:
        """Record that an ask had no answer."""
        self._answered.append(False)
        self._at_once.append(False)

    @property
    def answered_percent(self) -> int | None:
        """Share of the asks that were answered, rounded toward less; None before the first."""
        return _percent(self._answered)

    @property
    def first_try_percent(self) -> int | None:
        """Share of the asks that were answered at once."""
        return _percent(self._at_once)


def _percent(asks: deque[bool]) -> int | None:
    return 100 * sum(asks) // len(asks) if asks else None
