"""Registers of versions 1 and 2, and how they are brought to this one.

Invariant: an older register is rewritten in one commit, or not at all. Its records are sealed as
they are found: what was changed in them before that, nothing shows.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from link.durable import NO_SEAL, Connect, Database, NotAStore, Row
from tools.register.schema import APPLICATION_ID, SCHEMA, VERSION
from tools.register.tables import CONTENT, PARTS, SLIP, TABLES, AnyTable, Sealed, Tables, content_of

SCHEMA_1 = """
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

SCHEMA_2 = """
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


def migrate(path: Path, connect: Connect) -> None:
    """Rewrite an older register; leave any other file alone. Raises DurableError."""
    for version, schema in ((1, SCHEMA_1), (2, SCHEMA_2)):
        with (
            suppress(NotAStore),
            closing(Database.open(path, APPLICATION_ID, version, schema, connect)) as database,
            database.transaction(),
        ):
            _rewrite(path, database, version)
            return


def _rewrite(path: Path, database: Database, version: int) -> None:
    if version == 1:
        for statement in (*_RENAME, *SCHEMA_2.split(";"), *_COPY, *_DROP):
            database.execute(statement)
    rows = {table.name: _rows(database, table) for table in TABLES}
    for name in reversed(rows):
        database.execute(f"DROP TABLE {name}")
    for statement in SCHEMA.split(";"):
        database.execute(statement)
    tables = Tables.begin(path, database)
    for row in _sealed(rows):
        tables.insert(row)
    tables.write_totals()
    database.execute(f"PRAGMA user_version = {VERSION}")


def _rows(database: Database, table: AnyTable) -> list[Row]:
    names = ", ".join(name for name in table.columns if name != CONTENT)
    return database.execute(f"SELECT {names} FROM {table.name} ORDER BY rowid")


def _sealed(rows: dict[str, list[Row]]) -> Iterator[Sealed]:
    """Yield all rows with their seals; slips come last, since they cover their parts."""
    parts: dict[object, list[bytes]] = defaultdict(list)
    for table in TABLES:
        if table is not SLIP:
            for row in (Sealed.of(table, values) for values in rows[table.name]):
                yield row
                if table in PARTS:
                    parts[row["slip"]].append(row.seal)
    before = NO_SEAL
    for values in rows[SLIP.name]:
        row = Sealed.of(SLIP, (*values, content_of(parts[values[0]])), before)
        yield row
        before = row.seal
