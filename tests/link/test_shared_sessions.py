"""A client and meters on one half-duplex line: who is at an address is known before it is asked."""

from dataclasses import dataclass, field
from random import Random

import pytest

from link.client import Answered, ClientSession, Event, Failed, Get, LinkDown
from link.cosem import row
from link.hdlc import OwnAddress, ServerAddress, Station, Timing
from link.line import LineSettings
from link.server import ServerSession, Value
from link.terms import LinkTrouble

from .shared_line import SharedLine

TIMING = Timing.for_line(9600)
POWER = row("power.value")
DRNS = ("01234567890", "01234567907", "01234567915")


@dataclass
class Meter:
    """A meter that knows its number and its power."""

    drn: str
    lower: int
    station: ServerSession = field(init=False)
    asked: int = 0
    """Requests but the one for its number."""

    def __post_init__(self) -> None:
        self.station = ServerSession(
            addresses=OwnAddress(self.lower), timing=TIMING, device_name="SPL" + self.drn, lab=True
        )

    @property
    def deadline(self) -> float | None:
        return self.station.deadline

    def turn(self, now: float) -> None:
        for asked in self.station.take_events():
            is_number = asked.row.key == "meter_number.value"
            self.asked += not is_number
            self.station.answer(asked.id, Value(self.drn if is_number else 230), now)


@dataclass
class Unit:
    """A client that asks each meter for its power again and again."""

    stations: dict[str, Station]
    client: int = 96
    pause_s: float = 0.5
    station: ClientSession = field(init=False)
    heard: list[tuple[float, Event]] = field(default_factory=list)
    due: dict[Station, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.station = ClientSession(timing=TIMING, rng=Random(self.client))
        for drn, station in self.stations.items():
            self.station.add_meter(station, drn)
            self.due[station] = 0.0

    @property
    def deadline(self) -> float | None:
        moments = [*self.due.values(), self.station.deadline]
        return min((at for at in moments if at is not None), default=None)

    def turn(self, now: float) -> None:
        for event in self.station.take_events():
            self.heard.append((now, event))
            if isinstance(event, Answered | Failed):
                self.due[event.station] = now + self.pause_s
        for station in [station for station, at in self.due.items() if at <= now]:
            del self.due[station]
            self.station.ask(station, Get(POWER), now)

    def troubles(self, of: Station) -> list[tuple[float, LinkTrouble, str]]:
        return [
            (at, event.trouble, event.detail)
            for at, event in self.heard
            if isinstance(event, LinkDown) and event.station == of
        ]

    def answers(self, of: Station) -> int:
        return sum(isinstance(event, Answered) and event.station == of for _, event in self.heard)


def place(lower: int, client: int = 96) -> Station:
    return Station(client, ServerAddress.of(1, lower))


OURS, NEIGHBOUR = place(1000), place(2000)


def test_two_meters_at_one_address_are_reported_as_a_clash_in_bounded_time() -> None:
    unit = Unit({DRNS[0]: OURS, DRNS[1]: NEIGHBOUR})
    meters = [Meter(DRNS[0], 1000), Meter(DRNS[2], 1000), Meter(DRNS[1], 2000)]
    SharedLine([unit, *meters]).run(until=20.0)
    troubles = unit.troubles(OURS)
    assert {trouble for _, trouble, _ in troubles} == {LinkTrouble.ADDRESS_CLASH}
    assert troubles[0][0] < 8.0
    assert unit.answers(NEIGHBOUR) > 10
    assert unit.troubles(NEIGHBOUR) == []
    assert [meter.asked for meter in meters[:2]] == [0, 0]


def test_once_one_of_two_is_gone_the_other_is_named_or_answers() -> None:
    for stays, goes in ((DRNS[0], DRNS[2]), (DRNS[2], DRNS[0])):
        unit = Unit({DRNS[0]: OURS, DRNS[1]: NEIGHBOUR})
        stayer, goer = Meter(stays, 1000), Meter(goes, 1000)
        line = SharedLine([unit, stayer, goer, Meter(DRNS[1], 2000)])
        line.run(until=8.0)
        line.cut_off(goer)
        line.run(until=20.0)
        if stays == DRNS[0]:
            assert unit.answers(OURS) > 10
        else:
            _, trouble, detail = unit.troubles(OURS)[-1]
            assert trouble is LinkTrouble.OTHER_METER
            assert detail == f"meter {DRNS[2]} where {DRNS[0]} is expected"
            assert unit.answers(OURS) == stayer.asked == 0


def test_alone_on_the_line_two_at_one_address_are_silence() -> None:
    unit = Unit({DRNS[0]: OURS})
    SharedLine([unit, Meter(DRNS[0], 1000), Meter(DRNS[2], 1000)]).run(until=10.0)
    assert {trouble for _, trouble, _ in unit.troubles(OURS)} == {LinkTrouble.NO_ANSWER}


@pytest.mark.parametrize("bit_error_rate", [0.0, 3e-4])
def test_two_units_read_the_same_meters_over_associations_of_their_own(
    bit_error_rate: float,
) -> None:
    units = [
        Unit({DRNS[0]: place(1000, client), DRNS[1]: place(2000, client)}, client)
        for client in (96, 97)
    ]
    meters = [Meter(DRNS[0], 1000), Meter(DRNS[1], 2000)]
    settings = LineSettings(bit_error_rate=bit_error_rate)
    SharedLine([*units, *meters], settings).run(until=20.0)
    for unit in units:
        for station in unit.stations.values():
            assert unit.answers(station) > 5
            assert unit.troubles(station) == []
