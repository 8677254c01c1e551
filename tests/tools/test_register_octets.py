"""A register with any octet changed, cut at any length: refused in one line, or it sells as it did.

Law: no two slips carry one TID, whatever has become of the file (sts.md 10.7).
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from link.durable import DurableError
from link.secret import Secret
from tools.register import Block, Register, Tariff, back_up, check
from tools.vend.credit import Money, Units, sell
from tools.vend.history import reissue
from tools.vend.key_set import KeyChange
from tools.vend.meters import add_meter
from tools.vend.selling import change_key
from tools.vend.till import Till, find_meter

from ..damage import REFUSED, damaged, fields_of, one_line, prove, put, small_pages
from .vending import METER, NOON, VENDING_KEYS, open_till

TARIFF = Tariff("home", "electricity", "KES", 2, 16_000)
BLOCKS = (Block("home", 1, 500, 1_222_000), Block("home", 2, 0, 2_050_000))
FAST = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small register with rows in all its tables, and its vending key beside it."""
    with open_till(tmp_path) as till:
        till.register.add_tariff(TARIFF, BLOCKS)
        add_meter(till, replace(METER, tariff="home"), Secret.from_hex(VENDING_KEYS[0]))
        sell(till, METER.drn, Units(Fraction(25)), now=NOON, rnd=1)
        sell(till, METER.drn, Money(Fraction(1000)), now=NOON, rnd=2)
        before = find_meter(till.register, METER.drn)
        change_key(till, KeyChange(before, replace(before, ti="02")), now=NOON)
        sell(till, METER.drn, Units(Fraction(5)), now=NOON, rnd=3)
        reissue(till, METER.drn, None, now=NOON)
        back_up(till.register, tmp_path / "small.db", small_pages)
    return tmp_path / "small.db"


class Shop:
    """The point of sale of a register that is damaged again and again."""

    def __init__(self, path: Path) -> None:
        self.octets = path.read_bytes()
        self._path = path
        self._truth = list(fields_of(path))
        self._issued = {value for _, _, column, value in self._truth if column == "tid"}

    def verdict(self, octets: bytes) -> str:
        """Sell from a register with these octets; return what became of it."""
        put(self._path, octets)
        try:
            with Register.open(self._path) as register:
                units = Units(Fraction(1))
                sold = sell(Till(register, self._path.parent), METER.drn, units, now=NOON, rnd=4)
        except DurableError as error:
            return one_line(error)
        assert sold.token.tid not in self._issued
        put(self._path, octets)
        try:
            with Register.open(self._path) as register:
                check(register)
        except DurableError as error:
            one_line(error)
            return "sold a new TID, refused by check"
        assert list(fields_of(self._path)) == self._truth
        return "the same"


def test_a_damaged_register_is_refused_or_sells_a_new_tid(path: Path) -> None:
    shop = Shop(path)
    found = damaged(shop.octets, shop.verdict, FAST, seed=2)
    assert found["changed"][REFUSED] > FAST / 5
    assert set(found["cut"]) == {REFUSED}
    assert shop.verdict(shop.octets) == "the same"


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_every_octet_and_every_length_of_a_small_register(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(path)
    told = prove(shop.octets, shop.verdict)
    with capsys.disabled():
        print(f"\nvend.db of {told}")
