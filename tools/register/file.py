"""The open register: what is asked of it and what is entered, each a statement or a commit."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from random import Random

from link.durable import Connect, Database, StoreInUse, Value, connect_sqlite
from tools.register.records import (
    Block,
    FormerKey,
    Issue,
    MeterRecord,
    Payment,
    Slip,
    Tariff,
    TokenRecord,
    VendingKey,
)
from tools.register.rows import T, columns, insert, read, values
from tools.register.schema import open_database

RETRY_S = 0.02
"""Mean pause before another look at a register that another process holds."""

CREDIT = "credit"
"""Kind of the tokens that carry units of the meter's commodity."""

_BOUND = tuple(field.name for field in fields(FormerKey))[2:]
"""What a key change changes."""


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

    def vending_key(self, sgc: str, krn: int, dkga: str, kt: int) -> VendingKey | None:
        """Find the key of a supply group at a revision, for decoder keys of a type."""
        found = self._all(
            VendingKey,
            "vending_key WHERE sgc = ? AND krn = ? AND dkga = ? AND kt = ?",
            (sgc, krn, dkga, kt),
        )
        return found[0] if found else None

    def newest_key(self, sgc: str, dkga: str, kt: int) -> VendingKey | None:
        """Find the key of a supply group's last revision."""
        found = self._all(
            VendingKey,
            "vending_key WHERE sgc = ? AND dkga = ? AND kt = ? ORDER BY krn DESC LIMIT 1",
            (sgc, dkga, kt),
        )
        return found[0] if found else None

    def vending_keys(self) -> tuple[VendingKey, ...]:
        """Return all keys of supply groups, in order."""
        return self._all(VendingKey, "vending_key ORDER BY sgc, dkga, kt, krn")

    def add_vending_key(self, key: VendingKey) -> None:
        """Enter the key of a supply group."""
        insert(self._database, "vending_key", key)

    def meters(self) -> tuple[str, ...]:
        """Return the DRNs of all meters, in order."""
        rows = self._database.execute("SELECT drn FROM meter ORDER BY drn")
        return tuple(str(drn) for (drn,) in rows)

    def meter_records(self) -> tuple[MeterRecord, ...]:
        """Return all meters, in order."""
        return self._all(MeterRecord, "meter ORDER BY drn")

    def meter(self, drn: str) -> MeterRecord | None:
        """Find a meter."""
        found = self._all(MeterRecord, "meter WHERE drn = ?", (drn,))
        return found[0] if found else None

    def add_meter(self, meter: MeterRecord) -> None:
        """Enter a meter that has no token yet."""
        insert(self._database, "meter", meter)

    def set_tariff(self, drn: str, tariff: str) -> None:
        """Let a meter's units be sold by a tariff."""
        self._database.execute("UPDATE meter SET tariff = ? WHERE drn = ?", (tariff, drn))

    def former_keys(self, drn: str) -> tuple[FormerKey, ...]:
        """Return what a meter's keys were bound to before, the first one first."""
        return self._all(FormerKey, "former_key WHERE drn = ? ORDER BY slip", (drn,))

    def last_tid(self, drn: str, base: int) -> int | None:
        """Return the TID of a meter's newest token of a base date, None before the first."""
        match self._database.execute(
            "SELECT tid FROM last_tid WHERE drn = ? AND base = ?", (drn, base)
        ):
            case [(int(tid),)]:
                return tid
        return None

    def bought(self, drn: str, since: int, until: int) -> int:
        """Return how many tenths of a unit were sold to a meter between two UTC seconds."""
        return self._number(
            "SELECT coalesce(sum(amount), 0) FROM token"
            " WHERE drn = ? AND kind = ? AND at >= ? AND at < ?",
            (drn, CREDIT, since, until),
        )

    def under_present_key(self, drn: str) -> tuple[TokenRecord, ...]:
        """Return the tokens with a TID that were made with a meter's key of now."""
        return self._all(
            TokenRecord,
            "token WHERE drn = ? AND tid IS NOT NULL AND slip >="
            " (SELECT coalesce(max(slip), 0) FROM former_key WHERE drn = ?) ORDER BY id",
            (drn, drn),
        )

    def add_issue(self, issue: Issue) -> int:
        """Commit a slip, its tokens and all that they change; return its number.

        When this has returned, the disk has all of it.
        """
        drn = issue.meter.drn
        with self.transaction():
            number = 1 + self._number("SELECT coalesce(max(number), 0) FROM slip")
            insert(self._database, "slip", Slip(number, drn, issue.at, issue.kind, issue.again))
            for token in issue.tokens:
                self._add_token(number, token)
            if issue.payment is not None:
                insert(self._database, "payment", issue.payment, {"slip": number})
            self._change_key(number, issue.meter)
        return number

    def _add_token(self, slip: int, token: TokenRecord) -> None:
        insert(self._database, "token", token, {"slip": slip})
        if token.tid is not None:
            self._database.execute(
                "INSERT INTO last_tid VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET tid = max(tid, excluded.tid)",
                (token.drn, token.base, token.tid),
            )

    def _change_key(self, slip: int, after: MeterRecord) -> None:
        before = self.meter(after.drn)
        if before is None or before == after:
            return
        insert(self._database, "former_key", _former(slip, before))
        new = values(after)
        self._database.execute(
            f"UPDATE meter SET {', '.join(f'{name} = ?' for name in _BOUND)} WHERE drn = ?",
            (*(new[name] for name in _BOUND), after.drn),
        )

    def slips(self, drn: str | None = None) -> tuple[Slip, ...]:
        """Return what was handed out for one meter or for all, the oldest first."""
        if drn is None:
            return self._all(Slip, "slip ORDER BY number")
        return self._all(Slip, "slip WHERE drn = ? ORDER BY number", (drn,))

    def tokens(self, slip: int) -> tuple[TokenRecord, ...]:
        """Return the tokens of a slip, in the order in which they are to be entered."""
        return self._all(TokenRecord, "token WHERE slip = ? ORDER BY id", (slip,))

    def payment(self, slip: int) -> Payment | None:
        """Return what was paid for a slip; None where it was not sold for money."""
        found = self._all(Payment, "payment WHERE slip = ?", (slip,))
        return found[0] if found else None

    def add_tariff(self, tariff: Tariff, blocks: Sequence[Block]) -> None:
        """Enter a tariff."""
        with self.transaction():
            insert(self._database, "tariff", tariff)
            for block in blocks:
                insert(self._database, "block", block)

    def tariffs(self) -> tuple[Tariff, ...]:
        """Return all tariffs, by their names."""
        return self._all(Tariff, "tariff ORDER BY name")

    def tariff(self, name: str) -> Tariff | None:
        """Find a tariff."""
        found = self._all(Tariff, "tariff WHERE name = ?", (name,))
        return found[0] if found else None

    def blocks(self, tariff: str) -> tuple[Block, ...]:
        """Return the blocks of a tariff, the cheapest place in the month first."""
        return self._all(Block, "block WHERE tariff = ? ORDER BY number", (tariff,))

    def _all(self, shape: type[T], where: str, parameters: Sequence[Value] = ()) -> tuple[T, ...]:
        sql = f"SELECT {columns(shape)} FROM {where}"
        return tuple(read(shape, row) for row in self._database.execute(sql, parameters))

    def _number(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        match self._database.execute(sql, parameters):
            case [(int(number),)]:
                return number
        raise TypeError(f"{sql} is no number")


def _former(slip: int, meter: MeterRecord) -> FormerKey:
    return FormerKey(
        slip=slip,
        drn=meter.drn,
        sgc=meter.sgc,
        krn=meter.krn,
        kt=meter.kt,
        ti=meter.ti,
        base=meter.base,
        ken=meter.ken,
        key_file=meter.key_file,
    )


def _open(path: Path, patience_s: float, connect: Connect) -> Database:
    give_up = time.monotonic() + patience_s
    while True:
        try:
            return open_database(path, connect)
        except StoreInUse:
            if time.monotonic() >= give_up:
                raise
        time.sleep(Random().uniform(0, 2 * RETRY_S))
