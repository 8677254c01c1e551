"""Laws of A-XDR Data: what is written is read again, and nothing else is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.dlms import Data, DlmsError, Tag
from link.dlms.data import INTEGERS, MAX_DEPTH
from link.dlms.source import MAX_OCTETS, Source, length_octets


def integers(tag: Tag) -> st.SearchStrategy[Data]:
    width, signed = INTEGERS[tag]
    half = 1 << 8 * width - 1
    values = st.integers(-half, half - 1) if signed else st.integers(0, 2 * half - 1)
    return values.map(lambda value: Data(tag, value))


def held(tag: Tag, values: st.SearchStrategy[object]) -> st.SearchStrategy[Data]:
    return st.builds(Data, st.just(tag), values)


leaves = st.one_of(
    held(Tag.NULL, st.none()),
    held(Tag.BOOLEAN, st.booleans()),
    held(Tag.BIT_STRING, st.text("01", max_size=300)),
    held(Tag.OCTET_STRING, st.binary(max_size=300)),
    held(Tag.VISIBLE_STRING, st.text(st.characters(max_codepoint=127), max_size=200)),
    held(Tag.UTF8_STRING, st.text(max_size=100)),
    held(Tag.DATE_TIME, st.binary(min_size=12, max_size=12)),
    *(integers(tag) for tag in INTEGERS),
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        Data,
        st.sampled_from([Tag.ARRAY, Tag.STRUCTURE]),
        st.lists(inner, max_size=6).map(tuple),
    ),
    max_leaves=20,
)


def nested(levels: int) -> bytes:
    return b"\x01\x01" * levels + b"\x00"


@given(trees)
def test_what_is_written_is_read_again(data: Data) -> None:
    assert Data.from_bytes(data.to_bytes()) == data


@given(st.binary(max_size=80))
def test_octets_read_are_the_octets_written_or_are_refused(octets: bytes) -> None:
    try:
        data = Data.from_bytes(octets)
    except DlmsError:
        return
    again = data.to_bytes()
    assert len(again) == len(octets)
    assert Data.from_bytes(again) == data


@settings(max_examples=30, deadline=None)
@given(trees)
def test_every_cut_and_every_addition_is_refused(data: Data) -> None:
    octets = data.to_bytes()
    for cut in range(len(octets)):
        with pytest.raises(DlmsError):
            Data.from_bytes(octets[:cut])
    with pytest.raises(DlmsError, match="too many"):
        Data.from_bytes(octets + b"\x00")


def test_nesting_is_bounded() -> None:
    assert Data.from_bytes(nested(MAX_DEPTH)).to_bytes() == nested(MAX_DEPTH)
    for levels in (MAX_DEPTH + 1, 1000, 30000):
        with pytest.raises(DlmsError, match="nested deeper"):
            Data.from_bytes(nested(levels))


@pytest.mark.parametrize("tag", ["01", "02", "04", "09", "0a", "0c"])
@pytest.mark.parametrize("length", ["05", "7f", "8180", "82ffff", "83ffffff", "84ffffffff", "80"])
def test_a_length_past_the_end_is_refused(tag: str, length: str) -> None:
    with pytest.raises(DlmsError):
        Data.from_bytes(bytes.fromhex(tag + length + "0000"))


@pytest.mark.parametrize("form", ["05", "8105", "820005", "83000005", "8400000005"])
def test_a_length_is_read_in_a_longer_form_and_written_in_the_shortest(form: str) -> None:
    read = Data.from_bytes(bytes.fromhex("09" + form) + bytes(5))
    assert read == Data(Tag.OCTET_STRING, bytes(5))
    assert read.to_bytes() == bytes.fromhex("0905") + bytes(5)


@pytest.mark.parametrize("form", ["80", "850000000005", "ff", "84ffffffff", "820006"])
def test_a_length_of_another_form_or_of_more_than_there_is_is_refused(form: str) -> None:
    with pytest.raises(DlmsError):
        Data.from_bytes(bytes.fromhex("09" + form) + bytes(5))


@given(st.integers(0, MAX_OCTETS))
def test_lengths_round_trip(length: int) -> None:
    source = Source(length_octets(length))
    assert source.length() == length
    source.finish()


def test_more_octets_than_an_apdu_may_have_are_refused() -> None:
    with pytest.raises(DlmsError, match="65536 octets"):
        Data.from_bytes(bytes(MAX_OCTETS + 1))


@pytest.mark.parametrize("octets", ["07" + "00" * 4, "0d11", "1a", "ff", ""])
def test_types_that_are_not_built_are_refused(octets: str) -> None:
    with pytest.raises(DlmsError):
        Data.from_bytes(bytes.fromhex(octets))


def test_text_outside_its_alphabet_is_refused() -> None:
    for octets in ("0a0180", "0c01ff", "0c02c0af"):
        with pytest.raises(DlmsError, match="text is not"):
            Data.from_bytes(bytes.fromhex(octets))


def test_bits_past_the_end_of_a_bit_string_are_refused() -> None:
    assert Data.from_bytes(bytes.fromhex("0403a0")) == Data(Tag.BIT_STRING, "101")
    with pytest.raises(DlmsError, match="past its end"):
        Data.from_bytes(bytes.fromhex("0403b0"))


def test_any_octet_but_zero_is_true() -> None:
    assert Data.from_bytes(b"\x03\xff") == Data(Tag.BOOLEAN, True)
    assert Data(Tag.BOOLEAN, True).to_bytes() == b"\x03\x01"


@pytest.mark.parametrize(
    "data",
    [
        Data(Tag.U8, 256),
        Data(Tag.U8, -1),
        Data(Tag.I8, 128),
        Data(Tag.U8, True),
        Data(Tag.U8, None),
        Data(Tag.BOOLEAN, 1),
        Data(Tag.NULL, 0),
        Data(Tag.OCTET_STRING, "text"),
        Data(Tag.VISIBLE_STRING, b"octets"),
        Data(Tag.VISIBLE_STRING, "é"),
        Data(Tag.BIT_STRING, "012"),
        Data(Tag.DATE_TIME, bytes(11)),
        Data(Tag.ARRAY, b""),
        Data(Tag.U32, (Data(Tag.NULL, None),)),
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_its_tag_is_our_bug(data: Data) -> None:
    with pytest.raises(ValueError, match=r"cannot hold|encode"):
        data.to_bytes()
