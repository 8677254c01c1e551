"""Every published vector and worked example, both ways (tests/vectors, sts.md chapters 8 and 9)."""

import json
from pathlib import Path

import pytest

from link.secret import Secret
from link.terms import meter_pan
from meter.sts import (
    BaseDate,
    CurrencyCredit,
    DecoderKey,
    EncryptionAlgorithm,
    Envelope,
    ExtendedRead,
    FirstSection,
    KeyType,
    MeterTest,
    NewKey,
    SecondSection,
    SupplyGroupSection,
    ThirdSection,
    UnitsCredit,
    Unreadable,
    currency_field,
    join_sections,
    key_sections,
    open_envelope,
    read_token,
    token_fields,
    units_field,
    write_token,
)
from meter.sts.checksum import checksum
from meter.sts.derivation import Dkga, KeyTerms, derive_key

VECTORS = Path(__file__).parent.parent / "vectors"
TOKENS = json.loads((VECTORS / "tokens.json").read_text())
CLASS_1 = json.loads((VECTORS / "class1.json").read_text())
KEY_CHANGES = [v for v in TOKENS if v["kind"] == "key_change"]
CREDITS = [v for v in TOKENS if v["kind"] in ("units", "currency")]
MANAGEMENT = [v for v in TOKENS if v["kind"] == "management"]


def key_of(vector: dict) -> DecoderKey:
    ea = EncryptionAlgorithm(int(vector["ea"]))
    return DecoderKey(ea, Secret.from_hex(vector["decoder_key"]))


def key(ea: int, text: str) -> DecoderKey:
    return DecoderKey(EncryptionAlgorithm(ea), Secret.from_hex(text))


def named(vector: dict) -> str:
    return f"{vector['kind']}-{vector.get('token') or vector['tokens'][0]}"


@pytest.mark.parametrize("vector", TOKENS, ids=named)
def test_each_vector_key_is_derived(vector: dict) -> None:
    terms = KeyTerms(
        pan=vector["pan"],
        sgc=vector["sgc"],
        ti=int(vector["ti"]),
        krn=vector["krn"],
        kt=KeyType(vector["kt"]),
        base=BaseDate(vector["base"]),
        ea=EncryptionAlgorithm(int(vector["ea"])),
    )
    found = derive_key(Dkga(int(vector["dkga"])), Secret.from_hex(vector["vk"]), terms)
    assert found.reveal().hex() == vector["decoder_key"]
    assert meter_pan(vector["drn"]) == vector["pan"]


@pytest.mark.parametrize("vector", CREDITS, ids=named)
def test_each_credit_vector_reads_and_writes(vector: dict) -> None:
    token = read_token(vector["token"], key_of(vector))
    assert isinstance(token, UnitsCredit | CurrencyCredit)
    found = (token.subclass, token.tid, token.field, token.amount)
    assert found == (vector["subclass"], vector["tid"], vector["field"], vector["value"])
    assert token_fields(token).get("rnd") == vector.get("rnd")
    code = units_field if vector["kind"] == "units" else currency_field
    assert code(vector["requested"]) == vector["field"]
    assert write_token(token, key_of(vector)) == vector["token"]


@pytest.mark.parametrize("vector", MANAGEMENT, ids=named)
def test_each_management_vector_reads_and_writes(vector: dict) -> None:
    token = read_token(vector["token"], key_of(vector))
    assert not isinstance(token, Unreadable)
    assert (token.token_class, token.subclass) == (vector["class"], vector["subclass"])
    assert token_fields(token) == {name: vector[name] for name in ("rnd", "tid", "field")}
    assert write_token(token, key_of(vector)) == vector["token"]


@pytest.mark.parametrize("vector", KEY_CHANGES, ids=named)
def test_each_key_change_vector_joins_and_splits(vector: dict) -> None:
    sections = [read_token(digits, key_of(vector)) for digits in vector["tokens"]]
    found = join_sections(sections)
    new = vector["new"]
    assert found.secret.reveal().hex() == new["decoder_key"]
    told = (found.krn, found.ti, found.ken, found.ro, found.kt)
    assert told == (new["krn"], int(new["ti"]), new["ken"], new["rollover"], 2)
    assert found.sgc == (int(vector["sgc"]) if len(sections) > 2 else None)
    assert [write_token(s, key_of(vector)) for s in key_sections(found)] == vector["tokens"]


@pytest.mark.parametrize("vector", CLASS_1, ids=lambda v: f"test-{v['test']}")
@pytest.mark.parametrize(("subclass", "bits"), [(0, 36), (1, 28)])
def test_each_class_1_vector_reads_and_writes(vector: dict, subclass: int, bits: int) -> None:
    test = vector["test"]
    token = MeterTest(subclass, 1 << (test - 1) if test else (1 << bits) - 1, 0)
    digits = vector[f"subclass_{subclass}"]
    assert write_token(token, None) == digits
    assert read_token(digits, None) == token


@pytest.mark.parametrize(
    ("control", "digits"), [(0, "02305843009347914912"), (0xFC0000000, "03440750115445279822")]
)
def test_the_extended_read_tokens_of_chapter_8(control: int, digits: str) -> None:
    assert write_token(ExtendedRead(control, 0), None) == digits
    assert read_token(digits, None) == ExtendedRead(control, 0)


def test_the_misprint_of_chapter_8_is_refused() -> None:
    assert isinstance(read_token("00000000000150999584", None), Unreadable)


def test_example_9_1_step_by_step() -> None:
    decoder_key = key(7, "e653341f9d5bf36f")
    assert checksum(0, 0x055998630001) == 0x19E6
    assert decoder_key.encipher(0x05599863000119E6) == 0x492083C0AE7CE455
    assert decoder_key.decipher(0x492083C0AE7CE455) == 0x05599863000119E6
    assert int("23716100501183194197") == 0x1492083C0A67CE455
    assert open_envelope("23716100501183194197") == Envelope(0, 0x492083C0AE7CE455)
    token = UnitsCredit(subclass=0, rnd=5, tid=5871715, field=1)
    assert write_token(token, decoder_key) == "23716100501183194197"
    assert read_token("23716100501183194197", decoder_key) == token


def test_example_9_2_step_by_step() -> None:
    decoder_key = key(11, "f94b6ed353c3bfdb113e2d3a7ea3c41d")
    assert checksum(0, 0x0559982C0001) == 0x2831
    assert decoder_key.encipher(0x0559982C00012831) == 0x38269A8E59319817
    assert Envelope(0, 0x38269A8E59319817).to_digits() == "59386323472137426967"
    token = UnitsCredit(subclass=0, rnd=5, tid=5871660, field=1)
    assert write_token(token, decoder_key) == "59386323472137426967"
    assert read_token("59386323472137426967", decoder_key) == token


def test_example_9_3_step_by_step() -> None:
    decoder_key = key(7, "87F3ECBB2E46B48F")
    assert currency_field(100000) == 0x060AA
    assert checksum(0, 0x4052B13960AA) == 0xC385
    assert decoder_key.encipher(0x4052B13960AAC385) == 0x4B814BC2511872E4
    token = CurrencyCredit(subclass=4, tid=5419321, field=0x060AA)
    assert write_token(token, decoder_key) == "42334201269947232996"
    assert read_token("42334201269947232996", decoder_key) == token


def test_example_9_4_of_two_and_of_three_tokens() -> None:
    old = key(7, "87F3ECBB2E46B48F")
    first = FirstSection(ken_high=15, krn=1, ro=0, three=0, kt=2, key_part=0x7F78CDD2)
    second = SecondSection(ken_low=15, ti=2, key_part=0x20BE39B8)
    assert checksum(2, 0x3F127F78CDD2) == 0xC8CC
    assert old.encipher(0x3F127F78CDD2C8CC) == 0x5A5B57B9A77AA512
    assert write_token(first, old) == "06510894141453018386"
    assert checksum(2, 0x4F0220BE39B8) == 0x36F9
    assert write_token(second, old) == "22979178279997208272"
    new = NewKey(Secret.from_hex("7F78CDD220BE39B8"), ken=255, krn=1, kt=2, ti=2, ro=0, sgc=None)
    assert key_sections(new) == (first, second)
    of_three = FirstSection(ken_high=15, krn=1, ro=0, three=1, kt=2, key_part=0x7F78CDD2)
    assert write_token(of_three, old) == "52506022850399603630"
    assert checksum(2, 0x8_0312F1_00000) == 0x53D5
    third = SupplyGroupSection(201457)
    assert write_token(third, old) == "39620459059615037790"
    assert open_envelope("22979178279997208272") == Envelope(2, 0x3EE670E5899AF6D0)
    told = {"06510894141453018386": first, "22979178279997208272": second}
    told |= {"52506022850399603630": of_three, "39620459059615037790": third}
    assert {digits: read_token(digits, old) for digits in told} == told


def test_example_9_5_of_four_tokens() -> None:
    old = key(11, "f94b6ed353c3bfdb113e2d3a7ea3c41d")
    secret = Secret.from_hex("B208834372EF892EF6E04C28593090D4")
    sections = key_sections(NewKey(secret, ken=255, krn=1, kt=2, ti=2, ro=0, sgc=123457))
    assert sections[2] == ThirdSection(sgc=0x241, key_part=0x72EF892E)
    assert checksum(2, 0x824172EF892E) == 0xD7EC
    told = [
        "34812744915211133004",
        "46903925208523674737",
        "71464563847088610152",
        "67904239402617643990",
    ]
    assert [write_token(section, old) for section in sections] == told
    assert tuple(read_token(digits, old) for digits in told) == sections


def test_example_9_6_step_by_step() -> None:
    assert checksum(1, 0x000000000100) == 0x0A50
    assert open_envelope("00000000000150997584") == Envelope(1, 0x0A50 | 0x000000000100 << 16)
    assert read_token("00000000000150997584", None) == MeterTest(0, 1, 0)
    assert write_token(MeterTest(0, 1, 0), None) == "00000000000150997584"
