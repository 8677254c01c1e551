"""The vending register: supply groups, meters and tokens in one file (sts.md 10.7).

Invariant: of one meter and base date no two tokens carry the same TID; a token's record, the last
TID and the meter's new key are one commit. No key is in it, only the name of its file.
"""

from tools.register.copying import Contents, back_up, check, put_back, refuse_whole
from tools.register.derive import decoder_key
from tools.register.file import Register
from tools.register.opening import trace_of
from tools.register.records import (
    Block,
    FormerKey,
    Issue,
    MeterRecord,
    Payment,
    Slip,
    Tariff,
    TokenRecord,
    VendingKey,
    vending_key_of,
)

__all__ = [
    "Block",
    "Contents",
    "FormerKey",
    "Issue",
    "MeterRecord",
    "Payment",
    "Register",
    "Slip",
    "Tariff",
    "TokenRecord",
    "VendingKey",
    "back_up",
    "check",
    "decoder_key",
    "put_back",
    "refuse_whole",
    "trace_of",
    "vending_key_of",
]
