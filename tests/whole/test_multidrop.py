"""Eight meters and two units on one line of 9600 bit/s: every token arrives, once, where it should.

Laws (link.md 6, meter.md 8): each token is credited exactly once, by the meter that it was bought
for, and goes out to no other; the unit that took it says so; the same seed gives the same trace.
"""

import asyncio
import json
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import pytest

from link.hdlc import ServerAddress
from link.line import LineSettings
from link.terms import luhn_digit
from meter.domain import GuessFailed
from meter.store import Store
from tools.sim import Multidrop, Said, Setting
from tools.virtual_time import run_virtual

from .conftest import run
from .customer import Customer, Sold

METERS, UNITS = 8, 2
TOKENS = int(os.environ.get("SPLITMETER_TOKENS", "1000"))
SEED = int(os.environ.get("SPLITMETER_SEED", "1"))
FEW = 8
"""Tokens of the fast suite."""
BIT_ERROR_RATE = 1e-4
MOST_UNITS = 20
"""Worth of a token in units of 0.1 kWh, at the most."""
NOTHING_ON = "simulated://house?on="
DIGITS = re.compile(rb"\d{20}")


class Street:
    """A provisioned folder of several meters on one line, and what was bought for them."""

    def __init__(self, folder: Path, tokens: int, meters: int = METERS) -> None:
        self.folder = folder
        rng = Random(SEED)
        payloads = [f"12{serial:08d}" for serial in rng.sample(range(10_000), meters)]
        self.drns = [payload + luhn_digit(payload) for payload in payloads]
        named = [word for drn in self.drns for word in ("--drn", drn)]
        flags = ("--listen", "serial:///line", "--test-keys", "--lab", "--json")
        made = json.loads(run("provision", "--dir", str(folder), *named, *flags))
        self.addresses = {meter["drn"]: meter["address"] for meter in made}
        self.sold = [
            self.buy(rng.choice(self.drns), rng.randint(1, MOST_UNITS)) for _ in range(tokens)
        ]

    def buy(self, drn: str, units: int) -> Sold:
        """Buy a token at the point of sale."""
        register = str(self.folder / "vend.db")
        words = ("vend", "--register", register, "credit", drn, f"{units / 10}", "--json")
        sold = json.loads(run(*words))
        return Sold(drn, str(sold["token"]), 100 * units)

    def assert_each_credited_once(self) -> None:
        """Assert that the disks of all meters have each token once, and no attempt at another."""
        worth_wh, bought = Counter[str](), Counter[str]()
        for sold in self.sold:
            worth_wh[sold.drn] += sold.worth_wh
            bought[sold.drn] += 1
        for drn in self.drns:
            with closing(Store.open(self.folder / drn / "meter.db")) as store:
                state, facts = store.load(), store.facts()
            assert state is not None
            assert state.account.credit == worth_wh[drn] - state.metering.total
            assert state.ledger.head.sequence == bought[drn]
            assert not [fact for fact in facts if isinstance(fact, GuessFailed)]

    def assert_none_went_astray(self, trace: list[Said]) -> None:
        """Assert that the digits of each token stand in frames to its own meter only."""
        address = {
            sold.token.encode(): ServerAddress.of(1, self.addresses[sold.drn]).to_bytes()
            for sold in self.sold
        }
        spoken = [said.frame for said in trace if DIGITS.search(said.frame)]
        assert spoken
        for frame in spoken:
            for digits in DIGITS.findall(frame):
                assert frame[3:7] == address[digits]


@pytest.fixture
def workshop() -> Iterator[Path]:
    """A folder in memory where there is one: no power is cut here."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


@dataclass(frozen=True)
class Day:
    """How the tokens of a street were spent."""

    scene: Multidrop
    customers: list[Customer]
    took_s: float
    """Virtual seconds."""

    def summary(self) -> str:
        """Return one line."""
        said = Counter(type(verdict).__name__ for one in self.customers for _, verdict in one.said)
        verdicts = ", ".join(f"{count} {name}" for name, count in said.most_common())
        counts = self.scene.line.counts
        return (
            f"{verdicts} in {self.took_s:.0f} virtual s; {counts.octets} octets,"
            f" {counts.collisions} collisions, {counts.flipped_bits} bits flipped"
        )


def spent(street: Street, line: LineSettings) -> Day:
    """Let the customers of all units spend what was bought, at the same time."""
    days: list[Day] = []

    async def life() -> None:
        setting = Setting(folder=street.folder, seed=SEED, source=NOTHING_ON)
        scene = Multidrop(setting, line, units=UNITS)
        scene.start()
        customers = [Customer(partial(scene.units.__getitem__, n)) for n in range(UNITS)]
        async with asyncio.TaskGroup() as group:
            for number, customer in enumerate(customers):
                group.create_task(customer.spend(street.sold[number::UNITS]))
        days.append(Day(scene, customers, asyncio.get_running_loop().time()))
        await scene.close()

    run_virtual(life())
    return days[0]


def assert_all_delivered(street: Street, line: LineSettings) -> Day:
    """Spend everything, and assert the laws; Customer asserts that each was accepted."""
    day = spent(street, line)
    street.assert_each_credited_once()
    street.assert_none_went_astray(day.scene.trace)
    return day


NOISY = LineSettings(bit_error_rate=BIT_ERROR_RATE)


def test_every_token_arrives_once_where_it_should_on_a_noisy_line(workshop: Path) -> None:
    assert_all_delivered(Street(workshop / "lab", FEW), NOISY)


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.parametrize("line", [LineSettings(), NOISY], ids=["clean", "noisy"])
def test_a_thousand_tokens(
    workshop: Path, line: LineSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    day = assert_all_delivered(Street(workshop / "lab", TOKENS), line)
    with capsys.disabled():
        print(f"\n{TOKENS} tokens, {day.summary()}; {time.monotonic() - began:.0f} s")


def test_the_same_seed_gives_the_same_trace(workshop: Path) -> None:
    street = Street(workshop / "lab", tokens=2, meters=2)
    shutil.copytree(street.folder, workshop / "again")
    first = spent(street, NOISY)
    street.folder = workshop / "again"
    again = spent(street, NOISY)
    assert first.scene.trace == again.scene.trace
    assert len(first.scene.trace) > 10
