"""Meters and those who ask them on a line where frames meet their fates, on virtual time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

import pytest

from link.hdlc import (
    Connected,
    Disconnected,
    Failed,
    OwnAddress,
    Primary,
    Received,
    Secondary,
    ServerAddress,
    Station,
    Timing,
)

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
class Asker:
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


AIR_S = 0.001
"""How long any frame takes."""


class Line:
    """A line on virtual time: who speaks is heard by all others, and nobody spoils anything."""

    def __init__(self, nodes: list[Meter | Asker], fate: Fate = in_order):
        self.nodes = nodes
        self.fate = fate
        self.now = 0.0
        self.said: list[bytes] = []
        self._numbers = count()
        self._coming: list[tuple[float, int, Meter | Asker, bytes]] = []

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
            _, _, node, octets = heappop(self._coming)
            node.station.receive(octets, self.now)
            self._speak(node)
        for node in self.nodes:
            if node.deadline is not None and node.deadline <= self.now:
                node.station.tick(self.now)
                self._speak(node)
                assert node.deadline is None or node.deadline > self.now

    def _speak(self, node: Meter | Asker) -> None:
        node.turn(self.now)
        octets = node.station.take_outgoing()
        if not octets:
            return
        self.said.append(octets)
        for delay_s, copy in self.fate(len(self.said) - 1, octets):
            arrival = self.now + delay_s + AIR_S
            for other in self.nodes:
                if other is not node:
                    heappush(self._coming, (arrival, next(self._numbers), other, copy))


def address(number: int, client: int = 16) -> Station:
    return Station(client, ServerAddress.of(1, number))


def a_meter(
    number: int = 1, think_s: float = 0.0, max_info: int = 128, timing: Timing | None = None
) -> Meter:
    own = OwnAddress(lower=number)
    timing = timing or Timing.for_line(None)
    return Meter(Secondary(addresses=own, timing=timing, max_info=max_info), think_s)


def an_asker(
    asks: dict[Station, list[bytes]], seed: int = 1, timing: Timing | None = None
) -> Asker:
    station = Primary(timing=timing or Timing.for_line(None), rng=Random(seed))
    asker = Asker(station, {station: iter(requests) for station, requests in asks.items()})
    asker.start()
    return asker
