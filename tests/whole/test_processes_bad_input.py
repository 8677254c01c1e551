"""What people and machines do wrong: one clear line, the right status, nothing lost.

What never comes to serve runs in this process, all else in processes of its own.
"""

import contextlib
import io
import os
import resource
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from link.media import connect
from meter.domain.ladder import FREE_FAILURES
from tools import cli
from tools.clock import wall_clock

from .conftest import Lab
from .processes import SERIAL, House, Said, Talker, command, edit, house, made_lab, start

OTHER_DRN = "12345678903"
METER, UNIT = "meter", "ciu"
LOCKED = "LOCKED"
NOBODY = 65534
"""User and group that own nothing."""
JUDGED = f"NOT FOR THIS METER|{LOCKED}"


@pytest.fixture
def lab(provision: Callable[..., Lab]) -> Lab:
    return provision(clock=wall_clock)


def config(lab: Lab, side: str) -> Path:
    return lab.meter_toml if side == METER else lab.ciu_toml


def ended(*words: str) -> Said:
    """Run a subcommand in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(list(words))
    return Said(status, out.getvalue(), err.getvalue())


def assert_one_line(said: Said, status: int, *words: str) -> None:
    assert said.status == status, said
    assert said.err.count("\n") == 1, said
    for word in words:
        assert word in said.err, said


@pytest.mark.parametrize(
    ("side", "old", "new", "words"),
    [
        (METER, "address =", "adress =", ["unknown key 'adress'", "address"]),
        (METER, 'ea = "11"\n', "", ["missing key 'ea'"]),
        (METER, "krn = 1", 'krn = "1"', ["krn", "a whole number"]),
        (METER, "krn = 1", "krn = 10", ["krn 10", "1..9"]),
        (METER, "manufactured = 2", "manufactured = '2", ["not TOML"]),
        (METER, "tcp://", "tpc://", ["tpc://"]),
        (
            METER,
            "lab = true",
            "lab = false",
            ["link security is not built yet: provision with --lab"],
        ),
        (UNIT, "profile =", "profil =", ["unknown key 'profil'", "profile"]),
        (UNIT, "connect =", "# connect =", ["missing key 'connect'"]),
        (UNIT, "slot = 0", "slot = true", ["slot", "a whole number"]),
        (UNIT, '"spln"', '"splm"', ["profile 'splm'", "'spln'"]),
        (UNIT, "tcp://127.0.0.1:4059", "tcp://127.0.0.1", ["tcp://127.0.0.1", "port"]),
    ],
)
def test_a_configuration_with_a_mistake_is_refused_by_its_key(
    lab: Lab, side: str, old: str, new: str, words: list[str]
) -> None:
    edit(config(lab, side), old, new)
    typing = ("--type", "37E") if side == UNIT else ()
    said = ended(side, "--config", str(config(lab, side)), *typing)
    assert_one_line(said, 2, f"splitmeter {side}: ", *words)
    assert said.out == ""


@pytest.mark.parametrize("side", [METER, UNIT])
def test_a_configuration_that_is_not_there_is_refused(lab: Lab, side: str) -> None:
    config(lab, side).unlink()
    typing = ("--type", "37E") if side == UNIT else ()
    said = ended(side, "--config", str(config(lab, side)), *typing)
    assert_one_line(said, 2, str(config(lab, side)), "no such file")


def replaced_by_folder(key: Path) -> None:
    key.unlink()
    key.mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda key: key.unlink(), "no such file"),
        (replaced_by_folder, "is a directory"),
        (lambda key: key.chmod(0o640), "readable by others: chmod 600"),
        (lambda key: key.write_text("key\n"), "hex"),
        (lambda key: key.write_text(""), "empty"),
        (lambda key: key.write_text("00112233\n"), "4 octets"),
    ],
)
def test_a_meter_without_its_key_does_not_start(
    lab: Lab, spoil: Callable[[Path], object], words: str
) -> None:
    key = lab.meter_toml.parent / "decoder.key"
    spoil(key)
    said = ended(METER, "--config", str(lab.meter_toml))
    assert_one_line(said, 2, str(key), words)


@contextlib.contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Be nobody while the block runs, where the tests run as root, who may read every file."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_key_that_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        lab = made_lab(Path(folder) / "lab", "tcp://127.0.0.1:4059")
        key = lab.meter_toml.parent / "decoder.key"
        key.chmod(0)
        words = (METER, "--config", str(lab.meter_toml))
        assert ended(*words, "--help").status == 0  # its modules are loaded before root is left
        with unprivileged(Path(folder)):
            said = ended(*words)
        assert_one_line(said, 2, str(key), "denied")


def test_keys_of_a_unit_that_others_may_read_are_refused(lab: Lab) -> None:
    keys = lab.folder / "keys" / lab.drn
    keys.chmod(0o644)
    said = ended(UNIT, "--config", str(lab.ciu_toml), "--type", "37E")
    assert_one_line(said, 2, str(keys), "readable by others: chmod 600")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("1234567890123456789E", "20 digits, 19 were typed"),
        ("123456789012345678901E", "20 digits, 21 were typed"),
        ("123456789012345678901", "20 digits, 21 were typed"),
        ("1234567890123456789xE", "unknown key 'x'"),
        ("73786976294838206464E", "no token number is that large"),
        ("99999999999999999999E", "no token number is that large"),
    ],
)
def test_an_entry_that_cannot_be_a_token_is_not_sent(lab: Lab, keys: str, words: str) -> None:
    before = (lab.folder / "ciu.db").stat()
    said = ended(UNIT, "--config", str(lab.ciu_toml), "--type", keys, "--json")
    assert_one_line(said, 2, words, "nothing was sent")
    assert (said.report["result"], said.report["reason"]) == ("refused", "InvalidEntry")
    assert (lab.folder / "ciu.db").stat() == before


async def test_a_refusal_is_the_same_from_a_process_of_its_own(lab: Lab) -> None:
    edit(lab.meter_toml, "lab = true", "lab = false")
    said = await command(METER, "--config", str(lab.meter_toml))
    line = "splitmeter meter: link security is not built yet: provision with --lab\n"
    assert said == Said(2, "", line)


def test_a_port_that_somebody_has_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        url = f"tcp://127.0.0.1:{holder.getsockname()[1]}"
        lab = made_lab(tmp_path / "lab", url)
        said = ended(METER, "--config", str(lab.meter_toml))
    assert_one_line(said, 1, f"splitmeter meter: {url}: address already in use")


@pytest.mark.proof
async def test_a_serial_port_that_somebody_has_is_told_and_works_when_it_is_free(
    tmp_path: Path,
) -> None:
    async with house(SERIAL, tmp_path) as home:
        assert home.wire
        near, far = home.wire.urls
        holder = await connect(near)
        said = await command(METER, "--config", str(home.lab.meter_toml))
        assert said.status == 1
        line = f"splitmeter meter: {near}: busy: another program holds it"
        assert said.err.splitlines()[-1] == line
        await holder.close()
        await home.start_meter()
        holder, token = await connect(far), home.lab.buy("1")
        unsent = await home.type(token + "E", "--timeout", "2")
        assert (unsent.status, unsent.report["reason"]) == (4, "NoLink")
        assert f"{far}: busy: another program holds it" in unsent.err
        await holder.close()
        assert (await home.type(token + "E")).report["credit_wh"] == 1000


@pytest.mark.proof
async def test_a_port_that_vanishes_and_comes_back_is_taken_again(tmp_path: Path) -> None:
    async with house(SERIAL, tmp_path) as home:
        assert home.wire
        meter, token = await home.start_meter(), home.lab.buy("1")
        home.wire.vanish()
        assert await meter.says("the port has vanished")
        unsent = await home.type(token + "E", "--timeout", "2")
        assert (unsent.status, unsent.report["reason"]) == (4, "NoLink")
        assert "no such file or directory" in unsent.err
        home.wire.join()
        taken = await home.type(token + "E")
        assert (taken.status, taken.report["credit_wh"]) == (0, 1000)
        assert (await home.stop_meter()).account.credit == 1000


@pytest.mark.proof
async def test_a_second_meter_on_a_store_does_not_start_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    async with house("tcp", tmp_path) as home:
        await home.start_meter()
        second = await command(METER, "--config", str(home.lab.meter_toml))
        assert_one_line(second, 1, "meter.db: in use by another process")
        assert (await home.type(home.lab.buy("1") + "E")).report["credit_wh"] == 1000


@pytest.mark.proof
async def test_a_second_unit_on_a_store_does_not_start_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    async with house("tcp", tmp_path) as home:
        await home.start_meter()
        unit = await start(UNIT, "--config", str(home.lab.ciu_toml))
        try:
            await unit.shows("Credit")
            second = await home.type("37E")
            assert_one_line(second, 1, "ciu.db: in use by another process")
            await unit.press(home.lab.buy("1") + "E")
            await unit.shows("ACCEPTED")
        finally:
            unit.kill()
            await unit.end()


@pytest.mark.parametrize(("side", "name"), [(METER, "meter.db"), (UNIT, "ciu.db")])
def test_a_store_that_is_none_is_left_alone(lab: Lab, side: str, name: str) -> None:
    text = "a shopping list, longer than the header of a database: " + 100 * "bread, butter, "
    store = config(lab, side).parent / name
    store.write_text(text)
    store.chmod(0o600)
    typing = ("--type", "37E") if side == UNIT else ()
    said = ended(side, "--config", str(config(lab, side)), *typing)
    assert_one_line(said, 1, f"{store}: not a store")
    assert store.read_text() == text


def limit_files(home: House, octets: int) -> None:
    """Let the meter's process make no file longer than that."""
    assert home.meter
    pid = home.meter.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (octets, hard))


@pytest.mark.proof
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_meter_whose_disk_is_full_judges_nothing_until_there_is_room(
    tmp_path: Path, restarted: bool
) -> None:
    async with house("tcp", tmp_path) as home:
        await home.start_meter()
        first, second = home.lab.buy("1"), home.lab.buy("2")
        assert (await home.type(first + "E")).status == 0
        limit_files(home, 0)
        unjudged = await home.type(second + "E", "--timeout", "2")
        assert (unjudged.status, unjudged.report["result"]) == (4, "unknown")
        assert unjudged.report["reason"] == "NotReady"
        assert home.meter.has_said("meter.db: ")
        if restarted:
            await home.kill_meter()
            await home.start_meter()
        else:
            limit_files(home, resource.RLIM_INFINITY)
        taken = await home.type(second + "E")
        assert (taken.status, taken.report["credit_wh"]) == (0, 3000), taken
        assert (await home.stop_meter()).account.credit == 3000
        assert not home.has_intent()


@pytest.fixture
def guesses(tmp_path: Path) -> Iterator[str]:
    """Return tokens of another meter, each other than the last."""
    other = made_lab(tmp_path / "other", "tcp://127.0.0.1:4059", OTHER_DRN)
    return iter(lambda: other.buy("0.1"), None)


async def judged(unit: Talker, token: str) -> str:
    """Type a token; return what the display says of it, and not what it said before."""
    await unit.press(token + "E")
    await unit.shows("Checking")
    return await unit.shows(JUDGED)


async def guess_until_locked(unit: Talker, guesses: Iterator[str]) -> None:
    """Type guesses, each until it is judged, and a last one that the ladder holds for long."""
    for _ in range(FREE_FAILURES + 1):
        guess = next(guesses)
        while await judged(unit, guess) == LOCKED:
            continue
    assert await judged(unit, next(guesses)) == LOCKED


@pytest.mark.proof
async def test_guesses_are_locked_out_and_a_restart_does_not_help(
    tmp_path: Path, guesses: Iterator[str]
) -> None:
    async with house("tcp", tmp_path) as home:
        await home.start_meter()
        unit = await start(UNIT, "--config", str(home.lab.ciu_toml))
        try:
            await unit.shows("Credit")
            await guess_until_locked(unit, guesses)
        finally:
            unit.kill()
            await unit.end()
        await home.kill_meter()
        await home.start_meter()
        token = home.lab.buy("1")
        locked = await home.type(token + "E")
        assert (locked.status, locked.report["reason"]) == (3, "LockedOut"), locked
        state = await home.stop_meter()
        assert (state.account.credit, state.ledger.entries) == (0, ())
