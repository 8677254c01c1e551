"""Laws of selective access to the token log, and of amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem import (
    WHOLE,
    ByDigest,
    ByEntry,
    LogSelection,
    TypeUnmatched,
    decode_selection,
    encode_selection,
    row,
)
from link.dlms import Data, Selection

selections = st.one_of(
    st.just(WHOLE),
    st.builds(ByEntry, st.integers(1, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.builds(ByDigest, st.binary(min_size=8, max_size=8)),
)
OUTCOME = "0204 120001 0906 0000603202ff 0f02 12"


def parameters(octets: str) -> Data:
    return Data.from_bytes(bytes.fromhex(octets))


@given(selections)
def test_selections_come_back(chosen: LogSelection) -> None:
    assert decode_selection(encode_selection(chosen)) == chosen


def test_a_digest_is_a_range_of_one_value_of_the_second_member() -> None:
    asked = encode_selection(ByDigest(b"12345678"))
    assert asked is not None
    expected = f"0204 {OUTCOME} 0002 0908 3132333435363738 0908 3132333435363738 0100"
    assert asked == Selection(1, parameters(expected))


def test_entries_count_from_one() -> None:
    assert encode_selection(ByEntry(1, 0)) == Selection(
        2, parameters("0204 0600000001 0600000000 120001 120000")
    )


def test_every_selector_that_is_encoded_is_listed() -> None:
    listed = row("token_log.buffer").selectors
    for chosen in (ByEntry(1, 0), ByDigest(bytes(8))):
        asked = encode_selection(chosen)
        assert asked is not None
        assert asked.selector in listed


def test_the_captured_column_may_be_named() -> None:
    named = f"0204 {OUTCOME} 0002 0908 3132333435363738 0908 3132333435363738 0101 {OUTCOME} 0000"
    assert decode_selection(Selection(1, parameters(named))) == ByDigest(b"12345678")


@pytest.mark.parametrize(
    ("selector", "octets"),
    [
        (0, "00"),
        (3, "00"),
        (1, "00"),
        (2, "00"),
        (2, "0204 0600000000 0600000000 120001 120000"),
        (2, "0204 0600000001 0600000000 120002 120000"),
        (2, "0204 0600000001 0600000000 120001 120002"),
        (2, "0203 0600000001 0600000000 120001"),
        (1, f"0204 {OUTCOME} 0002 0908 3132333435363738 0908 3132333435363739 0100"),
        (1, f"0204 {OUTCOME} 0001 0908 3132333435363738 0908 3132333435363738 0100"),
        (1, f"0204 {OUTCOME} 0002 0907 31323334353637 0907 31323334353637 0100"),
        (1, f"0204 {OUTCOME} 0002 0600000001 0600000002 0100"),
        (1, f"0204 {OUTCOME} 0002 0908 3132333435363738 0908 3132333435363738 0101 {OUTCOME} 0003"),
    ],
)
def test_what_the_log_cannot_select_is_refused(selector: int, octets: str) -> None:
    with pytest.raises(TypeUnmatched):
        decode_selection(Selection(selector, parameters(octets)))


def test_rows_of_a_profile_are_selected_with_all_their_columns() -> None:
    columns = row("days.buffer").columns
    assert columns == 2
    for until, whole in ((0, True), (1, False), (2, True), (3, False)):
        asked = Selection(2, parameters(f"0204 0600000003 0600000005 120001 12000{until}"))
        if whole:
            assert decode_selection(asked, columns) == ByEntry(3, 5)
        else:
            with pytest.raises(TypeUnmatched):
                decode_selection(asked, columns)
