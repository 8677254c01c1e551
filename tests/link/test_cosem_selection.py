"""Laws of selective access to the token log, and of amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem import (
    WHOLE,
    ByDigest,
    ByEntry,
    ByTime,
    LogSelection,
    Selected,
    TypeUnmatched,
    decode_selection,
    encode_selection,
    row,
)
from link.cosem.selection import OUTCOME_COLUMN
from link.dlms import Data, Selection

selections = st.one_of(
    st.just(WHOLE),
    st.builds(ByEntry, st.integers(1, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.builds(ByDigest, st.binary(min_size=8, max_size=8)),
    st.builds(ByTime, st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1)),
)
COLUMNS = row("token_log.buffer").columns
OUTCOME = "0204 120001 0906 0000603202ff 0f02 12"


def parameters(octets: str) -> Data:
    return Data.from_bytes(bytes.fromhex(octets))


@given(selections)
def test_selections_come_back(chosen: LogSelection) -> None:
    columns = (COLUMNS.index(OUTCOME_COLUMN),) if isinstance(chosen, ByDigest) else ()
    assert decode_selection(encode_selection(chosen), COLUMNS) == Selected(chosen, columns)


def test_a_digest_is_a_range_of_one_value_of_the_second_member() -> None:
    asked = encode_selection(ByDigest(b"12345678"))
    assert asked is not None
    expected = (
        f"0204 {OUTCOME} 0002 0908 3132333435363738 0908 3132333435363738 0101 {OUTCOME} 0000"
    )
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


CLOCK = "0204 120008 0906 0000010000ff 0f02 120000"
REGISTER = "0204 120003 0906 0100010800ff 0f02 120000"
MIDNIGHT = "090c 07ea0c01 ff 00000000 8000 00"
NOON = "090c 07ea0c01 02 0c000000 0000 00"
NEVER = "090c ffffffffffffffffff8000ff"
AT_MIDNIGHT, AT_NOON = 1_796_083_200, 1_796_126_400


@pytest.mark.parametrize(
    ("first", "last", "rows"),
    [
        (MIDNIGHT, NOON, ByTime(AT_MIDNIGHT, AT_NOON)),
        (MIDNIGHT.replace("090c", "19"), NOON.replace("090c", "19"), ByTime(AT_MIDNIGHT, AT_NOON)),
        (NEVER, NOON, ByTime(0, AT_NOON)),
        (MIDNIGHT, "00", ByTime(AT_MIDNIGHT, 2**32 - 1)),
        (NOON, MIDNIGHT, ByTime(AT_NOON, AT_MIDNIGHT)),
        (
            "090c 07ea0c01 ff ffffffff 8000 ff",
            "090c 07ea0c01 ff ffffffff 8000 ff",
            ByTime(AT_MIDNIGHT, AT_MIDNIGHT + 86_399),
        ),
    ],
)
def test_a_range_of_time_is_taken_in_every_form_that_clients_write(
    first: str, last: str, rows: ByTime
) -> None:
    columns = row("days.buffer").columns
    unsorted = "0204 120000 0906 000000000000 0f02 120000"
    for restricting, chosen, places in (
        (CLOCK, "0100", ()),
        (CLOCK, f"0101 {REGISTER}", (1,)),
        (CLOCK, f"0102 {CLOCK} {REGISTER}", (0, 1)),
        (unsorted, "0100", ()),
    ):
        asked = Selection(1, parameters(f"0204 {restricting} {first} {last} {chosen}"))
        assert decode_selection(asked, columns) == Selected(rows, places)


@pytest.mark.parametrize(
    ("selector", "octets"),
    [
        (0, "00"),
        (3, "00"),
        (1, "00"),
        (2, "00"),
        (2, "0204 0600000000 0600000000 120001 120000"),
        (2, "0204 0600000001 0600000000 120006 120000"),
        (2, "0204 0600000001 0600000000 120001 120006"),
        (2, "0204 0600000001 0600000000 120003 120002"),
        (1, f"0204 {CLOCK} 0600000001 0600000002 0100"),
        (1, f"0204 {CLOCK} 090c 07ea0d01 ff 00000000 8000 00 {NOON} 0100"),
        (1, f"0204 {REGISTER} 0600000001 0600000002 0100"),
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
        decode_selection(Selection(selector, parameters(octets)), COLUMNS)


def test_columns_of_entries_are_selected_by_their_places() -> None:
    columns = row("days.buffer").columns
    assert len(columns) == 2
    for first, last, places in ((0, 0, ()), (1, 2, ()), (1, 1, (0,)), (2, 2, (1,)), (2, 0, (1,))):
        octets = f"0204 0600000003 0600000005 12000{first} 12000{last}"
        asked = Selection(2, parameters(octets))
        assert decode_selection(asked, columns) == Selected(ByEntry(3, 5), places)
