"""What each row of the object map reads, out of committed state. Meaning by link.md 4.

Numbers by IEC 62056-6-2. Power, current and power factor are those that the table lets flow: what
a contact that is welded lets through shows in the register and as an alarm.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar, assert_never

from link.cosem import ByDigest, ByEntry, ByTime, LogSelection, Whole, floored
from link.cosem.values import (
    AccountCredit,
    AccountMode,
    AccountStatus,
    Captured,
    ControlMode,
    CreditConfiguration,
    Currency,
    CurrencyUnit,
    DeliveryMethod,
    GatewayStatus,
    MeterPan,
    ModeAndStatus,
)
from link.terms import (
    LEDGER_KEPT,
    Consumption,
    EntrySource,
    TokenOutcome,
    TokenResult,
    Unit,
    Usage,
)
from meter.domain import (
    DAYS_KEPT,
    MONTHS_KEPT,
    Account,
    Capture,
    PowerLimit,
    State,
    alarms,
    contact_wanted,
    credit_status,
    days_left,
    explain,
    key_set,
    usage,
)
from meter.faces.meter import Meter
from meter.sources import Reading
from meter.sts import EncryptionAlgorithm

TOKEN_PRIORITY = 1
TOKEN_CREDIT_INDEX = 0
"""Place of the token credit in the account's credit_reference_list."""

UNITY = 1000
"""Power factor in thousandths where no current flows."""

KEY_CHANGE_TOKENS = {EncryptionAlgorithm.EA07: 3, EncryptionAlgorithm.EA11: 4}
"""Tokens of the longest key change set that the meter takes (class 116 attribute 11)."""

MONEY_SCALE = -2
MONEY_INSIDE = -5
"""Money counts 10^-5 of the currency inside and hundredths on the wire (link.md 4)."""

MOST_COUNT = (1 << 32) - 1
"""What a count of the map carries; what is above it is told as this much."""

NAME_OF = {Unit.WATT_HOUR: "Wh", Unit.CUBIC_METRE: "l", Unit.SECOND: "s"}
"""What an account in units counts, as class 111 attribute 15 names it."""

NO_OUTCOME = TokenOutcome(
    sequence=0,
    digest=bytes(8),
    token_class=0,
    subclass=0,
    tid=0,
    result=TokenResult.Reserved,
    source=EntrySource.PUBLIC,
    first_at=0,
    worth=0,
    first_source=EntrySource.PUBLIC,
    seconds=0,
    amount=0,
    unit=Unit.COUNT,
    control=0,
    missing=0,
    credit_after=0,
    at=0,
)
"""The last token result of a client that has entered no token yet."""


@dataclass(frozen=True, slots=True)
class View:
    """All that a reader may look at: the state, and what is true at this second.

    The meter is asked for the rest only by the readers that use it: most use the state alone.
    """

    state: State
    meter: Meter
    source: EntrySource
    """The path of the asking client."""
    now: float
    """Monotonic seconds."""

    @property
    def reading(self) -> Reading:
        """The newest reading of the source."""
        return self.meter.reading

    @property
    def closed(self) -> bool:
        """The contact as sensed."""
        return self.meter.is_closed(self.now)

    @property
    def last(self) -> TokenOutcome:
        """The last token result of the client's path."""
        return self.meter.last_result(self.source) or NO_OUTCOME

    @property
    def limit(self) -> PowerLimit:
        """How much power may be drawn."""
        return self.meter.limit

    @property
    def uncounted_s(self) -> int:
        """Running seconds since the count-downs of the state were committed."""
        return self.meter.uncounted_s(self.now)


Reader = Callable[[View], object]

READERS: dict[str, Reader] = {
    "account.mode_and_status": lambda v: ModeAndStatus(
        AccountMode.PREPAYMENT,
        AccountStatus.ACTIVE if v.state.supply.commissioned else AccountStatus.NEW,
    ),
    "account.current_credit_in_use": lambda _: TOKEN_CREDIT_INDEX,
    "account.current_credit_status": lambda v: _account_credit(v.state),
    "account.available_credit": lambda v: _credit(v),
    "account.amount_to_clear": lambda v: max(0, -_credit(v)),
    "account.clearance_threshold": lambda _: 0,
    "account.aggregated_debt": lambda _: 0,
    "account.account_activation_time": lambda v: v.state.supply.commissioned_at,
    "account.currency": lambda v: _currency(v.state.account),
    "account.low_credit_threshold": lambda v: _amount(v, v.state.account.low),
    "token_credit.current_credit_amount": lambda v: _credit(v),
    "token_credit.priority": lambda _: TOKEN_PRIORITY,
    "token_credit.warning_threshold": lambda v: _amount(v, v.state.account.low),
    "token_credit.limit": lambda _: 0,
    "token_credit.credit_configuration": lambda _: CreditConfiguration.TAKES_TOKENS,
    "token_credit.credit_status": lambda v: credit_status(v.state),
    "token_gateway.token_time": lambda v: v.last.at,
    "token_gateway.token_delivery_method": lambda v: _delivery(v.source),
    "token_gateway.token_status": lambda v: GatewayStatus.of(v.last.result),
    "sts.meter_pan": lambda v: MeterPan.of(v.state.sts.drn),
    "sts.commodity": lambda v: v.state.account.commodity.name.lower(),
    "sts.encryption_algorithm": lambda v: int(v.state.sts.key.ea),
    "sts.supply_group_code": lambda v: int(v.state.sts.key.sgc),
    "sts.tariff_index": lambda v: int(v.state.sts.key.ti),
    "sts.key_revision_number": lambda v: v.state.sts.key.krn,
    "sts.key_type": lambda v: v.state.sts.key.kt,
    "sts.key_expiry_number": lambda v: v.state.sts.key.ken,
    "sts.no_of_kct_supported": lambda v: KEY_CHANGE_TOKENS[v.state.sts.key.ea],
    "limiter.threshold_active": lambda v: v.limit.power_w,
    "limiter.threshold_normal": lambda v: v.limit.power_w,
    "limiter.threshold_emergency": lambda v: v.limit.power_w,
    "limiter.min_over_threshold_duration": lambda v: v.limit.over_s,
    "disconnect_control.output_state": lambda v: v.closed,
    "disconnect_control.control_state": lambda v: explain(v.state).state,
    "disconnect_control.control_mode": lambda _: ControlMode.MODE_6,
    "supply_explanation.value": lambda v: explain(v.state, v.uncounted_s),
    "last_result.value": lambda v: v.last,
    "ledger_head.value": lambda v: v.state.ledger.head,
    "alarms.value": lambda v: alarms(v.state),
    "token_log.entries_in_use": lambda v: len(v.state.ledger.entries),
    "token_log.profile_entries": lambda _: 2 * LEDGER_KEPT,
    "power_offs.value": lambda v: v.state.supply.power_offs,
    "overloads.value": lambda v: v.state.supply.overload.openings,
    "usage.value": lambda v: _usage(v.state),
    "tamper.value": lambda v: v.state.tampering.seen,
    "price.value": lambda v: v.state.account.price_e5,
    "unbalance_limit.value": lambda v: max(v.state.limits.unbalance_w, 0),
    "flow_factor.value": lambda v: v.state.metering.factor,
    "key_set.value": lambda v: key_set(v.state, v.uncounted_s),
    "base_date.value": lambda v: int(v.state.sts.base),
    "consumption.value": lambda v: Consumption(
        v.state.metering.total, v.state.account.measure.unit
    ),
    "days_left.value": lambda v: days_left(v.state),
    "days.entries_in_use": lambda v: len(v.state.calendar.days),
    "days.profile_entries": lambda _: DAYS_KEPT,
    "months.entries_in_use": lambda v: len(v.state.calendar.months),
    "months.profile_entries": lambda _: MONTHS_KEPT,
    "power.value": lambda v: v.reading.power_w if contact_wanted(v.state) else 0,
    "current.value": lambda v: v.reading.current_ma if contact_wanted(v.state) else 0,
    "voltage.value": lambda v: v.reading.voltage_mv,
    "power_factor.value": lambda v: v.reading.power_factor if contact_wanted(v.state) else UNITY,
    "frequency.value": lambda v: v.reading.frequency_mhz,
    "energy_import.value": lambda v: min(v.state.metering.total, MOST_COUNT),
}
"""Rows that need the store; `LOGS` has those that take a selection."""


Logged = TypeVar("Logged", bound=TokenOutcome | Captured)


def selected(rows: tuple[Logged, ...], selection: LogSelection) -> tuple[Logged, ...]:
    """Return rows by selection, oldest first; a row of a billing profile is no token's."""
    match selection:
        case Whole():
            return rows
        case ByEntry(first, last):
            return rows[first - 1 : last or None]
        case ByTime(first, last):
            return tuple(row for row in rows if first <= row.at <= last)
        case ByDigest(digest):
            return tuple(
                row for row in rows if isinstance(row, TokenOutcome) and row.digest == digest
            )
        case _:
            assert_never(selection)


def log_entries(state: State, selection: LogSelection) -> tuple[TokenOutcome, ...]:
    """Return ledger entries by selection."""
    return selected(state.ledger.entries, selection)


def captured(captures: tuple[Capture, ...], selection: LogSelection) -> tuple[Captured, ...]:
    """Return rows of a billing profile by selection."""
    rows = tuple(Captured(each.at, min(each.total, MOST_COUNT)) for each in captures)
    return selected(rows, selection)


LOGS: dict[str, Callable[[State, LogSelection], object]] = {
    "token_log.buffer": log_entries,
    "days.buffer": lambda state, selection: captured(state.calendar.days, selection),
    "months.buffer": lambda state, selection: captured(state.calendar.months, selection),
}
"""Rows that need the store and take a selection."""


def _credit(view: View) -> int:
    return _amount(view, view.state.account.credit)


def _amount(view: View, amount: int) -> int:
    """Return an amount of the account as the wire counts it; a greater debt than it can tell less.

    A contact that is welded lets use go on without bound.
    """
    account = view.state.account
    told = max(amount, -account.maximum)
    return floored(told, MONEY_INSIDE, MONEY_SCALE) if account.currency else floored(told, 0, 0)


def _usage(state: State) -> Usage:
    used = usage(state)
    return Usage(*(min(getattr(used, each.name), MOST_COUNT) for each in fields(used)))


def _currency(account: Account) -> Currency:
    if account.currency:
        return Currency(account.currency, MONEY_SCALE, CurrencyUnit.MONETARY)
    timed = account.measure.unit is Unit.SECOND
    unit = CurrencyUnit.TIME if timed else CurrencyUnit.CONSUMPTION
    return Currency(NAME_OF[account.measure.unit], 0, unit)


def _account_credit(state: State) -> AccountCredit:
    account = state.account
    if account.credit <= 0:
        return AccountCredit.OUT_OF_CREDIT
    low = AccountCredit.LOW_CREDIT if account.credit <= account.low else AccountCredit(0)
    return AccountCredit.IN_CREDIT | low


def _delivery(source: EntrySource) -> DeliveryMethod:
    match source:
        case EntrySource.MANAGEMENT | EntrySource.MODBUS:
            return DeliveryMethod.REMOTE
        case EntrySource.PUBLIC:
            return DeliveryMethod.LOCAL
        case _:
            return DeliveryMethod.MANUAL
