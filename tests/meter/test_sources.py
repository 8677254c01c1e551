"""One suite over every source, and the simulated one's URL and door."""

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from meter.sources import (
    SOURCES,
    ApplianceSwitched,
    ControlSocket,
    LineRefused,
    SimulatedSource,
    Source,
    SourceError,
    open_source,
    world_of,
)

URLS = {"simulated": "simulated://house?seed=3&scale=60&on=kettle,geyser&control=control.sock"}
"""A URL for each source of the table, with a load that flows."""


@pytest.fixture(params=sorted(SOURCES))
def url(request: pytest.FixtureRequest) -> str:
    return URLS[str(request.param)]


@pytest.fixture
def source(url: str, tmp_path: Path) -> Iterator[Source]:
    opened = open_source(url, now=100.0, folder=tmp_path, epoch=4)
    if house := world_of(opened):
        house.move_contact(100.0, True)
    yield opened
    opened.close()


def simulated(url: str, folder: Path, now: float = 0.0) -> SimulatedSource:
    source = open_source(url, now=now, folder=folder, epoch=0)
    assert isinstance(source, SimulatedSource)
    return source


def test_samples_never_run_backward(source: Source) -> None:
    rng, now, last_wh = Random(1), 100.0, 0
    for _ in range(300):
        now += rng.choice([0.0, 0.01, 1.0, 30.0, -5.0])
        reading = source.read(now)
        assert reading.epoch == 4
        assert reading.register >= last_wh
        assert reading.power_w >= 0
        assert 180_000 <= reading.voltage_mv <= 260_000
        assert 45_000 <= reading.frequency_mhz <= 65_000
        apparent_va = reading.voltage_mv * reading.current_ma // 1_000_000
        assert abs(reading.power_w - apparent_va * reading.power_factor // 1000) <= 10
        last_wh = reading.register
    assert last_wh > 0


def test_reading_twice_at_one_moment_gives_the_same(source: Source) -> None:
    assert source.read(777.0) == source.read(777.0)


def test_the_source_says_when_to_come_back(source: Source) -> None:
    before_wh = source.read(200.0).register
    wait_s = source.seconds_until(200.0, 50)
    assert wait_s is not None
    assert source.read(200.0 + wait_s).register >= before_wh + 50


def test_a_restart_is_a_new_epoch_or_the_same_register(url: str, tmp_path: Path) -> None:
    first = open_source(url, now=0.0, folder=tmp_path, epoch=1)
    before = first.read(10.0)
    first.close()
    second = open_source(url, now=20.0, folder=tmp_path, epoch=2)
    after = second.read(20.0)
    second.close()
    assert after.epoch > before.epoch or after.register >= before.register


def test_closing_twice_is_harmless(url: str, tmp_path: Path) -> None:
    source = open_source(url, now=0.0, folder=tmp_path, epoch=0)
    source.close()
    source.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("simulated", "'simulated' is not a URL like simulated://house"),
        ("simulatd://house", "unknown source 'simulatd' .*did you mean 'simulated'"),
        ("simulated://hause", "unknown place 'hause' .*did you mean 'house'"),
        ("simulated://house?sed=1", "unknown key 'sed' .*did you mean 'seed'"),
        ("simulated://house?seed=one", "seed must be a whole number, found 'one'"),
        ("simulated://house?scale=0", "scale 0 is not within 1..1000000"),
        ("simulated://house?scale=1000001", "scale 1000001 is not within 1..1000000"),
        (f"simulated://house?scale={'9' * 400}", "scale must be a whole number"),
        (f"simulated://house?seed={'9' * 5000}", "seed must be a whole number"),
        ("simulated://house?scale=-1", "scale must be a whole number, found '-1'"),
        ("simulated://house?on=fridge,ketle", "no appliance 'ketle'"),
        ("simulated://house?seed=1&seed=2", "each key once"),
        ("simulated://house?control=missing/control.sock", "no such file or directory"),
        (f"simulated://house?control={'x' * 200}", "too long"),
    ],
)
def test_a_bad_url_is_one_line(url: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        open_source(url, now=0.0, folder=tmp_path, epoch=0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "power_w"),
    [
        ("simulated://house?on=kettle,light", 2_060),
        ("simulated://house?on=", 0),
        ("simulated://house?on=fan&scale=1000", 45),
    ],
)
def test_a_url_says_what_is_on(url: str, power_w: int, tmp_path: Path) -> None:
    source = simulated(url, tmp_path)
    source.world.move_contact(0.0, True)
    assert source.read(0.0).power_w == power_w
    assert source.control is None


def test_a_house_draws_something_by_itself(tmp_path: Path) -> None:
    source = simulated("simulated://house", tmp_path)
    source.world.move_contact(0.0, True)
    assert source.read(86_400.0).register == 960


@pytest.fixture
def door(tmp_path: Path) -> Iterator[ControlSocket]:
    source = simulated("simulated://house?on=&control=control.sock", tmp_path)
    source.world.move_contact(0.0, True)
    assert source.control is not None
    yield source.control
    source.close()


def send(path: Path, *lines: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        for line in lines:
            client.sendto(line, str(path))


def test_a_line_switches_an_appliance(tmp_path: Path) -> None:
    source = simulated("simulated://house?on=&control=control.sock", tmp_path)
    source.world.move_contact(0.0, True)
    assert source.control is not None
    send(tmp_path / "control.sock", b'{"appliance": "kettle", "on": true}')
    assert source.control.take(5.0) == (ApplianceSwitched("kettle", True),)
    assert source.read(5.0).power_w == 2_000
    send(tmp_path / "control.sock", b'{"appliance": "kettle", "on": false}\n')
    assert source.control.take(6.0) == (ApplianceSwitched("kettle", False),)
    assert source.read(6.0).power_w == 0
    source.close()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not JSON"),
        (b"kettle on", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 500, "not JSON"),
        (b"[]", "not an object"),
        (b'{"appliance": "kettle"}', "not an object"),
        (b'{"appliance": "kettle", "on": 1}', "not an object"),
        (b'{"appliance": 5, "on": true}', "not an object"),
        (b'{"appliance": "kettle", "on": true, "off": true}', "not an object"),
        (b'{"appliance": "ketle", "on": true}', "did you mean 'kettle'"),
        (json.dumps({"appliance": "k" * 600, "on": True}).encode(), "more than 512 octets"),
    ],
)
def test_a_bad_line_is_counted_and_changes_nothing(
    line: bytes, reason: str, door: ControlSocket
) -> None:
    send(door.path, line)
    (event,) = door.take(1.0)
    assert isinstance(event, LineRefused)
    assert reason in event.reason
    assert "\n" not in event.reason
    assert door.refused == 1


def test_a_flood_is_taken_in_turns(door: ControlSocket) -> None:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    client.setblocking(False)
    sent = 0
    try:
        while sent < 100:
            client.sendto(b"flood", str(door.path))
            sent += 1
    except BlockingIOError:
        pass
    finally:
        client.close()
    taken = []
    while events := door.take(1.0):
        assert len(events) <= 32
        taken += events
    assert len(taken) == sent == door.refused


def test_nothing_waiting_is_no_event(door: ControlSocket) -> None:
    assert door.take(1.0) == ()
    assert door.fileno() >= 0


def test_the_door_is_for_its_user_alone(door: ControlSocket) -> None:
    assert stat.S_IMODE(door.path.stat().st_mode) == 0o600


def test_a_door_that_somebody_uses_is_not_taken_away(door: ControlSocket, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"control socket .*address already in use"):
        simulated("simulated://house?control=control.sock", tmp_path)
    send(door.path, b'{"appliance": "fan", "on": true}')
    assert door.take(0.0) == (ApplianceSwitched("fan", True),)


def test_a_door_that_a_killed_process_left_is_taken_over(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(tmp_path / "control.sock"))
    left.close()
    simulated("simulated://house?control=control.sock", tmp_path).close()
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_file_in_the_place_of_the_door_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "control.sock").write_text("mine")
    with pytest.raises(SourceError, match="address already in use"):
        simulated("simulated://house?control=control.sock", tmp_path)
    assert (tmp_path / "control.sock").read_text() == "mine"
