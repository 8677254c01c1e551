"""Laws of reading and writing tokens: total, exact both ways, results in their order."""

from dataclasses import fields
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import TOKEN_LIMIT, TokenResult
from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    Commodity,
    CurrencyCredit,
    DecoderKey,
    EncryptionAlgorithm,
    Envelope,
    ExtendedSet,
    FieldError,
    FirstSection,
    FourthSection,
    MeterTest,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SupplyGroupSection,
    Token,
    UnitsCredit,
    Unreadable,
    open_envelope,
    read_token,
    token_fields,
    token_name,
    write_token,
)
from meter.sts.checksum import checksum
from meter.sts.layout import LAYOUTS, Layout, Zeros

EA07, EA11 = EncryptionAlgorithm.EA07, EncryptionAlgorithm.EA11
KEYS = {
    EA07: DecoderKey(EA07, Secret.from_hex("e653341f9d5bf36f")),
    EA11: DecoderKey(EA11, Secret.from_hex("f94b6ed353c3bfdb113e2d3a7ea3c41d")),
}
SAMPLES: tuple[Token, ...] = (
    UnitsCredit(0, 5, 5871715, 1),
    UnitsCredit(3, 15, (1 << 24) - 1, 0xFFFF),
    CurrencyCredit(4, 5419321, 0x060AA),
    CurrencyCredit(7, 0, 0xFFFFF),
    SetMaximumPowerLimit(0, 1, 2),
    ClearCredit(9, 12345678, 0xFFFF),
    ExtendedSet(3, 77, 63 << 10 | 5),
    FirstSection(15, 1, 0, 0, 2, 0x7F78CDD2),
)


def in_clear(token_class: int, body: int, key: DecoderKey) -> str:
    """Return the digits of a class and 48 bits, with a right checksum."""
    block = body << 16 | checksum(token_class, body)
    return Envelope(token_class, block if token_class == 1 else key.encipher(block)).to_digits()


def records(row: Layout) -> st.SearchStrategy[Token]:
    """Draw records of one row from their widths."""
    widths: dict[str, int] = {}
    for part in row.fields:
        if not isinstance(part, Zeros):
            widths[part.name] = widths.get(part.name, 0) + part.width
    drawn = {name: st.integers(0, (1 << width) - 1) for name, width in widths.items()}
    if "subclass" in {f.name for f in fields(row.kind)}:
        drawn["subclass"] = st.just(row.subclass)
    return st.builds(row.kind, **drawn)


def form(row: Layout) -> str:
    return f"{row.token_class}-{row.subclass}-{row.kind.__name__}"


@pytest.mark.parametrize("row", LAYOUTS, ids=form)
def test_every_row_is_64_bits_with_subclass_and_checksum(row: Layout) -> None:
    assert 4 + sum(part.width for part in row.fields) + 16 == 64
    assert (row.kind.token_class, row.name != "") == (row.token_class, True)


@pytest.mark.parametrize(
    ("row", "ea"),
    [(row, ea) for row in LAYOUTS for ea in KEYS if row.only in (None, ea)],
    ids=lambda each: form(each) if isinstance(each, Layout) else each.name,
)
@settings(max_examples=10)
@given(data=st.data())
def test_what_is_written_is_read(row: Layout, ea: EncryptionAlgorithm, data: st.DataObject) -> None:
    token, key = data.draw(records(row)), KEYS[ea]
    digits = write_token(token, key)
    assert len(digits) == 20
    assert read_token(digits, key) == token
    assert token_name(token) == row.name


@given(st.sampled_from((0, 1, 2)), st.integers(0, (1 << 48) - 1), st.sampled_from((EA07, EA11)))
def test_what_is_read_is_written_digit_by_digit(
    token_class: int, body: int, ea: EncryptionAlgorithm
) -> None:
    digits = in_clear(token_class, body, KEYS[ea])
    found = read_token(digits, KEYS[ea])
    if isinstance(found, Unreadable):
        assert found.result in (TokenResult.FormatError, TokenResult.FunctionError)
        assert (found.token_class, found.subclass) == (token_class, body >> 44)
    else:
        assert write_token(found, KEYS[ea]) == digits


@given(st.integers(0, 3), st.integers(0, (1 << 64) - 1))
def test_the_envelope_keeps_66_bits(token_class: int, block: int) -> None:
    envelope = Envelope(token_class, block)
    digits = envelope.to_digits()
    assert int(digits) < TOKEN_LIMIT
    assert open_envelope(digits) == envelope


@given(
    st.integers(0, 10**20 - 1).map("{:020d}".format)
    | st.text("0123456789 -\n", max_size=26)
    | st.text(max_size=30)
    | st.text("07 -+.eE_x\x00\xff²٣四\ud800\U0001f4a1", min_size=20, max_size=20)
)
def test_no_text_ever_raises(text: str) -> None:
    for key in (None, *KEYS.values()):
        found = read_token(text, key)
        assert not isinstance(found, Unreadable) or isinstance(found.result, TokenResult)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2371610050118319419",
        "237161005011831941970",
        "2371 6100 5011 8319 4197",
        "2371610050118319419x",
        "-3716100501183194197",
        "٢٣٧١٦١٠٠٥٠١١٨٣١٩٤١٩٧",
        "²3716100501183194197",
        "2371-6100-5011-8319-4197",
        "23716100501183194197\n",
        " " * 20,
        pytest.param("7" * 5000, id="more digits than int takes"),
        str(TOKEN_LIMIT),
        "9" * 20,
    ],
)
def test_what_is_no_number_of_66_bits_is_a_format_error(text: str) -> None:
    assert read_token(text, KEYS[EA07]) == Unreadable(TokenResult.FormatError)


def test_the_largest_number_of_66_bits_is_looked_at() -> None:
    found = read_token(str(TOKEN_LIMIT - 1), KEYS[EA07])
    assert found == Unreadable(TokenResult.FormatError, 3)


@given(st.integers(0, (1 << 64) - 1))
def test_class_3_is_a_format_error_before_any_checksum(block: int) -> None:
    digits = Envelope(3, block).to_digits()
    assert read_token(digits, KEYS[EA07]) == Unreadable(TokenResult.FormatError, 3)


def test_a_damaged_token_of_a_reserved_subclass_is_a_crc_error() -> None:
    body = 12 << 44
    block = body << 16 | checksum(0, body) ^ 1
    digits = Envelope(0, KEYS[EA07].encipher(block)).to_digits()
    assert read_token(digits, KEYS[EA07]) == Unreadable(TokenResult.CRCError, 0)


@pytest.mark.parametrize("ea", KEYS)
def test_a_subclass_without_a_row_has_its_result(ea: EncryptionAlgorithm) -> None:
    built = {(r.token_class, r.subclass) for r in LAYOUTS if r.only in (None, ea)}
    makers = {1: range(6, 16), 2: range(11, 16)}
    for token_class, subclass in product(range(3), range(16)):
        found = read_token(in_clear(token_class, subclass << 44, KEYS[ea]), KEYS[ea])
        left_to_makers = subclass in makers.get(token_class, ())
        result = TokenResult.FunctionError if left_to_makers else TokenResult.FormatError
        refused = found == Unreadable(result, token_class, subclass)
        assert refused != ((token_class, subclass) in built), (token_class, subclass, found)


@given(st.integers(1, (1 << 20) - 1))
def test_a_third_section_of_three_whose_zeros_are_not_zero_is_a_format_error(noise: int) -> None:
    digits = in_clear(2, 8 << 44 | 201457 << 20 | noise, KEYS[EA07])
    assert read_token(digits, KEYS[EA07]) == Unreadable(TokenResult.FormatError, 2, 8)


@pytest.mark.parametrize("token", SAMPLES, ids=token_name)
def test_without_a_key_nobody_can_tell(token: Token) -> None:
    found = read_token(write_token(token, KEYS[EA11]), None)
    assert found == Unreadable(TokenResult.NotReady, token.token_class)


@pytest.mark.parametrize("token", SAMPLES, ids=token_name)
def test_another_key_is_a_crc_error(token: Token) -> None:
    other = DecoderKey(EA11, Secret(bytes(16)))
    found = read_token(write_token(token, KEYS[EA11]), other)
    assert found == Unreadable(TokenResult.CRCError, token.token_class)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (UnitsCredit(0, 16, 1, 1), "rnd 16 does not fit in 4 bits"),
        (UnitsCredit(0, 1, 1 << 24, 1), "tid 16777216 does not fit in 24 bits"),
        (UnitsCredit(0, 1, -1, 1), "tid -1 does not fit"),
        (CurrencyCredit(4, 1, 1 << 20), "field 1048576 does not fit in 20 bits"),
        (UnitsCredit(4, 1, 1, 1), "subclass 4 is no UnitsCredit"),
        (CurrencyCredit(3, 1, 1), "subclass 3 is no CurrencyCredit"),
        (MeterTest(1, 1 << 28, 0), "control 268435456 does not fit in 28 bits"),
        (FourthSection(0, 0), "FourthSection is not for ea 07"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_value(token: Token, said: str) -> None:
    with pytest.raises(FieldError, match=said):
        write_token(token, KEYS[EA07])


def test_a_short_key_form_is_refused_under_a_long_key() -> None:
    with pytest.raises(FieldError, match="SupplyGroupSection is not for ea 11"):
        write_token(SupplyGroupSection(123456), KEYS[EA11])


def test_only_class_1_is_written_without_a_key() -> None:
    with pytest.raises(FieldError, match="needs a key"):
        write_token(ClearTamperCondition(0, 0, 0), None)


def test_a_key_section_shows_nothing_of_its_part() -> None:
    section = FirstSection(15, 1, 0, 0, 2, key_part=2138623442)
    assert "2138623442" not in repr(section)
    assert "7f78cdd2" not in repr(section).lower()
    assert token_fields(section)["key_part"] == 2138623442


@pytest.mark.parametrize("commodity", Commodity)
def test_the_commodity_is_the_low_bits_of_the_subclass(commodity: Commodity) -> None:
    assert UnitsCredit(commodity, 0, 0, 0).commodity is commodity
    assert CurrencyCredit(4 + commodity, 0, 0).commodity is commodity


def test_the_values_inside_management_fields() -> None:
    assert SetMaximumPowerLimit(0, 0, 0x4001).power_w == 16394
    assert SetMaximumPhasePowerUnbalanceLimit(0, 0, 0x4001).power_w == 16394
    extended = ExtendedSet(0, 0, 63 << 10 | 8 << 1 | 1)
    assert (extended.index, extended.value) == (63, 17)
