"""Data types of attributes that are more than one value. Source: IEC 62056-6-2.

The structures of link.terms are ours; there UTC seconds stand as u32 and amounts as i64, so that
one form carries every commodity.
"""

from operator import attrgetter

from link.cosem.bits import FlagBits, NumberBits
from link.cosem.composite import Array, Columns, NullWhenEmpty, Structure
from link.cosem.listed import (
    AccessRights,
    AttributeAccess,
    AttributeMode,
    ListedObject,
    MethodAccess,
    MethodMode,
)
from link.cosem.schema import DATE_TIME, I8, I64, U8, U16, U32, U64, Enumerated
from link.cosem.texts import LOGICAL_NAME, Octets, OctetText, Text
from link.cosem.values import (
    AccountMode,
    AccountStatus,
    Captured,
    CaptureObject,
    Collection,
    CollectionFlags,
    Currency,
    CurrencyUnit,
    EmergencyProfile,
    GatewayStatus,
    LimiterActions,
    MeterPan,
    ModeAndStatus,
    MonitoredValue,
    Partners,
    SapName,
    ScalerUnit,
    Script,
    TokenShare,
    XdlmsContext,
)
from link.dlms import Conformance, Tag
from link.terms import (
    Consumption,
    EntrySource,
    KeySet,
    LedgerHead,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
    TokenResult,
    TokenStatus,
    Unit,
    Usage,
)

NAME_LONGEST = 16
"""Octets of a logical device name (IEC 62056-6-2)."""

LOG_LONGEST = 255
"""Entries that a token transfer log may hold (ours)."""

PROFILE_LONGEST = 255
"""Rows that a billing profile may hold (ours)."""

OBJECTS_LONGEST = 64
ATTRIBUTES_LONGEST = 24
METHODS_LONGEST = 8
"""Bounds of an object_list (ours); its largest value fits an APDU of 65535 octets."""

MODE_AND_STATUS = Structure(
    ModeAndStatus, mode=Enumerated(AccountMode), status=Enumerated(AccountStatus)
)
CURRENCY = Structure(
    Currency, name=Text(Tag.UTF8_STRING, 16), scale=I8, unit=Enumerated(CurrencyUnit)
)
REFERENCES = Array(LOGICAL_NAME, 16)
COLLECTIONS = Array(
    Structure(
        Collection, credit=LOGICAL_NAME, charge=LOGICAL_NAME, when=FlagBits(CollectionFlags, 8)
    ),
    16,
)
TOKEN_SHARES = Array(Structure(TokenShare, credit=LOGICAL_NAME, percent=U8), 16)
GATEWAY_STATUS = Structure(
    GatewayStatus, status=Enumerated(TokenStatus), result=NumberBits(TokenResult, 8)
)
METER_PAN = Structure(MeterPan, issuer=U32, drn=U64, check=U8)
SCALER_UNIT = Structure(ScalerUnit, scaler=I8, unit=Enumerated(Unit))
CAPTURE_OBJECT = Structure(
    CaptureObject, class_id=U16, logical_name=LOGICAL_NAME, index=I8, data_index=U16
)
SAP_NAMES = Array(Structure(SapName, sap=U16, name=OctetText(NAME_LONGEST)), 16)
PARTNERS = Structure(Partners, client_sap=I8, server_sap=U16)
XDLMS_CONTEXT = Structure(
    XdlmsContext,
    conformance=NumberBits(Conformance, 24),
    max_receive=U16,
    max_send=U16,
    version=U8,
    quality=I8,
    ciphering=Octets(0, 16),
)
OBJECT_LIST = Array(
    Structure(
        ListedObject,
        class_id=U16,
        version=U8,
        logical_name=LOGICAL_NAME,
        rights=Structure(
            AccessRights,
            attributes=Array(
                Structure(
                    AttributeAccess,
                    index=I8,
                    mode=Enumerated(AttributeMode),
                    selectors=NullWhenEmpty(Array(I8, 4)),
                ),
                ATTRIBUTES_LONGEST,
            ),
            methods=Array(
                Structure(MethodAccess, index=I8, mode=Enumerated(MethodMode)), METHODS_LONGEST
            ),
        ),
    ),
    OBJECTS_LONGEST,
)
TOKEN_OUTCOME = Structure(
    TokenOutcome,
    sequence=U32,
    digest=Octets(8, 8),
    token_class=U8,
    subclass=U8,
    tid=U32,
    result=Enumerated(TokenResult),
    source=Enumerated(EntrySource),
    first_at=U32,
    worth=I64,
    first_source=Enumerated(EntrySource),
    seconds=U32,
    amount=I64,
    unit=Enumerated(Unit),
    control=U64,
    missing=U8,
    credit_after=I64,
    at=U32,
)


def _status(entry: object) -> object:
    return GatewayStatus.of(entry.result) if isinstance(entry, TokenOutcome) else None


def _itself(entry: object) -> object:
    return entry


TOKEN_LOG = Array(
    Columns(
        readers=(attrgetter("at"), _status, attrgetter("digest"), attrgetter("amount"), _itself),
        schemas=(DATE_TIME, GATEWAY_STATUS, Octets(8, 8), I64, TOKEN_OUTCOME),
        whole=4,
    ),
    LOG_LONGEST,
)
"""Entries of the ledger: what strangers read of them, and the whole beside it."""
LEDGER_HEAD = Structure(LedgerHead, sequence=U32, at=U32)
SUPPLY_EXPLANATION = Structure(
    SupplyExplanation,
    state=Enumerated(SupplyState),
    reason=Enumerated(SupplyReason),
    since=U32,
    restored_by=Enumerated(RestoredBy),
    seconds_left=U32,
)
CONSUMPTION = Structure(Consumption, total=U64, unit=Enumerated(Unit))
KEY_SET = Structure(KeySet, held=U8, missing=U8, seconds_left=U32)
USAGE = Structure(Usage, today=U32, yesterday=U32, month=U32, last_month=U32)
BILLING_PROFILE = Array(Structure(Captured, at=DATE_TIME, total_wh=U32), PROFILE_LONGEST)
EMERGENCY_PROFILE = Structure(
    EmergencyProfile, profile_id=U16, activated_at=DATE_TIME, duration_s=U32
)
SCRIPT = Structure(Script, table=LOGICAL_NAME, number=U16)
LIMITER_ACTIONS = Structure(LimiterActions, over=SCRIPT, under=SCRIPT)
MONITORED_VALUE = Structure(MonitoredValue, class_id=U16, logical_name=LOGICAL_NAME, index=I8)
