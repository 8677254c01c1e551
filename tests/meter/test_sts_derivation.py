"""Decoder keys from vending keys, and what is refused (sts.md chapter 4)."""

import pytest

from link.secret import Secret
from link.terms import meter_pan
from meter.sts import BaseDate, EncryptionAlgorithm, KeyType
from meter.sts.derivation import (
    DerivationError,
    Dkga,
    KeyTerms,
    control_block,
    derive_key,
    kdf_input,
    pan_block,
)

DES_VK = Secret.from_hex("abababababababab")
LONG_VK = Secret.from_hex("abababababababab949494949494949401234567")
PAN = "600727000000000009"
LONG_DRN_PAN = "000001000000000082"
OTHER_PAN = "600727111111111153"


def terms(pan: str = PAN, sgc: str = "123456", ti: int = 1, krn: int = 1, **other: int) -> KeyTerms:
    kt, base, ea = other.get("kt", 2), other.get("base", 1993), other.get("ea", 7)
    return KeyTerms(pan, sgc, ti, krn, KeyType(kt), BaseDate(base), EncryptionAlgorithm(ea))


@pytest.mark.parametrize(
    ("pan", "ti", "key"),
    [
        (PAN, 1, "e653341f9d5bf36f"),
        (PAN, 2, "060b8643c59a27f1"),
        (LONG_DRN_PAN, 1, "e94023262e9993c2"),
        (LONG_DRN_PAN, 2, "6221992f403a5877"),
    ],
)
def test_dkga02_makes_the_keys_of_chapter_4(pan: str, ti: int, key: str) -> None:
    assert derive_key(Dkga.DKGA02, DES_VK, terms(pan, ti=ti)).reveal().hex() == key


@pytest.mark.parametrize(
    ("base", "sgc", "ti", "krn", "pan", "short", "long"),
    [
        (1993, "123457", 1, 1, PAN, "aa4baa8749c10d27", "f94b6ed353c3bfdb113e2d3a7ea3c41d"),
        (1993, "123457", 2, 1, PAN, None, "b208834372ef892ef6e04c28593090d4"),
        (2014, "201457", 1, 1, PAN, "87f3ecbb2e46b48f", "929bd3a415c9420a05ec5ee9f3ce91c3"),
        (2014, "201457", 2, 1, PAN, "7f78cdd220be39b8", "b199270a77af96d3156c51b0964a8782"),
        (2035, "203557", 2, 6, PAN, "bdc28dcf6005434d", "39fa45a353cb729549dc515a68a25c98"),
        (
            2014,
            "201457",
            1,
            1,
            LONG_DRN_PAN,
            "b06e35e2c870802b",
            "8a9f428834f5e13a3ad3d24c45b1a21a",
        ),
        (2014, "201460", 1, 7, OTHER_PAN, "09356dc4d07b671f", "c2846614729db38db8e4dd24ef432f1a"),
        (2014, "201461", 1, 8, OTHER_PAN, "65c300341ccda9c4", "246df53c9f61cbebe9a701cfcfdd5ef1"),
    ],
)
def test_dkga04_makes_the_keys_of_chapter_4(
    base: int, sgc: str, ti: int, krn: int, pan: str, short: str | None, long: str
) -> None:
    for ea, expected in ((7, short), (11, long)):
        found = derive_key(Dkga.DKGA04, LONG_VK, terms(pan, sgc, ti, krn, base=base, ea=ea))
        assert expected in (None, found.reveal().hex())


def test_the_blocks_of_dkga02() -> None:
    assert pan_block(terms()).hex() == "0072700000000000"
    assert pan_block(terms(LONG_DRN_PAN)).hex() == "0000100000000008"
    assert pan_block(terms(meter_pan("12345678903"))).hex() == "0072712345678903"
    assert control_block(terms()).hex() == "2123456011ffffff"
    assert control_block(terms(kt=1)).hex() == "1123456011ffffff"


def test_a_common_key_knows_the_issuer_alone() -> None:
    assert pan_block(terms(OTHER_PAN, kt=3)).hex() == "0072700000000000"
    assert pan_block(terms(LONG_DRN_PAN, kt=3)).hex() == "0000000000000000"
    first, second = (derive_key(Dkga.DKGA02, DES_VK, terms(p, kt=3)) for p in (PAN, OTHER_PAN))
    assert first == second


def test_the_octets_that_dkga04_hashes() -> None:
    assert kdf_input(terms(sgc="123457", ea=11)).hex() == (
        "0402303402393302313102303100040631323334353701320131"
        "12363030373237303030303030303030303039" + "00000080"
    )
    assert len(kdf_input(terms())) == 49


@pytest.mark.parametrize("number", [1, 3, 0, 5])
def test_other_algorithms_are_refused_by_name(number: int) -> None:
    with pytest.raises(DerivationError, match=rf"dkga 0?{number}.* is not built"):
        Dkga(number)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pan": "600727000000000008"}, "should end in 9"),
        ({"pan": "60072700000000009"}, "is not 18 digits"),
        ({"pan": "60072700000000000x"}, "is not 18 digits"),
        ({"sgc": "12345"}, "sgc '12345' is not 6 digits"),
        ({"sgc": "12345²"}, "is not 6 digits"),
        ({"ti": 100}, "ti 100 is outside 0 to 99"),
        ({"ti": -1}, "ti -1 is outside"),
        ({"krn": 0}, "krn 0 is outside 1 to 9"),
        ({"krn": 10}, "krn 10 is outside"),
        ({"kt": 0}, "DITK"),
    ],
)
def test_terms_out_of_range_are_refused_with_their_value(changes: dict, said: str) -> None:
    with pytest.raises(DerivationError, match=said):
        terms(**changes)


@pytest.mark.parametrize(
    ("dkga", "vending_key", "changes", "said"),
    [
        (2, LONG_VK, {}, "vending key of 20 octets where dkga 02 wants 8"),
        (4, DES_VK, {}, "vending key of 8 octets where dkga 04 wants 20"),
        (2, DES_VK, {"ea": 11}, "dkga 02 makes keys of 64 bits"),
        (4, LONG_VK, {"kt": 3}, "no published vector"),
    ],
)
def test_what_an_algorithm_does_not_serve_is_refused(
    dkga: int, vending_key: Secret, changes: dict, said: str
) -> None:
    with pytest.raises(DerivationError, match=said):
        derive_key(Dkga(dkga), vending_key, terms(**changes))
