"""A store whose disk failed once is copied, not written again (meter.md 2).

After a failed sync the system may hold as written what the disk never took; only a new file, synced
anew, is to be trusted. Invariant: at every point a crash leaves either the old store whole, or a
finished copy under its rescue name, which the next start puts into place.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from link.durable import Database, StoreBroken
from link.files import OURS_ALONE, reason_of, sync

Sync: TypeAlias = Callable[[Path], None]
"""Returns when the disk has a file or the names in a folder; a crash test hands in its own."""


def copy_aside(database: Database, path: Path, sync: Sync = sync) -> None:
    """Write all that the open store holds to a new file, synced; raises DurableError."""
    draft = _beside(path, ".draft")
    try:
        draft.unlink(missing_ok=True)
        database.execute("VACUUM INTO ?", (str(draft.absolute()),))
        draft.chmod(OURS_ALONE)
        sync(draft)
        draft.rename(rescue_path(path))
        sync(path.absolute().parent)
    except OSError as error:
        raise StoreBroken(f"{path}: cannot be copied ({reason_of(error)})") from error


def put_into_place(path: Path, sync: Sync = sync) -> None:
    """Finish a rescue that stands ready beside a closed store; raises StoreBroken."""
    copy = rescue_path(path)
    if not copy.exists():
        return
    try:
        for left_over in (_beside(path, "-wal"), _beside(path, "-shm")):
            left_over.unlink(missing_ok=True)
        sync(path.absolute().parent)  # an old journal must never meet the new file
        copy.rename(path)
        sync(path.absolute().parent)
    except OSError as error:
        raise StoreBroken(
            f"{path}: its copy cannot be put into place ({reason_of(error)})"
        ) from error


def rescue_path(path: Path) -> Path:
    """Name of the finished copy of a store."""
    return _beside(path, ".rescue")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
