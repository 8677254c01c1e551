"""The command: one clear line for what is wrong, and the status that scripts rely on."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from ciu.__main__ import main
from ciu.state import CiuState

from .lab import GOOD, LabLineAt, begin_state

CONFIG = """\
[ciu]
system_title = "5a5a5af0c4554b4c"

[[meter]]
drn = "01000000016"
connect = "{url}"
address = 1001
name = "House 4"
"""
SECOND = """
[[meter]]
drn = "01000000024"
connect = "{url}"
address = 1002
"""
ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


def write(folder: Path, url: str, text: str = CONFIG) -> str:
    path = folder / "ciu.toml"
    path.write_text(text.format(url=url))
    begin_state(folder / "ciu.db")
    return str(path)


def lines(text: str) -> list[str]:
    return text.splitlines()


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A unit whose meter is not there."""
    return write(tmp_path, f"pty://{tmp_path}/nothing")


def test_an_entry_that_is_no_good_has_status_2_and_one_line(config: str, capsys: Capture) -> None:
    assert main(["--config", config, "--type", GOOD[:19] + "E"]) == 2
    out, err = capsys.readouterr()
    assert lines(out) == ["20 digits needed", "19 typed"]
    assert err == "splitmeter ciu: a token has 20 digits, 19 were typed: nothing was sent\n"


def test_a_letter_that_is_no_key_has_status_2(config: str, capsys: Capture) -> None:
    assert main(["--config", config, "--type", "12x4E", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["reason"] == "InvalidEntry"
    assert "unknown key 'x' at place 3" in err
    assert len(lines(err)) == 1


def test_a_missing_port_has_status_4_and_its_reason(config: str, capsys: Capture) -> None:
    assert main(["--config", config, "--type", GOOD, "--json"]) == 4
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["result"], told["reason"], told["amount"]) == ("unknown", "NoLink", None)
    assert "/nothing: " in err
    assert len(lines(err)) == 1


def test_several_meters_without_a_choice_have_status_2_and_the_list(
    tmp_path: Path, capsys: Capture
) -> None:
    config = write(tmp_path, "tcp://127.0.0.1:1", CONFIG + SECOND)
    assert main(["--config", config, "--type", "i"]) == 2
    err = capsys.readouterr().err
    assert "01000000016 House 4, 01000000024" in err
    assert len(lines(err)) == 1


def test_a_face_that_is_not_built_says_so(config: str, capsys: Capture) -> None:
    assert main(["--config", config, "--face", "web"]) == 2
    line = "splitmeter ciu: the web face is not built yet: use --face plain\n"
    assert capsys.readouterr().err == line


def test_the_terminal_face_without_a_terminal_says_so(config: str, capsys: Capture) -> None:
    assert main(["--config", config, "--face", "terminal"]) == 2
    err = capsys.readouterr().err
    assert "needs a terminal on stdin and stdout" in err
    assert len(lines(err)) == 1


def test_a_configuration_that_is_wrong_has_status_2(tmp_path: Path, capsys: Capture) -> None:
    config = write(tmp_path, "tcp://127.0.0.1:1", CONFIG.replace("address", "adress"))
    assert main(["--config", config]) == 2
    assert "did you mean 'address'?" in capsys.readouterr().err
    assert main(["--config", str(tmp_path / "missing.toml")]) == 2


def test_a_store_in_use_has_status_1(config: str, capsys: Capture) -> None:
    state = CiuState.open(Path(config).with_name("ciu.db"))
    assert main(["--config", config, "--type", "i"]) == 1
    state.close()
    err = capsys.readouterr().err
    assert "in use by another process" in err
    assert len(lines(err)) == 1


def test_a_store_that_was_lost_is_begun_by_a_command_alone(config: str, capsys: Capture) -> None:
    state = Path(config).with_name("ciu.db")
    state.unlink()
    for _ in range(2):
        assert main(["--config", config, "--type", "i"]) == 1
        out, err = capsys.readouterr()
        assert (out, len(lines(err)), state.exists()) == ("", 1, False)
        assert "may have been accepted or not" in err
    assert main(["begin", "--config", config]) == 0
    assert capsys.readouterr().out == f"{state}: a store with nothing in it\n"
    before = state.read_bytes()
    assert main(["begin", "--config", config]) == 1
    assert "exists already" in capsys.readouterr().err
    assert state.read_bytes() == before
    assert main(["begin", "--config", f"{config}.none"]) == 2


@pytest.mark.parametrize(
    "arguments", [["--timeout", "0"], ["--timeout", "soon"], ["--tpye", "i"], ["--json"]]
)
def test_an_option_that_is_wrong_is_one_line(
    arguments: list[str], config: str, capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--config", config, *arguments])
    assert ended.value.code == 2
    assert len(lines(capsys.readouterr().err)) == 1


async def started(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ciu",
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_process_types_at_a_meter_and_serves_until_sigterm(
    tmp_path: Path, lab_line: LabLineAt
) -> None:
    async with lab_line("tcp://127.0.0.1:0") as url:
        config = write(tmp_path, url)
        typing = await started("--config", config, "--type", GOOD + "E", "--json")
        out, err = await typing.communicate()
        assert (typing.returncode, err) == (0, b"")
        assert json.loads(out)["screen"] == ["ACCEPTED  +25.0 kWh", "Credit 25.0 Light on"]
        serving = await started("--config", config)
        assert serving.stdin is not None
        assert serving.stdout is not None
        serving.stdin.write(f"{GOOD}E\n".encode())
        shown = [await serving.stdout.readline()]
        while not shown[-1].startswith(b"USED"):
            shown.append(await serving.stdout.readline())
            assert shown[-1]
        serving.send_signal(signal.SIGTERM)
        assert await serving.wait() == 0
        assert b"UNSECURED" in shown[-1]
