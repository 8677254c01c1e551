"""What seldom changes is read by the first poll of a link, and again once the ledger has moved."""

from itertools import product

import pytest

from ciu import pages
from ciu.remote.polls import SELDOM
from ciu.remote.site import Known
from link.hdlc import ServerAddress, Station
from link.terms import LedgerHead


def told(sequence: int, *, seldom: bool) -> dict[str, object]:
    """What a poll has brought."""
    rows = SELDOM if seldom else ()
    return {**dict.fromkeys(rows), pages.LEDGER: LedgerHead(sequence, 0)}


@pytest.fixture
def known() -> Known:
    return Known(Station(3, ServerAddress.of(1, 1001)))


def test_it_is_not_read_again_while_the_ledger_stands(known: Known) -> None:
    assert known.ledger is None
    known.polled(told(5, seldom=True))
    known.polled(told(5, seldom=False))
    assert known.ledger == 5


def test_a_ledger_that_moved_has_it_read_again(known: Known) -> None:
    known.polled(told(5, seldom=True))
    known.polled(told(6, seldom=False))
    assert known.ledger is None
    known.polled(told(6, seldom=True))
    assert known.ledger == 6


def test_what_was_not_read_whole_is_still_to_be_read(known: Known) -> None:
    for row, value in product(SELDOM[1:], (LedgerHead(5, 0), None)):
        values = {**told(5, seldom=True), pages.LEDGER: value}
        del values[row]
        known.polled(values)
        assert known.ledger is None


def test_the_ledger_is_read_before_what_moves_with_it() -> None:
    assert SELDOM[0] == pages.LEDGER
