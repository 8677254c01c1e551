"""When a primary may speak on a line that others may share (link.md 2, several primaries).

Who has heard no other primary for long only waits until the line is silent. Others wait longer, by
random slots, and keep still while a server owes an answer to somebody else.
"""

from typing import TYPE_CHECKING

from link.hdlc.frame import Frame
from link.hdlc.timing import Timing

if TYPE_CHECKING:
    from random import Random

GUARD_S = 0.02
SLOT_OCTETS = 3
FEWEST_SLOTS = 8
MOST_SLOTS = 64
ALONE_AFTER_S = 120.0
"""Without another primary for so long, the line is ours."""
BABBLE_S = 1.0
BABBLE_FRAMES = 2
"""A line that is not silent for so long, nor for so many of the longest frames, is spoken on: else
one babbler would stop us."""


class SharedLine:
    """One medium as a primary hears it."""

    def __init__(self, timing: Timing, longest: int, rng: "Random") -> None:
        """Reserve the line for answers of up to `longest` octets after a request of another."""
        self._timing = timing
        self._longest = longest
        self._rng = rng
        self._slots = FEWEST_SLOTS
        self._busy_from = self._silent_from = float("-inf")
        self._other_at = float("-inf")
        self._reserved_until = float("-inf")
        self._expected = (b"", b"")
        self.free_at = float("-inf")
        """From when on we may speak."""

    def hear(self, unfinished: bool, now: float) -> None:
        """Take note that octets came, with the end of a frame still to come perhaps."""
        if now > self._silent_from:
            self._busy_from = now
        silence_s = self._timing.inter_octet_s if unfinished else self._timing.silence_s
        self._silent_from = now + silence_s
        self._set_free_at(now)

    def speak(self, now: float) -> None:
        """Take note that we speak."""
        self._busy_from = now

    def overhear(self, frame: Frame, now: float) -> None:
        """Take note of a frame between others."""
        if not frame.control.poll:
            return
        if (frame.destination, frame.source) == self._expected:
            self._reserved_until = now
            self._expected = (b"", b"")
        elif len(frame.source) == 1:
            self._other_at = now
            self._reserved_until = now + self._timing.response_s(0, self._longest)
            self._expected = (frame.source, frame.destination)
        self._set_free_at(now)

    def note_answer(self) -> None:
        """Take note that our request was answered."""
        self._slots = FEWEST_SLOTS

    def note_silence(self, now: float) -> None:
        """Take note that it was not, perhaps because two spoke at once."""
        self._slots = min(2 * self._slots, MOST_SLOTS)
        self._set_free_at(now)

    def _set_free_at(self, now: float) -> None:
        """Draw how long we keep still."""
        babble_s = max(BABBLE_S, BABBLE_FRAMES * self._timing.air_s(self._longest))
        silent_from = min(self._silent_from, self._busy_from + babble_s)
        start = max(silent_from, self._reserved_until)
        if now < self._other_at + ALONE_AFTER_S:
            slot_s = self._timing.turnaround_s + self._timing.air_s(SLOT_OCTETS)
            start = max(start, now) + GUARD_S + self._rng.randint(0, self._slots) * slot_s
        self.free_at = start
