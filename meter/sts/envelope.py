"""Twenty digits <-> class and 64-bit block: IEC 62055-41 clause 6.4 (transposition).

The class goes into bits 28 and 27; what stood there goes to the top, bits 65 and 64.
"""

from dataclasses import dataclass
from typing import Final

from link.terms import TOKEN_DIGITS, TOKEN_LIMIT, TokenResult, is_digits
from meter.sts.tokens import Unreadable

CLASS_LOW: Final = 27
CLASS_MASK: Final = 3 << CLASS_LOW
BLOCK_MASK: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """A token as it travels: its class in the clear, its block enciphered (class 0 and 2)."""

    token_class: int
    block: int

    def to_digits(self) -> str:
        """Return the 20 digits, without separators."""
        top = (self.block & CLASS_MASK) >> CLASS_LOW
        number = top << 64 | self.block & ~CLASS_MASK | self.token_class << CLASS_LOW
        return f"{number:0{TOKEN_DIGITS}d}"


def open_envelope(digits: str) -> Envelope | Unreadable:
    """Read 20 digits without separators; total, FormatError for what is no such number."""
    if not is_digits(digits, TOKEN_DIGITS):
        return Unreadable(TokenResult.FormatError)
    number = int(digits)
    if number >= TOKEN_LIMIT:
        return Unreadable(TokenResult.FormatError)
    token_class = (number & CLASS_MASK) >> CLASS_LOW
    return Envelope(token_class, number & BLOCK_MASK & ~CLASS_MASK | number >> 64 << CLASS_LOW)
