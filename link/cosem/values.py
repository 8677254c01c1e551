"""Values of COSEM attributes as Python has them: enumerations and structures.

Source: IEC 62056-6-2 (classes 3, 7, 8, 15, 17, 70, 71, 111, 112, 115, 116). Numbers of classes
111, 112 and 115 agree with a second source; clock bases, sort methods and association status are
from memory of the standard, check against a second source.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from link.dlms import Conformance
from link.terms import TokenResult, TokenStatus, Unit, meter_pan


class AccountMode(IntEnum):
    """`account_mode`, class 111 attribute 2."""

    CREDIT = 1
    PREPAYMENT = 2


class AccountStatus(IntEnum):
    """`account_status`, class 111 attribute 2."""

    NEW = 1
    ACTIVE = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class ModeAndStatus:
    """Class 111 attribute 2."""

    mode: AccountMode
    status: AccountStatus


class AccountCredit(IntFlag):
    """`current_credit_status`, class 111 attribute 4; flag 1 << k is bit k."""

    IN_CREDIT = 1
    LOW_CREDIT = 2
    NEXT_CREDIT_ENABLED = 4
    NEXT_CREDIT_SELECTABLE = 8
    NEXT_CREDIT_SELECTED = 16
    SELECTABLE_CREDIT_IN_USE = 32
    OUT_OF_CREDIT = 64


class CurrencyUnit(IntEnum):
    """`currency_unit`, class 111 attribute 15."""

    TIME = 0
    CONSUMPTION = 1
    MONETARY = 2


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts of an account count: amount x 10^scale of the named unit."""

    name: str
    scale: int
    unit: CurrencyUnit


@dataclass(frozen=True, slots=True)
class TokenShare:
    """One entry of class 111 attribute 12: per cent of a token that go to a credit."""

    credit: bytes
    percent: int


@dataclass(frozen=True, slots=True)
class Collection:
    """One entry of class 111 attribute 11: which credit pays which charge."""

    credit: bytes
    charge: bytes
    when: "CollectionFlags"


class CollectionFlags(IntFlag):
    """`collection_configuration`, class 111 attribute 11; flag 1 << k is bit k."""

    WHEN_DISCONNECTED = 1
    IN_LOAD_LIMITING = 2
    IN_FRIENDLY_CREDIT = 4


class CreditType(IntEnum):
    """Class 112 attribute 3."""

    TOKEN = 0
    RESERVED = 1
    EMERGENCY = 2
    TIME = 3
    CONSUMPTION = 4


class CreditConfiguration(IntFlag):
    """Class 112 attribute 7; flag 1 << k is bit k."""

    VISUAL_INDICATION = 1
    CONFIRMATION = 2
    REPAID = 4
    RESETTABLE = 8
    TAKES_TOKENS = 16


class DeliveryMethod(IntEnum):
    """`token_delivery_method`, class 115 attribute 5."""

    REMOTE = 0
    LOCAL = 1
    MANUAL = 2


STATUS_OF = {
    TokenResult.Reserved: TokenStatus.FORMAT_OK,
    TokenResult.Accept: TokenStatus.EXECUTED,
    TokenResult.FirstKCT: TokenStatus.EXECUTED,
    TokenResult.SecondKCT: TokenStatus.EXECUTED,
    TokenResult.ThirdKCT: TokenStatus.EXECUTED,
    TokenResult.FourthKCT: TokenStatus.EXECUTED,
    TokenResult.FormatError: TokenStatus.FORMAT_FAILURE,
    TokenResult.CRCError: TokenStatus.AUTHENTICATION_FAILURE,
    TokenResult.MfrCodeError: TokenStatus.AUTHENTICATION_FAILURE,
    TokenResult.OldError: TokenStatus.VALIDATION_FAILURE,
    TokenResult.UsedError: TokenStatus.VALIDATION_FAILURE,
    TokenResult.KeyExpiredError: TokenStatus.VALIDATION_FAILURE,
    TokenResult.DDTKError: TokenStatus.VALIDATION_FAILURE,
    TokenResult.LockedOut: TokenStatus.VALIDATION_FAILURE,
    TokenResult.OverflowError: TokenStatus.EXECUTION_FAILURE,
    TokenResult.RangeError: TokenStatus.EXECUTION_FAILURE,
    TokenResult.FunctionError: TokenStatus.EXECUTION_FAILURE,
    TokenResult.KeyTypeError: TokenStatus.EXECUTION_FAILURE,
    TokenResult.NotReady: TokenStatus.RECEIVED,
}
"""The standard's status for each result (link.md 4, class 115 attribute 6)."""


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """`token_status`, class 115 attribute 6; `result` stands in data_value as 8 bits."""

    status: TokenStatus
    result: TokenResult

    @classmethod
    def of(cls, result: TokenResult) -> "GatewayStatus":
        """Return the status that belongs to a result."""
        return cls(STATUS_OF[result], result)


@dataclass(frozen=True, slots=True)
class MeterPan:
    """Class 116 attribute 2."""

    issuer: int
    drn: int
    check: int

    @classmethod
    def of(cls, drn: str) -> "MeterPan":
        """Build the MeterPAN of a DRN of 11 or 13 digits."""
        pan = meter_pan(drn)
        return cls(int(pan[: -len(drn) - 1]), int(drn), int(pan[-1]))


class ControlMode(IntEnum):
    """Class 70 attribute 4: which paths of connection are open (meter.md 4 uses 3 and 6)."""

    MODE_0 = 0
    MODE_1 = 1
    MODE_2 = 2
    MODE_3 = 3
    MODE_4 = 4
    MODE_5 = 5
    MODE_6 = 6


@dataclass(frozen=True, slots=True)
class ScalerUnit:
    """Class 3 attribute 3: value x 10^scaler of the unit."""

    scaler: int
    unit: Unit


class ClockBase(IntEnum):
    """Class 8 attribute 9."""

    NOT_DEFINED = 0
    CRYSTAL = 1
    MAINS_50_HZ = 2
    MAINS_60_HZ = 3
    GPS = 4
    RADIO = 5


class SortMethod(IntEnum):
    """Class 7 attribute 5."""

    FIFO = 1
    LIFO = 2
    LARGEST = 3
    SMALLEST = 4
    NEAREST_TO_ZERO = 5
    FARTHEST_FROM_ZERO = 6


@dataclass(frozen=True, slots=True)
class CaptureObject:
    """A captured column: `data_index` 0 for the whole attribute, else its member, from 1."""

    class_id: int
    logical_name: bytes
    index: int
    data_index: int


@dataclass(frozen=True, slots=True)
class Captured:
    """One row of a billing profile: the register of import energy at a UTC second."""

    at: int
    total_wh: int


@dataclass(frozen=True, slots=True)
class EmergencyProfile:
    """Class 71 attribute 8; `activated_at` UTC seconds, 0 for not defined."""

    profile_id: int
    activated_at: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class Script:
    """A script of a script table, by the table's logical name and its number."""

    table: bytes
    number: int


@dataclass(frozen=True, slots=True)
class LimiterActions:
    """Class 71 attribute 11: what is executed over and under the threshold."""

    over: Script
    under: Script


@dataclass(frozen=True, slots=True)
class MonitoredValue:
    """Class 71 attribute 2: the attribute that a limiter watches."""

    class_id: int
    logical_name: bytes
    index: int


@dataclass(frozen=True, slots=True)
class SapName:
    """One logical device of class 17 attribute 2: its upper HDLC address and its name."""

    sap: int
    name: str


@dataclass(frozen=True, slots=True)
class Partners:
    """Class 15 attribute 3."""

    client_sap: int
    server_sap: int


@dataclass(frozen=True, slots=True)
class XdlmsContext:
    """Class 15 attribute 5; sizes count octets of an APDU."""

    conformance: Conformance
    max_receive: int
    max_send: int
    version: int
    quality: int
    ciphering: bytes


class AssociationStatus(IntEnum):
    """Class 15 attribute 8."""

    NOT_ASSOCIATED = 0
    PENDING = 1
    ASSOCIATED = 2


class CommSpeed(IntEnum):
    """`comm_speed`, class 23 attribute 2; a member is named by its bits a second."""

    B300 = 0
    B600 = 1
    B1200 = 2
    B2400 = 3
    B4800 = 4
    B9600 = 5
    B19200 = 6
    B38400 = 7
    B57600 = 8
    B115200 = 9
