"""A meter's store with any octet changed, cut at any length: refused in one line, or the truth.

Law: a store that loads holds what was committed, so no used token is accepted again and no credit
differs (meter.md 2). A journal, which only a kill or a power cut leaves, may lack its newest
commit, or those that were cut off.
"""

from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from link.durable import DurableError
from meter.domain import EnterToken, Measure, State, apply_all, decide, initial
from meter.store import Store
from meter.store.inspection import inspect

from ..damage import REFUSED, count_of_places, damaged, flipped, one_line, prove, put, small_pages
from .unit_bench import PATH, SEED, UTC, token

FAST = 150
THE_SAME = "the same"
ONE_LESS = "1 less"
"""All but the newest commit."""

SAMPLE = Path(__file__).parent / "samples" / "store_1.db"
HEADER, ENCODING = 100, 59
"""Octets of the header of an SQLite file, and the last one of its text encoding."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meter.db"


@dataclass(frozen=True, slots=True)
class Life:
    """The store of a meter that has taken three tokens."""

    states: tuple[State, ...]
    """After each commit, the first one before all."""
    stopped: bytes
    """Its file after a stop."""
    killed: bytes
    journal: bytes
    """Its file and its journal after a kill."""


@pytest.fixture
def life(path: Path) -> Life:
    states = [initial(SEED, UTC)]
    Store.create(path, states[0], connect=small_pages)
    with closing(Store.open(path)) as store:
        store.load()
        for tid in range(3):
            for command in (EnterToken(token(tid, 2_500), PATH), Measure(0, 100 * tid + 1)):
                facts = decide(states[-1], command, UTC).facts
                states.append(apply_all(states[-1], facts))
                store.commit(facts, states[-1])
        killed, journal = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    return Life(tuple(states), path.read_bytes(), killed, journal)


def verdict(path: Path, states: tuple[State, ...], octets: bytes, journal: bytes = b"") -> str:
    """Return what becomes of a store: refused, the last of the states, or how many are missing."""
    put(path, octets)
    if journal:
        Path(f"{path}-wal").write_bytes(journal)
    with suppress(DurableError):
        inspect(path)
    try:
        with closing(Store.open(path)) as store:
            found = store.load()
    except DurableError as error:
        return one_line(error)
    missing = len(states) - 1 - states.index(found)
    return f"{missing} less" if missing else THE_SAME


def test_a_damaged_store_is_refused_or_the_truth(path: Path, life: Life) -> None:
    last = life.states[-1:]
    found = damaged(life.stopped, lambda each: verdict(path, last, each), FAST, seed=2)
    assert found["changed"][REFUSED] > FAST / 5
    assert found["cut"][REFUSED] > FAST / 2  # a page at the end that is free may be missing
    assert verdict(path, last, life.stopped) == THE_SAME


def test_a_journal_with_an_octet_changed_is_refused_or_lacks_the_newest_commit(
    path: Path, life: Life
) -> None:
    assert verdict(path, life.states, life.killed, life.journal) == THE_SAME
    rng = Random(3)
    places = sorted(rng.sample(range(len(life.journal)), FAST))
    journals = flipped(life.journal, places, rng)
    found = {verdict(path, life.states, life.killed, each) for each in journals}
    assert found == {REFUSED, ONE_LESS}


def test_a_damaged_store_of_version_1_ends_in_no_traceback(path: Path) -> None:
    """It has no seals: what it says is taken where it can be read (store_1.db)."""
    octets, rng = SAMPLE.read_bytes(), Random(4)
    places = sorted((*range(HEADER), *rng.choices(range(HEADER, len(octets)), k=FAST)))
    assert verdict_of_1(path, octets) == "read"
    found = Counter(verdict_of_1(path, each) for each in flipped(octets, places, rng))
    encodings = (octets[:ENCODING] + bytes([value]) + octets[ENCODING + 1 :] for value in range(16))
    found += Counter(verdict_of_1(path, each) for each in encodings)
    assert set(found) == {REFUSED, "read"}


def verdict_of_1(path: Path, octets: bytes) -> str:
    put(path, octets)
    try:
        inspect(path)
    except DurableError as error:
        return one_line(error)
    return "read"


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_every_octet_and_every_length_of_a_small_store(
    path: Path, life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    told = prove(life.stopped, lambda each: verdict(path, life.states[-1:], each))
    with capsys.disabled():
        print(f"\nmeter.db of {told}")


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_every_octet_and_every_length_of_a_journal(
    path: Path, life: Life, capsys: pytest.CaptureFixture[str]
) -> None:
    some, rng = count_of_places(life.journal), Random(1)
    places, lengths = (sorted(rng.sample(range(len(life.journal)), some)) for _ in range(2))

    def judged(journal: bytes) -> str:
        return verdict(path, life.states, life.killed, journal)

    found = Counter(map(judged, flipped(life.journal, places, rng)))
    cut = Counter(judged(life.journal[:length]) for length in lengths)
    assert set(found) <= {REFUSED, ONE_LESS}
    with capsys.disabled():
        print(f"\njournal of {len(life.journal)} octets: changed {dict(found)}, cut {dict(cut)}")
