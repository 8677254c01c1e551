"""What is done to a meter's store while the meter is stopped: begin, back up, restore.

A store begins once. Nothing here replaces a file that still says something: what is in the way is
set aside under another name (security.md, backup and restore).
"""

import os
from contextlib import closing
from pathlib import Path

from link.durable import (
    BESIDE,
    DurableError,
    NotAStore,
    StoreBroken,
    StoreDamaged,
    StoreExists,
    StoreMissing,
    set_aside,
)
from link.files import create, reason_of, sync
from meter.app.clock import time_of
from meter.app.identity import check_identity
from meter.domain import Restore, Seed, State, apply_all, decide, initial
from meter.store import Store
from meter.store.rescue import put_into_place


class WrongClock(Exception):
    """The clock cannot be right: the store knows of a later second. The message is one line."""


def begin(path: Path, seed: Seed, at: int, *, in_use: bool = False) -> Path | None:
    """Create the store of a meter at a UTC second.

    `in_use`: the meter had a store that is lost or damaged. Tokens made until `at` are refused
    then, since nobody knows which of them were used; what is left of the store is set aside, and
    its new name returned. Raises StoreExists if there is a store that is whole, or any file if the
    meter is said to be new; WrongClock for a meter in use, if the clock is before its day of
    manufacture.
    """
    if in_use and at < seed.manufactured:
        made = time_of(seed.manufactured)
        raise WrongClock(f"the clock says {time_of(at)}, the meter was made on {made}: set it")
    state = initial(seed, at)
    facts = decide(state, Restore(), at).facts if in_use else ()
    put_into_place(path)
    if in_use:
        _refuse_whole(path, seed, "a store begun anew")
    elif _is_empty(path):
        raise StoreExists(f"{path}: empty: a store was here, so the meter was in use: --in-use")
    gone = set_aside(path) if in_use else None
    Store.create(path, apply_all(state, facts), facts)
    return gone


def back_up(path: Path, copy: Path) -> None:
    """Write a copy of a whole store of a stopped meter to a new file; raises DurableError."""
    store = Store.open(path)
    try:
        store.load()
        store.copy_to(copy)
    finally:
        store.close()


def restore(path: Path, backup: Path, seed: Seed, at: int) -> tuple[State, Path | None]:
    """Put a backup in the place of a lost or damaged store, at a UTC second.

    Return the state, and where the store that was there has gone, None if none was. Tokens made
    until `at` are refused from then on. Raises StoreExists if the store in place is whole,
    NotAStore if the backup is another meter's, or what stands in place is no meter's store or one
    of another version; WrongClock if the backup knows of a later second, and DurableError.
    """
    _refuse_whole(path, seed, "a backup")
    draft = _copied(path, backup)
    try:
        state = _restored(draft, backup, seed, at)
        gone = set_aside(path)
        _exchange(draft, path)
    finally:
        for ending in BESIDE:
            _named(draft, ending).unlink(missing_ok=True)
    return state, gone


def _is_empty(path: Path) -> bool:
    """Return whether there is a file with nothing in it."""
    return path.is_file() and path.stat().st_size == 0


def _refuse_whole(path: Path, seed: Seed, instead: str) -> None:
    """Raise DurableError unless what stands there is lost, damaged or another meter's."""
    try:
        with closing(Store.open(path)) as store:
            state = store.load()
    except (StoreMissing, StoreDamaged):
        return
    try:
        check_identity(state, seed)
    except NotAStore:
        return
    raise StoreExists(
        f"{path}: whole: {instead} would forget what happened: move the file away if you mean it"
    )


def _copied(path: Path, backup: Path) -> Path:
    """Copy the backup beside the store, so that the backup itself is never written."""
    if not backup.is_file() or backup.stat().st_size == 0:
        what = "empty" if backup.is_file() else "no such file"
        raise StoreMissing(f"{backup}: {what}: it holds no backup")
    draft = _named(path, f".restore-{os.getpid()}")
    try:
        octets = backup.read_bytes()
        create(draft, octets)
    except OSError as error:
        raise StoreBroken(f"{backup}: cannot be copied ({reason_of(error)})") from error
    return draft


def _restored(draft: Path, backup: Path, seed: Seed, at: int) -> State:
    """Mark the copy as restored, all of it in its one file; errors name the backup."""
    try:
        after = _marked(draft, seed, at)
    except DurableError as error:
        reason = str(error).removeprefix(f"{draft}: ")
        raise type(error)(f"{backup}: not put back: {reason}") from error
    if _named(draft, "-wal").exists():
        raise StoreBroken(f"{draft}: cannot be finished: is the disk full?")
    return after


def _marked(draft: Path, seed: Seed, at: int) -> State:
    store = Store.open(draft)
    try:
        state = store.load()
        check_identity(state, seed)
        if at < (latest := _latest(state, seed)):
            raise WrongClock(
                f"the clock says {time_of(at)}, the backup knows of {time_of(latest)}: set it"
            )
        facts = decide(state, Restore(), at).facts
        after = apply_all(state, facts)
        store.commit(facts, after)
        return after
    finally:
        store.close()


def _latest(state: State, seed: Seed) -> int:
    """Return the latest UTC second that a state knows of."""
    known = (seed.manufactured, state.ledger.head.at, state.supply.changed_at)
    return max(*known, state.sts.restored_at)


def _exchange(draft: Path, path: Path) -> None:
    try:
        draft.rename(path)
        sync(path.absolute().parent)
    except OSError as error:
        raise StoreBroken(f"{path}: {reason_of(error)}") from error


def _named(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
