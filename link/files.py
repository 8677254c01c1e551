"""What settings, secrets and stores share of the disk: files for us alone, and durable ones."""

import os
import stat
from contextlib import suppress
from pathlib import Path

OURS_ALONE = 0o600


def create(path: Path, content: str | bytes, mode: int = OURS_ALONE) -> None:
    """Create a file, and return when the disk has it; raises OSError.

    A file that exists is never replaced; after a failure nothing is left behind.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(descriptor)
        sync(path.parent)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def sync(path: Path) -> None:
    """Return when the disk has a file, or the names in a folder; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_open_to_others(mode: int) -> bool:
    """Return whether a file with this mode is not ours alone."""
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def reason_of(error: OSError) -> str:
    """The system's words for an error, as they stand in our messages."""
    return (error.strerror or str(error) or type(error).__name__).lower()
