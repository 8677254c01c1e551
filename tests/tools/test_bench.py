"""Laws of `splitmeter bench`: what is measured, how it is told, that nothing is left behind."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.bench.figures import Aim, Bound, Figure, as_json, as_text, median_ms, median_rate, ratio
from tools.bench.link import measure_link
from tools.bench.peers import PEERS, Peer, left_out
from tools.bench.raw import Exchange

Splitmeter = Callable[..., Any]

SHORT_S = 0.05
INSTALLED = [peer for peer in PEERS if peer.is_installed]
NAMES = [
    "codec.bare",
    "codec.link",
    "codec.ratio",
    "commit",
    *(
        f"{medium}.{name}"
        for medium in ("pty", "tcp")
        for name in (
            "echo_get",
            "get",
            "echo_enter",
            "enter",
            "get_to_echo",
            "enter_to_echo",
            "enter_to_parts",
        )
    ),
    "server.echo",
    "server.get",
    *(f"server.{peer.name}" for peer in INSTALLED),
    "server.get_to_echo",
    *(f"server.get_to_{peer.name}" for peer in INSTALLED),
]
AIMS = {
    "codec.link": (">=", 100_000),
    "codec.ratio": (">=", 0.2),
    "pty.get_to_echo": ("<=", 3),
    "pty.enter_to_parts": ("<=", 1),
    "tcp.get_to_echo": ("<=", 3),
    "tcp.enter_to_parts": ("<=", 1),
    **{f"server.get_to_{peer.name}": (">=", 1) for peer in INSTALLED},
}
ANY_EXCHANGE = Exchange(b"as it is", b"as it is")
PRESENT = Peer("second echo", "asyncio", "-", "tools.bench.far_bare", "another echo", ANY_EXCHANGE)
ABSENT = Peer("none", "no_such_package", "missing", "tools.bench.no_module", "-", ANY_EXCHANGE)
FAST = Figure("a.fast", "a: fast", 120_000.4, "frames/s", 7, Aim(Bound.AT_LEAST, 100_000))
SLOW = Figure("b.slow", "b: slow", 3.004, "ratio", 9, Aim(Bound.AT_MOST, 3))
PLAIN = Figure("c", "c of 8 octets", 0.1234, "ms", 11)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary folders; its name is short, for sockets will stand below it."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_a_run_measures_everything_and_leaves_nothing(
    splitmeter: Splitmeter, temporary: Path
) -> None:
    ran = splitmeter("bench", "link", "--seconds", SHORT_S, "--json")
    assert (ran.status, ran.err.splitlines()) == (0, list(left_out()))
    figures = {figure["name"]: figure for figure in json.loads(ran.out)}
    assert list(figures) == NAMES
    assert all(figure["value"] > 0 and figure["samples"] > 0 for figure in figures.values())
    aims = {name: (f["bound"], f["aim"]) for name, f in figures.items() if f["met"] is not None}
    assert aims == AIMS
    assert list(temporary.iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_server_that_is_installed_has_its_rows_and_any_other_none(temporary: Path) -> None:
    figures = measure_link(temporary, SHORT_S, [ABSENT, PRESENT])
    servers = {figure.name: figure for figure in figures if figure.name.startswith("server.")}
    assert list(servers) == [
        "server.echo",
        "server.get",
        "server.second echo",
        "server.get_to_echo",
        "server.get_to_second echo",
    ]
    assert servers["server.get_to_second echo"].met is not None


def test_what_is_not_installed_is_named_with_its_extra() -> None:
    (line,) = left_out([PRESENT, ABSENT])
    assert line.startswith("none is not installed")
    assert "splitmeter[missing]" in line


LINE_FIGURES = {
    *(
        f"line.{rate}.{name}"
        for rate in (1200, 9600, 115200)
        for name in ("time", "enter", "share")
    ),
    *(f"polls.{meters}.{name}" for meters in (1, 8, 32) for name in ("bound", "cycle", "ratio")),
    "keys.echo",
    "keys.worst",
}


def test_tokens_are_measured_under_both_algorithms(splitmeter: Splitmeter, temporary: Path) -> None:
    ran = splitmeter("bench", "sts", "--seconds", SHORT_S, "--json")
    assert (ran.status, ran.err) == (0, "")
    figures = {figure["name"]: figure for figure in json.loads(ran.out)}
    ways = ("floor", "book", "keyed", "read", "read_to_floor", "read_to_book")
    assert list(figures) == [f"{ea}.{way}" for ea in ("ea07", "ea11") for way in ways]
    assert all(figure["value"] > 0 and figure["samples"] > 0 for figure in figures.values())
    aims = {name: (f["bound"], f["aim"]) for name, f in figures.items() if f["met"] is not None}
    assert aims == {"ea07.read": (">=", 25_000), "ea11.read": (">=", 40_000)}
    assert list(temporary.iterdir()) == []


@pytest.mark.proof
@pytest.mark.parametrize(
    ("kind", "names"), [("line", LINE_FIGURES), ("whole", {"whole.1_1", "whole.2_8"})]
)
def test_a_line_and_the_whole_are_measured(
    splitmeter: Splitmeter, temporary: Path, kind: str, names: set[str]
) -> None:
    ran = splitmeter("bench", kind, "--seconds", SHORT_S, "--json")
    assert (ran.status, ran.err) == (0, "")
    figures = {figure["name"]: figure for figure in json.loads(ran.out)}
    assert set(figures) == names
    assert all(figure["value"] > 0 and figure["samples"] > 0 for figure in figures.values())
    ratios = [figure["value"] for figure in figures.values() if figure["unit"] == "ratio"]
    assert all(0.1 < value <= 1 for value in ratios)
    assert list(temporary.iterdir()) == []


def test_a_ratio_is_that_of_the_figures_shown() -> None:
    get = median_ms("get", "GET", [0.003, 0.001, 0.002])
    commit = median_ms("commit", "commit", [0.004])
    both = ratio("r", "r", get, [(1, get), (1.5, commit)], None)
    assert (get.value, both.value, both.samples) == (2.0, 2.0 / 8.0, 1)


def test_a_rate_is_that_of_the_median_round_trip() -> None:
    rate = median_rate("get", "GET", [0.002, 0.008, 0.004])
    assert (rate.value, rate.unit, rate.samples) == (250.0, "trips/s", 3)


@pytest.mark.parametrize(
    ("bound", "value", "met"),
    [
        (Bound.AT_LEAST, 1.99, False),
        (Bound.AT_LEAST, 2.0, True),
        (Bound.AT_MOST, 2.0, True),
        (Bound.AT_MOST, 2.01, False),
    ],
)
def test_an_aim_is_met_at_its_bound(bound: Bound, value: float, met: bool) -> None:
    assert Figure("f", "f", value, "ratio", 1, Aim(bound, 2.0)).met is met


def test_the_table_has_a_line_a_figure_with_its_aim() -> None:
    assert as_text([FAST, SLOW, PLAIN]).splitlines() == [
        "figure           value           samples  aim",
        "a: fast        120,000 frames/s        7  >= 100,000  met",
        "b: slow           3.00                 9  <= 3.00     missed",
        "c of 8 octets    0.123 ms             11",
    ]


def test_json_has_the_same_figures_exact() -> None:
    told = json.loads(as_json([FAST, PLAIN]))
    assert told == [
        {
            "name": "a.fast",
            "about": "a: fast",
            "value": 120_000.4,
            "unit": "frames/s",
            "samples": 7,
            "bound": ">=",
            "aim": 100_000,
            "met": True,
        },
        {
            "name": "c",
            "about": "c of 8 octets",
            "value": 0.1234,
            "unit": "ms",
            "samples": 11,
            "bound": None,
            "aim": None,
            "met": None,
        },
    ]


@pytest.mark.parametrize("seconds", ["0", "-1", "3601", "nan", "inf", "soon"])
def test_a_time_that_is_none_is_refused(splitmeter: Splitmeter, seconds: str) -> None:
    ran = splitmeter("bench", "link", f"--seconds={seconds}")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert repr(seconds) in ran.err


def test_what_to_measure_must_be_said(splitmeter: Splitmeter) -> None:
    ran = splitmeter("bench")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
