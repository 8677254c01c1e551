"""Files are made whole and for us alone, or not at all."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from link.files import create, is_open_to_others, reason_of


def test_a_file_is_made_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create(path, "ä\n")
    assert path.read_text(encoding="utf-8") == "ä\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not is_open_to_others(path.stat().st_mode)


def test_what_exists_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("old")
    with pytest.raises(FileExistsError):
        create(path, "new")
    assert path.read_text() == "old"


@contextmanager
def small_files() -> Iterator[None]:
    """Let no file grow beyond 4 octets: not the one either that pytest prints to."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(OSError, match="File too large"), small_files():
        create(path, "seven\n")
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o601, 0o610])
def test_any_right_of_others_makes_a_file_open(mode: int) -> None:
    assert is_open_to_others(mode)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device"),
        (OSError("AF_UNIX path too long"), "af_unix path too long"),
        (TimeoutError(), "timeouterror"),
    ],
)
def test_an_error_always_has_words(error: OSError, words: str) -> None:
    assert reason_of(error) == words
