"""Too much power for too long: off, tried again, in the end locked out (meter.md 4).

Invariant: what is left to wait falls by running time, and the lock-out by a confirmation; no token
and no clock touches it. passed(a) then passed(b) is passed(a + b).
"""

from dataclasses import dataclass, replace

OFF_S = 60
RETRIES = 3
LOCKOUT_S = 1800
"""Off for OFF_S, so many automatic retries, then for LOCKOUT_S or until it is confirmed."""

QUIET_S = 600
"""Retries are forgotten after so long without an overload, counted from the last retry (ours)."""

MOST_POWER_W = 1_000_000
"""The greatest power limit that a meter takes (ours)."""

OVER_S = 10
"""Too much power opens the switch after so long, where the configuration says nothing (ours)."""


@dataclass(frozen=True, slots=True)
class PowerLimit:
    """More than `power_w` for `over_s` opens the switch; 0 W is no limit."""

    power_w: int = 0
    over_s: int = OVER_S


@dataclass(frozen=True, slots=True)
class Overload:
    """What is left of the last overload, and how many there ever were."""

    off_left_s: int = 0
    lockout_left_s: int = 0
    retries: int = 0
    """Automatic retries since the last quiet time, the one that waits now included."""
    quiet_left_s: int = 0
    """Until the retries are forgotten; runs while the supply is not off for overload."""
    openings: int = 0

    def opened(self) -> "Overload":
        """Wait for the next retry, or lock out where they are used up."""
        openings = self.openings + 1
        if self.retries >= RETRIES:
            return Overload(lockout_left_s=LOCKOUT_S, openings=openings)
        retries = self.retries + 1
        return Overload(OFF_S, retries=retries, quiet_left_s=QUIET_S, openings=openings)

    def confirmed(self) -> "Overload":
        """End a lock-out."""
        return replace(self, lockout_left_s=0)

    def passed(self, seconds: int) -> "Overload":
        """Count `seconds` of running."""
        after_off_s = max(seconds - self.off_left_s, 0)
        quiet_left_s = max(self.quiet_left_s - after_off_s, 0)
        return replace(
            self,
            off_left_s=max(self.off_left_s - seconds, 0),
            lockout_left_s=max(self.lockout_left_s - seconds, 0),
            quiet_left_s=quiet_left_s,
            retries=self.retries if quiet_left_s else 0,
        )

    def clipped(self) -> "Overload":
        """Bound every count by what the rules can make: for values that come from a disk."""
        return Overload(
            off_left_s=_within(self.off_left_s, OFF_S),
            lockout_left_s=_within(self.lockout_left_s, LOCKOUT_S),
            retries=_within(self.retries, RETRIES),
            quiet_left_s=_within(self.quiet_left_s, QUIET_S),
            openings=max(self.openings, 0),
        )

    @property
    def counting(self) -> bool:
        """Return whether running time changes anything here."""
        return bool(self.off_left_s or self.lockout_left_s or self.quiet_left_s)


def _within(count: int, most: int) -> int:
    return max(0, min(count, most))


NO_OVERLOAD = Overload()
