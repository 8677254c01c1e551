"""Schemas of octets and text. Source: IEC 62056-6-2 (data types).

Invariant: a text that was read is printable. Here, at the only door through which text of a peer
comes, each sign that a terminal or a log would obey instead of showing it is read as "?".
"""

from dataclasses import dataclass

from link.cosem.schema import TypeUnmatched, held
from link.dlms import Data, Tag

UNPRINTABLE = "?"


def printable(text: str) -> str:
    """Return a text with "?" for control characters, bidi overrides and all else unprintable."""
    return "".join(sign if sign.isprintable() else UNPRINTABLE for sign in text)


@dataclass(frozen=True, slots=True)
class Octets:
    """bytes of at least `shortest` and at most `longest` octets."""

    shortest: int
    longest: int

    def encode(self, value: object) -> Data:
        if not isinstance(value, bytes) or not self.shortest <= len(value) <= self.longest:
            raise ValueError(f"{value!r} is not {self.shortest}..{self.longest} octets")
        return Data(Tag.OCTET_STRING, value)

    def decode(self, data: Data) -> bytes:
        octets = held(data, bytes, Tag.OCTET_STRING)
        if not self.shortest <= len(octets) <= self.longest:
            raise TypeUnmatched(f"{len(octets)} octets, not {self.shortest}..{self.longest}")
        return octets

    def least(self) -> bytes:
        return bytes(self.shortest)

    def greatest(self) -> bytes:
        return b"\xff" * self.longest


@dataclass(frozen=True, slots=True)
class Text:
    """Printable str of at most `longest` characters; ASCII unless the tag is utf8-string."""

    tag: Tag
    longest: int

    def encode(self, value: object) -> Data:
        if not isinstance(value, str) or len(value) > self.longest or not self._fits(value):
            raise ValueError(f"{value!r} is no {self.tag.name} of {self.longest}")
        return Data(self.tag, value)

    def decode(self, data: Data) -> str:
        text = held(data, str, self.tag)
        if len(text) > self.longest:
            raise TypeUnmatched(f"{len(text)} characters, not up to {self.longest}")
        return printable(text)

    def least(self) -> str:
        return ""

    def greatest(self) -> str:
        return "W" * self.longest

    def _fits(self, text: str) -> bool:
        return text.isprintable() and (self.tag is Tag.UTF8_STRING or text.isascii())


@dataclass(frozen=True, slots=True)
class OctetText:
    """Printable ASCII str of at most `longest` characters as octet-string; visible-string is taken
    too.

    All other octets are read as "?", so that what a peer typed can be judged and not be believed.
    """

    longest: int

    def encode(self, value: object) -> Data:
        if not isinstance(value, str) or len(value) > self.longest or not self._fits(value):
            raise ValueError(f"{value!r} is no ascii text of {self.longest}")
        return Data(Tag.OCTET_STRING, value.encode("ascii"))

    def decode(self, data: Data) -> str:
        if data.tag is Tag.VISIBLE_STRING:
            text = held(data, str, Tag.VISIBLE_STRING)
        else:
            octets = held(data, bytes, Tag.OCTET_STRING)
            text = "".join(chr(octet) if octet < 0x80 else UNPRINTABLE for octet in octets)
        if len(text) > self.longest:
            raise TypeUnmatched(f"{len(text)} characters, not up to {self.longest}")
        return printable(text)

    def least(self) -> str:
        return ""

    def greatest(self) -> str:
        return "W" * self.longest

    def _fits(self, text: str) -> bool:
        return text.isascii() and text.isprintable()


LOGICAL_NAME = Octets(6, 6)
