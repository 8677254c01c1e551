"""A unit's store with any octet changed, cut at any length: refused in one line, or the truth.

Law: no intent is lost in silence, and no ledger forgotten (link.md 6, rule 3).
"""

from contextlib import closing
from pathlib import Path

import pytest

from ciu.state import CiuState
from link.durable import DurableError
from link.token_entry import Intent

from ..damage import REFUSED, damaged, one_line, prove, put, small_pages

INTENTS = {f"0100000{n:04d}": Intent(f"{n:020d}", n) for n in range(3)}
LEDGERS = {f"0100000{n:04d}": 100 + n for n in range(5)}
FAST = 150


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ciu.db"


@pytest.fixture
def octets(path: Path) -> bytes:
    """A store of meters with tokens under way."""
    CiuState.begin_store(path, small_pages)
    with closing(CiuState.open(path)) as state:
        for meter, sequence in LEDGERS.items():
            state.saw_ledger(meter, sequence)
        for meter, intent in INTENTS.items():
            state.begin(meter, intent)
    return path.read_bytes()


def verdict(path: Path, octets: bytes) -> str:
    put(path, octets)
    try:
        with closing(CiuState.open(path)) as state:
            assert {meter: state.intent(meter) for meter in INTENTS} == INTENTS
            assert {meter: state.greatest_sequence(meter) for meter in LEDGERS} == LEDGERS
    except DurableError as error:
        return one_line(error)
    return "the same"


def test_a_damaged_store_is_refused_or_the_truth(path: Path, octets: bytes) -> None:
    found = damaged(octets, lambda each: verdict(path, each), FAST, seed=2)
    assert found["changed"][REFUSED] > FAST / 5
    assert set(found["cut"]) == {REFUSED}
    assert verdict(path, octets) == "the same"


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_every_octet_and_every_length_of_a_small_store(
    path: Path, octets: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    told = prove(octets, lambda each: verdict(path, each))
    with capsys.disabled():
        print(f"\nciu.db of {told}")
