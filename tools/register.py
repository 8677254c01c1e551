"""The vending register: supply groups, meters and tokens in one file (sts.md 10.7).

Invariant: of one meter and base date no two tokens carry the same TID; a token's record and the
last TID are one commit. No key is in it, only the name of its file.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from random import Random

from link.durable import Connect, Database, StoreInUse, Value, connect_sqlite
from link.secret import Secret
from link.terms import meter_pan
from meter.sts import BaseDate, EncryptionAlgorithm, KeyType
from meter.sts.derivation import Dkga, KeyTerms, derive_key

APPLICATION_ID = 0x736D7672
"""`smvr`."""

VERSION = 1

RETRY_S = 0.02
"""Mean pause before another look at a register that another process holds."""

SCHEMA = """
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


@dataclass(frozen=True, slots=True)
class VendingKey:
    """The key of a supply group at one revision, by its file in the register's folder."""

    sgc: str
    krn: int
    dkga: str
    file: str
    test: bool


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """What a meter's tokens are made with; codes that may begin with 0 are digits, as in TOML."""

    drn: str
    sgc: str
    krn: int
    kt: int
    ti: str
    base: int
    dkga: str
    ea: str
    ken: int
    manufactured: date


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token that was made. `at` is UTC seconds; `digits` are the 20 without separators."""

    drn: str
    at: int
    kind: str
    digits: str
    base: int
    tid: int
    amount_wh: int


_METER_COLUMNS = ", ".join(field.name for field in fields(MeterRecord))
_TOKEN_COLUMNS = ", ".join(field.name for field in fields(TokenRecord))


class Register:
    """An open register, held by this process alone; every method may raise DurableError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.execute("PRAGMA foreign_keys = ON")

    @classmethod
    @contextmanager
    def open(
        cls, path: Path, *, patience_s: float = 0.0, connect: Connect = connect_sqlite
    ) -> Iterator["Register"]:
        """Hold the register, creating it where there is none.

        Waits so long while another process has it, then raises StoreInUse.
        """
        database = _open(path, patience_s, connect)
        try:
            yield cls(database)
        finally:
            database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is added inside, all or nothing."""
        with self._database.transaction():
            yield

    def vending_key(self, sgc: str, krn: int, dkga: str) -> VendingKey | None:
        """Find the key of a supply group at a revision."""
        match self._database.execute(
            "SELECT file, test FROM vending_key WHERE sgc = ? AND krn = ? AND dkga = ?",
            (sgc, krn, dkga),
        ):
            case [(str(file), int(test))]:
                return VendingKey(sgc, krn, dkga, file, bool(test))
        return None

    def add_vending_key(self, key: VendingKey) -> None:
        """Enter the key of a supply group."""
        self._database.execute(
            "INSERT INTO vending_key (sgc, krn, dkga, file, test) VALUES (?, ?, ?, ?, ?)",
            astuple(key),
        )

    def meters(self) -> tuple[str, ...]:
        """Return the DRNs of all meters, in order."""
        rows = self._database.execute("SELECT drn FROM meter ORDER BY drn")
        return tuple(str(drn) for (drn,) in rows)

    def meter(self, drn: str) -> MeterRecord | None:
        """Find a meter."""
        rows = self._database.execute(f"SELECT {_METER_COLUMNS} FROM meter WHERE drn = ?", (drn,))
        return _meter(rows[0]) if rows else None

    def add_meter(self, meter: MeterRecord) -> None:
        """Enter a meter that has no token yet."""
        values = (*astuple(meter)[:-1], meter.manufactured.isoformat())
        self._database.execute(
            f"INSERT INTO meter ({_METER_COLUMNS}) VALUES ({_marks(values)})", values
        )

    def last_tid(self, drn: str) -> int | None:
        """Return the TID of a meter's newest token, None before the first."""
        match self._database.execute("SELECT last_tid FROM meter WHERE drn = ?", (drn,)):
            case [(int(tid),)]:
                return tid
        return None

    def add_token(self, token: TokenRecord) -> None:
        """Commit a token and its TID; when this has returned, the disk has both."""
        values = astuple(token)
        with self.transaction():
            self._database.execute(
                f"INSERT INTO token ({_TOKEN_COLUMNS}) VALUES ({_marks(values)})", values
            )
            self._database.execute(
                "UPDATE meter SET last_tid = ? WHERE drn = ?", (token.tid, token.drn)
            )


def _open(path: Path, patience_s: float, connect: Connect) -> Database:
    give_up = time.monotonic() + patience_s
    while True:
        try:
            return Database.open(path, APPLICATION_ID, VERSION, SCHEMA, connect)
        except StoreInUse:
            if time.monotonic() >= give_up:
                raise
        time.sleep(Random().uniform(0, 2 * RETRY_S))


def _meter(row: tuple[Value, ...]) -> MeterRecord:
    match row:
        case (
            str(drn),
            str(sgc),
            int(krn),
            int(kt),
            str(ti),
            int(base),
            str(dkga),
            str(ea),
            int(ken),
            str(made),
        ):
            day = date.fromisoformat(made)
            return MeterRecord(drn, sgc, krn, kt, ti, base, dkga, ea, ken, day)
    raise TypeError(f"a meter's row holds {row!r}")


def _marks(values: tuple[object, ...]) -> str:
    return ", ".join("?" * len(values))


def decoder_key(meter: MeterRecord, vending_key: Secret) -> Secret:
    """Derive a meter's decoder key; raises DerivationError for a vending key that does not fit."""
    terms = KeyTerms(
        pan=meter_pan(meter.drn),
        sgc=meter.sgc,
        ti=int(meter.ti),
        krn=meter.krn,
        kt=KeyType(meter.kt),
        base=BaseDate(meter.base),
        ea=EncryptionAlgorithm(int(meter.ea)),
    )
    return derive_key(Dkga(int(meter.dkga)), vending_key, terms)
