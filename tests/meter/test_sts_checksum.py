"""CRC and CRC_C (sts.md chapter 6)."""

import crcmod.crcmod
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.sts.checksum import checksum, crc


def test_the_register_is_that_of_modbus_with_its_octets_exchanged() -> None:
    assert crc(b"123456789") == 0x374B


@pytest.mark.parametrize(
    ("token_class", "body", "expected"),
    [
        (0, 0x0B19EB230100, 0xC207),
        (0, 0x004A2D900FF2, 0x0FFA),
        (0, 0x05C02A552710, 0x1970),
        (1, 0x000000000100, 0x0A50),
        (0, 0x4052B13960AA, 0xC385),
    ],
)
def test_the_checksums_in_print(token_class: int, body: int, expected: int) -> None:
    assert checksum(token_class, body) == expected


@given(st.integers(0, 15), st.integers(0, (1 << 44) - 1))
def test_only_currency_tokens_have_the_other_checksum(subclass: int, rest: int) -> None:
    body = subclass << 44 | rest
    plain = crc(bytes(1) + body.to_bytes(6, "big"))
    marked = crc(bytes(1) + body.to_bytes(6, "big") + b"\x01")
    assert checksum(0, body) == (marked if subclass in (4, 5, 6, 7) else plain)
    assert checksum(2, body) == crc(b"\x02" + body.to_bytes(6, "big"))


def test_the_register_is_computed_in_c() -> None:
    assert crcmod.crcmod._usingExtension, "crcmod fell back to pure Python: a wheel is missing"
