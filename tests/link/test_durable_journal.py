"""Laws of a store's journal: no commit that was acknowledged is lost in silence (journal.py)."""

import struct
from contextlib import closing
from itertools import product
from pathlib import Path
from random import Random

import pytest

from link.durable import Database, StoreBroken, StoreDamaged
from link.durable.journal import FRAME, HEADER, lost_commits

APPLICATION = 0x53504C31
SCHEMA = """
CREATE TABLE facts (number INTEGER PRIMARY KEY, body BLOB) STRICT;
CREATE TABLE newest (id INTEGER PRIMARY KEY, number INTEGER) STRICT
"""
COMMITS = 6
PAGE = 4096
STEP = FRAME.size + PAGE


def opened(path: Path) -> Database:
    return Database.open(path, APPLICATION, 1, SCHEMA)


def commit(database: Database, number: int) -> None:
    with database.transaction():
        database.execute("INSERT INTO facts VALUES (?, ?)", (number, bytes([number % 251])))
        database.execute("INSERT OR REPLACE INTO newest VALUES (1, ?)", (number,))


def numbers(path: Path) -> list[int]:
    with closing(opened(path)) as database:
        return [int(str(number)) for (number,) in database.execute("SELECT number FROM facts")]


def put(path: Path, store: bytes, journal: bytes) -> Path:
    """Put a store and its journal where a kill has left them."""
    for file in path.parent.iterdir():
        file.unlink()
    path.write_bytes(store)
    path.chmod(0o600)
    Path(f"{path}-wal").write_bytes(journal)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder / "store.db"


@pytest.fixture
def killed(path: Path) -> tuple[bytes, bytes]:
    """Return a store and its journal after COMMITS commits, as a kill leaves them."""
    Database.create(path, APPLICATION, 1, SCHEMA)
    with closing(opened(path)) as database:
        for number in range(COMMITS):
            commit(database, number)
        return path.read_bytes(), Path(f"{path}-wal").read_bytes()


def ends(journal: bytes) -> list[int]:
    """Return where the commits of a journal end."""
    starts = range(HEADER.size, len(journal), STEP)
    sizes = ((at + STEP, struct.unpack_from(">4xI", journal, at)[0]) for at in starts)
    return [end for end, size in sizes if size]


def test_a_journal_that_is_whole_is_played(path: Path, killed: tuple[bytes, bytes]) -> None:
    assert len(ends(killed[1])) == COMMITS
    assert numbers(put(path, *killed)) == list(range(COMMITS))


def test_a_changed_octet_is_refused_or_costs_the_newest_commit(
    path: Path, killed: tuple[bytes, bytes]
) -> None:
    store, journal = killed
    rng, newest = Random(1), ends(journal)[-2]
    heads = [HEADER.size + STEP * n + octet for n in range(3) for octet in range(FRAME.size)]
    for place in (*range(HEADER.size), *heads, *rng.sample(range(len(journal)), 150)):
        changed = bytearray(journal)
        changed[place] ^= rng.randrange(1, 256)
        put(path, store, bytes(changed))
        if place >= newest:
            assert numbers(path) == list(range(COMMITS - 1)), place
            continue
        for _ in range(2):  # the evidence stays
            with pytest.raises(StoreDamaged, match=r"commits are lost from its journal store\.db-"):
                numbers(path)
        assert Path(f"{path}-wal").read_bytes() == bytes(changed)


def test_a_power_cut_while_a_commit_is_written_stops_no_store(
    path: Path, killed: tuple[bytes, bytes]
) -> None:
    """Each frame of the newest commit is on the disk, or half of it, or not at all."""
    store, journal = killed
    start = ends(journal)[-2]
    frames = [journal[at : at + STEP] for at in range(start, len(journal), STEP)]
    assert len(frames) > 1
    for kept in product((STEP, STEP // 2, 0), repeat=len(frames)):
        torn = (each[:n] + bytes(STEP - n) for each, n in zip(frames, kept, strict=True))
        put(path, store, journal[:start] + b"".join(torn))
        whole = set(kept) == {STEP}
        assert numbers(path) == list(range(COMMITS if whole else COMMITS - 1)), kept


def test_a_journal_that_was_cut_looks_like_a_shorter_one(
    path: Path, killed: tuple[bytes, bytes]
) -> None:
    store, journal = killed
    for length in (*range(0, len(journal), 611), *ends(journal)):
        put(path, store, journal[:length])
        done = sum(end <= length for end in ends(journal))
        assert numbers(path) == list(range(done)), length


def test_no_moment_of_a_store_looks_like_damage(path: Path) -> None:
    """Also after the journal has begun anew, with old frames behind the new ones."""
    Database.create(path, APPLICATION, 1, SCHEMA)
    with closing(opened(path)) as database:
        rounds = set()
        for number in range(600):
            commit(database, number)
            if number % 20 == 0 or number > 590:
                journal = Path(f"{path}-wal").read_bytes()
                rounds.add(journal[: HEADER.size])
                assert not lost_commits(journal), number
        assert len(rounds) > 1


def test_a_broken_commit_leaves_nothing_behind_for_the_next_kill(
    path: Path, killed: tuple[bytes, bytes]
) -> None:
    store, journal = killed
    put(path, store, journal[:-STEP])
    with closing(opened(path)) as database:
        assert Path(f"{path}-wal").stat().st_size == 0
        commit(database, COMMITS)
        again = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    assert numbers(put(path, *again)) == [*range(COMMITS - 1), COMMITS]


def test_a_journal_that_cannot_be_read_is_one_line(path: Path) -> None:
    Database.create(path, APPLICATION, 1, SCHEMA)
    Path(f"{path}-wal").mkdir()
    with pytest.raises(StoreBroken, match=r"store\.db-wal: is a directory$"):
        opened(path)
