"""Laws of the connections: who makes room when more clients come than can be served."""

import pytest

from link.hdlc import OwnAddress, Timing
from link.media import Medium, connect, listen
from link.server import ServerSession
from meter.app.connections import MOST_CONNECTIONS, Connection, Connections

SNRM = bytes.fromhex("7ea0070321930f017e")


@pytest.fixture
async def medium() -> Medium:
    listener = await listen("memory://connections")
    return await connect(listener.url)


def session(*, linked: bool = False) -> ServerSession:
    made = ServerSession(
        addresses=OwnAddress(1, point_to_point=True),
        timing=Timing.for_line(None),
        device_name="ZZZ64686956810",
        lab=True,
    )
    if linked:
        made.receive(SNRM, 0.0)
    return made


def full(medium: Medium, *, linked: bool = False) -> tuple[Connections, list[Connection]]:
    """Return connections that are all taken, one a second."""
    connections, taken = Connections(), []
    for second in range(MOST_CONNECTIONS):
        taken.append(Connection(medium, session(linked=linked), float(second)))
        assert connections.take(taken[-1]) is None
    return connections, taken


def newcomer(medium: Medium) -> Connection:
    return Connection(medium, session(), 1000.0)


async def test_nobody_makes_room_while_a_seat_is_free(medium: Medium) -> None:
    connections, taken = full(medium)
    connections.leave(taken[7])
    assert connections.take(newcomer(medium)) is None


async def test_who_asked_nothing_for_the_longest_time_makes_room(medium: Medium) -> None:
    connections, taken = full(medium)
    taken[0].asked_at = 100.0
    assert connections.take(newcomer(medium)) is taken[1]
    assert connections.take(newcomer(medium)) is taken[2]


async def test_who_holds_a_link_stays_before_all_who_hold_none(medium: Medium) -> None:
    connections, taken = full(medium, linked=True)
    stranger = Connection(medium, session(), 999.0)
    connections.leave(taken[20])
    assert connections.take(stranger) is None
    assert connections.take(newcomer(medium)) is stranger


async def test_where_all_hold_links_a_newcomer_has_a_seat_all_the_same(medium: Medium) -> None:
    connections, taken = full(medium, linked=True)
    assert connections.take(newcomer(medium)) is taken[0]


async def test_a_silent_crowd_moves_itself_and_not_who_is_served(medium: Medium) -> None:
    connections = Connections()
    served = Connection(medium, session(linked=True), 0.0)
    connections.take(served)
    assert all(
        connections.take(newcomer(medium)) is not served for _ in range(10 * MOST_CONNECTIONS)
    )


async def test_who_made_room_may_leave_again(medium: Medium) -> None:
    connections, taken = full(medium)
    assert connections.take(newcomer(medium)) is taken[0]
    connections.leave(taken[0])
    assert connections.take(newcomer(medium)) is taken[1]
