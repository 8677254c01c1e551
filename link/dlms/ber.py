"""Elements of BER as ACSE needs them: one-octet tags, definite lengths. Source: X.690 8.1."""

from link.dlms.codes import DlmsError
from link.dlms.source import Source, length_octets


def element(tag: int, content: bytes) -> bytes:
    """Write one element."""
    return bytes([tag]) + length_octets(len(content)) + content


def elements(octets: bytes) -> dict[int, bytes]:
    """Split the contents of an element by tag; raises DlmsError when a tag comes twice."""
    source = Source(octets)
    found: dict[int, bytes] = {}
    while source.left:
        tag = source.octet()
        if tag in found:
            raise DlmsError(f"element {tag:02x} twice")
        found[tag] = source.take(source.length())
    return found


def inner(octets: bytes, tag: int) -> bytes:
    """Return the content of the one element that fills the octets; raises DlmsError."""
    source = Source(octets)
    found = source.octet()
    if found != tag:
        raise DlmsError(f"element {found:02x} where {tag:02x} stands")
    content = source.take(source.length())
    source.finish()
    return content


def wanted(found: dict[int, bytes], tag: int) -> bytes:
    """Return the content of the element of that tag; raises DlmsError when it is missing."""
    if tag not in found:
        raise DlmsError(f"element {tag:02x} is missing")
    return found[tag]


def octet(octets: bytes) -> int:
    """Return the one octet that a content has; raises DlmsError for more or none."""
    if len(octets) != 1:
        raise DlmsError(f"{octets.hex()} where one octet stands")
    return octets[0]
