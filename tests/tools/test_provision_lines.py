"""Laws of URLs and addresses of new meters."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from link.terms import physical_address
from tools.exits import Stop
from tools.provision.lines import place_meters, spread

Splitmeter = Callable[..., Any]
Numbers = Callable[..., str]


def test_tcp_ports_count_up_from_meter_to_meter() -> None:
    assert spread("tcp://[::1]:4059", ["a", "b", "c"]) == [
        "tcp://[::1]:4059",
        "tcp://[::1]:4060",
        "tcp://[::1]:4061",
    ]


def test_any_port_stays_any_port() -> None:
    assert spread("tcp://127.0.0.1:0", ["a", "b"]) == ["tcp://127.0.0.1:0"] * 2


def test_ports_that_run_out_are_refused() -> None:
    with pytest.raises(Stop, match="65536"):
        spread("tcp://127.0.0.1:65535", ["a", "b"])


def test_placeholders_make_a_line_for_each_meter() -> None:
    assert spread("pty:///run/{n}/{drn}", ["a", "b"]) == ["pty:///run/1/a", "pty:///run/2/b"]
    assert spread("tcp://h{n}:4059", ["a", "b"]) == ["tcp://h1:4059", "tcp://h2:4059"]


def test_a_url_without_them_is_one_shared_line() -> None:
    url = "serial:///dev/ttyUSB0?baudrate=9600"
    assert spread(url, ["a", "b"]) == [url, url]


def test_the_ciu_connects_where_the_meter_listens_unless_told(drn: Numbers) -> None:
    (place,) = place_meters([drn(1)], "pty:///a", None, ())
    assert place.connect == place.listen == "pty:///a"
    (place,) = place_meters([drn(1)], "serial:///d/{n}", "serial:///d/0", ())
    assert (place.listen, place.connect) == ("serial:///d/1", "serial:///d/0")


def test_an_address_clash_moves_the_later_one_up_by_one(drn: Numbers) -> None:
    numbers = [drn(7), drn(10007), drn(20007), drn(8)]
    places = place_meters(numbers, "serial:///a", None, ())
    assert [place.address for place in places] == [1007, 1008, 1009, 1010]
    assert [place.moved for place in places] == [False, True, True, True]
    assert physical_address(numbers[3]) == 1008


def test_no_two_addresses_are_the_same(drn: Numbers) -> None:
    numbers = [drn(serial * 2500 % 30000) for serial in range(12)]
    addresses = [place.address for place in place_meters(numbers, "serial:///a", None, {3500})]
    assert len({3500, *addresses}) == 13


def test_a_clash_is_said_and_written_on_both_sides(
    splitmeter: Splitmeter, tmp_path: Path, drn: Numbers
) -> None:
    words = (
        "provision",
        "--dir",
        tmp_path,
        "--listen",
        "serial:///dev/tty",
        "--test-keys",
        "--json",
    )
    splitmeter(*words, "--drn", drn(7))
    ran = splitmeter(*words, "--drn", drn(10007))
    (made,) = json.loads(ran.out)
    ciu = tomllib.loads((tmp_path / "ciu.toml").read_text())
    meter = tomllib.loads(Path(made["config"]).read_text())
    assert made["address"] == ciu["meter"][1]["address"] == meter["link"]["address"] == 1008
    assert f"{drn(10007)} has address 1008, moved" in ran.err
