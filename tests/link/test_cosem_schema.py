"""Laws of schemas: what is encoded is decoded again; all else is refused on its own side."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.cosem import Schema, TypeUnmatched
from link.cosem.bits import FlagBits, FlagNumber, NumberBits
from link.cosem.composite import Array, Columns, NullWhenEmpty, Structure
from link.cosem.schema import BOOL, DATE_TIME, I8, I16, I32, I64, U8, U16, U32, U64, Enumerated
from link.cosem.structures import GATEWAY_STATUS, TOKEN_OUTCOME
from link.cosem.texts import LOGICAL_NAME, Octets, OctetText, Text
from link.cosem.values import AccountCredit, GatewayStatus
from link.dlms import Data, Tag
from link.terms import (
    Alarm,
    EntrySource,
    TokenOutcome,
    TokenResult,
    TokenStatus,
    Unit,
)


class Colour(IntEnum):
    RED = 1
    BLUE = 4


class Marks(IntFlag):
    FIRST = 1
    THIRD = 4


@dataclass(frozen=True, slots=True)
class Pair:
    left: int
    right: str


PAIR = Structure(Pair, left=U8, right=OctetText(5))
COLUMNS = Columns(
    readers=(attrgetter("left"), lambda pair: pair, attrgetter("right")),
    schemas=(U8, PAIR, OctetText(5)),
    whole=1,
)
SCHEMAS: tuple[Schema, ...] = (
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    BOOL,
    DATE_TIME,
    LOGICAL_NAME,
    Enumerated(Colour),
    FlagNumber(Marks),
    FlagBits(Marks, 8),
    NumberBits(Colour, 8),
    Octets(0, 9),
    Text(Tag.VISIBLE_STRING, 5),
    Text(Tag.UTF8_STRING, 5),
    OctetText(5),
    PAIR,
    Array(PAIR, 3),
    COLUMNS,
    NullWhenEmpty(Array(U8, 3)),
)
anything = st.recursive(
    st.one_of(
        st.builds(Data, st.just(Tag.NULL), st.none()),
        st.builds(Data, st.just(Tag.BOOLEAN), st.booleans()),
        st.builds(Data, st.sampled_from([Tag.U8, Tag.ENUM]), st.integers(0, 255)),
        st.builds(Data, st.just(Tag.U32), st.integers(0, 2**32 - 1)),
        st.builds(Data, st.just(Tag.BIT_STRING), st.text("01", max_size=9)),
        st.builds(Data, st.just(Tag.OCTET_STRING), st.binary(max_size=13)),
        st.builds(Data, st.just(Tag.VISIBLE_STRING), st.text("ab", max_size=7)),
    ),
    lambda inner: st.builds(
        Data,
        st.sampled_from([Tag.ARRAY, Tag.STRUCTURE]),
        st.lists(inner, max_size=4).map(tuple),
    ),
    max_leaves=6,
)
u32 = st.integers(0, 2**32 - 1)
i64 = st.integers(-(2**63), 2**63 - 1)
u8 = st.integers(0, 255)
sources = st.sampled_from(EntrySource)
outcomes = st.builds(
    TokenOutcome,
    sequence=u32,
    digest=st.binary(min_size=8, max_size=8),
    token_class=u8,
    subclass=u8,
    tid=u32,
    result=st.sampled_from(TokenResult),
    source=sources,
    first_at=u32,
    worth=i64,
    first_source=sources,
    seconds=u32,
    amount=i64,
    unit=st.sampled_from(Unit),
    control=st.integers(0, 2**64 - 1),
    missing=u8,
    credit_after=i64,
    at=u32,
)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_least_and_greatest_come_back(schema: Schema) -> None:
    for value in (schema.least(), schema.greatest()):
        wire = Data.from_bytes(schema.encode(value).to_bytes())
        assert schema.decode(wire) == value


@given(st.sampled_from(SCHEMAS), anything)
def test_any_data_is_decoded_to_a_value_that_comes_back_or_is_refused(
    schema: Schema, data: Data
) -> None:
    try:
        value = schema.decode(data)
    except TypeUnmatched:
        return
    assert schema.decode(schema.encode(value)) == value


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_a_value_of_another_kind_is_our_bug(schema: Schema) -> None:
    with pytest.raises(ValueError, match=r"is no|is not"):
        schema.encode(object())


@settings(max_examples=25, deadline=None)
@given(outcomes)
def test_token_outcomes_come_back(outcome: TokenOutcome) -> None:
    wire = Data.from_bytes(TOKEN_OUTCOME.encode(outcome).to_bytes())
    assert TOKEN_OUTCOME.decode(wire) == outcome


def test_the_second_member_of_an_outcome_is_its_digest() -> None:
    outcome = TOKEN_OUTCOME.greatest()
    assert isinstance(outcome, TokenOutcome)
    members = TOKEN_OUTCOME.encode(outcome).value
    assert isinstance(members, tuple)
    assert members[1] == Data(Tag.OCTET_STRING, outcome.digest)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (U8, 256),
        (U8, -1),
        (U8, True),
        (I8, 128),
        (BOOL, 1),
        (Enumerated(Colour), 1),
        (FlagNumber(Marks), 1),
        (FlagBits(AccountCredit, 6), AccountCredit.OUT_OF_CREDIT),
        (NumberBits(Colour, 2), Colour.BLUE),
        (Octets(6, 6), b"12345"),
        (Text(Tag.VISIBLE_STRING, 5), "é"),
        (Text(Tag.VISIBLE_STRING, 5), "123456"),
        (OctetText(5), "é"),
        (OctetText(5), b"12"),
        (PAIR, Pair(256, "")),
        (PAIR, (1, "")),
        (Array(U8, 3), [1]),
        (Array(U8, 3), (1, 2, 3, 4)),
        (DATE_TIME, -1),
        (DATE_TIME, "now"),
    ],
    ids=lambda case: type(case).__name__,
)
def test_a_value_out_of_range_is_our_bug(schema: Schema, value: object) -> None:
    with pytest.raises(ValueError, match=r"is no|is not|outside"):
        schema.encode(value)


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (U8, Data(Tag.U16, 1)),
        (U8, Data(Tag.ENUM, 1)),
        (BOOL, Data(Tag.U8, 1)),
        (Enumerated(Colour), Data(Tag.ENUM, 2)),
        (Enumerated(Colour), Data(Tag.U8, 1)),
        (FlagBits(Marks, 8), Data(Tag.BIT_STRING, "1")),
        (NumberBits(Colour, 8), Data(Tag.BIT_STRING, "11111111")),
        (Octets(6, 6), Data(Tag.OCTET_STRING, b"1234567")),
        (Text(Tag.VISIBLE_STRING, 5), Data(Tag.VISIBLE_STRING, "123456")),
        (OctetText(5), Data(Tag.OCTET_STRING, b"123456")),
        (OctetText(5), Data(Tag.U64, 12345)),
        (PAIR, Data(Tag.STRUCTURE, (Data(Tag.U8, 1),))),
        (PAIR, Data(Tag.ARRAY, (Data(Tag.U8, 1), Data(Tag.OCTET_STRING, b"")))),
        (COLUMNS, Data(Tag.STRUCTURE, ())),
        (Array(U8, 1), Data(Tag.ARRAY, (Data(Tag.U8, 1), Data(Tag.U8, 1)))),
        (Array(U8, 1), Data(Tag.ARRAY, (Data(Tag.I8, 1),))),
        (DATE_TIME, Data(Tag.OCTET_STRING, bytes(11))),
        (DATE_TIME, Data(Tag.OCTET_STRING, bytes(12))),
    ],
    ids=lambda case: type(case).__name__,
)
def test_data_of_another_type_is_the_peers_fault(schema: Schema, data: Data) -> None:
    with pytest.raises(TypeUnmatched):
        schema.decode(data)


def test_bits_count_from_the_left() -> None:
    held = AccountCredit.IN_CREDIT | AccountCredit.OUT_OF_CREDIT
    assert FlagBits(AccountCredit, 8).encode(held).to_bytes().hex() == "040882"


def test_the_gateway_status_carries_the_result_as_a_number() -> None:
    status = GatewayStatus(TokenStatus.VALIDATION_FAILURE, TokenResult.UsedError)
    assert GATEWAY_STATUS.encode(status).to_bytes().hex() == "0202160604080a"


def test_alarm_bits_of_a_newer_peer_are_kept() -> None:
    schema = FlagNumber(Alarm)
    assert schema.decode(Data(Tag.U32, 0x80000001)) == Alarm(0x80000001)


def test_typed_text_comes_as_octets_or_as_text_and_stays_ascii() -> None:
    schema = OctetText(20)
    assert schema.decode(Data(Tag.OCTET_STRING, b"1234")) == "1234"
    assert schema.decode(Data(Tag.VISIBLE_STRING, "1234")) == "1234"
    assert schema.decode(Data(Tag.OCTET_STRING, b"12\xff4")) == "12?4"


def test_a_date_time_may_come_with_its_own_tag() -> None:
    octets = DATE_TIME.encode(1_700_000_000).value
    assert DATE_TIME.decode(Data(Tag.DATE_TIME, octets)) == 1_700_000_000


def test_a_structure_names_every_field_in_order() -> None:
    with pytest.raises(ValueError, match="Pair has"):
        Structure(Pair, right=OctetText(5), left=U8)
    with pytest.raises(ValueError, match="Pair has"):
        Structure(Pair, left=U8)
