"""The form of the register's file, and how one of before is brought to it.

Invariant: a register of version 1 is rewritten in one commit, or not at all.
"""

from contextlib import closing, suppress
from pathlib import Path

from link.durable import Connect, Database, NotAStore

APPLICATION_ID = 0x736D7672
"""`smvr`."""

VERSION = 2

SCHEMA = """
CREATE TABLE vending_key (
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, dkga TEXT NOT NULL, kt INTEGER NOT NULL,
    base INTEGER NOT NULL, file TEXT NOT NULL, test INTEGER NOT NULL,
    PRIMARY KEY (sgc, krn, dkga, kt)
) STRICT;
CREATE TABLE meter (
    drn TEXT PRIMARY KEY,
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, kt INTEGER NOT NULL, ti TEXT NOT NULL,
    base INTEGER NOT NULL, dkga TEXT NOT NULL, ea TEXT NOT NULL, ken INTEGER NOT NULL,
    manufactured TEXT NOT NULL,
    commodity TEXT NOT NULL, currency TEXT NOT NULL, tariff TEXT NOT NULL, key_file TEXT NOT NULL
) STRICT;
CREATE TABLE last_tid (
    drn TEXT NOT NULL REFERENCES meter, base INTEGER NOT NULL, tid INTEGER NOT NULL,
    PRIMARY KEY (drn, base)
) STRICT;
CREATE TABLE slip (
    number INTEGER PRIMARY KEY,
    drn TEXT NOT NULL REFERENCES meter, at INTEGER NOT NULL, kind TEXT NOT NULL,
    again INTEGER NOT NULL
) STRICT;
CREATE INDEX slip_of_meter ON slip (drn);
CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    slip INTEGER NOT NULL REFERENCES slip,
    drn TEXT NOT NULL REFERENCES meter, at INTEGER NOT NULL, kind TEXT NOT NULL,
    subclass INTEGER NOT NULL, digits TEXT NOT NULL, base INTEGER NOT NULL, tid INTEGER,
    amount INTEGER NOT NULL,
    UNIQUE (drn, base, tid)
) STRICT;
CREATE INDEX token_of_slip ON token (slip);
CREATE TABLE payment (
    slip INTEGER PRIMARY KEY REFERENCES slip,
    tariff TEXT NOT NULL REFERENCES tariff, currency TEXT NOT NULL,
    given_e5 INTEGER NOT NULL, price_e5 INTEGER NOT NULL, vat_e5 INTEGER NOT NULL
) STRICT;
CREATE TABLE former_key (
    slip INTEGER PRIMARY KEY REFERENCES slip,
    drn TEXT NOT NULL REFERENCES meter,
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, kt INTEGER NOT NULL, ti TEXT NOT NULL,
    base INTEGER NOT NULL, ken INTEGER NOT NULL, key_file TEXT NOT NULL
) STRICT;
CREATE TABLE tariff (
    name TEXT PRIMARY KEY, commodity TEXT NOT NULL, currency TEXT NOT NULL,
    places INTEGER NOT NULL, vat_e5 INTEGER NOT NULL
) STRICT;
CREATE TABLE block (
    tariff TEXT NOT NULL REFERENCES tariff, number INTEGER NOT NULL,
    upto INTEGER NOT NULL, price_e5 INTEGER NOT NULL,
    PRIMARY KEY (tariff, number)
) STRICT
"""

BEFORE = 1
SCHEMA_BEFORE = """
CREATE TABLE vending_key (
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, dkga TEXT NOT NULL,
    file TEXT NOT NULL, test INTEGER NOT NULL,
    PRIMARY KEY (sgc, krn, dkga)
) STRICT;
CREATE TABLE meter (
    drn TEXT PRIMARY KEY,
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, kt INTEGER NOT NULL, ti TEXT NOT NULL,
    base INTEGER NOT NULL, dkga TEXT NOT NULL, ea TEXT NOT NULL, ken INTEGER NOT NULL,
    manufactured TEXT NOT NULL, last_tid INTEGER,
    FOREIGN KEY (sgc, krn, dkga) REFERENCES vending_key
) STRICT;
CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    drn TEXT NOT NULL REFERENCES meter, at INTEGER NOT NULL, kind TEXT NOT NULL,
    digits TEXT NOT NULL, base INTEGER NOT NULL, tid INTEGER, amount_wh INTEGER,
    UNIQUE (drn, base, tid)
) STRICT
"""
_RENAME = tuple(
    f"ALTER TABLE {name} RENAME TO {name}_1" for name in ("vending_key", "meter", "token")
)
_COPY = (
    # version 1 knew unique keys alone; a key asks for no later base date than its meters have
    "INSERT INTO vending_key SELECT sgc, krn, dkga, 2, coalesce((SELECT min(base) FROM meter_1 AS m"
    " WHERE m.sgc = k.sgc AND m.krn = k.krn AND m.dkga = k.dkga), 1993), file, test"
    " FROM vending_key_1 AS k",
    "INSERT INTO meter SELECT drn, sgc, krn, kt, ti, base, dkga, ea, ken, manufactured,"
    " 'electricity', '', '', '' FROM meter_1",
    "INSERT INTO last_tid SELECT drn, base, last_tid FROM meter_1 WHERE last_tid IS NOT NULL",
    "INSERT INTO slip SELECT id, drn, at, kind, 0 FROM token_1",
    "INSERT INTO token SELECT id, id, drn, at, kind, 0, digits, base, tid, amount_wh / 100"
    " FROM token_1",
)
_DROP = tuple(f"DROP TABLE {name}_1" for name in ("token", "meter", "vending_key"))


def open_database(path: Path, connect: Connect) -> Database:
    """Open the register's file, or make it; one of version 1 is brought to this one first.

    Raises DurableError, as `Database.open` does.
    """
    if not path.exists():
        Database.create(path, APPLICATION_ID, VERSION, SCHEMA, connect=connect)
    with suppress(NotAStore):
        return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)
    with suppress(NotAStore):
        _migrate(path, connect)
    return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)  # says what is wrong


def _migrate(path: Path, connect: Connect) -> None:
    opened = closing(Database.open(path, APPLICATION_ID, BEFORE, SCHEMA_BEFORE, connect))
    with opened as database, database.transaction():
        for statement in (*_RENAME, *SCHEMA.split(";"), *_COPY, *_DROP):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")
