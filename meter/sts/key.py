"""The decoder key: an encryption algorithm and a secret (IEC 62055-41 clause 6.5).

The cipher is prepared once, when the key is made; neither shows in any text.
"""

from enum import IntEnum
from typing import Final, Protocol

from link.secret import Secret
from meter.sts.misty1_fast import FastMisty1
from meter.sts.sta_fast import FastSta


class EncryptionAlgorithm(IntEnum):
    """Encryption algorithms that are built, by the standard's numbers."""

    EA07 = 7
    EA11 = 11

    @classmethod
    def _missing_(cls, value: object) -> "EncryptionAlgorithm":
        """Refuse EA09 by name: deprecated, and not covered by a published vector."""
        name = "09 (DEA, deprecated)" if value == 9 else value
        raise ValueError(f"ea {name} is not built: choose 07 or 11")

    @property
    def key_octets(self) -> int:
        """Length of a decoder key: 8 for STA, 16 for MISTY1."""
        return 8 if self is EncryptionAlgorithm.EA07 else 16


class KeyType(IntEnum):
    """KT, who shares a decoder key."""

    DITK = 0
    DDTK = 1
    DUTK = 2
    DCTK = 3


class Cipher(Protocol):
    """A permutation of the 64-bit numbers under a key."""

    def encipher(self, block: int) -> int: ...

    def decipher(self, block: int) -> int: ...


class DecoderKey:
    """One meter's key, ready to use; raises ValueError for a secret of the wrong length."""

    __slots__ = ("_cipher", "ea", "secret")

    ea: Final[EncryptionAlgorithm]
    secret: Final[Secret]
    _cipher: Final[Cipher]

    def __init__(self, ea: EncryptionAlgorithm, secret: Secret) -> None:
        if len(secret) != ea.key_octets:
            raise ValueError(
                f"a key of {len(secret)} octets where ea {ea:02d} wants {ea.key_octets}"
            )
        self.ea = ea
        self.secret = secret
        octets = secret.reveal()
        self._cipher = FastSta(octets) if ea is EncryptionAlgorithm.EA07 else FastMisty1(octets)

    def encipher(self, block: int) -> int:
        """Return the cipher block of a 64-bit block."""
        return self._cipher.encipher(block)

    def decipher(self, block: int) -> int:
        """Return the block of a 64-bit cipher block."""
        return self._cipher.decipher(block)

    def __repr__(self) -> str:
        return f"DecoderKey({self.ea.name})"
