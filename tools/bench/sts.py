"""`splitmeter bench sts`: how fast a meter reads tokens, beside the least that it has to do.

The least is what no cipher is part of: twenty digits to a block, and a checksum over it. The form
of the book is that with `meter.sts.sta` or `meter.sts.misty1` in between; it makes no record.
"""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from statistics import median

from link.secret import Secret
from link.terms import TokenResult
from meter.sts import (
    TID_LIMIT,
    DecoderKey,
    EncryptionAlgorithm,
    UnitsCredit,
    Unreadable,
    open_envelope,
    read_token,
    write_token,
)
from meter.sts.checksum import checksum
from meter.sts.codec import CRC_BITS, CRC_MASK
from meter.sts.key import Cipher
from meter.sts.misty1 import Misty1
from meter.sts.sta import Sta
from tools.bench.figures import Aim, Bound, Figure, ratio
from tools.bench.rates import Pass, rates_in_turns

TOKENS = 16
SEED = 1
AIMS = {
    EncryptionAlgorithm.EA07: Aim(Bound.AT_LEAST, 25_000),
    EncryptionAlgorithm.EA11: Aim(Bound.AT_LEAST, 40_000),
}
"""Tokens a second that a key which is ready should read."""
BOOK: dict[EncryptionAlgorithm, Callable[[bytes], Cipher]] = {
    EncryptionAlgorithm.EA07: Sta,
    EncryptionAlgorithm.EA11: Misty1,
}

ABOUT = {
    "floor": "envelope and checksum alone",
    "book": "with the form of the book",
    "keyed": "read, each with its key made",
    "read": "read, key ready",
}
"""What is done, by the names of the figures."""

Work = Callable[[str], object]
"""What is done with 20 digits."""


def make_tokens(ea: EncryptionAlgorithm) -> tuple[Secret, tuple[str, ...]]:
    """Return a decoder key and the tokens that are read under it."""
    rng = Random(SEED)
    secret = Secret(rng.randbytes(ea.key_octets))
    key = DecoderKey(ea, secret)
    return secret, tuple(
        write_token(UnitsCredit(0, 0, rng.randrange(TID_LIMIT), rng.getrandbits(16)), key)
        for _ in range(TOKENS)
    )


def works(ea: EncryptionAlgorithm, secret: Secret) -> dict[str, Work]:
    """Return what is done with each token, by the names of ABOUT."""
    return {
        "read": partial(read_token, key=DecoderKey(ea, secret)),
        "keyed": lambda digits: read_token(digits, DecoderKey(ea, secret)),
        "book": partial(bare_check, cipher=BOOK[ea](secret.reveal())),
        "floor": partial(bare_check, cipher=None),
    }


def bare_check(digits: str, cipher: Cipher | None) -> TokenResult:
    """Judge a token by its checksum alone; without a cipher the block is taken as it is."""
    envelope = open_envelope(digits)
    if isinstance(envelope, Unreadable):
        return envelope.result
    block = cipher.decipher(envelope.block) if cipher else envelope.block
    matches = checksum(envelope.token_class, block >> CRC_BITS) == block & CRC_MASK
    return TokenResult.Accept if matches else TokenResult.CRCError


def sts_figures(seconds: float) -> tuple[Figure, ...]:
    """Measure for so long, at least one turn of each."""
    passes: dict[tuple[EncryptionAlgorithm, str], Pass] = {}
    for ea in EncryptionAlgorithm:
        secret, tokens = make_tokens(ea)
        for name, work in works(ea, secret).items():
            passes[ea, name] = partial(_pass, work, tokens)
    rates = rates_in_turns(passes, seconds)
    return tuple(figure for ea in EncryptionAlgorithm for figure in _figures(ea, rates))


def _pass(work: Work, tokens: tuple[str, ...]) -> int:
    for digits in tokens:
        work(digits)
    return len(tokens)


def _figures(
    ea: EncryptionAlgorithm, rates: Mapping[tuple[EncryptionAlgorithm, str], list[float]]
) -> tuple[Figure, ...]:
    floor = _figure(ea, "floor", rates[ea, "floor"])
    book = _figure(ea, "book", rates[ea, "book"])
    keyed = _figure(ea, "keyed", rates[ea, "keyed"])
    read = _figure(ea, "read", rates[ea, "read"], AIMS[ea])
    name, about = f"{ea.name.lower()}.read_to", f"{ea.name}: key ready /"
    to_floor = ratio(f"{name}_floor", f"{about} checksum alone", read, [(1, floor)], None)
    to_book = ratio(f"{name}_book", f"{about} form of the book", read, [(1, book)], None)
    return floor, book, keyed, read, to_floor, to_book


def _figure(
    ea: EncryptionAlgorithm, work: str, rates: list[float], aim: Aim | None = None
) -> Figure:
    about = f"{ea.name}: {ABOUT[work]}"
    return Figure(f"{ea.name.lower()}.{work}", about, median(rates), "tokens/s", len(rates), aim)
