"""How long the power has been above its limit, by the monotonic clock (meter.md 4)."""


class Limiter:
    """Watches samples of power. A time above the limit ends with the first sample that is not."""

    def __init__(self, over_s: int) -> None:
        """`over_s`: for how long the limit may be exceeded."""
        self._over_s = over_s
        self._over_since: float | None = None

    def is_exceeded(self, power_w: int, limit_w: int, now: float) -> bool:
        """Take a sample; return whether the limit was exceeded for as long as it may be.

        A limit of 0 W is none.
        """
        if not 0 < limit_w < power_w:
            self._over_since = None
        elif self._over_since is None:
            self._over_since = now
        return self.left_s(now) == 0

    def left_s(self, now: float) -> float | None:
        """Return the seconds for which this power may go on; None while it is within the limit."""
        if self._over_since is None:
            return None
        return max(self._over_since + self._over_s - now, 0.0)
