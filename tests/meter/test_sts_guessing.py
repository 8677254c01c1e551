"""How seldom what was not made by a key is a token: 16 bits of checksum (sts.md chapters 6, 11)."""

import os
from fractions import Fraction
from math import exp
from random import Random

import pytest

from link.secret import Secret
from link.terms import TOKEN_DIGITS, TOKEN_LIMIT
from meter.sts import (
    DecoderKey,
    EncryptionAlgorithm,
    Envelope,
    Token,
    Unreadable,
    read_token,
    write_token,
)
from meter.sts.layout import LAYOUTS, Layout, Zeros, unpack

ROUNDS = int(os.environ.get("SPLITMETER_ROUNDS", "1000"))
"""Thousands of random digits that are read under each key as a proof."""
FEW_ROUNDS = 10
SEED = 2026
RARE = 0.001
KEYS = {
    ea: DecoderKey(ea, Secret(Random(SEED + ea).randbytes(ea.key_octets)))
    for ea in EncryptionAlgorithm
}
CASES = [(row, ea) for row in LAYOUTS for ea in KEYS if row.only in (None, ea)]


def some_token(row: Layout) -> Token:
    """Return a record of a row, its fields filled with a pattern."""
    shift, body = 44, row.subclass << 44
    for part in row.fields:
        shift -= part.width
        if not isinstance(part, Zeros):
            body |= (0x5A5A5A5A5A5A >> 44 - part.width) << shift
    token = unpack(row, body)
    assert isinstance(token, Token)
    return token


@pytest.mark.parametrize(("row", "ea"), CASES, ids=lambda each: each.name)
def test_no_flip_of_a_single_bit_makes_a_token(row: Layout, ea: EncryptionAlgorithm) -> None:
    number = int(write_token(some_token(row), KEYS[ea]))
    flipped = [f"{number ^ 1 << bit:020d}" for bit in range(66)]
    assert [d for d in flipped if not isinstance(read_token(d, KEYS[ea]), Unreadable)] == []


def test_one_checksum_of_65536_is_accepted() -> None:
    body = 0x000000000100
    tokens = (Envelope(1, body << 16 | crc).to_digits() for crc in range(1 << 16))
    accepted = [d for d in tokens if not isinstance(read_token(d, None), Unreadable)]
    assert accepted == ["00000000000150997584"]


NUMBERS = Fraction(TOKEN_LIMIT, 10**TOKEN_DIGITS)
"""How often 20 random digits are a number of 66 bits."""
PASSING = NUMBERS * Fraction(3, 4) / (1 << 16)
"""How often their checksum matches: class 3 has none."""


def token_share(ea: EncryptionAlgorithm) -> Fraction:
    """Return how often they are a token, by all bits that a row fixes."""
    rows = [row for row in LAYOUTS if row.only in (None, ea)]
    zeros = [sum(part.width for part in row.fields if isinstance(part, Zeros)) for row in rows]
    return NUMBERS * sum(Fraction(1, 1 << 2 + 4 + 16 + bits) for bits in zeros)


def likely(mean: float) -> range:
    """Return the counts outside which, at each end, less than RARE of all runs lie (Poisson)."""
    chance, up_to, counts = exp(-mean), 0.0, []
    for count in range(round(2 * mean) + 20):
        from_here = 1 - up_to
        up_to += chance
        if min(from_here, up_to) >= RARE:
            counts.append(count)
        chance *= mean / (count + 1)
    return range(counts[0], counts[-1] + 1)


@pytest.mark.parametrize(("mean", "counts"), [(0.01, range(2)), (4, range(12)), (16, range(5, 31))])
def test_the_likely_counts_are_those_of_tables(mean: float, counts: range) -> None:
    assert likely(mean) == counts


def read_at_random(rounds: int) -> tuple[int, int]:
    """Read so many thousands under each key; return how many passed, and were tokens."""
    rng = Random(SEED)
    passed = tokens = 0
    for key in KEYS.values():
        for _ in range(1000 * rounds):
            found = read_token(f"{rng.randrange(10**TOKEN_DIGITS):020d}", key)
            is_token = not isinstance(found, Unreadable)
            tokens += is_token
            passed += is_token or found.subclass is not None
    return passed, tokens


def check(rounds: int) -> None:
    passed, tokens = read_at_random(rounds)
    assert passed in likely(float(1000 * rounds * len(KEYS) * PASSING))
    assert tokens in likely(float(1000 * rounds * sum(map(token_share, KEYS))))


def test_random_digits_pass_about_as_seldom_as_one_checksum_in_65536() -> None:
    check(FEW_ROUNDS)


@pytest.mark.proof
def test_random_digits_by_the_million_pass_as_seldom_as_one_checksum_in_65536() -> None:
    check(ROUNDS)
