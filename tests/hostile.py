"""Text of a peer that a terminal or a log would obey, in the place of any text of the map."""

from link.dlms import Data, Tag

HOSTILE = (
    "\x1b]0;owned\x07",
    "\x00\x1b[2J\x1b[H",
    "\x9b31m\x90",
    "ok\r\nforged line",
    "\u202egnol\u2066",
    "\x7f\b\b\u200b",
)
TEXTS = (Tag.VISIBLE_STRING, Tag.UTF8_STRING)


def spoilt(data: Data, hostile: str) -> Data:
    """Return the same data with hostile signs at the head of every text and octet-string."""
    match data.value:
        case tuple(members):
            return Data(data.tag, tuple(spoilt(member, hostile) for member in members))
        case str() if data.tag in TEXTS:
            ascii_only = hostile.encode("ascii", "replace").decode()
            signs = (hostile if data.tag is Tag.UTF8_STRING else ascii_only)[: len(data.value)]
            return Data(data.tag, signs + data.value[len(signs) :])
        case bytes(octets) if data.tag is Tag.OCTET_STRING:
            spoiling = hostile.encode("latin-1", "replace")[: len(octets)]
            return Data(data.tag, spoiling + octets[len(spoiling) :])
        case _:
            return data
