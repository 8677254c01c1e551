"""A meter's decoder key from what the register says of it (IEC 62055-41 clause 6.5)."""

from link.secret import Secret
from link.terms import meter_pan
from meter.sts import BaseDate, EncryptionAlgorithm, KeyType
from meter.sts.derivation import Dkga, KeyTerms, derive_key
from tools.register.records import MeterRecord


def decoder_key(meter: MeterRecord, vending_key: Secret) -> Secret:
    """Derive a meter's decoder key; raises DerivationError for a vending key that does not fit."""
    terms = KeyTerms(
        pan=meter_pan(meter.drn),
        sgc=meter.sgc,
        ti=int(meter.ti),
        krn=meter.krn,
        kt=KeyType(meter.kt),
        base=BaseDate(meter.base),
        ea=EncryptionAlgorithm(int(meter.ea)),
    )
    return derive_key(Dkga(int(meter.dkga)), vending_key, terms)
