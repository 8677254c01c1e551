"""The lab of a bench: provisioned meters with full ledgers, their tokens, and the bare commit."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from link.durable import Database
from link.terms import LEDGER_KEPT, EntrySource, luhn_digit
from meter.config import read_config
from meter.domain import EnterToken, Fact, Ledger, apply_all, decide, fact_to_json, state_to_json
from meter.store import Store
from meter.sts import (
    DecoderKey,
    EncryptionAlgorithm,
    KeyType,
    UnitsCredit,
    newest_begun,
    write_token,
)
from tools.clock import wall_clock, yesterday
from tools.provision.making import Made, make_meters
from tools.provision.order import NEVER_EXPIRES, Order
from tools.register import MeterRecord
from tools.vend import RND_VALUES, next_tid

UNITS = 1
"""Worth of each token, 0.1 kWh: thousands of them stay far below the highest credit."""

APPLICATION_ID = 0x534D6263
SCHEMA = "CREATE TABLE line (id INTEGER PRIMARY KEY, line TEXT NOT NULL)"


def make_meter(folder: Path, drn: str, listen: str) -> Made:
    """Provision a meter in lab mode with test keys, made yesterday."""
    (made,) = make_line(folder, (drn,), listen)
    return made


def make_line(
    folder: Path, drns: Sequence[str], listen: str, connect: str | None = None
) -> tuple[Made, ...]:
    """Provision the meters of one line; `connect` is where the unit finds them, if not there."""
    records = tuple(map(_record, drns))
    order = Order(folder, records, listen, connect, None, test=True, lab=True, paired=True)
    return make_meters(order, wall_clock())


def meter_numbers(count: int) -> tuple[str, ...]:
    """Return the numbers of so many meters, with an address each."""
    payloads = (f"10{serial:08d}" for serial in range(1, count + 1))
    return tuple(payload + luhn_digit(payload) for payload in payloads)


def _record(drn: str) -> MeterRecord:
    return MeterRecord(
        drn=drn,
        sgc="123456",
        krn=1,
        kt=KeyType.DUTK,
        ti="01",
        base=newest_begun(wall_clock()),
        dkga="04",
        ea="11",
        ken=NEVER_EXPIRES,
        manufactured=yesterday(wall_clock()),
    )


class TokenMaker:
    """Makes tokens for one meter, as the point of sale does but for the register."""

    def __init__(self, made: Made) -> None:
        self._meter = made.meter
        self._key = DecoderKey(EncryptionAlgorithm(int(made.meter.ea)), made.decoder_key)
        self._tid: int | None = None

    def token(self) -> str:
        """Return the digits of a token that the meter has not seen."""
        self._tid = next_tid(self._meter, self._tid, wall_clock())
        token = UnitsCredit(subclass=0, rnd=self._tid % RND_VALUES, tid=self._tid, field=UNITS)
        return write_token(token, self._key)


def fill_ledger(config: Path, maker: TokenMaker) -> tuple[str, ...]:
    """Put a full ledger into a store before its meter runs, so that all commits are alike.

    Returns the lines that the last token alone would have written.
    """
    settings, at = read_config(config), wall_clock()
    with closing(Store.open(settings.store.file)) as store:
        state = store.load()
        history: tuple[Fact, ...] = ()
        facts: tuple[Fact, ...] = ()
        for _ in range(LEDGER_KEPT):
            facts = decide(state, EnterToken(maker.token(), EntrySource.SLOT_0), at).facts
            state, history = apply_all(state, facts), history + facts
        store.commit(history, state)
    return *map(fact_to_json, facts), state_to_json(replace(state, ledger=Ledger()))


class BareCommit:
    """The same lines made durable again and again, with nothing around it."""

    def __init__(self, path: Path, lines: Sequence[str]) -> None:
        Database.create(path, APPLICATION_ID, 1, SCHEMA)
        self._database = Database.open(path, APPLICATION_ID, 1, SCHEMA)
        self._rows = tuple(enumerate(lines))

    @property
    def octets(self) -> int:
        """Octets of all lines."""
        return sum(len(line.encode()) for _, line in self._rows)

    async def trip(self) -> float:
        """Commit once; return the seconds that it took."""
        start = time.perf_counter()
        with self._database.transaction():
            for row in self._rows:
                self._database.execute("INSERT OR REPLACE INTO line VALUES (?, ?)", row)
        return time.perf_counter() - start

    def close(self) -> None:
        """Give the file free."""
        self._database.close()
