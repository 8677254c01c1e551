"""What the unit must remember through a power cut: intents, and how far each ledger was seen.

Invariant: an intent stands from before the first octet of its token until its fate is known, at
most one a meter (link.md 6, rule 3); with the intent go the digits.
"""

from pathlib import Path

from link.durable import Connect, Database, connect_sqlite
from link.token_entry import Intent

APPLICATION_ID = int.from_bytes(b"SPMc", "big")
VERSION = 1
SCHEMA = """
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


class IntentOpen(RuntimeError):
    """The meter has an intent already: our own bug, the panel lets one token out at a time."""


class CiuState:
    """The store of one unit, held by one process. Every method may raise DurableError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ledgers = {
            str(meter): int(sequence or 0)
            for meter, sequence in database.execute("SELECT meter, sequence FROM ledger")
        }

    @classmethod
    def open(cls, path: Path, connect: Connect = connect_sqlite) -> "CiuState":
        """Open or create the store; raises StoreInUse where another process holds it."""
        if not path.exists():
            Database.create(path, APPLICATION_ID, VERSION, SCHEMA, connect=connect)
        database = Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)
        try:
            database.execute("PRAGMA secure_delete = ON")
            return cls(database)
        except BaseException:
            database.close()
            raise

    def intent(self, meter: str) -> Intent | None:
        """Return the open intent of a meter."""
        rows = self._database.execute(
            "SELECT digits, known_sequence FROM intent WHERE meter = ?", (meter,)
        )
        return Intent(str(rows[0][0]), int(rows[0][1] or 0)) if rows else None

    def begin(self, meter: str, intent: Intent) -> None:
        """Make an intent durable; IntentOpen where the meter has one."""
        with self._database.transaction():
            if self.intent(meter) is not None:
                raise IntentOpen(f"meter {meter} has an open intent")
            self._database.execute(
                "INSERT INTO intent VALUES (?, ?, ?)",
                (meter, intent.digits, intent.known_sequence),
            )

    def resolve(self, meter: str) -> None:
        """Forget the intent of a meter, its digits too; harmless where there is none."""
        if self.intent(meter) is None:
            return
        self._database.execute("DELETE FROM intent WHERE meter = ?", (meter,))
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def saw_ledger(self, meter: str, sequence: int) -> bool:
        """Remember how far a ledger goes; tell whether it goes less far than once seen.

        Then the meter works with an older store than it had (security.md, pairing).
        """
        seen = self._ledgers.get(meter, 0)
        if sequence != seen:
            self._database.execute("INSERT OR REPLACE INTO ledger VALUES (?, ?)", (meter, sequence))
            self._ledgers[meter] = sequence
        return sequence < seen

    def close(self) -> None:
        """Give the file free."""
        self._database.close()
