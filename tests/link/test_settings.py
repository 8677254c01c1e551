"""Laws of link.settings: the dataclass, or one line that names file, table and key."""

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.settings import (
    SECRET_OCTETS,
    SETTINGS_OCTETS,
    SettingsError,
    read_secret,
    read_settings,
    write_secret,
)

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@dataclass(frozen=True, slots=True)
class Store:
    """A table whose keys all have defaults."""

    file: Path = Path("meter.db")
    commit_wh: int = 10

    def __post_init__(self) -> None:
        if self.commit_wh < 1:
            raise ValueError(f"commit_wh must be\n1 or more, found {self.commit_wh}")


@dataclass(frozen=True, slots=True)
class Sts:
    """A table with keys that must be there."""

    krn: int
    manufactured: date
    keys: Path


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of an array of tables."""

    drn: str
    slot: int = 0


@dataclass(frozen=True, slots=True)
class House:
    """A file with all that settings can hold."""

    sts: Sts
    name: str = "House 4"
    lab: bool = False
    link: Path | None = None
    store: Store = field(default_factory=Store)
    meter: tuple[Neighbour, ...] = ()
    words: tuple[str, ...] = ()


STS = '[sts]\nkrn = 1\nmanufactured = 2026-11-21\nkeys = "decoder.key"\n'


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], House]:
    def read_text(text: str | bytes) -> House:
        file = tmp_path / "house.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_settings(file, House)

    return read_text


def test_what_is_typed_is_what_the_program_gets(
    read: Callable[[str], House], tmp_path: Path
) -> None:
    house = read(
        'name = "Häuschen"\nlab = true\nlink = "/etc/link.keys"\nwords = ["a", "b"]\n'
        f'{STS}[store]\ncommit_wh = 25\n[[meter]]\ndrn = "1"\n[[meter]]\ndrn = "2"\nslot = 3\n'
    )
    assert house == House(
        sts=Sts(1, date(2026, 11, 21), tmp_path / "decoder.key"),
        name="Häuschen",
        lab=True,
        link=Path("/etc/link.keys"),
        store=Store(tmp_path / "meter.db", 25),
        meter=(Neighbour("1"), Neighbour("2", 3)),
        words=("a", "b"),
    )


def test_paths_start_at_the_files_folder_also_by_default(
    read: Callable[[str], House], tmp_path: Path
) -> None:
    house = read(STS)
    assert house.sts.keys == tmp_path / "decoder.key"
    assert house.store.file == tmp_path / "meter.db"
    assert house.link is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "missing table [sts]"),
        ("[sts]\n", "[sts] missing key 'krn'"),
        ("sts = 1\n", "key 'sts' must be a table, found 1"),
        ("[[sts]]\nkrn = 1\n", "key 'sts' must be a table, found an array"),
        (f"{STS}krm = 1\n", "[sts] unknown key 'krm' (did you mean 'krn'?)"),
        (f"{STS}zzz = 1\n", "[sts] unknown key 'zzz' (known are krn, manufactured, keys)"),
        (f'{STS}"k\\nn" = 1\n', "[sts] unknown key 'k\\nn' (did you mean 'krn'?)"),
        (f"{STS}[stor]\n", "unknown key 'stor' (did you mean 'store'?)"),
        (STS.replace("1\n", '"1"\n', 1), "[sts] key 'krn' must be a whole number, found '1'"),
        (STS.replace("1\n", "true\n", 1), "[sts] key 'krn' must be a whole number, found true"),
        (STS.replace("1\n", "1.0\n", 1), "[sts] key 'krn' must be a whole number, found 1.0"),
        (STS.replace('"decoder.key"', '""'), "[sts] key 'keys' must be a path, found ''"),
        (STS.replace('"decoder.key"', "7"), "[sts] key 'keys' must be a path, found 7"),
        (
            STS.replace('"decoder.key"', r'"a\u0000b"'),
            r"[sts] key 'keys' must be a path, found 'a\x00b'",
        ),
        (
            STS.replace("2026-11-21", "2026-11-21T00:00:00"),
            "[sts] key 'manufactured' must be a date like 2026-11-21, found 2026-11-21T00:00:00",
        ),
        (f"lab = 1\n{STS}", "key 'lab' must be true or false, found 1"),
        (f"name = {{}}\n{STS}", "key 'name' must be text, found a table"),
        (f"words = 1\n{STS}", "key 'words' must be an array, found 1"),
        (f'words = ["a", 2]\n{STS}', "key 'words[2]' must be text, found 2"),
        (f"{STS}[[meter]]\ndrn = '1'\n[[meter]]\n", "[meter[2]] missing key 'drn'"),
        (f"{STS}[[meter]]\ndrn = 1\n", "[meter[1]] key 'drn' must be text, found 1"),
        (f"{STS}[store]\ncommit_wh = 0\n", "[store] commit_wh must be 1 or more, found 0"),
        ("a = \n", "not TOML: Invalid value (at line 1, column 5)"),
        (f"{STS}[sts]\n", "not TOML: Cannot declare ('sts',) twice (at line 5, column 5)"),
        (b"name = '\xff'\n", "not UTF-8 at octet 8"),
        ("a = " + "[" * 5000, "not TOML: nested too deep"),
        ("#" * (SETTINGS_OCTETS + 1), f"longer than {SETTINGS_OCTETS} octets"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_the_place(
    read: Callable[[str | bytes], House], tmp_path: Path, text: str | bytes, line: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(text)
    assert str(refusal.value) == f"{tmp_path}/house.toml: {line}"


def test_a_long_value_is_shown_short(read: Callable[[str], House]) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(f"lab = '{'x' * 100_000}'\n{STS}")
    assert len(str(refusal.value)) < 300


@in_one_folder
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode())))
def test_any_octets_are_settings_or_one_line(
    read: Callable[[str | bytes], House], octets: bytes
) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(octets)
    assert len(str(refusal.value).splitlines()) == 1


def loop_of_links(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _: None, "no such file or directory"),
        (Path.mkdir, "is a directory"),
        (loop_of_links, "too many levels of symbolic links"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    file = tmp_path / "house.toml"
    make(file)
    with pytest.raises(SettingsError) as refusal:
        read_settings(file, House)
    assert str(refusal.value) == f"{file}: {reason}"
    with pytest.raises(SettingsError, match=re.escape(str(file))):
        read_secret(file)


def test_a_shape_that_no_file_can_fill_is_our_bug(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Odd:
        weight: float = 0.0
        either: str | int = 0

    file = tmp_path / "odd.toml"
    for text in ("weight = 1.5", "either = 1"):
        file.write_text(text)
        with pytest.raises(TypeError, match="settings cannot hold"):
            read_settings(file, Odd)
    with pytest.raises(TypeError, match="dataclasses"):
        read_settings(file, int)


@in_one_folder
@given(st.binary(min_size=1, max_size=64))
def test_a_secret_is_read_as_it_was_written(tmp_path: Path, octets: bytes) -> None:
    file = tmp_path / "decoder.key"
    file.unlink(missing_ok=True)
    write_secret(file, Secret(octets))
    assert read_secret(file) == Secret(octets)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_never_replaces_a_file(tmp_path: Path) -> None:
    file = tmp_path / "decoder.key"
    write_secret(file, Secret(b"old"))
    (tmp_path / "link.key").symlink_to(file)
    for path in (file, tmp_path / "link.key"):
        with pytest.raises(SettingsError, match="file exists"):
            write_secret(path, Secret(b"new"))
    with pytest.raises(SettingsError, match="no such file or directory"):
        write_secret(tmp_path / "nowhere" / "key", Secret(b"new"))
    assert read_secret(file) == Secret(b"old")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_a_secret_open_to_others_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "decoder.key"
    write_secret(file, Secret(b"key"))
    file.chmod(mode)
    with pytest.raises(SettingsError) as refusal:
        read_secret(file)
    assert str(refusal.value) == f"{file}: readable by others: chmod 600 {file}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty, wanted one line of hex digits"),
        (" \n", "empty, wanted one line of hex digits"),
        ("\nabcd\n", "empty, wanted one line of hex digits"),
        ("c0ffee5", "not a line of hex digits"),
        ("c0ffeeg0", "not a line of hex digits"),
        ("c0ffee\nc0ffee\n", "more than one line of hex digits"),
        ("c0" * SECRET_OCTETS, "more than one line of hex digits"),
    ],
)
def test_a_secret_that_is_no_line_of_hex_is_refused_and_not_quoted(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "decoder.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(SettingsError) as refusal:
        read_secret(file)
    assert str(refusal.value) == f"{file}: {reason}"


def test_a_pipe_is_refused_as_a_secret_without_waiting_for_a_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "decoder.key"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(SettingsError, match="not a file"):
        read_secret(pipe)
