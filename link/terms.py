"""The words both ends agree on, with the standard's numbers. Imports no room.

Sources: IEC 62055-41 clause 8 (results), IEC 62056-6-2 (COSEM classes 70, 111, 112, 115, 116).
Numbers marked "ours" stand in the makers' range and are nobody else's.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag
from hashlib import sha256

TOKEN_DIGITS = 20
TOKEN_LIMIT = 1 << 66
"""A token is a number of 66 bits; 73786976294838206464 and above are no tokens."""

DRN_DIGITS = (11, 13)
"""A meter number has so many, with a maker's code of two or of four (sts.md 2.1)."""

MAKER = "ZZZ"
"""First letters of device names and system titles: a lab value that no maker has registered."""

HIGHEST_ADDRESS = 0x3FFD
"""Of 14 bits of an HDLC address 0 and the highest two are reserved (link.md 2)."""

LEDGER_KEPT = 50
"""Credit tokens that a ledger keeps at the least (link.md 6)."""


class TokenClass(IntEnum):
    """What a token is for: its two class bits (IEC 62055-41 clause 6.3, sts.md 1)."""

    CREDIT = 0
    TEST = 1
    """Travels in the clear, needs no key, is never used up."""
    MANAGEMENT = 2
    RESERVED = 3


class TokenResult(IntEnum):
    """Outcome of one token. Numbers 0-16 as printed in one meter manual; 17 and 18 are ours."""

    Reserved = 0
    Accept = 1
    FirstKCT = 2
    SecondKCT = 3
    OverflowError = 4
    KeyTypeError = 5
    FormatError = 6
    RangeError = 7
    FunctionError = 8
    OldError = 9
    UsedError = 10
    KeyExpiredError = 11
    DDTKError = 12
    CRCError = 13
    MfrCodeError = 14
    LockedOut = 15
    NotReady = 16
    ThirdKCT = 17
    FourthKCT = 18


EXECUTED = frozenset(
    {
        TokenResult.Accept,
        TokenResult.FirstKCT,
        TokenResult.SecondKCT,
        TokenResult.ThirdKCT,
        TokenResult.FourthKCT,
    }
)
"""Results of a token that did something; every other result is a refusal."""


class TokenStatus(IntEnum):
    """`status_code` of the Token gateway, class 115 attribute 6."""

    FORMAT_OK = 0
    AUTHENTICATION_OK = 1
    VALIDATION_OK = 2
    EXECUTED = 3
    FORMAT_FAILURE = 4
    AUTHENTICATION_FAILURE = 5
    VALIDATION_FAILURE = 6
    EXECUTION_FAILURE = 7
    RECEIVED = 8


class EntrySource(IntEnum):
    """The path by which a token reached the meter (ours)."""

    SLOT_0 = 0
    SLOT_1 = 1
    SLOT_2 = 2
    SLOT_3 = 3
    SLOT_4 = 4
    SLOT_5 = 5
    SLOT_6 = 6
    SLOT_7 = 7
    MANAGEMENT = 8
    KEYPAD = 9
    MODBUS = 10
    PUBLIC = 11


class SupplyState(IntEnum):
    """`control_state` of Disconnect control, class 70 attribute 3."""

    DISCONNECTED = 0
    CONNECTED = 1
    READY = 2


class SupplyReason(IntEnum):
    """Why the switch is open (ours). NONE: no reason holds, the switch is closed."""

    NONE = 0
    NO_CREDIT = 1
    TEST = 2
    NEVER_COMMISSIONED = 3
    OVERLOAD = 4
    """Off for a time, then tried again without anybody's doing."""
    OVERLOAD_LOCKOUT = 5
    """Too many times in a row: off until it is confirmed, or its longer time is over."""
    TAMPER = 6
    """An input told of an interference and is configured to open the switch."""


class RestoredBy(IntEnum):
    """What lifts a reason (ours)."""

    NOTHING = 0
    CREDIT_TOKEN = 1
    TIME = 2
    FIRST_TOKEN = 3
    CONFIRMATION = 4
    """Somebody at the keypad, or time."""
    CLEAR_TAMPER_TOKEN = 5


class CreditStatus(IntEnum):
    """`credit_status` of Credit, class 112 attribute 8."""

    ENABLED = 0
    SELECTABLE = 1
    INVOKED = 2
    IN_USE = 3
    EXHAUSTED = 4


class Alarm(IntFlag):
    """Bits of the alarm register 0.0.97.98.0.255 (ours)."""

    LOW_CREDIT = 1
    CREDIT_EXHAUSTED = 2
    RELAY_OPEN = 4
    RELAY_MISMATCH = 8
    STORE_FAILED = 16
    SOURCE_SILENT = 32
    REGISTER_FELL = 64
    TAMPERED = 128


class Tamper(IntFlag):
    """Inputs that told of an interference, until a token clears them (0.0.96.50.7.255, ours)."""

    COVER = 1
    TERMINAL_COVER = 2
    MAGNET = 4
    PHASE_UNBALANCE = 8


class Unit(IntEnum):
    """Units of IEC 62056-6-2, and 255 for a plain count.

    Amounts with a unit are counted in its base unit here: Wh, litres of a cubic metre, seconds, or
    10^-5 of the currency.
    """

    YEAR = 1
    DAY = 4
    SECOND = 7
    CURRENCY = 10
    CUBIC_METRE = 13
    WATT = 27
    WATT_HOUR = 30
    AMPERE = 33
    VOLT = 35
    HERTZ = 44
    COUNT = 255


class LinkTrouble(Enum):
    """Why a request ended without the meter's answer."""

    NO_ANSWER = "no answer"
    PORT_DOWN = "port down"
    NOT_REACHED = "not reached"
    REFUSED_LINK = "link refused"
    REFUSED_ACCESS = "access refused"
    """The meter has it and does not allow it (read-write-denied)."""
    NOT_OFFERED = "not offered by the meter"
    """The meter does not have it, or has another thing in its place (object-undefined)."""
    TEMPORARY = "temporary failure"
    OTHER_METER = "other meter"
    MALFORMED = "malformed answer"
    RESET = "link reset"
    ADDRESS_CLASH = "two meters with one address, probably"


LASTING = frozenset({LinkTrouble.REFUSED_ACCESS, LinkTrouble.NOT_OFFERED})
"""The meter's own answers that will be the same for the same request: nothing was carried out."""


@dataclass(frozen=True, slots=True)
class TokenOutcome:
    """The last token result and the ledger entry, one form for both (0.0.96.50.2.255, ours).

    A member that the result does not use is 0 or empty. `first_at`, `worth` and `first_source`
    belong to a token that the ledger knows: UsedError, and a CRCError of a key section whose set
    has changed the key since. `seconds` belongs to LockedOut and to held sections, `control` to
    class 1. `amount` is the effect in base units of `unit`: credit added (below 0: taken), a limit
    in W, a price in 10^-5 of the currency; of a held section how many are held, in COUNT, and
    `missing` is how many more the set needs.
    """

    sequence: int
    """Ledger sequence of the entry that this token has, or 0."""
    digest: bytes
    token_class: int
    subclass: int
    tid: int
    result: TokenResult
    source: EntrySource
    first_at: int
    worth: int
    first_source: EntrySource
    seconds: int
    amount: int
    unit: Unit
    control: int
    missing: int
    credit_after: int
    at: int
    """UTC seconds."""


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """Sequence and UTC second of the newest ledger entry; zeros for an empty ledger."""

    sequence: int
    at: int


@dataclass(frozen=True, slots=True)
class SupplyExplanation:
    """Why the light is on or off: the strongest reason, since when, what restores it."""

    state: SupplyState
    reason: SupplyReason
    since: int
    """UTC seconds; 0 where the reason has always held."""
    restored_by: RestoredBy
    seconds_left: int


@dataclass(frozen=True, slots=True)
class KeySet:
    """The key change that waits for its other sections (0.0.96.50.16.255, ours); zeros for none."""

    held: int
    missing: int
    seconds_left: int


@dataclass(frozen=True, slots=True)
class Consumption:
    """All that was ever used, in base units of `unit` (0.0.96.50.18.255, ours)."""

    total: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used, in base units, by days and months of local time (0.0.96.50.6.255, ours)."""

    today: int
    yesterday: int
    month: int
    last_month: int


DAYS_UNKNOWN = 65535
"""Days of credit left where no full day of use is known yet (0.0.96.50.3.255, ours)."""


def token_digest(digits: str) -> bytes:
    """Name a token without showing it: 8 octets (ours; SHA-256 of a label and the 20 digits)."""
    return sha256(b"splitmeter token v1" + digits.encode("ascii")).digest()[:8]


def is_digits(text: str, *counts: int) -> bool:
    """Return whether text is decimal digits of ASCII, and as many as one of the counts, if any."""
    return text.isascii() and text.isdigit() and (not counts or len(text) in counts)


def luhn_digit(payload: str) -> str:
    """Return the check digit of a payload of decimal digits (ISO/IEC 7812-1 annex B)."""
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(payload)))
    total = sum(n - 9 if n > 9 else n for n in doubled)
    return str(-total % 10)


def is_meter_number(drn: str) -> bool:
    """Return whether text is a DRN: 11 or 13 decimal digits ending in their Luhn digit."""
    return is_digits(drn, *DRN_DIGITS) and luhn_digit(drn[:-1]) == drn[-1]


def meter_pan(drn: str) -> str:
    """Return the 18-digit MeterPAN of a DRN: IIN 600727 for 11 digits, 0000 for 13."""
    payload = ("600727" if len(drn) == 11 else "0000") + drn
    return payload + luhn_digit(payload)


def meter_title(drn: str) -> bytes:
    """Return a meter's system title: maker, then the DRN without its check digit in 5 octets."""
    return MAKER.encode("ascii") + int(drn[:-1]).to_bytes(5, "big")


def physical_address(drn: str) -> int:
    """Return a meter's HDLC lower address: its 8-digit serial % 10000 + 1000 (link.md 2)."""
    return int(drn[-9:-1]) % 10000 + 1000
