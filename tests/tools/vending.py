"""What the tests of the point of sale share: a till, a meter's side of it, and points in time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from link.secret import Secret
from meter.sts import (
    BaseDate,
    DecoderKey,
    EncryptionAlgorithm,
    KeySection,
    NewKey,
    Token,
    Unreadable,
    join_sections,
    read_token,
)
from tools.register import MeterRecord, Register
from tools.vend.till import Till

BASE = BaseDate.YEAR_2014
MADE = date(2026, 11, 21)
NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())
LATER = int(datetime(2035, 3, 1, 12, tzinfo=UTC).timestamp())
"""A day on which base date 2035 has begun."""

VENDING_KEYS = (
    "a10bc20dd30ee40ff50aa60bb70cc80dd90eea0f",
    "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
    "33cc55aa66996699aa55cc3333cc55aa66996690",
)
SHORT_KEYS = ("a10bc20dd30ee40f", "0f1e2d3c4b5a6978", "33cc55aa66996699")
"""Vending keys of DKGA04 and of DKGA02, one for each revision."""

METER = MeterRecord("12345678903", "123456", 1, 2, "01", 2014, "04", "11", 255, MADE)


@contextmanager
def open_till(lab: Path) -> Iterator[Till]:
    """Hold the register of a folder, begun if there is none."""
    path = lab / "vend.db"
    if not path.exists():
        Register.begin(path)
    with Register.open(path) as register:
        yield Till(register, lab)


class Meter:
    """The meter's side: it reads with the key that it has, and takes a new one from a whole set."""

    def __init__(self, ea: str, key: Secret) -> None:
        self.ea = EncryptionAlgorithm(int(ea))
        self.key = DecoderKey(self.ea, key)

    def read(self, digits: str) -> Token:
        """Read a token; it must be the meter's own."""
        token = read_token(digits, self.key)
        assert not isinstance(token, Unreadable), token
        return token

    def take(self, digits: Sequence[str]) -> NewKey:
        """Enter the tokens of a key change; the key is the new one from then on."""
        sections = [self.read(each) for each in digits]
        assert all(isinstance(section, KeySection) for section in sections)
        new = join_sections(section for section in sections if isinstance(section, KeySection))
        self.key = DecoderKey(self.ea, new.secret)
        return new
