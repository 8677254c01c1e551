"""How a register's file is begun, opened and copied. It is begun once, and never by opening it."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from link.durable import (
    Connect,
    Database,
    NotAStore,
    StoreDamaged,
    StoreInUse,
    StoreMissing,
    connect_sqlite,
)
from tools.register.former import migrate
from tools.register.schema import APPLICATION_ID, SCHEMA, VERSION
from tools.register.tables import BACK, Tables

RETRY_S = 0.02
"""Mean pause before another look at a register that another process holds."""

NEXT = (
    "put a backup back (vend restore COPY); where there was no register, vend begin: one begun anew"
    " knows no TID of a lost one and may issue it again"
)
"""What to do if there is no register."""


TRACES = ("keys.vend", "*/meter.toml", "ciu.toml")
"""What stands beside a register and not where none has been."""


def trace_of(folder: Path) -> Path | None:
    """Return what shows that a register was in a folder, or None."""
    return next((found for trace in TRACES for found in sorted(folder.glob(trace))), None)


def create_database(
    path: Path, fill: Callable[[Tables], None], connect: Connect = connect_sqlite
) -> None:
    """Create a register with what `fill` enters; raises StoreExists if a file is there."""

    def begin(database: Database) -> None:
        with database.transaction():
            tables = Tables.begin(path, database)
            fill(tables)
            tables.write_totals()

    Database.create(path, APPLICATION_ID, VERSION, SCHEMA, fill=begin, connect=connect)


def open_database(path: Path, patience_s: float, connect: Connect) -> Database:
    """Open the register's file; an older one is brought to this version first.

    Waits for `patience_s` while another process has it. Raises DurableError as `Database.open`
    does, and says what to do if the register is missing.
    """
    give_up = time.monotonic() + patience_s
    while True:
        try:
            return _open_once(path, connect)
        except StoreInUse:
            if time.monotonic() >= give_up:
                raise
        time.sleep(Random().uniform(0, 2 * RETRY_S))


def _open_once(path: Path, connect: Connect) -> Database:
    try:
        with suppress(NotAStore):
            return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)
        migrate(path, connect)
        return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)  # says what is wrong
    except StoreMissing as error:
        raise StoreMissing(f"{error}: {NEXT}") from error
    except StoreDamaged as error:
        raise StoreDamaged(f"{error}: {BACK}") from error
