"""Laws of `splitmeter meter begin | show | backup | restore` as a person or a script runs them."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from link.arguments import Exit
from link.durable import seal
from link.secret import Secret
from link.settings import write_secret
from link.terms import EntrySource
from meter import __main__ as process
from meter.commands import COMMANDS, main
from meter.config import read_config, read_seed
from meter.domain import EnterToken, apply_all, decide
from meter.store import Store
from meter.sts import BaseDate, UnitsCredit, tid_at, write_token

from ..damage import put
from .test_config import TOML

KEY = bytes(range(60, 76))
MADE = 1_795_219_200
"""2026-11-21 00:00 UTC, the day of manufacture."""
NOW = MADE + 864_000


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    write_secret(tmp_path / "decoder.key", Secret(KEY))
    path = tmp_path / "meter.toml"
    path.write_text(TOML)
    return path


@pytest.fixture
def store(toml: Path) -> Path:
    """Begin the store, and let the meter take a token."""
    assert main(["begin", "--config", str(toml)], lambda: MADE) is Exit.DONE
    config = read_config(toml)
    with closing(Store.open(config.store.file)) as opened:
        state = opened.load()
        credit = UnitsCredit(0, rnd=1, tid=tid_at(NOW - 60, BaseDate.YEAR_2014), field=250)
        digits = write_token(credit, state.sts.key.cipher())
        facts = decide(state, EnterToken(digits, EntrySource.SLOT_0), NOW).facts
        opened.commit(facts, apply_all(state, facts))
    assert read_seed(config).drn == state.sts.drn
    return config.store.file


class Run:
    """Runs a command on the meter of a configuration."""

    def __init__(self, toml: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._toml = toml
        self._capsys = capsys

    def __call__(self, *words: str, at: int = NOW) -> tuple[int, str, str]:
        self._capsys.readouterr()
        status = main([*words, "--config", str(self._toml)], lambda: at)
        printed = self._capsys.readouterr()
        for line in (*printed.out.splitlines(), *printed.err.splitlines()):
            assert line.isprintable(), repr(line)
            assert KEY.hex()[:16] not in line
        assert printed.err.count("\n") == (status in (Exit.FAILED, Exit.USAGE) and not printed.out)
        return status, printed.out, printed.err


@pytest.fixture
def run(toml: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(toml, capsys)


def test_begin_says_which_tokens_it_takes(run: Run, toml: Path) -> None:
    status, told, _ = run("begin")
    assert status == Exit.DONE
    assert "begun for meter 12345678903" in told
    assert "tokens made since 2026-11-21 00:00 UTC are taken" in told
    (toml.parent / "meter.db").unlink()
    _, told, _ = run("begin", "--in-use")
    assert "tokens made until 2026-12-01 00:00 UTC are refused" in told
    assert "the key is that of" in told


@pytest.mark.usefixtures("store")
def test_show_tells_what_the_meter_has(run: Run) -> None:
    status, told, _ = run("show")
    assert status == Exit.DONE
    for words in (
        "meter 12345678903, pan 600727123456789030, ea 11, dkga 04, base 2014",
        "sgc 012345",
        "credit 25000 Wh",
        "ledger: 1 entries",
        "every record is as it was written",
    ):
        assert words in told
    status, told, _ = run("show", "--json")
    found = json.loads(told)
    assert (status, found["whole"], found["faults"]) == (Exit.DONE, True, [])
    assert (found["credit"], found["unit"], found["ledger"][0]["result"]) == (
        25_000,
        "watt_hour",
        "Accept",
    )
    (named,) = COMMANDS["show"].note.split("of the state ")[1].split(".")[:1]
    names = {name.strip() for name in named.replace("\n", " ").split(",")}
    assert names | {"whole", "faults"} == set(found)


def test_show_names_the_record_and_shows_the_rest(run: Run, store: Path) -> None:
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("UPDATE snapshot SET line = CAST(x'ff' || line AS TEXT)")
    status, told, _ = run("show")
    assert status == Exit.FAILED
    assert "the state cannot be trusted" in told
    assert "ledger: 1 entries" in told
    assert "not as it was written: the state was changed" in told
    status, told, _ = run("show", "--json")
    found = json.loads(told)
    assert (status, found["whole"], len(found["ledger"])) == (Exit.FAILED, False, 1)
    assert found["faults"] == ["the state was changed"]


def test_a_backup_and_a_restore_say_what_is_to_be_done(
    run: Run, store: Path, tmp_path: Path
) -> None:
    copy = str(tmp_path / "copy")
    assert run("backup", copy)[0] == Exit.DONE
    assert run("backup", copy)[0] == Exit.FAILED
    assert run("restore", copy)[2].startswith(f"splitmeter meter restore: {store}: whole: ")
    store.write_bytes(b"")
    status, told, _ = run("restore", copy)
    assert status == Exit.DONE
    assert f"{store}: as in {copy}, credit 25000 Wh" in told
    assert f"what stood there is kept as {store}.lost-1" in told
    assert "tokens made until 2026-12-01 00:00 UTC are refused, used or not" in told
    assert "restored on 2026-12-01 00:00 UTC" in run("show")[1]
    store.write_bytes(b"")
    status, _, told = run("restore", copy, at=0)
    assert status == Exit.USAGE
    assert "the clock says 1970-01-01 00:00 UTC, the backup knows of 2026-12-01 00:00 UTC" in told


LOST: tuple[tuple[Callable[[Path], object], str, str], ...] = (
    (Path.unlink, "no such file or directory", "begin)"),
    (lambda path: put(path, b""), "empty: what was stored here is lost", "begin)"),
    (lambda path: put(path, b"x"), "not a store: only 1 octets", "begin --in-use)"),
    (lambda path: put(path, b"x" * 5_000), "not a store (file is not a", "begin --in-use)"),
    (lambda path: put(path, path.read_bytes()[:5_000]), "damaged", "begin --in-use)"),
    (
        lambda path: put(path, path.read_bytes().replace(b"25000", b"25001")),
        "damaged: the state was changed",
        "begin --in-use)",
    ),
)
"""How a store is lost, what is said of it, and how the line ends."""


def test_a_lost_store_is_one_line_with_the_next_step_and_begins_anew(
    run: Run, store: Path, toml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = store.read_bytes()
    for number, (lose, words, end) in enumerate(LOST):
        put(store, whole)
        lose(store)
        left = store.read_bytes() if store.exists() else None
        assert process.main(["--config", str(toml)]) == Exit.FAILED
        told = capsys.readouterr().err
        assert told.startswith(f"splitmeter meter: {store}: {words}"), told
        assert told.endswith(f"{end}\n")
        assert told.count("\n") == 1
        status, _, told = run("backup", str(store.with_name("copy")))
        assert (status, f"{store}: {words}" in told, f"{end}\n" in told) == (1, True, True)
        if left is not None:
            assert run("begin")[0] == Exit.FAILED
            assert store.read_bytes() == left
        status, told, _ = run("begin", "--in-use")
        assert status == Exit.DONE, number
        kept = store.with_name("meter.db.lost-1")
        assert (kept.read_bytes() if kept.exists() else None) == left
        assert ("is kept as" in told) == (left is not None)
        assert json.loads(run("show", "--json")[1])["restored_at"] == NOW


def test_what_still_says_something_is_never_set_aside(run: Run, store: Path) -> None:
    copy = str(store.with_name("copy"))
    run("backup", copy)
    store.chmod(0o644)
    others = {f"readable by others: chmod 600 {store}": store.read_bytes()}
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("PRAGMA user_version = 3")
    others["written by a newer version"] = store.read_bytes()
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("PRAGMA application_id = 5")
    others["another application's database"] = store.read_bytes()
    for words, octets in others.items():
        put(store, octets)
        if words.startswith("readable"):
            store.chmod(0o644)
        for command in (("restore", copy), ("begin", "--in-use")):
            status, _, told = run(*command)
            assert (status, words in told) == (Exit.FAILED, True), told
        assert store.read_bytes() == octets
        assert not store.with_name("meter.db.lost-1").exists()


def test_a_meter_that_runs_is_left_alone(run: Run, store: Path, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy")
    run("backup", copy)
    for words in (("show",), ("backup", f"{copy}2"), ("restore", copy), ("begin", "--in-use")):
        with closing(Store.open(store)) as running:
            running.load()
            status, _, told = run(*words)
        assert (status, told) == (
            Exit.FAILED,
            f"splitmeter meter {words[0]}: {store}: in use by another process"
            " (database is locked)\n",
        )


Where = tuple[str | int, ...]


def places(wire: object, where: Where = ()) -> Iterator[Where]:
    """Yield where each plain value of a JSON text stands."""
    match wire:
        case dict():
            members = wire.items()
        case list():
            members = dict(enumerate(wire)).items()
        case _:
            yield where
            return
    for name, value in members:
        yield from places(value, (*where, name))


def changed(text: str, where: Where, value: object) -> str:
    """Return a JSON text with another value at a place."""
    whole = inner = json.loads(text)
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = value
    return json.dumps(whole)


ESCAPES = "\x1b[31m\n\ud800"
"""What a terminal would obey, or could not show."""
NO_TIMES = (10**30, -(10**15))


def forgeries(line: str) -> Iterator[str]:
    """Yield the state with each of its values exchanged for one that does harm when printed."""
    rows = json.loads(line)
    for number, where in enumerate(places(rows)):
        value = rows
        for name in where:
            value = value[name]
        yield changed(line, where, NO_TIMES[number % 2] if isinstance(value, int) else ESCAPES)
    deep = "[" * 100_000
    yield from (deep, f'{{"version":4,"state":{deep}', changed(line, ("version",), ESCAPES))


def test_nothing_of_a_forged_store_reaches_the_terminal_raw(run: Run, store: Path) -> None:
    """Whoever can write the file can seal again: no value ends in a traceback or commands."""
    whole = store.read_bytes()
    with closing(sqlite3.connect(store)) as database:
        ((line, chains),) = database.execute("SELECT line, chains FROM snapshot").fetchall()
    forged = [(state, chains) for state in forgeries(line)]
    assert len(forged) > 70
    for state, ends in (*forged, (line, "[" * 100_000)):
        put(store, whole)
        with closing(sqlite3.connect(store)) as database, database:
            database.execute(
                "UPDATE snapshot SET line = ?, chains = ?, seal = ?",
                (state, ends, seal(state, ends)),
            )
        assert run("show")[0] in (Exit.DONE, Exit.FAILED)
