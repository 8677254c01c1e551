"""Laws of the command line as a whole."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from link.arguments import WIDTH, Parser
from tools.cli import COMMANDS, Tool, help_texts, main

Splitmeter = Callable[..., Any]

BAD_USAGE = {
    "nothing": (),
    "unknown command": ("venn",),
    "option for a command": ("--verbose",),
    "nothing to vend": ("vend",),
    "no register": ("vend", "credit", "12345678903", "25"),
    "option cut short": ("vend", "--reg", "x", "credit", "12345678903", "25"),
    "no folder": ("provision", "--drn", "12345678903"),
    "no code": ("codes",),
    "unknown profile": ("codes", "804", "--profile", "hexin"),
    "neither on nor off": ("load", "--control", "x", "kettle", "maybe"),
    "unknown appliance": ("load", "--control", "x", "cattle", "on"),
    "one word too many": ("load", "--control", "x", "kettle", "on", "off"),
}


def python(*words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(
        command, stderr=subprocess.PIPE, text=True, timeout=30, check=False, **settings
    )


def test_every_help_has_an_example() -> None:
    texts = dict(help_texts())
    assert {f"splitmeter {command.name}" for command in COMMANDS} < texts.keys()
    assert [name for name, text in texts.items() if "splitmeter" not in _example(text)] == []


def _example(text: str) -> str:
    return text.partition("example")[2]


@pytest.mark.parametrize("words", BAD_USAGE.values(), ids=BAD_USAGE)
def test_bad_usage_is_one_line_and_status_2(splitmeter: Splitmeter, words: tuple[str]) -> None:
    ran = splitmeter(*words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("splitmeter")


def test_a_mistyped_command_is_told_the_nearest(splitmeter: Splitmeter) -> None:
    assert "did you mean provision?" in splitmeter("provison").err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_overview_names_every_command(splitmeter: Splitmeter, command: Tool) -> None:
    assert f"  {command.name} " in splitmeter("--help").out


def test_a_fault_of_the_system_is_one_line_and_status_1(splitmeter: Splitmeter) -> None:
    words = ("--drn", "12345678903", "--listen", "pty:///tmp/line", "--test-keys")
    ran = splitmeter("provision", "--dir", "/proc/nowhere/Lab", *words)
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "/proc/nowhere: no such file" in ran.err


def test_ctrl_c_says_nothing(monkeypatch: pytest.MonkeyPatch, splitmeter: Splitmeter) -> None:
    class Interrupted(io.StringIO):
        def readline(self, *_: Any) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    words = ("--dir", "x", "--drn", "12345678903", "--listen", "pty:///tmp/line")
    ran = splitmeter("provision", *words, "--vk-file", "-")
    assert (ran.status, ran.out, ran.err) == (128 + signal.SIGINT, "", "")


@pytest.mark.parametrize("option", ["--kye", "--Key", "--new-key", "--key-fil"])
def test_a_key_behind_a_wrong_option_is_not_quoted(splitmeter: Splitmeter, option: str) -> None:
    key = "e653341F9d5bf36f"
    for words in (["units", option, key, "1"], ["test", "1", option, f"{key}\n{key}"]):
        ran = splitmeter("sts", "encode", *words)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert key not in ran.err


def test_a_reader_that_has_gone_is_no_error() -> None:
    readable, writable = os.pipe()
    os.close(readable)
    ran = python("-m", "tools", "--help", stdout=writable)
    os.close(writable)
    assert (ran.returncode, ran.stderr) == (128 + signal.SIGPIPE, "")


ONE_ALONE = [pytest.param(closed, marks=pytest.mark.proof) for closed in ("<&-", ">&-", "2>&-")]


@pytest.mark.parametrize("closed", [*ONE_ALONE, "<&- >&- 2>&-"])
def test_a_standard_stream_that_is_closed_is_as_good_as_none(closed: str) -> None:
    for words, status in (("codes 804", 0), ("ciu --config /nowhere/at-all.toml", 2)):
        ran = subprocess.run(
            ["sh", "-c", f'"$0" -m tools {words} {closed}', sys.executable],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (ran.returncode, "Traceback" in ran.stderr) == (status, False)


def test_start_up_loads_no_room_but_its_own_command_line() -> None:
    rooms = "[name for name in sys.modules if name.partition('.')[0] in ('ciu', 'link', 'meter')]"
    ran = python("-c", f"import sys, tools.cli; print({rooms})", stdout=subprocess.PIPE)
    assert ran.stdout == "['link', 'link.arguments']\n"


@pytest.mark.parametrize("name", ["meter", "ciu"])
def test_a_process_gets_its_arguments_as_they_came(name: str) -> None:
    words = ("--config", "/nowhere/at-all.toml")
    ours = python("-m", "tools", name, *words, stdout=subprocess.PIPE)
    own = python("-m", name, *words, stdout=subprocess.PIPE)
    assert (ours.returncode, ours.stdout, ours.stderr) == (own.returncode, own.stdout, own.stderr)
    assert ours.returncode == 2


def test_help_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["codes"], ["vend", "credit"]):
        assert main([*words, "--help"]) == 0
    assert "usage: splitmeter vend credit" in capsys.readouterr().out


def test_help_is_the_same_on_every_terminal(
    splitmeter: Splitmeter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def texts() -> list[str]:
        return [splitmeter(*words, "--help").out for words in (["provision"], ["sts", "key"])]

    monkeypatch.setenv("COLUMNS", "200")
    wide = texts()
    monkeypatch.setenv("COLUMNS", "40")
    assert texts() == wide
    assert max(len(line) for text in wide for line in text.splitlines()) <= WIDTH


def test_usage_is_broken_between_options_only() -> None:
    parser = Parser(prog="splitmeter")
    for number in range(20):
        parser.add_argument(f"--option-{number}", required=number % 2 == 0, metavar="VALUE")
    usage = parser.format_help().partition("\n\n")[0].splitlines()
    assert len(usage) > 2
    assert all(
        line.startswith(" " * len("usage: splitmeter ") + "[") or "--" in line.split()[0]
        for line in usage[1:]
    )
    assert all(line.endswith(("VALUE", "VALUE]")) for line in usage)
