"""All of a register: checked, copied to a backup, and put back from one.

Invariant: what is copied was checked; a register that was put back makes no TID again that the lost
one can have made by the clock.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from link.durable import (
    Connect,
    DurableError,
    StoreExists,
    StoreInUse,
    connect_sqlite,
    give_name,
    set_aside,
)
from meter.sts import TID_LIMIT, BaseDate
from meter.sts.tid import MINUTE_S
from tools.register import tables
from tools.register.file import Register
from tools.register.opening import create_database
from tools.register.records import LastTid
from tools.register.tables import TABLES, Sealed, Tables


@dataclass(frozen=True, slots=True)
class Contents:
    """How many meters, slips and tokens a register has, and when it issued the last slip.

    `newest` is UTC seconds, 0 if nothing was issued.
    """

    meters: int
    slips: int
    tokens: int
    newest: int


def check(register: Register) -> Contents:
    """Read every row; raises StoreDamaged with the first that is not as it was written."""
    tokens = register.tables.read(tables.TOKEN)
    for table in TABLES:
        if table not in (tables.SLIP, tables.TOKEN):
            register.tables.rows(table)
    slips = register.slips()
    for drn, base in {(token.drn, token.base) for token in tokens}:
        register.last_tid(drn, base)
    newest = max((slip.at for slip in slips), default=0)
    return Contents(len(register.meters()), len(slips), len(tokens), newest)


def back_up(register: Register, path: Path, connect: Connect = connect_sqlite) -> Contents:
    """Copy a register into a new file and return what it has; raises StoreExists."""
    contents = check(register)
    create_database(path, lambda into: _copy(register, into), connect)
    return contents


def put_back(
    backup: Register, path: Path, now: int, *, ahead: int, connect: Connect = connect_sqlite
) -> tuple[Contents, Path | None]:
    """Copy a backup to where a register was lost; `now` is UTC seconds.

    Return what it has, and where the lost one has gone, None if nothing was there. No TID up to the
    minute of `now`, or to the last one of a meter if that is later, will be issued again, and none
    of the `ahead` after it. Raises StoreExists if the register in place is whole.
    """
    contents = check(backup)
    refuse_whole(path)

    def fill(into: Tables) -> None:
        _copy(backup, into)
        _raise_tids(backup, into, now, ahead)

    draft = path.with_name(f"{path.name}.restore-{os.getpid()}")
    try:
        create_database(draft, fill, connect)
        gone = set_aside(path)
        give_name(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return contents, gone


def refuse_whole(path: Path) -> None:
    """Raise StoreExists if there is a register that is whole, StoreInUse if one is held."""
    try:
        with Register.open(path) as register:
            check(register)
    except StoreInUse:
        raise
    except DurableError:
        return
    raise StoreExists(
        f"{path}: whole: another one would forget what happened since: move the file away if you"
        " mean it"
    )


def _copy(source: Register, into: Tables) -> None:
    for table in TABLES:
        for row in source.tables.rows(table, "ORDER BY rowid"):
            into.insert(row)


def _raise_tids(source: Register, into: Tables, now: int, ahead: int) -> None:
    for drn in source.meters():
        for base in BaseDate:
            minute = (now - base.at) // MINUTE_S
            if 0 <= minute < TID_LIMIT:
                last = source.last_tid(drn, base)
                tid = min(max(minute, last or 0) + ahead, TID_LIMIT - 1)
                row = Sealed.record(tables.LAST_TID, LastTid(drn, base, tid))
                if last is None:
                    into.insert(row)
                else:
                    into.update(row, "drn", "base")
