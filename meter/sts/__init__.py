"""The STS token codec, both ways: IEC 62055-41 editions 2 and 3.

`derivation` (vending keys) is not imported here and may be imported by tools alone: the process of
a meter cannot hold a vending key.
"""

from meter.sts.amount import (
    UNIT_WH,
    AmountError,
    currency_amount,
    currency_field,
    units_amount,
    units_field,
)
from meter.sts.codec import read_envelope, read_token, write_token
from meter.sts.envelope import Envelope, open_envelope
from meter.sts.key import DecoderKey, EncryptionAlgorithm, KeyType
from meter.sts.key_change import NewKey, SectionError, join_sections, key_sections
from meter.sts.layout import FieldError, token_fields, token_name
from meter.sts.tid import TID_LIMIT, BaseDate, TidError, newest_begun, tid_at, utc_of
from meter.sts.tokens import (
    ClearCredit,
    ClearTamperCondition,
    Commodity,
    Credit,
    CurrencyCredit,
    ExtendedRead,
    ExtendedSet,
    FirstSection,
    FourthSection,
    KeySection,
    Management,
    MeterTest,
    SecondSection,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    SupplyGroupSection,
    ThirdSection,
    Token,
    UnitsCredit,
    Unreadable,
)

__all__ = [
    "TID_LIMIT",
    "UNIT_WH",
    "AmountError",
    "BaseDate",
    "ClearCredit",
    "ClearTamperCondition",
    "Commodity",
    "Credit",
    "CurrencyCredit",
    "DecoderKey",
    "EncryptionAlgorithm",
    "Envelope",
    "ExtendedRead",
    "ExtendedSet",
    "FieldError",
    "FirstSection",
    "FourthSection",
    "KeySection",
    "KeyType",
    "Management",
    "MeterTest",
    "NewKey",
    "SecondSection",
    "SectionError",
    "SetMaximumPhasePowerUnbalanceLimit",
    "SetMaximumPowerLimit",
    "SetTariffRate",
    "SetWaterMeterFactor",
    "SupplyGroupSection",
    "ThirdSection",
    "TidError",
    "Token",
    "UnitsCredit",
    "Unreadable",
    "currency_amount",
    "currency_field",
    "join_sections",
    "key_sections",
    "newest_begun",
    "open_envelope",
    "read_envelope",
    "read_token",
    "tid_at",
    "token_fields",
    "token_name",
    "units_amount",
    "units_field",
    "utc_of",
    "write_token",
]
