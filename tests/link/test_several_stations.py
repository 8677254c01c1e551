"""Several stations on one half-duplex line: everybody is heard, and nobody for somebody else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from random import Random

import pytest

from link.hdlc import (
    Disconnected,
    Failed,
    Frame,
    FrameReader,
    Primary,
    ServerAddress,
    Station,
    Timing,
)
from link.hdlc.control import DISC, SNRM, Kind
from link.line import LineSettings, fitting_piece
from link.terms import LinkTrouble

from .hdlc_line import Asker, Meter, a_meter, an_asker
from .shared_line import SharedLine

TIMING = Timing.for_line(9600)
QUIET = LineSettings()
ROUGH = LineSettings(bit_error_rate=1e-4)
WIDE = 4


def place(number: int, client: int = 96, width: int = WIDE) -> Station:
    return Station(client, ServerAddress.of(1, number, width))


def a_unit(
    client: int, meters: int, asks: int, *, seed: int = 1, octets: int = 20
) -> tuple[Asker, dict[Station, list[bytes]]]:
    """A primary that asks each meter so often, and what it asks."""
    wanted = {
        place(number, client): [
            b"%d to %d: %d ".ljust(octets, b".") % (client, number, turn) for turn in range(asks)
        ]
        for number in range(1, meters + 1)
    }
    return an_asker(wanted, seed * 100 + client, TIMING), wanted


def some_meters(number: int, max_info: int = 128) -> list[Meter]:
    return [a_meter(each, max_info=max_info, timing=TIMING) for each in range(1, number + 1)]


def assert_all_answered(unit: Asker, wanted: dict[Station, list[bytes]]) -> None:
    """Each request has its own answer, from the meter that it was for."""
    assert unit.failures == []
    for station, requests in wanted.items():
        assert unit.answers[station] == [(request, b"re:" + request) for request in requests]


def taken_by(meter: Meter) -> list[bytes]:
    return sorted(request for link in meter.links for request in link)


def requests_for(number: int, *units: dict[Station, list[bytes]]) -> list[bytes]:
    return sorted(
        request
        for wanted in units
        for station, requests in wanted.items()
        if station.server.lower == number
        for request in requests
    )


def test_each_meter_takes_what_is_addressed_to_it_and_nothing_else() -> None:
    unit, wanted = a_unit(client=1, meters=8, asks=3)
    meters = some_meters(8)
    line = SharedLine([unit, *meters], QUIET)
    line.run(until=60.0)
    assert_all_answered(unit, wanted)
    for number, meter in enumerate(meters, 1):
        assert taken_by(meter) == requests_for(number, wanted)
        assert meter.station.counts.refused == meter.station.counts.damage == 0
    assert unit.station.counts.refused == unit.station.counts.damage == 0
    assert line.line.counts.collisions == 0


def test_one_meter_keeps_a_link_for_each_client_and_for_each_width_of_its_address() -> None:
    ends = [place(1, client, width) for client in (1, 16, 96) for width in (2, 4)]
    asks = {station: [b"%d" % turn for turn in range(10)] for station in ends}
    unit, meter = an_asker(asks, timing=TIMING), a_meter(1, timing=TIMING)
    SharedLine([unit, meter], QUIET).run(until=60.0)
    assert_all_answered(unit, asks)
    assert len(meter.links) == len(ends)


@pytest.mark.parametrize("settings", [QUIET, ROUGH])
def test_two_primaries_share_a_line_and_every_request_is_answered_once(
    settings: LineSettings,
) -> None:
    first, wanted = a_unit(96, meters=8, asks=2)
    second, wanted_too = a_unit(97, meters=8, asks=2)
    meters = some_meters(8)
    line = SharedLine([first, second, *meters], settings)
    line.run(until=110.0)
    assert_all_answered(first, wanted)
    assert_all_answered(second, wanted_too)
    for number, meter in enumerate(meters, 1):
        assert taken_by(meter) == requests_for(number, wanted, wanted_too)
    assert first.closed | second.closed == {*wanted, *wanted_too}
    assert line.now < 60.0


EXCHANGE_S = (57 + 60) / 960 + 2 * QUIET.turnaround_s
"""A request of 40 octets and its answer."""


def an_endless_unit(client: int, seed: int, timing: Timing = TIMING) -> Asker:
    """A primary that always has something to ask of four meters, not connected yet."""
    asks: dict[Station, Iterator[bytes]] = {
        place(number, client): repeat(bytes(40)) for number in range(1, 5)
    }
    return Asker(Primary(timing=timing, rng=Random(seed)), asks)


def connect(unit: Asker, now: float) -> None:
    for station in unit.asks:
        unit.station.connect(station, now)


def answers(unit: Asker) -> int:
    return sum(map(len, unit.answers.values()))


def test_a_newcomer_comes_to_speak_on_a_line_that_another_never_leaves() -> None:
    resident, newcomer = an_endless_unit(96, 1), an_endless_unit(97, 51)
    line = SharedLine([resident, newcomer, *some_meters(4)], QUIET)
    connect(resident, 0.0)
    line.run(until=10.0)
    assert answers(resident) > 0.9 * 10.0 / EXCHANGE_S
    connect(newcomer, line.now)
    line.run(until=line.now + 6.0)
    assert answers(newcomer) > 0
    shares = shared_out(line, [resident, newcomer], for_s=20.0)
    assert resident.failures == newcomer.failures == []
    assert max(shares) < 2 * min(shares)
    assert sum(shares) > 0.3 * 20.0 / EXCHANGE_S


def shared_out(line: SharedLine, units: list[Asker], *, for_s: float) -> list[int]:
    """Return how many answers each unit gets in so many seconds."""
    before = [answers(unit) for unit in units]
    line.run(until=line.now + for_s)
    return [answers(unit) - earlier for unit, earlier in zip(units, before, strict=True)]


@pytest.mark.proof
@pytest.mark.parametrize("units", [2, 3])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("baudrate", [1200, 2400, 9600, 115200])
def test_for_ten_busy_minutes_nobody_starves_and_hardly_a_request_fails(
    units: int, seed: int, baudrate: int
) -> None:
    timing = Timing.for_line(baudrate)
    settings = LineSettings(baudrate=baudrate, piece_octets=fitting_piece(baudrate))
    meters = [a_meter(number, timing=timing) for number in range(1, 5)]
    askers = [an_endless_unit(96 + each, 100 * seed + each, timing=timing) for each in range(units)]
    line = SharedLine([*askers, *meters], settings, seed)
    for asker in askers:
        connect(asker, line.now)
        line.run(until=line.now + 30.0)
    shares = shared_out(line, askers, for_s=600.0)
    assert max(shares) < 2 * min(shares)
    assert sum(len(asker.failures) for asker in askers) <= sum(shares) / 250


@dataclass
class Stranger:
    """Opens and closes links with every meter all the time, from SAPs of its own; never listens."""

    rng: Random
    meters: int
    every_s: float = 0.4
    deadline: float | None = 0.0
    outgoing: bytes = b""
    said: list[bytes] = field(default_factory=list)

    @property
    def station(self) -> "Stranger":
        return self

    def receive(self, data: bytes, now: float) -> None:
        pass

    def tick(self, now: float) -> None:
        sap, number = self.rng.choice((1, 16, 104)), self.rng.randint(1, self.meters)
        control = self.rng.choice((SNRM, DISC))
        server = ServerAddress.of(1, number).to_bytes()
        self.outgoing = Frame(server, bytes((sap << 1 | 1,)), control).to_bytes()
        self.deadline = now + self.every_s * self.rng.uniform(0.5, 1.5)

    def turn(self, now: float) -> None:
        pass

    def take_outgoing(self) -> bytes:
        outgoing, self.outgoing = self.outgoing, b""
        self.said += [outgoing] if outgoing else []
        return outgoing


def test_strangers_that_open_and_close_links_disturb_nobody_elses() -> None:
    unit, wanted = a_unit(96, meters=3, asks=8)
    meters = some_meters(3)
    stranger = Stranger(Random(1), meters=3)
    SharedLine([unit, stranger, *meters], QUIET).run(until=30.0)
    assert_all_answered(unit, wanted)
    assert len(stranger.said) > 50
    for number, meter in enumerate(meters, 1):
        assert taken_by(meter) == requests_for(number, wanted)


@pytest.mark.parametrize("settings", [QUIET, LineSettings(bit_error_rate=5e-5)])
def test_long_requests_and_answers_go_in_segments_although_some_are_lost(
    settings: LineSettings,
) -> None:
    units, wanted = zip(
        *(a_unit(client, 2, asks=1, octets=700) for client in (96, 97)), strict=True
    )
    line = SharedLine([*units, *some_meters(2)], settings, seed=3)
    line.run(until=110.0)
    for unit, asks in zip(units, wanted, strict=True):
        assert_all_answered(unit, asks)


@dataclass
class Eavesdropper:
    """Hears every frame of a line."""

    reader: FrameReader = field(default_factory=FrameReader)
    heard: list[tuple[float, Frame]] = field(default_factory=list)
    deadline: float | None = None

    @property
    def station(self) -> "Eavesdropper":
        return self

    def receive(self, data: bytes, now: float) -> None:
        self.heard += [(now, frame) for frame in self.reader.feed(data)]

    def tick(self, now: float) -> None:
        pass

    def turn(self, now: float) -> None:
        pass

    def take_outgoing(self) -> bytes:
        return b""


@dataclass
class Idler(Asker):
    """A primary that connects and asks nothing."""

    def ask(self, station: Station, now: float) -> None:
        del station, now


def an_idler(client: int = 96, number: int = 1) -> Idler:
    asks: dict[Station, Iterator[bytes]] = {place(number, client): iter(())}
    idler = Idler(Primary(timing=TIMING, rng=Random(client)), asks, persistent=False)
    idler.start()
    return idler


def test_an_idle_link_is_kept_by_one_poll_a_minute() -> None:
    idler, meter, ears = an_idler(), a_meter(1, timing=TIMING), Eavesdropper()
    SharedLine([idler, meter, ears], QUIET).run(until=3600.0)
    polls = [at for at, frame in ears.heard if frame.control.kind is Kind.RR]
    assert len(polls) == 2 * 59
    assert [frame.control.kind for _, frame in ears.heard[:2]] == [Kind.SNRM, Kind.UA]
    assert len(meter.links) == 1
    assert idler.failures == []


def test_a_link_whose_other_end_is_gone_ends_at_both_ends_in_bounded_time() -> None:
    idler, meter = an_idler(), a_meter(1, timing=TIMING)
    line = SharedLine([idler, meter], QUIET)
    line.run(until=70.0)
    assert meter.station.deadline is not None
    line.cut_off(meter)
    line.run(until=130.0)
    assert idler.failures == [Failed(place(1), LinkTrouble.NO_ANSWER)]
    assert 120.0 < line.now < 125.0
    meter.station.tick(179.9)
    assert meter.station.take_events() == []
    meter.station.tick(180.2)
    assert meter.station.take_events() == [Disconnected(place(1))]


def test_a_meter_that_was_away_for_long_gets_a_new_link() -> None:
    unit = an_asker({place(1): []}, timing=TIMING)
    meter = a_meter(1, timing=TIMING)
    line = SharedLine([unit, meter], QUIET)
    line.run(until=1.0)
    assert unit.closed == {place(1)}
    unit.asks[place(1)] = iter([b"again"])
    unit.station.connect(place(1), line.now)
    line.run(until=3.0)
    assert unit.answers[place(1)] == [(b"again", b"re:again")]
    assert len(meter.links) == 2
