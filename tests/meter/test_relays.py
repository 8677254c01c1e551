"""One suite over every relay driver, and the simulated one's faults and URL."""

import pytest

from meter.relays import RELAYS, Relay, RelayError, open_relay
from meter.world import World

URLS = {"simulated": "simulated://"}


@pytest.fixture
def world() -> World:
    return World(0.0, on=("light",))


@pytest.fixture(params=sorted(RELAYS))
def relay(request: pytest.FixtureRequest, world: World) -> Relay:
    return open_relay(URLS[str(request.param)], world=world)


def test_the_contact_goes_where_it_is_driven_however_often(relay: Relay) -> None:
    for closed in (True, True, False, False, True):
        relay.drive(closed, 1.0)
        assert relay.sensed(1.0) is closed


def test_the_contact_of_the_house_is_moved(world: World) -> None:
    relay = open_relay("simulated://house", world=world)
    relay.drive(True, 1.0)
    assert world.power_w(1.0) == 60
    relay.drive(False, 2.0)
    assert world.power_w(2.0) == 0


@pytest.mark.parametrize(
    ("fault", "stays"), [("weld=1", True), ("stuck=1", False), ("weld=0&stuck=1", False)]
)
def test_a_faulty_contact_stays_and_is_sensed_as_it_is(
    fault: str, stays: bool, world: World
) -> None:
    relay = open_relay(f"simulated://?{fault}", world=world)
    for closed in (False, True, False):
        relay.drive(closed, 1.0)
        assert relay.sensed(1.0) is stays


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("simulated", "'simulated' is not a URL like simulated://"),
        ("simulate://", "unknown relay 'simulate' .*did you mean 'simulated'"),
        ("simulated://?wled=1", "unknown key 'wled' .*did you mean 'weld'"),
        ("simulated://?weld=yes", "weld must be one of 0, 1, found 'yes'"),
        ("simulated://?weld=1&stuck=1", "welded or stuck, not both"),
        ("simulated://hose", "unknown place 'hose'"),
    ],
)
def test_a_bad_url_is_one_line(url: str, message: str, world: World) -> None:
    with pytest.raises(RelayError, match=message) as caught:
        open_relay(url, world=world)
    assert "\n" not in str(caught.value)


def test_a_simulated_contact_needs_a_simulated_house() -> None:
    with pytest.raises(RelayError, match="goes with source simulated:// only"):
        open_relay("simulated://", world=None)
