"""Whether the journal of a store has lost a commit (SQLite file format, 4: the write-ahead log).

A store that was stopped has no journal. One that was killed, or lost its power, leaves its newest
commits in the `-wal` file, and SQLite plays them up to the first frame that does not hold: that is
right for a commit that was being written, and silent about every later one if a frame was damaged.
Each commit is on the disk before the next one begins. So all that may follow the last frame that
holds is one commit that nobody was told of; more than that was acknowledged, and is lost.

Limits: damage to the newest commit looks like one that was being written, and a journal that was
cut, or taken away, looks like a shorter one.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from link.durable.errors import StoreBroken, StoreDamaged
from link.durable.file import beside
from link.files import reason_of

ENDING = "-wal"

HEADER = struct.Struct(">8I")
"""Magic, version, page size, number of checkpoints, two salts, two sums."""
FRAME = struct.Struct(">6I")
"""Page, size of the file after a commit or 0, two salts, two sums; then the page itself."""
MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""What a journal begins with, and the order of octets in its sums."""
SUMMED_OF_HEADER = 24
SUMMED_OF_FRAME = 8
PAGE_SIZES = frozenset(1 << power for power in range(9, 17))

Sums = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that belongs to the present round of the journal, by its salts."""

    page: int
    ends_commit: bool
    holds: bool
    """Whether its sums, and those of all frames before it, are right."""


def lost_commits(journal: bytes) -> bool:
    """Return whether a journal has lost a commit that was acknowledged."""
    if len(journal) <= HEADER.size:  # its header was being written, nothing followed
        return False
    frames = _frames(journal)
    return frames is None or not _is_one_commit(_after_last_commit(frames))


def _frames(journal: bytes) -> tuple[Frame, ...] | None:
    """Return the frames of the present round; None if the header does not hold."""
    magic, _, page_size, _, *salts, first, second = HEADER.unpack_from(journal)
    order = MAGIC.get(magic)
    if order is None or page_size not in PAGE_SIZES:
        return None
    sums = _summed(journal[:SUMMED_OF_HEADER], order, (0, 0))
    if sums != (first, second):
        return None
    step = FRAME.size + page_size
    starts = range(HEADER.size, len(journal) - step + 1, step)
    return tuple(_walk((journal[at : at + step] for at in starts), order, salts, sums))


def _walk(frames: Iterable[bytes], order: str, salts: list[int], sums: Sums) -> Iterator[Frame]:
    holds = True
    for octets in frames:
        page, size, *found, first, second = FRAME.unpack_from(octets)
        if holds:
            sums = _summed(octets[:SUMMED_OF_FRAME] + octets[FRAME.size :], order, sums)
            holds = found == salts and sums == (first, second)
        if found == salts:
            yield Frame(page, size != 0, holds)


def _summed(octets: bytes, order: str, sums: Sums) -> Sums:
    """Return the sums after more octets (SQLite file format, 4.2)."""
    first, second = sums
    for even, odd in struct.iter_unpack(f"{order}2I", octets):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _after_last_commit(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Return the frames that SQLite leaves out: those after the last commit that holds."""
    played = (number for number, frame in enumerate(frames, 1) if frame.holds and frame.ends_commit)
    return frames[max(played, default=0) :]


def _is_one_commit(frames: tuple[Frame, ...]) -> bool:
    """Return whether frames may be of one commit: each page once, and an end at the end only."""
    pages = {frame.page for frame in frames}
    return len(pages) == len(frames) and not any(frame.ends_commit for frame in frames[:-1])


def check_journal(path: Path) -> None:
    """Raise StoreDamaged if the journal beside a store has lost a commit that was acknowledged.

    A journal that another process writes meanwhile is not the same when it is read again.
    """
    journal = beside(path, ENDING)
    octets = _read(journal)
    if lost_commits(octets) and octets == _read(journal):
        raise StoreDamaged(f"{path}: damaged: commits are lost from its journal {journal.name}")


def _read(journal: Path) -> bytes:
    try:
        return journal.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreBroken(f"{journal}: {reason_of(error)}") from error
