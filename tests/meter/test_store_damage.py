"""A store with any octet changed, cut at any length, or emptied: refused in one line, or the truth.

Laws: no error but DurableError, and that in one printable line; a store that loads holds what was
committed, so no used token is accepted again and no credit differs (meter.md 2).
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from link.durable import DurableError
from meter.domain import EnterToken, Measure, State, apply_all, decide, initial
from meter.store import Store
from meter.store.inspection import inspect

from .unit_bench import PATH, SEED, UTC, token

ROUNDS = int(os.environ.get("SPLITMETER_ROUNDS", "1"))
SEED_OF_ROUNDS = int(os.environ.get("SPLITMETER_SEED", "1"))
WHOLE = 1000
"""From so many rounds on every octet is changed in turn; fewer draw so many hundred of them."""
PER_ROUND = 100
FAST = 300
"""Octets that the fast suite changes."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meter.db"


def lived(path: Path) -> State:
    """Make the store of a meter that has taken three tokens; return its state."""
    state = initial(SEED, UTC)
    Store.create(path, state)
    store = Store.open(path)
    store.load()
    for tid in range(3):
        for command in (EnterToken(token(tid, 2_500), PATH), Measure(0, 100 * tid)):
            facts = decide(state, command, UTC).facts
            state = apply_all(state, facts)
            store.commit(facts, state)
    store.close()
    return state


def verdict(path: Path, octets: bytes, truth: State) -> str:
    """Return what becomes of a store with these octets: it is refused, or it is the truth."""
    for other in path.parent.iterdir():
        other.unlink()
    path.write_bytes(octets)
    path.chmod(0o600)
    with suppress(DurableError):
        inspect(path)
    try:
        store = Store.open(path)
    except DurableError as error:
        return one_line(error)
    try:
        found = store.load()
    except DurableError as error:
        return one_line(error)
    finally:
        store.close()
    assert found == truth
    return "the same"


def one_line(error: DurableError) -> str:
    assert str(error).isprintable(), repr(error)
    return "refused"


def flips(octets: bytes, places: list[int], rng: Random) -> Iterator[bytes]:
    """Yield the file with one octet changed, at each place."""
    for place in places:
        changed = octets[place] ^ rng.randrange(1, 256)
        yield octets[:place] + bytes([changed]) + octets[place + 1 :]


def test_a_store_with_an_octet_changed_is_refused_or_the_truth(path: Path) -> None:
    truth = lived(path)
    octets, rng = path.read_bytes(), Random(2)
    places = sorted(rng.sample(range(len(octets)), FAST))
    found = Counter(verdict(path, each, truth) for each in flips(octets, places, rng))
    assert found["refused"] > FAST / 10


def test_a_store_that_was_cut_is_refused(path: Path) -> None:
    truth = lived(path)
    octets = path.read_bytes()
    for length in (*range(0, len(octets), 509), len(octets) - 1):
        assert verdict(path, octets[:length], truth) == "refused", length
    assert verdict(path, octets, truth) == "the same"


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_every_octet_and_every_length_of_a_small_store(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = lived(path)
    octets, rng = path.read_bytes(), Random(SEED_OF_ROUNDS)
    size = len(octets)
    some = size if ROUNDS >= WHOLE else min(ROUNDS * PER_ROUND, size)
    places, lengths = (sorted(rng.sample(range(size), some)) for _ in range(2))
    found = Counter(verdict(path, each, truth) for each in flips(octets, places, rng))
    cut = Counter(verdict(path, octets[:length], truth) for length in lengths)
    assert cut["the same"] == 0
    with capsys.disabled():
        print(f"\nmeter.db of {size} octets: changed {dict(found)}, cut {dict(cut)}")
