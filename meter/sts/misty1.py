"""EA11, the cipher MISTY1, as RFC 2994 has it: 8 rounds, block and key big endian.

Names are those of the RFC: FI works on 16 bits, FO and FL on 32; EK are the extended key words.
"""

from dataclasses import dataclass

from meter.sts.misty1_tables import S7, S9

KEY_WORDS = 8
ROUND_PAIRS = (0, 2, 4, 6)


def fi(word: int, key: int) -> int:
    """Return what FI makes of 16 bits under 16 key bits (RFC 2994 section 2.3)."""
    nine, seven = word >> 7, word & 0x7F
    nine = S9[nine] ^ seven
    seven = S7[seven] ^ nine & 0x7F
    seven ^= key >> 9
    nine ^= key & 0x1FF
    nine = S9[nine] ^ seven
    return seven << 9 | nine


@dataclass(frozen=True, slots=True)
class ExtendedKey:
    """EK of RFC 2994 section 2.2: the eight words of the key, and what FI makes of neighbours."""

    k: tuple[int, ...]
    kx: tuple[int, ...]

    @classmethod
    def of(cls, key: bytes) -> "ExtendedKey":
        """Extend a key of 16 octets."""
        k = [int.from_bytes(key[i : i + 2], "big") for i in range(0, 2 * KEY_WORDS, 2)]
        return cls(tuple(k), tuple(fi(k[i], k[(i + 1) % 8]) for i in range(KEY_WORDS)))

    def fo_keys(self, n: int) -> tuple[int, ...]:
        """Return the words of FO n in the order in which it takes them."""
        k, kx = self.k, self.kx
        first, second = (k[n], kx[(n + 5) % 8]), (k[(n + 2) % 8], kx[(n + 1) % 8])
        return (*first, *second, k[(n + 7) % 8], kx[(n + 3) % 8], k[(n + 4) % 8])

    def fl_keys(self, n: int) -> tuple[int, int]:
        """Return what FL n ands and ors with."""
        half = n // 2
        if n % 2 == 0:
            return self.k[half], self.kx[(half + 6) % 8]
        return self.kx[(half + 2) % 8], self.k[(half + 4) % 8]


class Misty1:
    """The cipher under one key of 16 octets."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = ExtendedKey.of(key)

    def encipher(self, block: int) -> int:
        """Return the cipher block of a 64-bit block (RFC 2994 section 2.3)."""
        left, right = block >> 32, block & 0xFFFFFFFF
        for n in ROUND_PAIRS:
            left, right = self._fl(left, n), self._fl(right, n + 1)
            right ^= self._fo(left, n)
            left ^= self._fo(right, n + 1)
        left, right = self._fl(left, 8), self._fl(right, 9)
        return right << 32 | left

    def decipher(self, block: int) -> int:
        """Return the block of a 64-bit cipher block (RFC 2994 section 2.3)."""
        right, left = block >> 32, block & 0xFFFFFFFF
        left, right = self._fl_back(left, 8), self._fl_back(right, 9)
        for n in reversed(ROUND_PAIRS):
            left ^= self._fo(right, n + 1)
            right ^= self._fo(left, n)
            left, right = self._fl_back(left, n), self._fl_back(right, n + 1)
        return left << 32 | right

    def _fo(self, number: int, n: int) -> int:
        k_1, ki_1, k_2, ki_2, k_3, ki_3, k_4 = self._key.fo_keys(n)
        a, b = number >> 16, number & 0xFFFF
        a = fi(a ^ k_1, ki_1) ^ b
        b = fi(b ^ k_2, ki_2) ^ a
        a = fi(a ^ k_3, ki_3) ^ b
        return (b ^ k_4) << 16 | a

    def _fl(self, number: int, n: int) -> int:
        key_and, key_or = self._key.fl_keys(n)
        a, b = number >> 16, number & 0xFFFF
        b ^= a & key_and
        a ^= b | key_or
        return a << 16 | b

    def _fl_back(self, number: int, n: int) -> int:
        key_and, key_or = self._key.fl_keys(n)
        a, b = number >> 16, number & 0xFFFF
        a ^= b | key_or
        b ^= a & key_and
        return a << 16 | b
