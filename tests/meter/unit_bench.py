"""A meter unit on a disk, in a house: what the tests of the unit share."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from link.durable import Connection, Cursor, connect_sqlite
from link.secret import Secret
from link.terms import EntrySource, Tamper, TokenResult, meter_pan
from meter.app.clock import WallClock
from meter.app.unit import NO_LIMIT, NO_TAMPER, Equipment, MeterUnit, Rules
from meter.domain import PowerLimit, Seed, State, initial
from meter.relays import open_relay
from meter.sources import Source, open_source, world_of
from meter.store import Store
from meter.sts import (
    DecoderKey,
    EncryptionAlgorithm,
    Token,
    UnitsCredit,
    units_field,
    write_token,
)

DRN = "12345678903"
SECRET = Secret(bytes(range(8)))
SEED = Seed(DRN, meter_pan(DRN), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, SECRET)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SECRET)
UTC = 1_800_000_000
PATH = EntrySource.SLOT_0


def token(tid: int, wh: int) -> str:
    return write_token(UnitsCredit(0, rnd=5, tid=tid, field=units_field(wh // 100)), KEY)


class Disk:
    """A store file that can be told to take no more pages, and that shows when it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pages = 1 << 30
        self.connection: sqlite3.Connection | None = None
        self.witness: Callable[[], None] = lambda: None

    def connect(self, path: Path) -> Connection:
        self.connection = connect_sqlite(path)
        self.limit(self.pages)
        return Watched(self.connection, lambda: self.witness())

    def limit(self, pages: int) -> None:
        self.pages = pages
        if self.connection:
            self.connection.execute(f"PRAGMA max_page_count = {pages}")


class Watched:
    """A connection that calls a witness before each commit, and before its fate is known."""

    def __init__(self, inner: sqlite3.Connection, witness: Callable[[], None]) -> None:
        self.inner = inner
        self.witness = witness

    @property
    def in_transaction(self) -> bool:
        return self.inner.in_transaction

    def execute(
        self, sql: str, parameters: Sequence[str | bytes | int | float | None] = (), /
    ) -> Cursor:
        if sql == "COMMIT":
            self.witness()
        return self.inner.execute(sql, parameters)

    def executescript(self, sql_script: str, /) -> object:
        return self.inner.executescript(sql_script)

    def close(self) -> None:
        self.inner.close()


class Bench:
    """A unit on a disk, in a house with the kettle on; time goes by as the unit asks for it."""

    def __init__(
        self,
        folder: Path,
        *,
        scale: int = 60,
        load: str = "kettle",
        relay: str = "simulated://",
        limit: PowerLimit = NO_LIMIT,
        opened_by: Tamper = NO_TAMPER,
        phases: int = 1,
    ) -> None:
        self.disk = Disk(folder / "meter.db")
        self.url = f"simulated://house?seed=1&scale={scale}&phases={phases}&on={load}"
        self.seed = replace(SEED, phases=phases)
        self.opened_by = opened_by
        self.relay = relay
        self.limit = limit
        self.folder = folder
        self.set_by = 0
        self.now = 0.0
        self.start()

    def start(self) -> None:
        if not self.disk.path.exists():
            Store.create(self.disk.path, initial(self.seed, UTC))
        self.store = Store.open(self.disk.path, connect=self.disk.connect)
        state = self.store.load()
        self.source: Source = open_source(
            self.url, now=self.now, folder=self.folder, epoch=state.metering.epoch + 1
        )
        relay = open_relay(self.relay, world=world_of(self.source))
        self.unit = MeterUnit(
            Equipment(self.store, self.source, relay),
            state,
            rules=Rules(commit_wh=10, commit_s=60, limit=self.limit, opened_by=self.opened_by),
            clock=WallClock(lambda: UTC + self.set_by + int(self.now)),
            now=self.now,
        )

    def enter(self, digits: str) -> TokenResult:
        """Enter a token."""
        outcome = self.unit.enter(digits, PATH, self.now)
        assert outcome is not None
        return outcome.result

    def written(self, token: Token) -> str:
        """Write a token under the meter's key."""
        return write_token(token, self.state.sts.key.cipher())

    def kill(self) -> None:
        """End without a last commit, as a power cut does."""
        self.store.close()

    def run(self, seconds: float) -> list[State]:
        """Let time pass; return the committed states in their order."""
        states, until = [], self.now + seconds
        while self.unit.deadline < until:
            self.now = self.unit.deadline
            self.unit.tick(self.now)
            if self.unit.state and (not states or states[-1] is not self.unit.state):
                states.append(self.unit.state)
        self.now = until
        return states

    @property
    def state(self) -> State:
        assert self.unit.state is not None
        return self.unit.state
