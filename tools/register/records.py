"""What the register holds, a record for each kind of row (sts.md 10.7).

Codes that may begin with 0 are digits, as in TOML; money is whole 10^-5 of its currency.
"""

from dataclasses import dataclass
from datetime import date

KEY_KINDS = {1: "VDDK", 2: "VUDK", 3: "VCDK"}
"""Vending keys by the key type of the decoder keys that they make (sts.md 2.2)."""


UNIQUE = 2
"""Key type of unique keys, DUTK."""

KEY_FOLDER = "keys.vend"
"""Where key files lie beside the register."""


@dataclass(frozen=True, slots=True)
class VendingKey:
    """The key of a supply group at one revision, by its file in the register's folder."""

    sgc: str
    krn: int
    dkga: str
    kt: int
    """Type of the decoder keys that it makes: 1 default (VDDK), 2 unique (VUDK)."""
    base: int
    """The base date that its meters are to have at the least."""
    file: str
    test: bool


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """What a meter's tokens are made with."""

    drn: str
    sgc: str
    krn: int
    kt: int
    ti: str
    base: int
    dkga: str
    ea: str
    ken: int
    manufactured: date
    commodity: str = "electricity"
    currency: str = ""
    """Of the account that the meter keeps; empty where it counts units."""
    tariff: str = ""
    """By which units are sold for money; empty where they are not."""
    key_file: str = ""
    """Of the maker's own key (kt 0); empty where the key is derived."""


def vending_key_file(sgc: str, krn: int, dkga: str, kt: int) -> str:
    """Return where a vending key lies, from the register's folder."""
    kind = "" if kt == UNIQUE else f"-kt{kt}"
    return f"{KEY_FOLDER}/{sgc}-{krn}-{dkga}{kind}.key"


def own_key_file(drn: str, number: int) -> str:
    """Return where a maker's own key of a meter lies: its first, its second, ..."""
    return f"{KEY_FOLDER}/{drn}-ditk-{number}.key"


def vending_key_of(meter: MeterRecord, *, test: bool) -> VendingKey:
    """Return the row of the vending key that a meter's key is derived from, with its file."""
    return VendingKey(
        sgc=meter.sgc,
        krn=meter.krn,
        dkga=meter.dkga,
        kt=meter.kt,
        base=meter.base,
        file=vending_key_file(meter.sgc, meter.krn, meter.dkga, meter.kt),
        test=test,
    )


@dataclass(frozen=True, slots=True)
class FormerKey:
    """What a meter's key was bound to until the key change of a slip."""

    slip: int
    drn: str
    sgc: str
    krn: int
    kt: int
    ti: str
    base: int
    ken: int
    key_file: str


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token that was made. `at` is UTC seconds; `digits` are the 20 without separators."""

    drn: str
    at: int
    kind: str
    subclass: int
    digits: str
    base: int
    tid: int | None
    """None in a key change, which carries none."""
    amount: int
    """In the unit of its kind: 0.1 of the commodity's, 10^-5 of the currency, W, or as coded."""


@dataclass(frozen=True, slots=True)
class LastTid:
    """The greatest TID of a meter and base date: that of a token, or one that is not to be used."""

    drn: str
    base: int
    tid: int


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a table has."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Units sold for money: `given_e5` is `price_e5` and the change; VAT is part of the price."""

    tariff: str
    currency: str
    given_e5: int
    price_e5: int
    vat_e5: int


@dataclass(frozen=True, slots=True)
class Slip:
    """What was handed out at once; `again` is the number of the slip that a reissue repeats."""

    number: int
    drn: str
    at: int
    kind: str
    again: int


@dataclass(frozen=True, slots=True)
class Issue:
    """A slip to be committed, with everything that it changes."""

    meter: MeterRecord
    """As it is from now on: differs from what is known where its key changes."""
    at: int
    kind: str
    tokens: tuple[TokenRecord, ...]
    """In the order in which they are to be entered."""
    payment: Payment | None = None
    again: int = 0


@dataclass(frozen=True, slots=True)
class Tariff:
    """How units are sold for money: `vat_e5` is the tax on 1, `places` the currency's decimals."""

    name: str
    commodity: str
    currency: str
    places: int
    vat_e5: int


@dataclass(frozen=True, slots=True)
class Block:
    """Units of a calendar month up to `upto` tenths, and 10^-5 of the currency for each unit.

    0 has no end. A unit is a kWh, a m3 or an hour.
    """

    tariff: str
    number: int
    upto: int
    price_e5: int
