"""Laws of the seats: who makes room when more clients come than can be served."""

import pytest

from link.hdlc import OwnAddress, Timing
from link.media import Medium, connect, listen
from link.server import ServerSession
from meter.app.seats import SEATS, Seat, Seats

SNRM = bytes.fromhex("7ea0070321930f017e")


@pytest.fixture
async def medium() -> Medium:
    listener = await listen("memory://seats")
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


def full(medium: Medium, *, linked: bool = False) -> tuple[Seats, list[Seat]]:
    """Return seats that are all taken, one a second."""
    seats, taken = Seats(), []
    for second in range(SEATS):
        taken.append(Seat(medium, session(linked=linked), float(second)))
        assert seats.take(taken[-1]) is None
    return seats, taken


def newcomer(medium: Medium) -> Seat:
    return Seat(medium, session(), 1000.0)


async def test_nobody_makes_room_while_a_seat_is_free(medium: Medium) -> None:
    seats, taken = full(medium)
    seats.leave(taken[7])
    assert seats.take(newcomer(medium)) is None


async def test_who_asked_nothing_for_the_longest_time_makes_room(medium: Medium) -> None:
    seats, taken = full(medium)
    taken[0].asked_at = 100.0
    assert seats.take(newcomer(medium)) is taken[1]
    assert seats.take(newcomer(medium)) is taken[2]


async def test_who_holds_a_link_stays_before_all_who_hold_none(medium: Medium) -> None:
    seats, taken = full(medium, linked=True)
    stranger = Seat(medium, session(), 999.0)
    seats.leave(taken[20])
    assert seats.take(stranger) is None
    assert seats.take(newcomer(medium)) is stranger


async def test_where_all_hold_links_a_newcomer_has_a_seat_all_the_same(medium: Medium) -> None:
    seats, taken = full(medium, linked=True)
    assert seats.take(newcomer(medium)) is taken[0]


async def test_a_silent_crowd_moves_itself_and_not_who_is_served(medium: Medium) -> None:
    seats = Seats()
    served = Seat(medium, session(linked=True), 0.0)
    seats.take(served)
    assert all(seats.take(newcomer(medium)) is not served for _ in range(10 * SEATS))


async def test_who_made_room_may_leave_again(medium: Medium) -> None:
    seats, taken = full(medium)
    assert seats.take(newcomer(medium)) is taken[0]
    seats.leave(taken[0])
    assert seats.take(newcomer(medium)) is taken[1]
