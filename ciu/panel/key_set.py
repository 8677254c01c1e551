"""The key change that waits at a meter for its other sections, as this unit knows it. Pure.

Two sources tell of it: each section's own outcome, and what the meter says of the set. Invariant:
time runs down here too, so that nobody types into a set which the meter has dropped.
"""

from ciu.wording import SECTIONS, Progress, completes_key_change
from link.terms import KeySet, TokenOutcome

TOLD_S = 600.0
"""So long it is told that the time of a set is over, unless a token is typed before."""

NEVER = float("inf")


class Sections:
    """What is held at one meter; moments are monotonic seconds."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        """How far the set is; None where none waits."""
        self.is_over = False
        """Its time has run out lately."""
        self._until = NEVER
        self._seen: set[bytes] = set()
        """Digests of the sections that this unit has seen of the set."""

    @property
    def deadline(self) -> float:
        """When `tick` changes something."""
        return self._until

    def left_s(self, now: float) -> int:
        """Return the whole seconds that the set has left."""
        return max(round(self._until - now), 0) if self.progress is not None else 0

    def judged(self, outcome: TokenOutcome, now: float) -> None:
        """Take the outcome of a token that this unit has typed."""
        if outcome.result in SECTIONS:
            self._hold(outcome, now)
        elif self.is_over or completes_key_change(outcome):
            self._clear()

    def told(self, key_set: KeySet, now: float) -> None:
        """Take what the meter says of its set."""
        if not key_set.missing or not key_set.seconds_left:
            if not self.is_over:
                self._clear()
            return
        known = self.progress
        if known is None or (known.held, known.missing) != (key_set.held, key_set.missing):
            self._clear()
            self.progress = Progress(key_set.held, key_set.missing)
        self._until = now + key_set.seconds_left

    def tick(self, now: float) -> bool:
        """Record the time; return whether that of the set has just run out."""
        if now < self._until:
            return False
        ran_out = self.progress is not None
        self._clear()
        if ran_out:
            self.is_over, self._until = True, now + TOLD_S
        return ran_out

    def _clear(self) -> None:
        self.progress, self.is_over, self._until = None, False, NEVER
        self._seen.clear()

    def _hold(self, outcome: TokenOutcome, now: float) -> None:
        before, held = self.progress, outcome.amount
        again = before is not None and outcome.digest in self._seen and held == before.held
        anew = before is not None and not again and self._loses(before.held, held)
        if anew:
            self._seen.clear()
        self._seen.add(outcome.digest)
        part = SECTIONS[outcome.result]
        self.progress = Progress(held, outcome.missing, part, again, anew)
        self.is_over, self._until = False, now + outcome.seconds

    def _loses(self, before: int, held: int) -> bool:
        """Return whether a section that is new here has thrown others away.

        One of those that this unit has not seen come may be the very same.
        """
        return held < before or held == before == len(self._seen)
