"""What the unit must remember through a power cut: intents, and how far each ledger was seen.

Invariant: an intent stands from before the first octet of its token until its fate is known, at
most one a meter (link.md 6, rule 3); with the intent go the digits. Each record carries a seal, and
`whole` has one over all of them: a record that was changed, taken out or put in shows when the
store is opened.
"""

from contextlib import closing, suppress
from pathlib import Path

from link.durable import (
    Connect,
    Database,
    NotAStore,
    Row,
    StoreDamaged,
    StoreMissing,
    Value,
    check_file,
    connect_sqlite,
    seal,
)
from link.token_entry import Intent

APPLICATION_ID = int.from_bytes(b"SPMc", "big")
VERSION = 2
SCHEMA = """
    CREATE TABLE intent (
        meter TEXT PRIMARY KEY,
        digits TEXT NOT NULL,
        known_sequence INTEGER NOT NULL,
        seal BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ledger (
        meter TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL,
        seal BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE whole (
        number INTEGER PRIMARY KEY,
        seal BLOB NOT NULL
    ) STRICT
"""
TABLES = ("intent", "ledger")

FORMER_VERSION = 1
FORMER_SCHEMA = """
    CREATE TABLE intent (
        meter TEXT PRIMARY KEY,
        digits TEXT NOT NULL,
        known_sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ledger (
        meter TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
"""

LOST = (
    "a token typed last may have been accepted or not: look at credit and last tokens on the meter,"
    " move the file away if there is one, then splitmeter ciu begin"
)
"""What a lost store means, and what to do."""


class IntentOpen(RuntimeError):
    """The meter has an intent already: our own bug, the panel lets one token out at a time."""


class CiuState:
    """The store of one unit, held by one process. Every method may raise DurableError."""

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database = database
        self._check()
        ledgers = database.execute("SELECT meter, sequence FROM ledger")
        self._ledgers = {str(meter): int(sequence or 0) for meter, sequence in ledgers}
        """The greatest sequence of each meter's ledger."""
        self._heads: dict[str, int] = {}
        """As last seen."""

    @classmethod
    def begin_store(cls, path: Path, connect: Connect = connect_sqlite) -> None:
        """Create the store of a unit that has had none; raises StoreExists if a file is there."""
        Database.create(path, APPLICATION_ID, VERSION, SCHEMA, fill=_seal_whole, connect=connect)

    @classmethod
    def check_begun(cls, path: Path) -> None:
        """Raise StoreMissing if the store is missing or empty, without opening it."""
        try:
            check_file(path)
        except StoreMissing as error:
            raise StoreMissing(f"{error}: {LOST}") from error

    @classmethod
    def open(cls, path: Path, connect: Connect = connect_sqlite) -> "CiuState":
        """Open the store; one of version 1 is brought to this one in one commit.

        Raises StoreInUse if another process holds it, StoreMissing if it is missing or empty,
        StoreDamaged if it is not as it was written.
        """
        try:
            with suppress(NotAStore):
                return cls._open(path, connect)
            _migrate(path, connect)
            return cls._open(path, connect)
        except (StoreMissing, StoreDamaged) as error:
            raise type(error)(f"{error}: {LOST}") from error

    @classmethod
    def _open(cls, path: Path, connect: Connect) -> "CiuState":
        database = Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)
        try:
            database.execute("PRAGMA secure_delete = ON")
            return cls(path, database)
        except BaseException:
            database.close()
            raise

    def _check(self) -> None:
        for table in TABLES:
            for number, row in enumerate(_rows(self._database, table), 1):
                if _sealed(table, row[:-1]) != row:
                    raise self._damaged(f"row {number} of table {table} is not as it was written")
        if self._database.execute("SELECT number, seal FROM whole") != [_whole(self._database)]:
            raise self._damaged("a record is missing, or there is one too many")

    def _damaged(self, what: str) -> StoreDamaged:
        return StoreDamaged(f"{self._path}: damaged: {what}")

    def intent(self, meter: str) -> Intent | None:
        """Return the open intent of a meter."""
        rows = self._database.execute(
            "SELECT digits, known_sequence FROM intent WHERE meter = ?", (meter,)
        )
        return Intent(str(rows[0][0]), int(rows[0][1] or 0)) if rows else None

    def begin(self, meter: str, intent: Intent) -> None:
        """Make an intent durable; raises IntentOpen if the meter has one."""
        with self._database.transaction():
            if self.intent(meter) is not None:
                raise IntentOpen(f"meter {meter} has an open intent")
            self._put("intent", meter, intent.digits, intent.known_sequence)

    def resolve(self, meter: str) -> None:
        """Forget the intent of a meter, its digits too; harmless if there is none."""
        if self.intent(meter) is None:
            return
        with self._database.transaction():
            self._database.execute("DELETE FROM intent WHERE meter = ?", (meter,))
            _seal_whole(self._database)
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def saw_ledger(self, meter: str, sequence: int) -> bool:
        """Record how far a meter's ledger goes; return whether it once went further.

        Then the meter works with an older store than it had (security.md, backup and restore). It
        is so until the ledger goes as far again, or until `accept_ledger`.
        """
        self._heads[meter] = sequence
        if sequence > self.greatest_sequence(meter):
            self._put_ledger(meter, sequence)
        return sequence < self.greatest_sequence(meter)

    def greatest_sequence(self, meter: str) -> int:
        """Return how far the ledger of a meter went at the most."""
        return self._ledgers.get(meter, 0)

    def accept_ledger(self, meter: str) -> None:
        """Record that somebody has taken note of a ledger that goes less far than it once did."""
        sequence = self._heads.get(meter, 0)
        if sequence < self.greatest_sequence(meter):
            self._put_ledger(meter, sequence)

    def _put_ledger(self, meter: str, sequence: int) -> None:
        with self._database.transaction():
            self._put("ledger", meter, sequence)
        self._ledgers[meter] = sequence

    def _put(self, table: str, *values: Value) -> None:
        _put(self._database, table, values)
        _seal_whole(self._database)

    def close(self) -> None:
        """Give the file free."""
        self._database.close()


def _rows(database: Database, table: str) -> list[Row]:
    return database.execute(f"SELECT * FROM {table} ORDER BY meter")


def _sealed(table: str, values: Row) -> Row:
    return *values, seal(table, *values)


def _put(database: Database, table: str, values: Row) -> None:
    row = _sealed(table, values)
    database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _whole(database: Database) -> Row:
    """Return the one row of `whole`: a seal over those of all records."""
    seals = (row[-1] for table in TABLES for row in ((table,), *_rows(database, table)))
    return 1, seal(*seals)


def _seal_whole(database: Database) -> None:
    database.execute("INSERT OR REPLACE INTO whole VALUES (?, ?)", _whole(database))


def _migrate(path: Path, connect: Connect) -> None:
    """Bring a store of version 1 to this one; leave any other file alone."""
    with (
        suppress(NotAStore),
        closing(
            Database.open(path, APPLICATION_ID, FORMER_VERSION, FORMER_SCHEMA, connect)
        ) as database,
    ):
        database.execute("PRAGMA secure_delete = ON")
        with database.transaction():
            _rewrite(database)


def _rewrite(database: Database) -> None:
    found = {table: _rows(database, table) for table in TABLES}
    for statement in (*map("DROP TABLE {}".format, TABLES), *SCHEMA.split(";")):
        database.execute(statement)
    for table, rows in found.items():
        for row in rows:
            _put(database, table, row)
    _seal_whole(database)
    database.execute(f"PRAGMA user_version = {VERSION}")
