"""EA11, the cipher MISTY1: RFC 2994 with 8 rounds, block and key big endian.

Names are those of the RFC: FI works on 16 bits, FO and FL on 32; EK are the extended key words.
"""

from meter.sts.misty1_tables import S7, S9

KEY_WORDS = 8
ROUND_PAIRS = (0, 2, 4, 6)


def _fi(word: int, key: int) -> int:
    nine, seven = word >> 7, word & 0x7F
    nine = S9[nine] ^ seven
    seven = S7[seven] ^ nine & 0x7F
    seven ^= key >> 9
    nine ^= key & 0x1FF
    nine = S9[nine] ^ seven
    return seven << 9 | nine


class Misty1:
    """The cipher under one key of 16 octets."""

    __slots__ = ("_k", "_l")

    def __init__(self, key: bytes) -> None:
        words = [int.from_bytes(key[i : i + 2], "big") for i in range(0, 2 * KEY_WORDS, 2)]
        self._k = tuple(words)
        self._l = tuple(_fi(words[i], words[(i + 1) % 8]) for i in range(KEY_WORDS))

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
        k, kx = self._k, self._l
        a, b = number >> 16, number & 0xFFFF
        a = _fi(a ^ k[n], kx[(n + 5) % 8]) ^ b
        b = _fi(b ^ k[(n + 2) % 8], kx[(n + 1) % 8]) ^ a
        a = _fi(a ^ k[(n + 7) % 8], kx[(n + 3) % 8]) ^ b
        return (b ^ k[(n + 4) % 8]) << 16 | a

    def _fl_keys(self, n: int) -> tuple[int, int]:
        """Return what FL n ands and ors with."""
        half = n // 2
        if n % 2 == 0:
            return self._k[half], self._l[(half + 6) % 8]
        return self._l[(half + 2) % 8], self._k[(half + 4) % 8]

    def _fl(self, number: int, n: int) -> int:
        key_and, key_or = self._fl_keys(n)
        a, b = number >> 16, number & 0xFFFF
        b ^= a & key_and
        a ^= b | key_or
        return a << 16 | b

    def _fl_back(self, number: int, n: int) -> int:
        key_and, key_or = self._fl_keys(n)
        a, b = number >> 16, number & 0xFFFF
        a ^= b | key_or
        b ^= a & key_and
        return a << 16 | b
