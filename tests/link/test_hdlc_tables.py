"""The state tables as drawings: complete, reachable, and with a way out of every state."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.hdlc import LinkStateError, OwnAddress, Primary, Secondary, ServerAddress, Station, Timing
from link.hdlc.negotiation import LinkParameters, ParameterError
from link.hdlc.primary_link import PrimaryLink
from link.hdlc.primary_signals import PrimarySignal
from link.hdlc.primary_table import PRIMARY_ROWS, PRIMARY_TABLE, PrimaryAction, PrimaryState
from link.hdlc.secondary_link import SecondaryLink
from link.hdlc.secondary_signals import SecondarySignal
from link.hdlc.secondary_table import (
    SECONDARY_ROWS,
    SECONDARY_TABLE,
    SecondaryAction,
    SecondaryState,
)
from link.hdlc.segment import LLC_REQUEST, Assembled, Assembly, segments

METER = Station(16, ServerAddress.of(1))
ROLES = [
    (PRIMARY_ROWS, PRIMARY_TABLE, PrimaryState, PrimarySignal, PrimaryAction),
    (SECONDARY_ROWS, SECONDARY_TABLE, SecondaryState, SecondarySignal, SecondaryAction),
]
IDS = ["primary", "secondary"]


def reached(arrows: set[tuple[object, object]], start: object) -> set[object]:
    found = {start}
    while more := {end for begin, end in arrows if begin in found} - found:
        found |= more
    return found


@pytest.mark.parametrize(("rows", "table", "states", "signals", "actions"), ROLES, ids=IDS)
def test_a_table_is_one_drawing(rows, table, states, signals, actions) -> None:
    assert len(rows) == len(table)
    assert {row.action for row in rows} == set(actions)
    assert {row.signal for row in rows} == set(signals)
    arrows = {(row.state, row.next) for row in rows}
    assert reached(arrows, states.DOWN) == set(states)
    back = {(end, begin) for begin, end in arrows}
    assert reached(back, states.DOWN) == set(states)


def test_every_action_is_bound() -> None:
    primary = PrimaryLink(METER, LinkParameters(), Timing.for_line(None), [])
    secondary = SecondaryLink(METER, LinkParameters(), [], room=True)
    assert set(primary.actions) == set(PrimaryAction)
    assert set(secondary.actions) == set(SecondaryAction)


def test_a_primary_that_says_something_knows_what_silence_means() -> None:
    quiet = {PrimaryState.DOWN, PrimaryState.READY}
    for state in set(PrimaryState) - quiet:
        assert (state, PrimarySignal.SILENCE) in PRIMARY_TABLE
    for state in set(PrimaryState) - {PrimaryState.DOWN}:
        for signal in (PrimarySignal.GIVEN_UP, PrimarySignal.MEDIUM_LOST):
            assert PRIMARY_TABLE[state, signal].next is PrimaryState.DOWN


def test_what_a_frame_can_mean_has_an_answer_in_every_state_of_a_secondary() -> None:
    everywhere = (SecondarySignal.SNRM, SecondarySignal.UNFIT_SNRM, SecondarySignal.DISC)
    for state in SecondaryState:
        for signal in everywhere:
            assert (state, signal) in SECONDARY_TABLE


@given(st.binary(max_size=40))
def test_any_octets_are_link_parameters_or_refused(octets: bytes) -> None:
    for given_octets in (octets, b"\x81\x80" + bytes((len(octets),)) + octets):
        try:
            read = LinkParameters.from_bytes(given_octets)
        except ParameterError:
            continue
        assert LinkParameters.from_bytes(read.to_bytes()) == read


@given(st.integers(1, 2030), st.integers(1, 2030), st.integers(1, 2030), st.integers(1, 2030))
def test_both_sides_agree_on_the_same_sizes(a: int, b: int, c: int, d: int) -> None:
    client, server = LinkParameters(a, b), LinkParameters(c, d)
    at_server = server.agreed(LinkParameters.from_bytes(client.to_bytes()))
    at_client = client.agreed(LinkParameters.from_bytes(at_server.to_bytes()))
    assert (at_client.transmit, at_client.receive) == (at_server.receive, at_server.transmit)
    assert at_server.transmit == min(c, b)


@pytest.mark.parametrize("size", [0, 2031])
def test_a_size_that_no_frame_has_is_refused(size: int) -> None:
    with pytest.raises(ParameterError, match=str(size)):
        Primary(timing=Timing.for_line(None), rng=Random(1), max_info=size)
    with pytest.raises(ParameterError, match=str(size)):
        Secondary(addresses=OwnAddress(1), timing=Timing.for_line(None), max_info=size)


@given(st.binary(min_size=1, max_size=700), st.integers(1, 200))
def test_an_apdu_cut_into_segments_is_put_together_again(apdu: bytes, size: int) -> None:
    parts = segments(LLC_REQUEST, apdu, size)
    assert max(map(len, parts)) <= size
    assembly = Assembly(LLC_REQUEST)
    for part in parts[:-1]:
        assert assembly.judge(part, more=True) is Assembled.PART
        assembly.add(part)
    assert assembly.judge(parts[-1], more=False) is Assembled.WHOLE
    assembly.add(parts[-1])
    assert assembly.take() == apdu
    assert assembly.judge(b"", more=False) is Assembled.NO_LLC


def test_the_last_segment_may_be_empty() -> None:
    assembly = Assembly(LLC_REQUEST)
    assembly.add(LLC_REQUEST + b"a")
    assert assembly.judge(b"", more=False) is Assembled.WHOLE


def test_an_order_outside_the_table_names_the_order_and_the_state() -> None:
    link = PrimaryLink(METER, LinkParameters(), Timing.for_line(None), [])
    with pytest.raises(LinkStateError, match=r"send while the link to .* is down"):
        link.send(b"ask", 0.0)


@pytest.mark.parametrize(
    ("baudrate", "gap_s", "t1_s"),
    [(None, 0.5, 0.54), (1200, 20 / 120, 0.54 + 200 / 120), (9600, 0.05, 0.54 + 200 / 960)],
)
def test_waiting_times_follow_the_bit_rate(baudrate: int | None, gap_s: float, t1_s: float) -> None:
    timing = Timing.for_line(baudrate)
    assert timing.inter_octet_s == pytest.approx(gap_s)
    assert timing.response_s(60, 140) == pytest.approx(t1_s)
