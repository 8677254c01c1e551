"""Both roles over a line that loses, doubles, delays and damages, on virtual time.

The laws: what was asked is handed on once, what was answered comes back once, or the link is
reported as failed and starts anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import combinations, count, product
from random import Random

import pytest

from link.hdlc import (
    Connected,
    Disconnected,
    Failed,
    Frame,
    OwnAddress,
    Primary,
    Received,
    Secondary,
    ServerAddress,
    Station,
    Timing,
)
from link.terms import LinkTrouble

LATE_S = 0.9
"""Longer than a response time-out on the lines of these tests."""
Fate = Callable[[int, bytes], list[tuple[float, bytes]]]
"""What becomes of the n-th frame on the line: copies with their delays."""


def damaged(octets: bytes) -> bytes:
    return octets[:5] + bytes((octets[5] ^ 0x10,)) + octets[6:]


FATES: dict[str, Callable[[bytes], list[tuple[float, bytes]]]] = {
    "lost": lambda _: [],
    "doubled": lambda octets: [(0.0, octets), (0.0, octets)],
    "late": lambda octets: [(LATE_S, octets)],
    "damaged": lambda octets: [(0.0, damaged(octets))],
}


def in_order(_: int, octets: bytes) -> list[tuple[float, bytes]]:
    return [(0.0, octets)]


def with_faults(faults: dict[int, str]) -> Fate:
    """Return the fate that these frames meet, by number; all others arrive."""
    return lambda number, octets: (
        FATES[faults[number]](octets) if number in faults else [(0.0, octets)]
    )


@dataclass
class Meter:
    """A secondary with an application that echoes, `think_s` after the request."""

    station: Secondary
    think_s: float = 0.0
    prefix: bytes = b"re:"
    links: list[list[bytes]] = field(default_factory=list)
    """What was handed on, link by link."""
    due: list[tuple[float, Station, bytes]] = field(default_factory=list)

    @property
    def deadline(self) -> float | None:
        times = [time for time, _, _ in self.due]
        times += [] if self.station.deadline is None else [self.station.deadline]
        return min(times, default=None)

    def turn(self, now: float) -> None:
        for event in self.station.take_events():
            match event:
                case Connected():
                    self.links.append([])
                case Received(peer, apdu):
                    self.links[-1].append(apdu)
                    self.due.append((now + self.think_s, peer, self.prefix + apdu))
                case Disconnected():
                    self.due.clear()
        ripe = [answer for answer in self.due if answer[0] <= now]
        self.due = [answer for answer in self.due if answer[0] > now]
        for _, peer, answer in ripe:
            self.station.send(peer, answer, now)


@dataclass
class Panel:
    """A primary with an application that asks a list of each meter, one after the other."""

    station: Primary
    asks: dict[Station, Iterator[bytes]]
    persistent: bool = True
    asked: dict[Station, bytes] = field(default_factory=dict)
    answers: dict[Station, list[tuple[bytes, bytes]]] = field(default_factory=dict)
    unknown: list[bytes] = field(default_factory=list)
    failures: list[Failed] = field(default_factory=list)
    closed: set[Station] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.answers = {station: [] for station in self.asks}

    @property
    def deadline(self) -> float | None:
        return self.station.deadline

    def start(self) -> None:
        for station in self.asks:
            self.station.connect(station, 0.0)

    def turn(self, now: float) -> None:
        for event in self.station.take_events():
            match event:
                case Connected(station):
                    self.ask(station, now)
                case Received(station, apdu):
                    self.answers[station].append((self.asked.pop(station), apdu))
                    self.ask(station, now)
                case Disconnected(station):
                    self.closed.add(station)
                case Failed(station):
                    self.failures.append(event)
                    self.unknown += [self.asked.pop(station)] if station in self.asked else []
                    if self.persistent:
                        self.station.connect(station, now)

    def ask(self, station: Station, now: float) -> None:
        request = next(self.asks[station], None)
        if request is None:
            self.station.disconnect(station, now)
        else:
            self.asked[station] = request
            self.station.send(station, request, now)


@dataclass
class Talk:
    """One frame on its way; `spoiled` when somebody else spoke at the same time."""

    ends_at: float
    spoiled: bool = False


class Line:
    """A half-duplex line on virtual time: who speaks is heard by all others.

    With a bit rate, frames take their time, are heard from their first octets on, and two at once
    spoil each other.
    """

    def __init__(self, nodes: list[Meter | Panel], fate: Fate = in_order, baudrate: int = 0):
        self.nodes = nodes
        self.fate = fate
        self.baudrate = baudrate
        self.now = 0.0
        self.said: list[bytes] = []
        self._numbers = count()
        self._coming: list[tuple[float, int, Meter | Panel, bytes, Talk]] = []
        self._talks: list[Talk] = []
        self.collisions = 0

    def run(self, until: float = 200.0) -> None:
        """Run until nothing is left to happen before `until`."""
        for node in self.nodes:
            self._speak(node)
        for _ in range(100_000):
            moment = self._next()
            if moment is None or moment > until:
                return
            self.now = max(self.now, moment)
            self._step()
        pytest.fail("the line does not come to rest")

    def _next(self) -> float | None:
        moments = [node.deadline for node in self.nodes if node.deadline is not None]
        moments += [self._coming[0][0]] if self._coming else []
        return min(moments, default=None)

    def _step(self) -> None:
        if self._coming and self._coming[0][0] <= self.now:
            _, _, node, octets, talk = heappop(self._coming)
            node.station.receive(damaged(octets) if talk.spoiled else octets, self.now)
            self._speak(node)
        for node in self.nodes:
            if node.deadline is not None and node.deadline <= self.now:
                node.station.tick(self.now)
                self._speak(node)
                assert node.deadline is None or node.deadline > self.now

    def _speak(self, node: Meter | Panel) -> None:
        node.turn(self.now)
        octets = node.station.take_outgoing()
        if not octets:
            return
        self.said.append(octets)
        air = len(octets) * 10 / self.baudrate if self.baudrate else 0.001
        talk = self._begin_talk(air)
        for delay, copy in self.fate(len(self.said) - 1, octets):
            for other in self.nodes:
                if other is not node:
                    self._let_hear(other, copy, delay + air, talk)

    def _begin_talk(self, air: float) -> Talk:
        talk = Talk(self.now + air)
        self._talks = [other for other in self._talks if other.ends_at > self.now]
        if self.baudrate and self._talks:
            self.collisions += 1
            for other in [talk, *self._talks]:
                other.spoiled = True
        self._talks.append(talk)
        return talk

    def _let_hear(self, node: Meter | Panel, octets: bytes, after: float, talk: Talk) -> None:
        head = 3 if self.baudrate else 0
        if head:
            early = self.now + head * 10 / self.baudrate
            heappush(self._coming, (early, next(self._numbers), node, octets[:head], Talk(0.0)))
        arrival = self.now + after
        heappush(self._coming, (arrival, next(self._numbers), node, octets[head:], talk))


def address(number: int, client: int = 16) -> Station:
    return Station(client, ServerAddress.of(1, number))


def a_meter(
    number: int = 1, think_s: float = 0.0, max_info: int = 128, timing: Timing | None = None
) -> Meter:
    own = OwnAddress(lower=number)
    timing = timing or Timing.for_line(None)
    return Meter(Secondary(addresses=own, timing=timing, max_info=max_info), think_s)


def a_panel(asks: dict[Station, list[bytes]], seed: int = 1, timing: Timing | None = None) -> Panel:
    station = Primary(timing=timing or Timing.for_line(None), rng=Random(seed))
    panel = Panel(station, {station: iter(requests) for station, requests in asks.items()})
    panel.start()
    return panel


def check_laws(panel: Panel, meter: Meter, requests: list[bytes]) -> None:
    """Everything that must hold whatever the line did."""
    answers = panel.answers[address(1)]
    assert [answer for _, answer in answers] == [b"re:" + request for request, _ in answers]
    answered = [request for request, _ in answers]
    assert sorted(answered + panel.unknown) == sorted(requests)
    assert len(panel.failures) >= len(panel.unknown)
    for handed_on in meter.links:
        assert len(set(handed_on)) == len(handed_on)
    everything = [apdu for handed_on in meter.links for apdu in handed_on]
    assert set(answered) <= set(everything) <= set(requests)
    if len(meter.links) == 1:
        assert len(everything) == len(set(everything))


REQUESTS = [b"first", b"second"]
FRAMES = 8
"""SNRM, UA, two requests with their answers, DISC, UA."""


def one_talk(faults: dict[int, str], think_s: float = 0.0) -> tuple[Panel, Meter, Line]:
    panel, meter = a_panel({address(1): REQUESTS[:]}), a_meter(think_s=think_s)
    line = Line([panel, meter], with_faults(faults))
    line.run()
    return panel, meter, line


def test_a_clean_line_carries_each_frame_once() -> None:
    panel, meter, line = one_talk({})
    assert panel.answers[address(1)] == [(request, b"re:" + request) for request in REQUESTS]
    assert meter.links == [REQUESTS]
    assert panel.closed == {address(1)}
    assert len(line.said) == FRAMES


@pytest.mark.parametrize("think_s", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("fate", FATES)
def test_any_one_fault_is_made_good(fate: str, think_s: float) -> None:
    _, _, clean = one_talk({}, think_s)
    for number in range(len(clean.said)):
        panel, meter, _ = one_talk({number: fate}, think_s)
        check_laws(panel, meter, REQUESTS)
        if fate != "late":
            assert panel.failures == [] or number >= len(clean.said) - 2
            assert [apdu for handed_on in meter.links for apdu in handed_on] == REQUESTS


@pytest.mark.parametrize("pair", list(combinations(range(FRAMES + 2), 2)), ids=str)
def test_any_two_faults_leave_every_request_done_once_or_reported(pair: tuple[int, int]) -> None:
    for fates in product(FATES, repeat=2):
        panel, meter, _ = one_talk(dict(zip(pair, fates, strict=True)))
        check_laws(panel, meter, REQUESTS)


@pytest.mark.parametrize("seed", range(30))
def test_a_bad_line_never_does_a_request_twice(seed: int) -> None:
    rng = Random(seed)
    requests = [b"%d " % number + bytes(rng.randrange(300)) for number in range(12)]

    def fate(_: int, octets: bytes) -> list[tuple[float, bytes]]:
        kind = rng.choices([*FATES, "fine"], [8, 4, 4, 8, 76])[0]
        return FATES[kind](octets) if kind in FATES else [(0.0, octets)]

    panel, meter = a_panel({address(1): requests[:]}, seed), a_meter(think_s=rng.choice([0, 0.3]))
    Line([panel, meter], fate).run(until=2000.0)
    check_laws(panel, meter, requests)
    assert panel.closed or panel.failures


def test_the_same_seed_gives_the_same_talk() -> None:
    def talk() -> list[bytes]:
        rng = Random(5)
        panel, meter = a_panel({address(1): [b"x" * 200] * 3}, 5), a_meter()
        line = Line([panel, meter], lambda _, octets: [(0.0, octets)] * (rng.random() > 0.3))
        line.run()
        return line.said

    assert talk() == talk()


def test_a_dead_line_is_reported_and_asked_again() -> None:
    panel, meter = a_panel({address(1): [b"ask"]}), a_meter()
    Line([panel, meter], lambda _number, _octets: []).run(until=10.0)
    assert meter.links == []
    assert {failure.trouble for failure in panel.failures} == {LinkTrouble.NO_ANSWER}
    assert len(panel.failures) in (3, 4, 5)


def sizes() -> list[int]:
    near = [edge + off for edge in range(125, 3000, 128) for off in (-1, 0, 1)]
    return sorted({1, 2, 3, *near, 3000})


@pytest.mark.parametrize("max_info", [128, 1000])
def test_every_size_of_request_and_answer_goes_through(max_info: int) -> None:
    rng = Random(max_info)
    requests = [rng.randbytes(size) for size in sizes()]
    station = Primary(timing=Timing.for_line(None), rng=Random(1), max_info=max_info)
    panel = Panel(station, {address(1): iter(requests)})
    panel.start()
    meter = a_meter(max_info=max_info)
    line = Line([panel, meter])
    line.run()
    assert meter.links == [requests]
    assert panel.answers[address(1)] == [(request, b"re:" + request) for request in requests]
    assert max(map(len, line.said)) == max_info + 14


@pytest.mark.parametrize("seed", range(5))
def test_segments_survive_a_bad_line(seed: int) -> None:
    rng = Random(seed)
    requests = [rng.randbytes(rng.randint(1, 3000)) for _ in range(5)]

    def fate(_: int, octets: bytes) -> list[tuple[float, bytes]]:
        return (
            FATES[rng.choice(["lost", "doubled"])](octets) if rng.random() < 0.1 else [(0, octets)]
        )

    panel, meter = a_panel({address(1): requests[:]}, seed), a_meter()
    Line([panel, meter], fate).run(until=5000.0)
    check_laws(panel, meter, requests)


def test_many_meters_share_the_line_and_a_dead_one_stops_nobody() -> None:
    asks = {
        address(number): [b"%d-%d" % (number, turn) for turn in range(5)] for number in range(9)
    }
    panel = a_panel(asks)
    panel.persistent = False
    meters = [a_meter(number) for number in range(8)]
    Line([panel, *meters]).run()
    for number, meter in enumerate(meters):
        assert meter.links == [asks[address(number)]]
    assert panel.closed == {address(number) for number in range(8)}
    assert panel.failures == [Failed(address(8), LinkTrouble.NO_ANSWER)]


def test_a_babbler_is_reported_as_no_answer_and_does_not_stop_the_primary() -> None:
    primary = Primary(timing=Timing.for_line(9600), rng=Random(3))
    primary.connect(address(1), 0.0)
    said, now = 0, 0.0
    while not (events := primary.take_events()):
        now += 0.001
        primary.receive(Random(now).randbytes(1), now)
        if primary.deadline is not None and primary.deadline <= now:
            primary.tick(now)
        said += bool(primary.take_outgoing())
        assert now < 15.0
    assert events == [Failed(address(1), LinkTrouble.NO_ANSWER)]
    assert said == 4


def test_a_request_is_said_again_with_the_same_octets_only() -> None:
    for faults in ({2: "lost"}, {2: "damaged"}, {2: "lost", 4: "lost"}):
        _, _, line = one_talk(faults)
        requests = [Frame.from_bytes(octets) for octets in line.said]
        first = [
            octets
            for octets, frame in zip(line.said, requests, strict=True)
            if frame.information.endswith(b"first") and len(frame.destination) == 4
        ]
        assert len(first) >= 2
        assert len(set(first)) == 1


@pytest.mark.parametrize("seed", range(4))
def test_two_primaries_share_a_line_although_they_speak_at_once_at_first(seed: int) -> None:
    timing = Timing.for_line(9600)
    requests = [b"ask %d" % number for number in range(20)]
    panels = [
        a_panel({address(1, client): requests[:]}, seed * 10 + client, timing)
        for client in (96, 97)
    ]
    meter = a_meter(timing=timing)
    line = Line([*panels, meter], baudrate=9600)
    line.run(until=100.0)
    for panel, client in zip(panels, (96, 97), strict=True):
        answers = panel.answers[address(1, client)]
        assert [request for request, _ in answers] + panel.unknown == requests
        assert panel.closed == {address(1, client)}
        assert panel.failures == []
    assert 1 <= line.collisions < 12
    assert line.now < 30.0
