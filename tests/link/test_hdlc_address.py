"""Addresses of one, two and four octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.hdlc import AddressError, OwnAddress, ServerAddress, Station

SHORT = st.integers(0, 0x7F)
LONG = st.integers(0, 0x3FFF)
ADDRESSES = st.one_of(
    st.builds(ServerAddress, SHORT, st.none(), st.just(1)),
    st.builds(ServerAddress, SHORT, SHORT, st.just(2)),
    st.builds(ServerAddress, LONG, LONG, st.just(4)),
)


@pytest.mark.parametrize(
    ("address", "octets"),
    [
        (ServerAddress.of(1), "03"),
        (ServerAddress.of(1, 17, width=2), "0223"),
        (ServerAddress.of(1, 2836), "00022c29"),
        (ServerAddress.of(0x3FFF, 0x3FFE), "fefefefd"),
    ],
)
def test_an_address_stands_on_the_wire_as_the_standard_has_it(
    address: ServerAddress, octets: str
) -> None:
    assert address.to_bytes().hex() == octets
    assert ServerAddress.from_bytes(bytes.fromhex(octets)) == address


@given(ADDRESSES)
def test_an_address_survives_the_wire_with_its_width(address: ServerAddress) -> None:
    octets = address.to_bytes()
    assert len(octets) == address.width
    assert ServerAddress.from_bytes(octets) == address


@given(st.binary(max_size=6))
def test_octets_are_one_address_or_refused(octets: bytes) -> None:
    ends = [at for at, octet in enumerate(octets, start=1) if octet & 1]
    if ends == [len(octets)] and len(octets) in (1, 2, 4):
        assert ServerAddress.from_bytes(octets).to_bytes() == octets
    else:
        with pytest.raises(AddressError, match="no server address"):
            ServerAddress.from_bytes(octets)


@pytest.mark.parametrize(
    ("upper", "lower", "width"),
    [(128, None, 1), (1, 128, 2), (1, 0x4000, 4), (-1, 1, 4), (1, None, 4), (1, 1, 1), (1, 1, 3)],
)
def test_numbers_that_do_not_fit_are_refused(upper: int, lower: int | None, width: int) -> None:
    with pytest.raises(AddressError):
        ServerAddress(upper, lower, width)


@pytest.mark.parametrize("client", [-1, 128])
def test_a_client_has_seven_bits(client: int) -> None:
    with pytest.raises(AddressError, match=str(client)):
        Station(client, ServerAddress.of(1))


def test_a_secondary_answers_to_its_devices_at_its_own_place_only() -> None:
    own = OwnAddress(lower=100, uppers=frozenset({1, 2}))
    heard = [
        ServerAddress.of(1, 100),
        ServerAddress.of(2, 100),
        ServerAddress.of(1, 100, width=2),
        ServerAddress.of(3, 100),
        ServerAddress.of(1, 101),
        ServerAddress.of(0x3FFF, 0x3FFF),
        ServerAddress.of(1),
    ]
    assert [each.to_bytes() in own.octets() for each in heard] == [True] * 3 + [False] * 4


@pytest.mark.parametrize(
    ("upper", "lower", "widths"),
    [(127, 127, [1, 2, 4]), (128, 127, [4]), (127, 128, [1, 4]), (0x3FFF, 0x3FFF, [4])],
)
def test_a_number_that_does_not_fit_a_form_has_none_of_it(
    upper: int, lower: int, widths: list[int]
) -> None:
    own = OwnAddress(lower, frozenset({upper}), point_to_point=True)
    assert sorted(map(len, own.octets())) == widths
    assert all(ServerAddress.from_bytes(octets).upper == upper for octets in own.octets())


def test_alone_on_its_medium_it_answers_without_a_place_too() -> None:
    own = OwnAddress(lower=100, point_to_point=True)
    assert ServerAddress.of(1).to_bytes() in own.octets()
    assert ServerAddress.of(2).to_bytes() not in own.octets()
