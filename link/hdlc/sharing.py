"""When a primary may speak on a line that others may share (link.md 2, several primaries).

Who has heard no other primary for long only waits until the line is silent, and leaves a pause now
and then in which a newcomer can be heard. Others wait longer, by random slots, and keep still while
a server owes an answer to somebody else. Slots once waited need not be waited again, so that
everybody comes to speak.
"""

from math import ceil
from typing import TYPE_CHECKING

from link.hdlc.frame import Frame
from link.hdlc.timing import Timing

if TYPE_CHECKING:
    from random import Random

GUARD_S = 0.02
SLOT_OCTETS = 3
FEWEST_SLOTS = 8
MOST_SLOTS = 64
MORE_RETRIES = 2
"""Silences borne in addition where two primaries may speak at once."""
ALONE_AFTER_S = 120.0
"""Without another primary for so long, the line is ours."""
PAUSE_EVERY_S = 3.0
PAUSE_SLOTS = 4
"""Who is alone and never rests lets so many slots pass so often: else a newcomer, who waits for
longer silences, would never come to speak."""
ROUNDING = 0.01
"""Of a slot: a silence of the length that was wanted has it after all sums, too."""
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
        self._slot_s = timing.turnaround_s + timing.air_s(SLOT_OCTETS)
        self._slots = FEWEST_SLOTS
        self._left = 0
        """Slots still to be waited for."""
        self._count_from = 0.0
        """From when on they are counted: all primaries heard the same silence begin."""
        self._busy_from = self._silent_from = self._paused_at = 0.0
        self._other_at = float("-inf")
        self._reserved_until = float("-inf")
        self._expected = (b"", b"")
        self.free_at = float("-inf")
        """From when on we may speak."""

    def hear(self, unfinished: bool, now: float) -> None:
        """Record that octets came, with the end of a frame still to come perhaps."""
        if now > self._silent_from:
            self._end_silence(now)
        silence_s = self._timing.inter_octet_s if unfinished else self._timing.silence_s
        self._silent_from = now + silence_s
        self._set_free_at(now)

    def speak(self, octets: int, now: float) -> None:
        """Record that we speak."""
        self._end_silence(now)
        self._silent_from = now + self._timing.air_s(octets) + self._timing.silence_s
        self._left = self._draw()
        self._set_free_at(now)

    def overhear(self, frame: Frame, now: float) -> None:
        """Record a frame between others."""
        if not frame.control.poll:
            return
        self._other_at = now
        if len(frame.source) == 1:
            self._reserved_until = now + self._timing.response_s(0, self._longest)
            self._expected = (frame.source, frame.destination)
        elif (frame.destination, frame.source) == self._expected:
            self._reserved_until = now
            self._expected = (b"", b"")
        self._set_free_at(now)

    def is_shared(self, now: float) -> bool:
        """Return whether another primary was heard of late."""
        return now < self._other_at + ALONE_AFTER_S

    def note_answer(self) -> None:
        """Record that our request was answered."""
        self._slots = FEWEST_SLOTS

    def note_silence(self, now: float) -> None:
        """Record that it was not, perhaps because two spoke at once."""
        self._slots = min(2 * self._slots, MOST_SLOTS)
        self._left = ceil(self._slots_until(now)) + self._draw()
        self._set_free_at(now)

    def _draw(self) -> int:
        return self._rng.randint(0, self._slots)

    def _end_silence(self, now: float) -> None:
        """Record how long the line was silent."""
        self._left = max(0, self._left - int(self._slots_until(now)))
        if self._slots_until(now) >= PAUSE_SLOTS:
            self._paused_at = now
        self._busy_from = now

    def _slots_until(self, now: float) -> float:
        """Return how many slots this silence has had."""
        return max(0.0, (now - self._count_from) / self._slot_s + ROUNDING)

    def _set_free_at(self, now: float) -> None:
        """Return how long we keep still."""
        babble_s = max(BABBLE_S, BABBLE_FRAMES * self._timing.air_s(self._longest))
        silent_from = min(self._silent_from, self._busy_from + babble_s)
        start = max(silent_from, self._reserved_until)
        self._count_from = start + GUARD_S
        if self.is_shared(now):
            self.free_at = self._count_from + self._left * self._slot_s
        elif now >= self._paused_at + PAUSE_EVERY_S:
            self.free_at = self._count_from + PAUSE_SLOTS * self._slot_s
        else:
            self.free_at = start
