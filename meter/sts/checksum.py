"""CRC and CRC_C of a token: IEC 62055-41 clause 6.3.

The register is that of CRC-16/MODBUS (polynomial 0x8005 reflected, initially 0xFFFF); its two
octets stand in the token exchanged.
"""

from collections.abc import Callable

import crcmod

from link.terms import TokenClass

CURRENCY_MARK = b"\x01"
"""What CRC_C appends; found by search over published currency tokens, one solution."""

_register: Callable[[bytes], int] = crcmod.mkCrcFun(0x18005, initCrc=0xFFFF, rev=True, xorOut=0)


def crc(octets: bytes) -> int:
    """Return the 16-bit checksum field of any octets."""
    return int.from_bytes(_register(octets).to_bytes(2, "little"), "big")


def is_currency(token_class: int, subclass: int) -> bool:
    """Return whether a token of this kind has CRC_C in place of CRC."""
    return token_class == TokenClass.CREDIT and subclass in range(4, 8)


def checksum(token_class: int, body: int) -> int:
    """Return the checksum field for the 48 bits before it, their top 4 the subclass."""
    octets = bytes([token_class]) + body.to_bytes(6, "big")
    return crc(octets + CURRENCY_MARK if is_currency(token_class, body >> 44) else octets)
