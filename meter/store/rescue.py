"""A store whose disk failed once is copied, not written again (meter.md 2).

After a failed sync the system may hold as written what the disk never took; only a new file, synced
anew, is to be trusted. Invariant: at every point a crash leaves either the old store whole, or a
finished copy under its rescue name, which the next start puts into place.
"""

import os
from pathlib import Path

from link.durable import Database, StoreBroken


def copy_aside(database: Database, path: Path) -> None:
    """Write all that the open store holds to a new file, synced; raises DurableError."""
    draft = _beside(path, ".draft")
    try:
        draft.unlink(missing_ok=True)
        database.execute("VACUUM INTO ?", (str(draft.absolute()),))
        draft.chmod(0o600)
        _sync(draft)
        draft.rename(rescue_path(path))
        _sync(path.absolute().parent)
    except OSError as error:
        raise StoreBroken(f"{path}: cannot be copied ({error.strerror})") from error


def put_into_place(path: Path) -> None:
    """Finish a rescue that stands ready beside a closed store; raises StoreBroken."""
    copy = rescue_path(path)
    if not copy.exists():
        return
    try:
        for left_over in (_beside(path, "-wal"), _beside(path, "-shm")):
            left_over.unlink(missing_ok=True)
        copy.rename(path)
        _sync(path.absolute().parent)
    except OSError as error:
        raise StoreBroken(
            f"{path}: its copy cannot be put into place ({error.strerror})"
        ) from error


def rescue_path(path: Path) -> Path:
    """Name of the finished copy of a store."""
    return _beside(path, ".rescue")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
