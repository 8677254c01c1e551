"""Laws of the token bench: every way reads the same tokens, and none of them by luck."""

import pytest

from link.secret import Secret
from link.terms import TokenResult
from meter.sts import EncryptionAlgorithm, UnitsCredit
from tools.bench.sts import ABOUT, TOKENS, make_tokens, works

algorithms = pytest.mark.parametrize("ea", EncryptionAlgorithm)


@algorithms
def test_the_tokens_are_what_is_promised(ea: EncryptionAlgorithm) -> None:
    secret, tokens = make_tokens(ea)
    assert (len(secret), len(set(tokens))) == (ea.key_octets, TOKENS)
    assert make_tokens(ea) == (secret, tokens)


@algorithms
def test_every_way_reads_every_token(ea: EncryptionAlgorithm) -> None:
    secret, tokens = make_tokens(ea)
    ways = works(ea, secret)
    assert set(ways) == set(ABOUT)
    for digits in tokens:
        read = ways["read"](digits)
        assert isinstance(read, UnitsCredit)
        assert ways["keyed"](digits) == read
        assert ways["book"](digits) is TokenResult.Accept
        assert ways["floor"](digits) is TokenResult.CRCError


@algorithms
def test_the_book_knows_another_key_and_what_is_no_token(ea: EncryptionAlgorithm) -> None:
    _, tokens = make_tokens(ea)
    ways = works(ea, Secret(bytes(ea.key_octets)))
    assert ways["book"](tokens[0]) is TokenResult.CRCError
    assert ways["book"]("9" * 20) is TokenResult.FormatError
