"""Put what was made into its folder: all of it, or nothing.

Invariant: every step that changes the folder has its undoing on the stack before the next one;
what existed before is never overwritten, but for ciu.toml, which is exchanged whole.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from link.files import OURS_ALONE, create, sync

PLAIN_MODE = 0o644
STAGE = ".provision-"


@contextmanager
def all_or_nothing() -> Iterator[ExitStack]:
    """Yield the stack of undoings; they run, the last first, only when the block raises."""
    with ExitStack() as undo:
        yield undo
        undo.pop_all()


def make_folder(folder: Path, undo: ExitStack) -> None:
    """Make a folder and those above it that are not there; others may not look into it."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    for above in reversed(missing):
        above.mkdir(mode=0o700)
        undo.callback(_remove_empty, above)


def make_stage(folder: Path, undo: ExitStack) -> Path:
    """Make a place inside the folder to build in; `discard` it in the end.

    Removes what a killed process left; the caller holds the register, so that nobody else builds.
    """
    for left in folder.glob(f"{STAGE}*"):
        discard(left)
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=folder))
    undo.callback(discard, stage)
    return stage


def discard(stage: Path) -> None:
    """Remove a stage and what is left in it."""
    shutil.rmtree(stage, ignore_errors=True)


def write(path: Path, text: str, mode: int = OURS_ALONE) -> None:
    """Create a file with this mode, in a folder for us alone; return when the disk has it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    create(path, text, mode)


def move_in(source: Path, target: Path, undo: ExitStack) -> None:
    """Move a file or folder to where nothing is yet; raises FileExistsError."""
    if target.exists():
        raise FileExistsError(None, "exists already", str(target))
    make_folder(target.parent, undo)
    source.rename(target)
    undo.callback(_remove, target)
    sync(target.parent)


def exchange(source: Path, target: Path, undo: ExitStack) -> None:
    """Put a file in the place of another, at once and with the other's mode."""
    if target.exists():
        shutil.copymode(target, source)
        before = source.with_name(f"{source.name}.before")
        os.link(target, before)
        undo.callback(before.replace, target)
    else:
        undo.callback(target.unlink)
    source.replace(target)
    sync(target.parent)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
