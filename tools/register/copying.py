"""All of a register: checked, copied to a backup, and put back from one.

Invariant: what is copied was checked; a register that was put back makes no TID again that the lost
one can have made by the clock.
"""

from dataclasses import dataclass
from pathlib import Path

from link.durable import Connect, connect_sqlite
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


def put_back(backup: Register, path: Path, now: int, connect: Connect = connect_sqlite) -> Contents:
    """Copy a backup to where the register was lost and return what it has; `now` is UTC seconds.

    No TID up to the minute of `now` will be issued for its meters, whether the lost register
    issued it or not, if `now` is not before its newest slip. Raises StoreExists.
    """
    contents = check(backup)

    def fill(into: Tables) -> None:
        _copy(backup, into)
        _raise_tids(backup, into, now)

    create_database(path, fill, connect)
    return contents


def _copy(source: Register, into: Tables) -> None:
    for table in TABLES:
        for row in source.tables.rows(table, "ORDER BY rowid"):
            into.insert(row)


def _raise_tids(source: Register, into: Tables, now: int) -> None:
    for drn in source.meters():
        for base in BaseDate:
            tid = (now - base.at) // MINUTE_S
            last = source.last_tid(drn, base)
            row = Sealed.record(tables.LAST_TID, LastTid(drn, base, tid))
            if not 0 <= tid < TID_LIMIT or (last is not None and last >= tid):
                continue
            if last is None:
                into.insert(row)
            else:
                into.update(row, "drn", "base")
