"""Two points of sale with one register, killed at any moment: what they showed is on the disk.

Laws (sts.md 10.7): no TID twice for a meter; no sale lost; no token without its record; each token
was made with the key that the meter has once all tokens before it are entered.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from link.secret import Secret
from meter.sts import UnitsCredit
from tools.register import MeterRecord, TokenRecord, decoder_key
from tools.vend.key_set import KIND
from tools.vend.meters import add_meter

from .vending import METER, NOON, VENDING_KEYS, Meter, open_till

ROUNDS = int(os.environ.get("SPLITMETER_ROUNDS", "6"))
SEED = int(os.environ.get("SPLITMETER_SEED", "1"))
"""Of the first round; the next has the next."""
FEW = 2
TOGETHER = 20
"""Rounds on one register."""
MOST_SHOWN = 30
LONGEST_S = 0.01
"""From a slip that was shown to the kill: a few slips' time."""

KEY = Secret.from_hex(VENDING_KEYS[0])

SELLS_FOR_EVER = """
import json, sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from tools.register import Register
from tools.vend.credit import Units, sell
from tools.vend.key_set import KeyChange
from tools.vend.selling import change_key
from tools.vend.till import Till, find_meter

folder, drn, now, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
rng = Random(seed)
print("ready", flush=True)
while True:
    with Register.open(folder / "vend.db", patience_s=30) as register:
        till = Till(register, folder)
        if rng.random() < 0.2:
            before = find_meter(register, drn)
            after = replace(before, ti=f"{(int(before.ti) + 1) % 100:02d}")
            issued = change_key(till, KeyChange(before, after), now=now)
        else:
            units = Units(Fraction(rng.randint(1, 400), 10))
            issued = sell(till, drn, units, now=now, rnd=seed % 16)
    print(json.dumps([token.digits for token in issued.issue.tokens]), flush=True)
"""


class Seller:
    """A point of sale that sells until it is killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        words = ("-c", SELLS_FOR_EVER, folder, METER.drn, NOON, seed)
        command = [sys.executable, *map(str, words)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def shown(self, slips: int) -> list[str]:
        """Wait for so many slips and return their digits."""
        assert self._process.stdout is not None
        lines = [self._process.stdout.readline() for _ in range(slips)]
        return [digits for line in lines for digits in json.loads(line)]

    def ready(self) -> None:
        """Wait until it sells."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill(self) -> list[str]:
        """Kill it and return what it had shown and nobody had read."""
        assert self._process.stdout is not None
        self._process.kill()
        lines = [line for line in self._process.stdout if line.endswith("\n")]
        return [digits for line in lines for digits in json.loads(line)]

    def end(self) -> None:
        """Leave nothing of it."""
        self._process.kill()
        self._process.communicate(timeout=30)


def play(folder: Path, seed: int) -> list[str]:
    """Kill one of two sellers at a drawn moment, then the other; return all that was shown."""
    rng = Random(seed)
    sellers = [Seller(folder, 2 * seed + number) for number in range(2)]
    with ExitStack() as ended:
        for seller in sellers:
            ended.callback(seller.end)
        for seller in sellers:
            seller.ready()
        rng.shuffle(sellers)
        shown: list[str] = []
        for seller in sellers:
            shown += seller.shown(rng.randint(1, MOST_SHOWN))
            time.sleep(rng.uniform(0, LONGEST_S))
            shown += seller.kill()
    return shown


def check(folder: Path, shown: Sequence[str]) -> None:
    """Read the register as the meter would enter its tokens, one after the other."""
    with open_till(folder) as till:
        register = till.register
        slips = [register.tokens(slip.number) for slip in register.slips(METER.drn)]
        last, now = register.last_tid(METER.drn, METER.base), register.meter(METER.drn)
        former = register.former_keys(METER.drn)
    kept = [token for slip in slips for token in slip]
    assert Counter(shown) <= Counter(token.digits for token in kept)
    tids = [token.tid for token in kept if token.tid is not None]
    assert tids == sorted(set(tids))
    assert (tids[-1], all(slips)) == (last, True)
    assert enter(slips) == now
    assert len(former) == sum(slip[0].kind == KIND for slip in slips)


def enter(slips: Sequence[Sequence[TokenRecord]]) -> MeterRecord:
    """Enter all tokens; return the meter as it is then."""
    meter = METER
    side = Meter(meter.ea, decoder_key(meter, KEY))
    for slip in slips:
        if slip[0].kind == KIND:
            new = side.take([token.digits for token in slip])
            meter = replace(meter, ti=f"{new.ti:02d}")
            continue
        (token,) = slip
        credit = side.read(token.digits)
        assert isinstance(credit, UnitsCredit)
        assert (credit.tid, credit.amount) == (token.tid, token.amount)
    return meter


def prove(folder: Path, seeds: Sequence[int]) -> int:
    """Play rounds on one register; return how many tokens were shown."""
    with open_till(folder) as till:
        add_meter(till, METER, KEY)
    shown: list[str] = []
    for seed in seeds:
        shown += play(folder, seed)
        check(folder, shown)
    return len(shown)


def test_two_points_of_sale_that_are_killed_have_sold_what_they_showed(tmp_path: Path) -> None:
    prove(tmp_path, range(FEW))


@pytest.mark.proof
def test_points_of_sale_are_killed_again_and_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens, seeds = 0, range(SEED, SEED + ROUNDS)
    for first in range(0, ROUNDS, TOGETHER):
        folder = tmp_path / f"from {first}"
        folder.mkdir(mode=0o700)
        tokens += prove(folder, seeds[first : first + TOGETHER])
    with capsys.disabled():
        print(f"\n    {ROUNDS} rounds from seed {SEED}: {tokens} tokens shown")
