"""The meter's whole state: frozen records of at most ten fields, whole numbers only.

Amounts are base units of the commodity (Wh, litres, seconds) or 10^-5 of the currency, times are
UTC seconds (`..._at`, `since`) or seconds left (`..._left_s`).
Nothing in here is derived, except the supply reasons: they are kept with the time they arose.
"""

from dataclasses import dataclass

from link.secret import Secret
from link.terms import Alarm, SupplyReason
from meter.domain.account import Account, opened
from meter.domain.calendar import Calendar
from meter.domain.key_sections import NOTHING_HELD, HeldSections
from meter.domain.ladder import Ladders
from meter.domain.ledger import Ledger
from meter.domain.overload import NO_OVERLOAD, Overload
from meter.domain.tamper import NOT_TAMPERED, Tampering
from meter.domain.tids import Retired, TidList, first_tid
from meter.sts import BaseDate, Commodity, DecoderKey, EncryptionAlgorithm

NO_EPOCH = -1
"""Epoch of a meter that has never read its source."""

UNIT_FACTOR = 1000
"""The factor of a register that counts what the total counts."""

NOT_SET = -1

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
    commodity: Commodity = Commodity.ELECTRICITY
    currency: str = ""
    """Name of the currency; empty where the credit is kept in units."""
    price_e5: int = 0
    """10^-5 of the currency for a kWh, a m3 or an hour, until a token tells another."""
    phases: int = 1


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
    commissioned_at: int = 0
    """UTC second of the first credit; 0 before it, and if that is not known any more."""


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
    held: HeldSections = NOTHING_HELD
    retired: tuple[Retired, ...] = ()
    """Former keys, oldest first."""
    restored_at: int = 0
    """UTC second at which an older copy of the store was put back; tokens made until then are old
    under every key, since the copy may not know that they were used. 0: never."""


@dataclass(frozen=True, slots=True)
class Metering:
    """The source's register as last read, and all that was ever charged, in base units."""

    epoch: int = NO_EPOCH
    register: int = 0
    total: int = 0
    """Never falls: the register that faces show."""
    factor: int = UNIT_FACTOR
    """Thousandths of a unit of the total in one of the register: a SetWaterMeterFactor token."""
    rest: int = 0
    """Thousandths that are not in the total yet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What tokens have set; NOT_SET leaves it to the configuration, 0 W is no limit."""

    power_w: int = NOT_SET
    unbalance_w: int = NOT_SET
    phases: int = 1
    """A meter of one phase has no unbalance."""


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
    tampering: Tampering
    limits: Limits


def initial(seed: Seed, at: int) -> State:
    """Return the state of a meter at its first start: no credit, never commissioned."""
    never = (SupplyReason.NEVER_COMMISSIONED, SupplyReason.NO_CREDIT)
    return State(
        account=opened(seed.commodity, seed.currency, seed.price_e5),
        supply=Supply(held=tuple(Held(reason, at) for reason in never), changed_at=at),
        sts=_first_sts(seed),
        ladders=Ladders(),
        ledger=Ledger(),
        metering=Metering(),
        alarms=Alarms(),
        calendar=Calendar(),
        tampering=NOT_TAMPERED,
        limits=Limits(phases=seed.phases),
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
