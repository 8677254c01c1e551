"""A value that never shows itself: not in repr, str, format, log, exception, trace or JSON.

Invariant: the octets leave only by an explicit `reveal()`, so that a search for that word finds
every place where a key is used.
"""

import hmac
from typing import Final, NoReturn


class Secret:
    """Octets of a key or code. Compares in constant time; cannot be pickled or hashed."""

    __slots__ = ("_octets",)
    __hash__ = None  # type: ignore[assignment]

    _octets: Final[bytes]

    def __init__(self, octets: bytes) -> None:
        self._octets = bytes(octets)

    @classmethod
    def from_hex(cls, text: str) -> "Secret":
        """Read one line of hex digits; raises ValueError without quoting the text."""
        try:
            return cls(bytes.fromhex(text.strip()))
        except ValueError:
            raise ValueError("not a line of hex digits") from None

    def reveal(self) -> bytes:
        """Return the octets themselves."""
        return self._octets

    def __len__(self) -> int:
        return len(self._octets)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._octets, other._octets)

    def __repr__(self) -> str:
        return f"Secret({len(self._octets)} octets)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")
