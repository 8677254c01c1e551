"""What is done to a meter's store while the meter is stopped: begin, back up, restore.

A store begins once. Nothing here replaces a file that still says something: what is in the way is
set aside under another name (security.md, backup and restore).
"""

import os
from pathlib import Path

from link.durable import (
    BESIDE,
    DurableError,
    StoreBroken,
    StoreExists,
    StoreInUse,
    StoreMissing,
    set_aside,
)
from link.files import create, reason_of, sync
from meter.app.identity import check_identity
from meter.domain import Restore, Seed, State, apply_all, decide, initial
from meter.store import Store
from meter.store.rescue import put_into_place


class WrongClock(Exception):
    """The clock cannot be right: the store knows of a later second. The message is one line."""


def begin(path: Path, seed: Seed, at: int, *, in_use: bool = False) -> State:
    """Create the store of a meter at a UTC second, and return its first state.

    `in_use`: the meter had a store that is lost. Tokens made until `at` are refused then, since
    nobody knows which of them were used. Raises StoreExists if there is a store, or an empty file
    where one was and the meter is said to be new; WrongClock for a meter in use, if the clock is
    before its day of manufacture.
    """
    if in_use and at < seed.manufactured:
        raise WrongClock("the clock is before the day of manufacture: set it")
    state = initial(seed, at)
    facts = decide(state, Restore(), at).facts if in_use else ()
    put_into_place(path)
    if _is_empty(path):
        if not in_use:
            raise StoreExists(f"{path}: empty: a store was here, so the meter was in use: --in-use")
        set_aside(path)
    after = apply_all(state, facts)
    Store.create(path, after, facts)
    return after


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
    NotAStore if the backup is another meter's, WrongClock if it knows of a later second, and
    DurableError.
    """
    _refuse_whole(path, seed)
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


def _refuse_whole(path: Path, seed: Seed) -> None:
    """Raise StoreExists for a store that is whole and of this meter, StoreInUse if a meter runs."""
    try:
        store = Store.open(path)
    except StoreInUse:
        raise
    except DurableError:
        return
    try:
        check_identity(store.load(), seed)
    except DurableError:
        return
    finally:
        store.close()
    raise StoreExists(
        f"{path}: whole: a backup would forget what happened since: move the file away if you"
        " mean it"
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
            raise WrongClock(f"the clock says {at}, the backup knows of second {latest}: set it")
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
