"""The meter's whole state: frozen records of at most ten fields, whole numbers only.

Amounts are Wh, times are UTC seconds (`..._at`, `since`) or seconds left (`..._left_s`).
Nothing in here is derived, except the supply reasons: they are kept with the time they arose.
"""

from dataclasses import dataclass

from link.secret import Secret
from link.terms import Alarm, SupplyReason
from meter.domain.calendar import Calendar
from meter.domain.ladder import Ladders
from meter.domain.ledger import Ledger
from meter.domain.overload import NO_OVERLOAD, Overload
from meter.domain.tids import TidList, first_tid
from meter.sts import BaseDate, DecoderKey, EncryptionAlgorithm

MAXIMUM_CREDIT_WH = (1 << 31) - 1
"""What int32 carries at scale 0: the available credit of COSEM class 111 (link.md 4)."""

LOW_CREDIT_WH = 5_000
"""Level of the low-credit alarm (ours)."""

NO_EPOCH = -1
"""Epoch of a meter that has never read its source."""

NO_ALARM = Alarm(0)


@dataclass(frozen=True, slots=True)
class Seed:
    """What `provision` gives a meter: identity, key and its attributes (meter.toml, [sts])."""

    drn: str
    pan: str
    ea: str
    dkga: str
    base: int
    sgc: str
    ti: str
    krn: int
    kt: int
    ken: int
    manufactured: int
    """UTC seconds, any second of the day."""
    key: Secret


@dataclass(frozen=True, slots=True)
class Account:
    """Credit may be below zero: what flowed between two samples (meter.md 2)."""

    credit_wh: int = 0
    low_wh: int = LOW_CREDIT_WH
    maximum_wh: int = MAXIMUM_CREDIT_WH


@dataclass(frozen=True, slots=True)
class Held:
    """A reason that keeps the switch open, and since when."""

    reason: SupplyReason
    since: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Why the switch is open: the reasons that hold, strongest first."""

    held: tuple[Held, ...]
    changed_at: int
    """UTC second at which a reason last arose or was lifted."""
    commissioned: bool = False
    test_left_s: int = 0
    test_pause_s: int = 0
    """Until the switch may be tested again."""
    overload: Overload = NO_OVERLOAD
    power_offs: int = 0
    """How often the meter itself was without power, as seen at its next start."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """The active decoder key and what belongs to it (sts.md 2.2)."""

    secret: Secret
    ea: EncryptionAlgorithm
    sgc: str
    ti: str
    krn: int
    kt: int
    ken: int

    def cipher(self) -> DecoderKey:
        """Make the key ready to decipher tokens."""
        return DecoderKey(self.ea, self.secret)


@dataclass(frozen=True, slots=True)
class Sts:
    drn: str
    pan: str
    dkga: str
    base: BaseDate
    key: KeyRecord
    tids: TidList


@dataclass(frozen=True, slots=True)
class Metering:
    """The source's register as last read, and all energy that was ever charged."""

    epoch: int = NO_EPOCH
    register_wh: int = 0
    total_wh: int = 0
    """Never falls: the register that faces show."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What the alarm register is made of, besides the rest of the state."""

    observed: Alarm = NO_ALARM
    """Conditions outside that the app saw and that still hold."""
    latched: Alarm = NO_ALARM
    """Events: they stand until they are acknowledged."""
    acknowledged: Alarm = NO_ALARM
    """Conditions that hold and are hidden until they come anew."""


@dataclass(frozen=True, slots=True)
class State:
    account: Account
    supply: Supply
    sts: Sts
    ladders: Ladders
    ledger: Ledger
    metering: Metering
    alarms: Alarms
    calendar: Calendar


def initial(seed: Seed, at: int) -> State:
    """Return the state of a meter at its first start: no credit, never commissioned."""
    never = (SupplyReason.NEVER_COMMISSIONED, SupplyReason.NO_CREDIT)
    return State(
        account=Account(),
        supply=Supply(held=tuple(Held(reason, at) for reason in never), changed_at=at),
        sts=_first_sts(seed),
        ladders=Ladders(),
        ledger=Ledger(),
        metering=Metering(),
        alarms=Alarms(),
        calendar=Calendar(),
    )


def _first_sts(seed: Seed) -> Sts:
    base = BaseDate(seed.base)
    ea = EncryptionAlgorithm(int(seed.ea))
    return Sts(
        drn=seed.drn,
        pan=seed.pan,
        dkga=seed.dkga,
        base=base,
        key=KeyRecord(seed.key, ea, seed.sgc, seed.ti, seed.krn, seed.kt, seed.ken),
        tids=TidList(first_tid(base, seed.manufactured)),
    )
