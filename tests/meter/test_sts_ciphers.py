"""EA07 round by round, EA11 by its RFC, and the laws of both (sts.md chapter 5).

The ciphers in use look up what the ciphers in the form of the book compute: these are the oracle.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.secret import Secret
from meter.sts import DecoderKey, EncryptionAlgorithm
from meter.sts.key import Cipher
from meter.sts.misty1 import Misty1, fi
from meter.sts.misty1_fast import FastMisty1, fi_tables
from meter.sts.misty1_tables import S7, S9
from meter.sts.sta import MASK, Sta, moved, substituted, turned_left, turned_right
from meter.sts.sta_fast import FastSta, chosen, merged_round, moved_row, through
from meter.sts.sta_tables import OPERATIONAL, SAMPLE, StaTables

MISTY1 = json.loads((Path(__file__).parent.parent / "vectors" / "misty1.json").read_text())
BLOCKS = st.integers(0, MASK)

both_tables = pytest.mark.parametrize(
    "tables", [OPERATIONAL, SAMPLE], ids=["operational", "sample"]
)

EXAMPLE_KEY = bytes.fromhex("E653341F9D5BF36F")
EXAMPLE_ROUNDS = [
    # round, key, in, substituted, moved (sts.md 9.1)
    (1, 0xC9019ACCBE062A40, 0x05599863000119E6, 0xC6305B1DCCEAA562, 0xAD6F3656C623A094),
    (2, 0x920335997C0C5481, 0xAD6F3656C623A094, 0x982B9261417DFE5C, 0xF52CDB608D4E1F60),
    (3, 0x24066B32F818A903, 0xF52CDB608D4E1F60, 0xB3748F2EB4CA8E2E, 0x23758C97C6FFC4A2),
    (16, 0xCD665F0315206480, 0x8D37721913EBB224, 0xB49552A0A961172C, 0x492083C0AE7CE455),
]


@pytest.mark.parametrize(("number", "key", "block", "after_s", "after_p"), EXAMPLE_ROUNDS)
def test_sta_goes_round_by_round_as_the_worked_example(
    number: int, key: int, block: int, after_s: int, after_p: int
) -> None:
    start = turned_right(int.from_bytes(EXAMPLE_KEY, "big") ^ MASK, 12)
    assert turned_left(start, number - 1) == key
    assert substituted(block, key >> 3, OPERATIONAL.s1, OPERATIONAL.s2) == after_s
    assert moved(after_s, OPERATIONAL.moves) == after_p


@both_tables
def test_each_sta_table_is_a_permutation(tables: StaTables) -> None:
    assert sorted(tables.s1) == sorted(tables.s2) == list(range(16))
    assert sorted(tables.moves) == list(range(64))


def test_the_sample_tables_make_other_tokens() -> None:
    block = 0x05599863000119E6
    for sta in (Sta, FastSta):
        assert sta(EXAMPLE_KEY).encipher(block) == 0x492083C0AE7CE455
        assert sta(EXAMPLE_KEY, SAMPLE).encipher(block) != 0x492083C0AE7CE455


@both_tables
def test_every_octet_with_every_pair_of_key_bits_is_looked_up_as_the_book_computes_it(
    tables: StaTables,
) -> None:
    moves = tables.moves
    octets = [octet * 0x0101010101010101 for octet in range(256)]
    rounds = merged_round(tables.s1, tables.s2, moves)
    assert all(through((moved_row(moves),), block) == moved(block, moves) for block in octets)
    for pair in (0x00, 0x01, 0x10, 0x11):
        key = pair * 0x0101010101010101
        row = chosen(rounds, key)
        for block in octets:
            after_s = substituted(block, key, tables.s1, tables.s2)
            assert through((row,), block) == moved(after_s, moves)


@both_tables
@given(key=st.binary(min_size=8, max_size=8), block=BLOCKS)
def test_sta_by_look_ups_is_sta_of_the_book(tables: StaTables, key: bytes, block: int) -> None:
    fast, book = FastSta(key, tables), Sta(key, tables)
    assert fast.encipher(block) == book.encipher(block)
    assert fast.decipher(block) == book.decipher(block)


@given(st.binary(min_size=16, max_size=16), BLOCKS)
def test_misty1_by_look_ups_is_misty1_of_the_book(key: bytes, block: int) -> None:
    fast, book = FastMisty1(key), Misty1(key)
    assert fast.encipher(block) == book.encipher(block)
    assert fast.decipher(block) == book.decipher(block)


def test_every_entry_of_both_fi_tables_is_that_of_the_book() -> None:
    before, after = fi_tables()
    words = range(1 << 16)
    assert all(after[before[word]] == fi(word, 0) for word in words)
    assert all(after[before[0] ^ key] == fi(0, key) for key in words)


def test_misty1_has_the_tables_of_the_rfc() -> None:
    assert list(S7) == MISTY1["S7"]
    assert list(S9) == MISTY1["S9"]
    assert (S7[:4], S7[127]) == ((27, 50, 51, 90), 125)
    assert (S9[:4], S9[511]) == ((451, 203, 339, 415), 450)


@pytest.mark.parametrize("misty1", [Misty1, FastMisty1])
@pytest.mark.parametrize(
    ("plain", "cipher"), [*zip(MISTY1["test"]["plain"], MISTY1["test"]["cipher"], strict=True)]
)
def test_misty1_passes_the_test_of_the_rfc(
    misty1: Callable[[bytes], Cipher], plain: str, cipher: str
) -> None:
    prepared = misty1(bytes.fromhex(MISTY1["test"]["key"]))
    assert prepared.encipher(int(plain, 16)) == int(cipher, 16)
    assert prepared.decipher(int(cipher, 16)) == int(plain, 16)


ciphers = st.one_of(
    st.binary(min_size=8, max_size=8).map(FastSta),
    st.binary(min_size=8, max_size=8).map(lambda key: FastSta(key, SAMPLE)),
    st.binary(min_size=16, max_size=16).map(FastMisty1),
)


@given(ciphers, BLOCKS)
def test_deciphering_undoes_enciphering(cipher: Cipher, block: int) -> None:
    assert cipher.decipher(cipher.encipher(block)) == block
    assert cipher.encipher(cipher.decipher(block)) == block


@pytest.mark.parametrize(("ea", "octets"), [(7, 16), (7, 7), (7, 0), (11, 8), (11, 17)])
def test_a_key_of_the_wrong_length_is_refused(ea: int, octets: int) -> None:
    with pytest.raises(ValueError, match=f"a key of {octets} octets where ea {ea:02d}"):
        DecoderKey(EncryptionAlgorithm(ea), Secret(bytes(octets)))


@pytest.mark.parametrize(("ea", "said"), [(9, "09 .DEA"), (0, "0"), (12, "12")])
def test_an_algorithm_that_is_not_built_is_refused_by_name(ea: int, said: str) -> None:
    with pytest.raises(ValueError, match=f"ea {said}.* is not built"):
        EncryptionAlgorithm(ea)


@pytest.mark.parametrize(("ea", "secret"), [(7, EXAMPLE_KEY), (11, EXAMPLE_KEY * 2)])
def test_a_decoder_key_shows_nothing_of_its_secret(ea: int, secret: bytes) -> None:
    key = DecoderKey(EncryptionAlgorithm(ea), Secret(secret))
    assert (
        f"{key} {key!r}" == f"{key!r} {key!r}" == f"DecoderKey(EA{ea:02d}) DecoderKey(EA{ea:02d})"
    )
