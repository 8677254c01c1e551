"""Read and write whole tokens: 20 digits <-> record (IEC 62055-41 clause 7, sts.md chapter 10).

Invariant: reading is total. Whatever the twenty characters, the answer is a token or an
`Unreadable` with its result; for one key, each readable token has one record and each record one
token. What a meter thinks of a token (maker's code, TID, expiry) is decided by its domain.
"""

from link.terms import TokenClass, TokenResult
from meter.sts.checksum import checksum
from meter.sts.envelope import Envelope, open_envelope
from meter.sts.key import DecoderKey
from meter.sts.layout import SUBCLASS_LOW, FieldError, find_layout, layout_of, pack, unpack
from meter.sts.tokens import Token, Unreadable

CRC_BITS = 16
CRC_MASK = (1 << CRC_BITS) - 1


def read_token(digits: str, key: DecoderKey | None) -> Token | Unreadable:
    """Read 20 digits without separators; never raises, whatever the text.

    Without a key only class 1 is read, the rest is NotReady. FormatError: no number of 66 bits,
    class 3, a reserved subclass, zeros that are not zero. CRCError: damaged, or meant for another
    key. FunctionError: a subclass left to the makers.
    """
    envelope = open_envelope(digits)
    if isinstance(envelope, Unreadable):
        return envelope
    return read_envelope(envelope, key)


def read_envelope(envelope: Envelope, key: DecoderKey | None) -> Token | Unreadable:
    """Decipher, check and unpack what `open_envelope` found; results as `read_token`."""
    token_class, block = envelope.token_class, envelope.block
    if token_class == TokenClass.RESERVED:
        return Unreadable(TokenResult.FormatError, token_class)
    if token_class != TokenClass.TEST:
        if key is None:
            return Unreadable(TokenResult.NotReady, token_class)
        block = key.decipher(block)
    if checksum(token_class, block >> CRC_BITS) != block & CRC_MASK:
        return Unreadable(TokenResult.CRCError, token_class)
    return _read_body(token_class, block >> CRC_BITS, key)


def _read_body(token_class: int, body: int, key: DecoderKey | None) -> Token | Unreadable:
    subclass = body >> SUBCLASS_LOW
    row = find_layout(token_class, subclass, key.ea if key else None)
    found = row if isinstance(row, TokenResult) else unpack(row, body)
    if isinstance(found, TokenResult):
        return Unreadable(found, token_class, subclass)
    return found


def write_token(token: Token, key: DecoderKey | None) -> str:
    """Return the 20 digits of a token; class 1 needs no key.

    Raises FieldError for a value that does not fit its field, for a missing key, and for a key
    section of another key length.
    """
    body = pack(token)
    block = body << CRC_BITS | checksum(token.token_class, body)
    if token.token_class != TokenClass.TEST:
        block = _key_for(token, key).encipher(block)
    return Envelope(token.token_class, block).to_digits()


def _key_for(token: Token, key: DecoderKey | None) -> DecoderKey:
    row = layout_of(token)
    if key is None:
        raise FieldError(f"{row.name} is enciphered and needs a key")
    if row.only not in (None, key.ea):
        raise FieldError(f"{type(token).__name__} is not for ea {key.ea:02d}")
    return key
