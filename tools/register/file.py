"""The open register: what is asked of it and what is entered, each a statement or a commit."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from link.durable import NO_SEAL, Connect, Database, connect_sqlite
from tools.register import tables
from tools.register.opening import create_database, open_database
from tools.register.records import (
    Block,
    FormerKey,
    Issue,
    LastTid,
    MeterRecord,
    Payment,
    Slip,
    Tariff,
    TokenRecord,
    VendingKey,
)
from tools.register.tables import CONTENT, Sealed, Tables, content_of, record_of

CREDIT = "credit"
"""Kind of the tokens that carry units of the meter's commodity."""

_KEY = "WHERE sgc = ? AND dkga = ? AND kt = ?"


class Register:
    """An open register, held by this process alone; every method may raise DurableError."""

    def __init__(self, path: Path, database: Database) -> None:
        self._database = database
        database.execute("PRAGMA foreign_keys = ON")
        self.tables = Tables.load(path, database)

    @classmethod
    def begin(cls, path: Path, connect: Connect = connect_sqlite) -> None:
        """Create a register with nothing in it; raises StoreExists if a file is there."""
        create_database(path, lambda _: None, connect)

    @classmethod
    @contextmanager
    def open(
        cls, path: Path, *, patience_s: float = 0.0, connect: Connect = connect_sqlite
    ) -> Iterator["Register"]:
        """Hold a register that was begun; raises StoreMissing if it is missing or empty.

        Waits so long while another process has it, then raises StoreInUse.
        """
        with closing(open_database(path, patience_s, connect)) as database:
            yield cls(path, database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is added inside, all or nothing."""
        with self.tables.writing():
            yield

    def vending_key(self, sgc: str, krn: int, dkga: str, kt: int) -> VendingKey | None:
        """Find the key of a supply group at a revision, for decoder keys of a type."""
        where = f"{_KEY} AND krn = ?"
        return self.tables.find(tables.VENDING_KEY, where, (sgc, dkga, kt, krn))

    def newest_key(self, sgc: str, dkga: str, kt: int) -> VendingKey | None:
        """Find the key of a supply group's last revision."""
        where = f"{_KEY} ORDER BY krn DESC"
        return self.tables.find(tables.VENDING_KEY, where, (sgc, dkga, kt))

    def vending_keys(self) -> tuple[VendingKey, ...]:
        """Return all keys of supply groups, in order."""
        return self.tables.read(tables.VENDING_KEY, "ORDER BY sgc, dkga, kt, krn")

    def add_vending_key(self, key: VendingKey) -> None:
        """Enter the key of a supply group."""
        with self.transaction():
            self.tables.insert(Sealed.record(tables.VENDING_KEY, key))

    def meters(self) -> tuple[str, ...]:
        """Return the DRNs of all meters, in order."""
        return tuple(meter.drn for meter in self.meter_records())

    def meter_records(self) -> tuple[MeterRecord, ...]:
        """Return all meters, in order."""
        return self.tables.read(tables.METER, "ORDER BY drn")

    def meter(self, drn: str) -> MeterRecord | None:
        """Find a meter."""
        return self.tables.find(tables.METER, "WHERE drn = ?", (drn,))

    def add_meter(self, meter: MeterRecord) -> None:
        """Enter a meter that has no token yet."""
        with self.transaction():
            self.tables.insert(Sealed.record(tables.METER, meter))

    def change_meter(self, meter: MeterRecord) -> None:
        """Enter what a meter is from now on."""
        with self.transaction():
            self.tables.update(Sealed.record(tables.METER, meter), "drn")

    def former_keys(self, drn: str) -> tuple[FormerKey, ...]:
        """Return what a meter's keys were bound to before, the first one first."""
        return self.tables.read(tables.FORMER_KEY, "WHERE drn = ? ORDER BY slip", (drn,))

    def last_tid(self, drn: str, base: int) -> int | None:
        """Return the greatest TID of a meter and base date that is not to be used again.

        None before the first. Raises StoreDamaged if a token has a greater one.
        """
        last = self.tables.find(tables.LAST_TID, "WHERE drn = ? AND base = ?", (drn, base))
        newest = self.tables.find(
            tables.TOKEN,
            "WHERE drn = ? AND base = ? AND tid IS NOT NULL ORDER BY tid DESC",
            (drn, base),
        )
        tid = last.tid if last else None
        if newest is not None and newest.tid is not None and newest.tid > (tid or -1):
            raise self.tables.damaged(
                f"the last TID of meter {drn} is {tid}, but a token has {newest.tid}"
            )
        return tid

    def raise_last_tid(self, drn: str, base: int, tid: int) -> None:
        """Let no later token of a meter and base date have this TID or a smaller one."""
        last = self.last_tid(drn, base)
        row = Sealed.record(tables.LAST_TID, LastTid(drn, base, tid))
        with self.transaction():
            if last is None:
                self.tables.insert(row)
            elif last < tid:
                self.tables.update(row, "drn", "base")

    def bought(self, drn: str, since: int, until: int) -> int:
        """Return how many tenths of a unit were sold to a meter between two UTC seconds."""
        found = self.tables.read(
            tables.TOKEN,
            "WHERE drn = ? AND kind = ? AND at >= ? AND at < ?",
            (drn, CREDIT, since, until),
        )
        return sum(token.amount for token in found)

    def under_present_key(self, drn: str) -> tuple[TokenRecord, ...]:
        """Return the tokens with a TID that were made with a meter's key of now."""
        changed = max((former.slip for former in self.former_keys(drn)), default=0)
        return self.tables.read(
            tables.TOKEN,
            "WHERE drn = ? AND tid IS NOT NULL AND slip >= ? ORDER BY id",
            (drn, changed),
        )

    def add_issue(self, issue: Issue) -> int:
        """Commit a slip, its tokens and all that they change; return its number.

        When this has returned, the disk has all of it.
        """
        with self.transaction():
            number, before = self._last_slip()
            meter = self.meter(issue.meter.drn)
            parts = _parts(number + 1, issue, meter, self._last_token())
            content = content_of(part.seal for part in parts)
            slip = Slip(number + 1, issue.meter.drn, issue.at, issue.kind, issue.again)
            for token in issue.tokens:
                if token.tid is not None:
                    self.raise_last_tid(token.drn, token.base, token.tid)
            self.tables.insert(Sealed.record(tables.SLIP, slip, {CONTENT: content}, before))
            for part in parts:
                self.tables.insert(part)
            if issue.meter != meter:
                self.change_meter(issue.meter)
        return slip.number

    def _last_slip(self) -> tuple[int, bytes]:
        """Return the number of the last slip and its seal, once its content is checked."""
        found = self.tables.rows(tables.SLIP, "ORDER BY number DESC LIMIT 1")
        for row, slip in zip(found, self._checked(found), strict=True):
            return slip.number, row.seal
        return 0, NO_SEAL

    def _last_token(self) -> int:
        ((last,),) = self._database.execute("SELECT coalesce(max(id), 0) FROM token")
        return int(last or 0)

    def slips(self, drn: str | None = None) -> tuple[Slip, ...]:
        """Return what was handed out for one meter or for all, the oldest first."""
        where = "ORDER BY number" if drn is None else "WHERE drn = ? ORDER BY number"
        found = self.tables.rows(tables.SLIP, where, () if drn is None else (drn,))
        return self._checked(found)

    def _checked(self, found: Sequence[Sealed]) -> tuple[Slip, ...]:
        """Return slips; raises StoreDamaged if a token, payment or former key of one differs."""
        slips = tuple(record_of(tables.SLIP, row) for row in found)
        for slip, row in zip(slips, found, strict=True):
            if self.tables.content(slip.number) != row[CONTENT]:
                raise self.tables.damaged(f"the tokens of slip {slip.number} are not those it had")
        return slips

    def tokens(self, slip: int) -> tuple[TokenRecord, ...]:
        """Return the tokens of a slip, in the order in which they are to be entered."""
        return self.tables.read(tables.TOKEN, "WHERE slip = ? ORDER BY id", (slip,))

    def payment(self, slip: int) -> Payment | None:
        """Return what was paid for a slip; None if it was not sold for money."""
        return self.tables.find(tables.PAYMENT, "WHERE slip = ?", (slip,))

    def add_tariff(self, tariff: Tariff, blocks: Sequence[Block]) -> None:
        """Enter a tariff."""
        with self.transaction():
            self.tables.insert(Sealed.record(tables.TARIFF, tariff))
            for block in blocks:
                self.tables.insert(Sealed.record(tables.BLOCK, block))

    def tariffs(self) -> tuple[Tariff, ...]:
        """Return all tariffs, by their names."""
        return self.tables.read(tables.TARIFF, "ORDER BY name")

    def tariff(self, name: str) -> Tariff | None:
        """Find a tariff."""
        return self.tables.find(tables.TARIFF, "WHERE name = ?", (name,))

    def blocks(self, tariff: str) -> tuple[Block, ...]:
        """Return the blocks of a tariff, the cheapest place in the month first."""
        return self.tables.read(tables.BLOCK, "WHERE tariff = ? ORDER BY number", (tariff,))


def _parts(
    slip: int, issue: Issue, before: MeterRecord | None, last_token: int
) -> tuple[Sealed, ...]:
    """Return what a slip covers: its tokens, its payment, and the key that ends with it."""
    more = {"slip": slip}
    tokens = (
        Sealed.record(tables.TOKEN, token, more | {"id": number})
        for number, token in enumerate(issue.tokens, last_token + 1)
    )
    paid = (Sealed.record(tables.PAYMENT, each, more) for each in filter(None, [issue.payment]))
    changed = before is not None and before != issue.meter
    former = [Sealed.record(tables.FORMER_KEY, _former(slip, before))] if changed and before else []
    return (*tokens, *paid, *former)


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
