"""A meter's store with any octet changed, cut at any length: refused in one line, or the truth.

Law: a store that loads holds what was committed, so no used token is accepted again and no credit
differs (meter.md 2).
"""

from contextlib import closing, suppress
from pathlib import Path

import pytest

from link.durable import DurableError
from meter.domain import EnterToken, Measure, State, apply_all, decide, initial
from meter.store import Store
from meter.store.inspection import inspect

from ..damage import REFUSED, damaged, one_line, prove, put, small_pages
from .unit_bench import PATH, SEED, UTC, token

FAST = 150


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meter.db"


@pytest.fixture
def truth(path: Path) -> State:
    """What the store at `path` holds: that of a meter that has taken three tokens."""
    state = initial(SEED, UTC)
    Store.create(path, state, connect=small_pages)
    with closing(Store.open(path)) as store:
        store.load()
        for tid in range(3):
            for command in (EnterToken(token(tid, 2_500), PATH), Measure(0, 100 * tid)):
                facts = decide(state, command, UTC).facts
                state = apply_all(state, facts)
                store.commit(facts, state)
    return state


def verdict(path: Path, octets: bytes, truth: State) -> str:
    put(path, octets)
    with suppress(DurableError):
        inspect(path)
    try:
        with closing(Store.open(path)) as store:
            assert store.load() == truth
    except DurableError as error:
        return one_line(error)
    return "the same"


def test_a_damaged_store_is_refused_or_the_truth(path: Path, truth: State) -> None:
    octets = path.read_bytes()
    found = damaged(octets, lambda each: verdict(path, each, truth), FAST, seed=2)
    assert found["changed"][REFUSED] > FAST / 5
    assert found["cut"][REFUSED] > FAST / 2  # a page at the end that is free may be missing
    assert verdict(path, octets, truth) == "the same"


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_every_octet_and_every_length_of_a_small_store(
    path: Path, truth: State, capsys: pytest.CaptureFixture[str]
) -> None:
    told = prove(path.read_bytes(), lambda each: verdict(path, each, truth))
    with capsys.disabled():
        print(f"\nmeter.db of {told}")
