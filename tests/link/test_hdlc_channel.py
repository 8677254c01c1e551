"""Both roles over a line that loses, doubles, delays and damages, on virtual time.

The laws: what was asked is handed on once, what was answered comes back once, or the link is
reported as failed and starts anew.
"""

from itertools import combinations, product
from random import Random

import pytest

from link.hdlc import Failed, Frame, Primary, Timing
from link.terms import LinkTrouble

from .hdlc_line import FATES, Asker, Line, Meter, a_meter, address, an_asker, with_faults
from .shared_line import SharedLine


def check_laws(asker: Asker, meter: Meter, requests: list[bytes]) -> None:
    """Everything that must hold whatever the line did."""
    answers = asker.answers[address(1)]
    assert [answer for _, answer in answers] == [b"re:" + request for request, _ in answers]
    answered = [request for request, _ in answers]
    assert sorted(answered + asker.unknown) == sorted(requests)
    assert len(asker.failures) >= len(asker.unknown)
    for handed_on in meter.links:
        assert len(set(handed_on)) == len(handed_on)
    everything = [apdu for handed_on in meter.links for apdu in handed_on]
    assert set(answered) <= set(everything) <= set(requests)
    if len(meter.links) == 1:
        assert len(everything) == len(set(everything))


REQUESTS = [b"first", b"second"]
FRAMES = 8
"""SNRM, UA, two requests with their answers, DISC, UA."""


def one_talk(faults: dict[int, str], think_s: float = 0.0) -> tuple[Asker, Meter, Line]:
    asker, meter = an_asker({address(1): REQUESTS[:]}), a_meter(think_s=think_s)
    line = Line([asker, meter], with_faults(faults))
    line.run()
    return asker, meter, line


def test_a_clean_line_carries_each_frame_once() -> None:
    asker, meter, line = one_talk({})
    assert asker.answers[address(1)] == [(request, b"re:" + request) for request in REQUESTS]
    assert meter.links == [REQUESTS]
    assert asker.closed == {address(1)}
    assert len(line.said) == FRAMES


@pytest.mark.parametrize("think_s", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("fate", FATES)
def test_any_one_fault_is_made_good(fate: str, think_s: float) -> None:
    _, _, clean = one_talk({}, think_s)
    for number in range(len(clean.said)):
        asker, meter, _ = one_talk({number: fate}, think_s)
        check_laws(asker, meter, REQUESTS)
        if fate != "late":
            assert asker.failures == [] or number >= len(clean.said) - 2
            assert [apdu for handed_on in meter.links for apdu in handed_on] == REQUESTS


@pytest.mark.parametrize("pair", list(combinations(range(FRAMES + 2), 2)), ids=str)
def test_any_two_faults_leave_every_request_done_once_or_reported(pair: tuple[int, int]) -> None:
    for fates in product(FATES, repeat=2):
        asker, meter, _ = one_talk(dict(zip(pair, fates, strict=True)))
        check_laws(asker, meter, REQUESTS)


@pytest.mark.parametrize("seed", range(30))
def test_a_bad_line_never_does_a_request_twice(seed: int) -> None:
    rng = Random(seed)
    requests = [b"%d " % number + bytes(rng.randrange(300)) for number in range(12)]

    def fate(_: int, octets: bytes) -> list[tuple[float, bytes]]:
        kind = rng.choices([*FATES, "fine"], [8, 4, 4, 8, 76])[0]
        return FATES[kind](octets) if kind in FATES else [(0.0, octets)]

    asker, meter = an_asker({address(1): requests[:]}, seed), a_meter(think_s=rng.choice([0, 0.3]))
    Line([asker, meter], fate).run(until=2000.0)
    check_laws(asker, meter, requests)
    assert asker.closed or asker.failures


def test_the_same_seed_gives_the_same_talk() -> None:
    def transmission() -> list[bytes]:
        rng = Random(5)
        asker, meter = an_asker({address(1): [b"x" * 200] * 3}, 5), a_meter()
        line = Line([asker, meter], lambda _, octets: [(0.0, octets)] * (rng.random() > 0.3))
        line.run()
        return line.said

    assert transmission() == transmission()


def test_a_dead_line_is_reported_and_asked_again() -> None:
    asker, meter = an_asker({address(1): [b"ask"]}), a_meter()
    Line([asker, meter], lambda _number, _octets: []).run(until=10.0)
    assert meter.links == []
    assert {failure.trouble for failure in asker.failures} == {LinkTrouble.NO_ANSWER}
    assert len(asker.failures) in (3, 4, 5)


def sizes() -> list[int]:
    near = [edge + off for edge in range(125, 3000, 128) for off in (-1, 0, 1)]
    return sorted({1, 2, 3, *near, 3000})


@pytest.mark.parametrize("max_info", [128, 1000])
def test_every_size_of_request_and_answer_goes_through(max_info: int) -> None:
    rng = Random(max_info)
    requests = [rng.randbytes(size) for size in sizes()]
    station = Primary(timing=Timing.for_line(None), rng=Random(1), max_info=max_info)
    asker = Asker(station, {address(1): iter(requests)})
    asker.start()
    meter = a_meter(max_info=max_info)
    line = Line([asker, meter])
    line.run()
    assert meter.links == [requests]
    assert asker.answers[address(1)] == [(request, b"re:" + request) for request in requests]
    assert max(map(len, line.said)) == max_info + 14


@pytest.mark.parametrize("seed", range(5))
def test_segments_survive_a_bad_line(seed: int) -> None:
    rng = Random(seed)
    requests = [rng.randbytes(rng.randint(1, 3000)) for _ in range(5)]

    def fate(_: int, octets: bytes) -> list[tuple[float, bytes]]:
        return (
            FATES[rng.choice(["lost", "doubled"])](octets) if rng.random() < 0.1 else [(0, octets)]
        )

    asker, meter = an_asker({address(1): requests[:]}, seed), a_meter()
    Line([asker, meter], fate).run(until=5000.0)
    check_laws(asker, meter, requests)


def test_many_meters_share_the_line_and_a_dead_one_stops_nobody() -> None:
    asks = {
        address(number): [b"%d-%d" % (number, turn) for turn in range(5)] for number in range(9)
    }
    asker = an_asker(asks)
    asker.persistent = False
    meters = [a_meter(number) for number in range(8)]
    Line([asker, *meters]).run()
    for number, meter in enumerate(meters):
        assert meter.links == [asks[address(number)]]
    assert asker.closed == {address(number) for number in range(8)}
    assert asker.failures == [Failed(address(8), LinkTrouble.NO_ANSWER)]


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
    askers = [
        an_asker({address(1, client): requests[:]}, seed * 10 + client, timing)
        for client in (96, 97)
    ]
    meter = a_meter(timing=timing)
    line = SharedLine([*askers, meter], seed=seed)
    line.run(until=100.0)
    for asker, client in zip(askers, (96, 97), strict=True):
        answers = asker.answers[address(1, client)]
        assert [request for request, _ in answers] + asker.unknown == requests
        assert asker.closed == {address(1, client)}
        assert asker.failures == []
    assert 1 <= line.line.counts.collisions < 12
    assert line.now < 30.0
