"""Decoder keys from vending keys: DKGA02 and DKGA04 (IEC 62055-41 clause 6.5, sts.md chapter 4).

For tools alone: no process of a meter imports this module. DKGA01 and DKGA03 are refused by name.
Keys in software are for simulation, test and small private supply groups.
"""

import hmac
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ECB

from link.secret import Secret
from link.terms import is_digits, luhn_digit
from meter.sts.key import EncryptionAlgorithm, KeyType
from meter.sts.tid import BaseDate

PAN_DIGITS = 18
SGC_DIGITS = 6
_REFUSED: dict[object, str] = {
    1: "01 (legacy)",
    3: "03 (the STS Association advises against it)",
}


class DerivationError(ValueError):
    """A key that cannot be derived; the message names the value at fault."""


class Dkga(IntEnum):
    """Decoder key generation algorithms that are built, by the standard's numbers."""

    DKGA02 = 2
    DKGA04 = 4

    @classmethod
    def _missing_(cls, value: object) -> "Dkga":
        """Refuse the others by name; none is covered by a published vector."""
        name = _REFUSED.get(value, value)
        raise DerivationError(f"dkga {name} is not built: choose 02 or 04")

    @property
    def vending_key_octets(self) -> int:
        """Length of a vending key: 64 bits of DES, or 160 bits."""
        return 8 if self is Dkga.DKGA02 else 20


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a decoder key is bound to; raises DerivationError for a value out of its range."""

    pan: str
    """18 digits, the last one by Luhn."""
    sgc: str
    """6 digits."""
    ti: int
    krn: int
    kt: KeyType
    base: BaseDate
    ea: EncryptionAlgorithm

    def __post_init__(self) -> None:
        _check_digits("pan", self.pan, PAN_DIGITS)
        _check_digits("sgc", self.sgc, SGC_DIGITS)
        if self.pan[-1] != (digit := luhn_digit(self.pan[:-1])):
            raise DerivationError(f"pan {self.pan} should end in {digit}: check its digits")
        if not 0 <= self.ti <= 99:
            raise DerivationError(f"ti {self.ti} is outside 0 to 99")
        if not 1 <= self.krn <= 9:
            raise DerivationError(f"krn {self.krn} is outside 1 to 9")
        if self.kt is KeyType.DITK:
            raise DerivationError("kt 0 (DITK) is the maker's own key, not derived")


def _check_digits(name: str, text: str, count: int) -> None:
    if not is_digits(text, count):
        raise DerivationError(f"{name} {text!r} is not {count} digits")


def derive_key(dkga: Dkga, vending_key: Secret, terms: KeyTerms) -> Secret:
    """Return the decoder key, as long as its encryption algorithm wants.

    Raises DerivationError for a vending key of the wrong length and for terms that the algorithm
    does not serve. KT 1 and KT 3 are not covered by a published vector.
    """
    if len(vending_key) != dkga.vending_key_octets:
        raise DerivationError(
            f"a vending key of {len(vending_key)} octets where dkga {dkga:02d} wants"
            f" {dkga.vending_key_octets}"
        )
    match dkga:
        case Dkga.DKGA02:
            return Secret(_dkga02(vending_key.reveal(), terms))
        case Dkga.DKGA04:
            return Secret(_dkga04(vending_key.reveal(), terms))
        case _:
            assert_never(dkga)


def pan_block(terms: KeyTerms) -> bytes:
    """Return 16 BCD digits: the last 16 of IIN and IAIN, without the PAN's check digit.

    For DCTK the digits of the IAIN are 0: not covered by a published vector.
    """
    digits = terms.pan[:-1]
    if terms.kt is KeyType.DCTK:
        iin = digits[: 4 if digits.startswith("0000") else 6]
        digits = iin.ljust(len(digits), "0")
    return bytes.fromhex(digits[-16:])


def control_block(terms: KeyTerms) -> bytes:
    """Return KT, SGC, TI and KRN as BCD digits, filled with F."""
    return bytes.fromhex(f"{terms.kt:d}{terms.sgc}{terms.ti:02d}{terms.krn:d}FFFFFF")


def _exclusive_or(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _des(key: bytes, block: bytes) -> bytes:
    """Encipher one block with single DES: three equal keys in triple DES."""
    encryptor = Cipher(TripleDES(key * 3), ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def _dkga02(vending_key: bytes, terms: KeyTerms) -> bytes:
    if terms.ea is not EncryptionAlgorithm.EA07:
        raise DerivationError(f"dkga 02 makes keys of 64 bits, too short for ea {terms.ea:02d}")
    block = _exclusive_or(pan_block(terms), control_block(terms))
    return _exclusive_or(_exclusive_or(_des(vending_key, block), block), vending_key)


def _dkga04(vending_key: bytes, terms: KeyTerms) -> bytes:
    if terms.kt is KeyType.DCTK:
        raise DerivationError(
            "kt 3 (DCTK) under dkga 04 is not built: no published vector covers it"
        )
    data = kdf_input(terms)
    return hmac.digest(vending_key, data, "sha256")[: terms.ea.key_octets]


def kdf_input(terms: KeyTerms) -> bytes:
    """Return the 49 octets that DKGA04 hashes: label, context and length of the key in bits."""
    label = (b"04", terms.base.code.encode(), b"%02d" % terms.ea, b"%02d" % terms.ti)
    context = (terms.sgc.encode(), b"%d" % terms.kt, b"%d" % terms.krn, terms.pan.encode())
    bits = 8 * terms.ea.key_octets
    return _counted(label) + b"\x00" + _counted(context) + bits.to_bytes(4, "big")


def _counted(fields: tuple[bytes, ...]) -> bytes:
    """Return a count of fields, then each after its length."""
    return bytes([len(fields)]) + b"".join(bytes([len(field)]) + field for field in fields)
