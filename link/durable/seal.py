"""A check over a record: any octet of it that changes, and any field that moves, makes another.

A seal is no secret and no signature: it shows what a disk, a file system or a hand has changed,
not what somebody has changed who seals again. Chained, each seal covers the one before it, so that
a record that was taken out, put in or exchanged shows too (meter.md 2).
"""

import hashlib
from typing import TypeAlias

Field: TypeAlias = str | bytes | int | float | None

SEAL_OCTETS = 16
"""A change passes unseen once in 2^128."""

NO_SEAL = bytes(SEAL_OCTETS)
"""What stands before the first record of a chain."""


def seal(*fields: Field, before: bytes = NO_SEAL) -> bytes:
    """Return the seal of a record; `before` is that of the record before it in a chain."""
    digest = hashlib.sha256(before)
    for field in fields:
        kind, octets = _written(field)
        digest.update(b"%c%d:" % (kind, len(octets)))
        digest.update(octets)
    return digest.digest()[:SEAL_OCTETS]


def _written(field: Field) -> tuple[bytes, bytes]:
    """Return a letter for the type of a field, and its octets."""
    match field:
        case None:
            return b"n", b""
        case bytes():
            return b"b", field
        case str():
            return b"s", field.encode()
        case int():
            return b"i", b"%d" % field
        case float():
            return b"f", field.hex().encode()
