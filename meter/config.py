"""What meter.toml says, and what is refused before anything is opened.

Digit codes that may begin with a zero (EA, DKGA, SGC, TI) are strings; counts are whole numbers.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from pathlib import Path

from link.media import check_url
from link.secret import Secret
from link.settings import (
    SettingsError,
    check_drn,
    check_known,
    check_timezone,
    check_within,
    read_secret,
    read_settings,
)
from link.terms import HIGHEST_ADDRESS, Tamper, is_digits, meter_pan
from meter.domain import MOST_POWER_W, OVER_S, PowerLimit, Seed
from meter.sts import BaseDate, Commodity, EncryptionAlgorithm
from meter.world import MOST_PHASES

KEY_OCTETS = {f"{ea:02d}": ea.key_octets for ea in EncryptionAlgorithm}
"""Decoder key length by the digits of an encryption algorithm."""

DKGA_ALGORITHMS = {"02": ("07",), "04": ("07", "11")}
"""Encryption algorithms that each decoder key generation algorithm makes keys for."""

LONGEST_OVERLOAD_S = 300
"""Bound of the time above the power limit (ours): below that in which retries are forgotten."""

COMMODITIES = {commodity.name.lower(): commodity for commodity in Commodity}
MODES = ("units", "currency")
TAMPERS = {str(tamper.name).lower().replace("_", "-"): tamper for tamper in Tamper}
LONGEST_CURRENCY = 8
"""Letters that stand beside an amount on the display (ours)."""
MOST_PRICE_E5 = (1 << 32) - 1
"""What the object map carries: 42 949 of the currency for a kWh, m3 or hour."""

LINK_UNBUILT = "link security is not built yet: provision with --lab"


@dataclass(frozen=True, slots=True)
class MeterSection:
    drn: str
    pan: str
    lab: bool = False
    timezone: str = "UTC"
    commodity: str = "electricity"
    phases: int = 1

    def __post_init__(self) -> None:
        check_known("commodity", self.commodity, COMMODITIES)
        check_within("phases", self.phases, 1, MOST_PHASES)
        check_drn(self.drn)
        if self.pan != meter_pan(self.drn):
            raise ValueError(f"pan {self.pan!r} does not belong to drn {self.drn}")
        check_timezone(self.timezone)


@dataclass(frozen=True, slots=True)
class LinkSection:
    listen: str
    address: int
    logical: int = 1

    def __post_init__(self) -> None:
        check_within("address", self.address, 1, HIGHEST_ADDRESS)
        check_within("logical", self.logical, 1, HIGHEST_ADDRESS)
        check_url(self.listen)


@dataclass(frozen=True, slots=True)
class StsSection:
    ea: str
    dkga: str
    base: int
    sgc: str
    ti: str
    krn: int
    kt: int
    manufactured: date
    ken: int = 255

    def __post_init__(self) -> None:
        if self.ea not in KEY_OCTETS:
            raise ValueError(f"ea {self.ea!r} is not 07 or 11")
        if self.ea not in DKGA_ALGORITHMS.get(self.dkga, ()):
            raise ValueError(f"dkga {self.dkga!r} makes no keys for ea {self.ea}")
        if self.base not in tuple(BaseDate):
            raise ValueError(f"base {self.base} is not 1993, 2014 or 2035")
        for name, digits, width in (("sgc", self.sgc, 6), ("ti", self.ti, 2)):
            if not is_digits(digits, width):
                raise ValueError(f"{name} {digits!r} is not {width} digits")
        check_within("krn", self.krn, 1, 9)
        check_within("kt", self.kt, 0, 3)
        check_within("ken", self.ken, 0, 255)


@dataclass(frozen=True, slots=True)
class KeysSection:
    file: Path
    link: Path = Path("link.keys")


@dataclass(frozen=True, slots=True)
class StoreSection:
    file: Path
    commit_wh: int = 10
    commit_s: int = 60

    def __post_init__(self) -> None:
        for name, number in (("commit_wh", self.commit_wh), ("commit_s", self.commit_s)):
            if number < 1:
                raise ValueError(f"{name} {number} is not 1 or more")


@dataclass(frozen=True, slots=True)
class SupplySection:
    """`power_limit_w` 0 is no limit; it opens the switch when exceeded for `overload_s`."""

    power_limit_w: int = 0
    overload_s: int = OVER_S

    def __post_init__(self) -> None:
        check_within("power_limit_w", self.power_limit_w, 0, MOST_POWER_W)
        check_within("overload_s", self.overload_s, 1, LONGEST_OVERLOAD_S)

    def limit(self) -> PowerLimit:
        """Return it in the domain's words."""
        return PowerLimit(self.power_limit_w, self.overload_s)


@dataclass(frozen=True, slots=True)
class AccountSection:
    """How the credit is kept: in units of the commodity, or in money.

    `currency` names the money; `price_e5` is 10^-5 of it for a kWh, a m3 or an hour, until a
    SetTariffRate token tells another price.
    """

    mode: str = "units"
    currency: str = ""
    price_e5: int = 0

    def __post_init__(self) -> None:
        check_known("mode", self.mode, MODES)
        if self.mode == "units":
            if self.currency or self.price_e5:
                raise ValueError('currency and price_e5 go with mode = "currency"')
            return
        if not 1 <= len(self.currency) <= LONGEST_CURRENCY or not self.currency.isalpha():
            raise ValueError(f"currency {self.currency!r} is no name of 1 to 8 letters")
        check_within("price_e5", self.price_e5, 1, MOST_PRICE_E5)


@dataclass(frozen=True, slots=True)
class TamperSection:
    """Inputs of interference for which the switch opens; all others are noted only."""

    open: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.open:
            check_known("open", name, TAMPERS)

    def opening(self) -> Tamper:
        """Return it in the domain's words."""
        return reduce(or_, (TAMPERS[name] for name in self.open), Tamper(0))


@dataclass(frozen=True, slots=True)
class UrlSection:
    url: str


@dataclass(frozen=True, slots=True)
class MeterConfig:
    meter: MeterSection
    link: LinkSection
    sts: StsSection
    keys: KeysSection
    store: StoreSection
    source: UrlSection
    relay: UrlSection
    supply: SupplySection = SupplySection()
    account: AccountSection = AccountSection()
    tamper: TamperSection = TamperSection()


def read_config(path: Path) -> MeterConfig:
    """Read meter.toml; raises SettingsError, one line, where a process must not start."""
    config = read_settings(path, MeterConfig)
    if not config.meter.lab:
        raise SettingsError(LINK_UNBUILT)
    return config


def read_seed(config: MeterConfig) -> Seed:
    """Join the configuration and the decoder key file; raises SettingsError."""
    key = read_secret(config.keys.file)
    _check_length(key, config)
    made = config.sts.manufactured
    return Seed(
        drn=config.meter.drn,
        pan=config.meter.pan,
        ea=config.sts.ea,
        dkga=config.sts.dkga,
        base=config.sts.base,
        sgc=config.sts.sgc,
        ti=config.sts.ti,
        krn=config.sts.krn,
        kt=config.sts.kt,
        ken=config.sts.ken,
        manufactured=int(datetime(made.year, made.month, made.day, tzinfo=UTC).timestamp()),
        key=key,
        commodity=COMMODITIES[config.meter.commodity],
        currency=config.account.currency,
        price_e5=config.account.price_e5,
        phases=config.meter.phases,
    )


def _check_length(key: Secret, config: MeterConfig) -> None:
    due = KEY_OCTETS[config.sts.ea]
    if len(key) != due:
        raise SettingsError(
            f"{config.keys.file}: a key of {len(key)} octets, ea {config.sts.ea} takes {due}"
        )
