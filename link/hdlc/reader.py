"""Frames out of a stream of octets, cut anywhere, with noise anywhere (link.md 2).

Invariant: between two calls the buffer is empty or begins with a flag that may open a frame, and
never holds a whole frame; so it never grows above one frame, and above two while octets are fed.
The flag that closes a frame stays in the buffer, for it may open the next.
"""

from dataclasses import dataclass

from link.hdlc.frame import (
    FRAME_OVERHEAD,
    MAX_INFORMATION,
    OPENING,
    Frame,
    FrameFault,
    examine,
    frame_size,
)

_FLAG = b"\x7e"
_find_opening = OPENING.search

DEFAULT_INFORMATION = 128
"""Octets of information that every station takes before anything is negotiated."""


@dataclass(slots=True)
class LineCounts:
    """What was heard on a medium, counted since the start."""

    frames: int = 0
    noise_octets: int = 0
    """Octets outside any frame, fill flags left out."""
    bad_length: int = 0
    bad_address: int = 0
    bad_header: int = 0
    bad_check: int = 0
    bad_closing: int = 0
    unfinished: int = 0
    """Frames that an inter-octet time-out ended; not damage."""
    foreign: int = 0
    """Good frames for or from somebody else."""
    refused: int = 0
    """Good frames for us that the state of the link does not allow."""

    @property
    def damage(self) -> int:
        """Frames begun that were damaged; noise that looks like a frame counts as well."""
        return (
            self.bad_length + self.bad_address + self.bad_header + self.bad_check + self.bad_closing
        )

    @property
    def disturbance(self) -> int:
        """Grows with whatever is heard that is no frame and no fill flag."""
        return self.damage + self.noise_octets + self.unfinished


class FrameReader:
    """Turns received octets into frames. A false opening flag costs one octet, never a frame."""

    __slots__ = ("_buffer", "_longest", "counts")

    def __init__(self, max_information: int = DEFAULT_INFORMATION) -> None:
        """Take frames of up to `max_information` octets (at least the default, at most 2030)."""
        if max_information > MAX_INFORMATION:
            raise ValueError(f"information of {max_information} octets, at most {MAX_INFORMATION}")
        self._longest = max(max_information, DEFAULT_INFORMATION) + FRAME_OVERHEAD
        self._buffer = b""
        self.counts = LineCounts()

    @property
    def buffered(self) -> int:
        """Octets held."""
        return len(self._buffer)

    @property
    def unfinished(self) -> bool:
        """Return whether a frame seems to have begun."""
        return len(self._buffer) > 1

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that these octets complete."""
        frames: list[Frame] = []
        for at in range(0, len(data), self._longest):
            self._buffer += data[at : at + self._longest]
            self._scan(frames)
        self.counts.frames += len(frames)
        return frames

    def gap(self) -> list[Frame]:
        """Give up the frame that seems to have begun, since no octet came for too long.

        Returns the frames that stood hidden behind it.
        """
        frames: list[Frame] = []
        while self.unfinished:
            self.counts.unfinished += 1
            self._buffer = self._buffer[1:]
            self._scan(frames)
        self.counts.frames += len(frames)
        return frames

    def reset(self) -> None:
        """Forget the octets held: the medium was closed."""
        self._buffer = b""

    def _scan(self, frames: list[Frame]) -> None:
        """Move every whole frame out of the buffer, and drop what can be none."""
        octets, at = self._buffer, 0
        while opening := _find_opening(octets, at):
            flag = opening.start()
            if flag != at:
                self._count_noise(octets[at:flag])
            found = examine(octets, flag, self._longest)
            if found is None:
                self._buffer = octets[flag:]
                return
            if isinstance(found, Frame):
                frames.append(found)
                at = flag + frame_size(octets, flag) - 1
            else:
                self._count_flaw(found)
                at = flag + 1
        rest = octets[at:]
        self._buffer = rest[-1:] if rest.endswith(_FLAG) else b""
        if rest != _FLAG:
            self._count_noise(rest)

    def _count_noise(self, octets: bytes) -> None:
        self.counts.noise_octets += len(octets) - octets.count(_FLAG)

    def _count_flaw(self, fault: FrameFault) -> None:
        match fault:
            case FrameFault.LENGTH:
                self.counts.bad_length += 1
            case FrameFault.ADDRESS:
                self.counts.bad_address += 1
            case FrameFault.HEADER:
                self.counts.bad_header += 1
            case FrameFault.CHECK:
                self.counts.bad_check += 1
            case FrameFault.CLOSING:
                self.counts.bad_closing += 1
