"""What is drawn for a new meter: pairing code, keys, system titles (security of the link).

Invariant: everything here comes from the system's generator, nothing from the serial number; no
drawn key is one that a guesser would try first.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import scrypt
from itertools import pairwise

from link.secret import Secret
from link.terms import MAKER

LINK_KEY_OCTETS = 16
"""A unicast or authentication key of security suite 0."""

_CODE_FIRST = "89"
_CODE_RANDOM_DIGITS = 17


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Global unicast encryption key and authentication key of one association."""

    guek: Secret
    gak: Secret

    @classmethod
    def fresh(cls) -> "KeyPair":
        """Draw both keys."""
        return cls(fresh_key(LINK_KEY_OCTETS), fresh_key(LINK_KEY_OCTETS))


@dataclass(frozen=True, slots=True)
class Label:
    """The pairing code on a meter's label and what the meter keeps of it."""

    code: str
    kept: Secret
    """S = scrypt of the code, 32 octets."""

    @classmethod
    def fresh(cls, drn: str) -> "Label":
        """Draw a code for a meter."""
        code = fresh_code()
        kept = scrypt(code.encode(), salt=drn.encode(), n=2**14, r=8, p=1, dklen=32)
        return cls(code, Secret(kept))


def fresh_code() -> str:
    """Draw a pairing code: 20 digits, the first 8 or 9, so that it is never a token."""
    first = secrets.choice(_CODE_FIRST)
    middle = secrets.randbelow(10**_CODE_RANDOM_DIGITS)
    return with_check_digits(f"{first}{middle:0{_CODE_RANDOM_DIGITS}d}")


def with_check_digits(payload: str) -> str:
    """Append the two check digits of ISO 7064 MOD 97-10."""
    return f"{payload}{98 - int(payload) * 100 % 97:02d}"


def fresh_key(octets: int, draw: Callable[[int], bytes] = secrets.token_bytes) -> Secret:
    """Draw a key; draw again for as long as it is one of the weak ones."""
    while is_weak(drawn := draw(octets)):
        pass
    return Secret(drawn)


def is_weak(key: bytes) -> bool:
    """Return whether a key counts evenly, or has as few different octets as half its length.

    That covers all-equal keys, the keys of published examples, and the weak and semi-weak keys of
    DES; a random key of 8 octets is taken for one of them once in 100,000 draws.
    """
    steps = {(later - earlier) % 256 for earlier, later in pairwise(key)}
    return len(steps) <= 1 or len(set(key)) <= len(key) // 2


def fresh_ciu_title() -> bytes:
    """Draw a customer unit's system title; from F0 upwards it is never a meter's."""
    return MAKER.encode("ascii") + bytes([0xF0 | secrets.randbelow(16)]) + secrets.token_bytes(4)
