"""The COSEM face: every row of the object map bound to a reader of state or to a command.

Invariant: a reader sees committed state only. Numbers by IEC 62056-6-2, meaning by link.md 4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from link.cosem import ByDigest, ByEntry, LogSelection, Whole, entry_source, floored
from link.cosem.values import (
    AccountCredit,
    AccountMode,
    AccountStatus,
    ControlMode,
    CreditConfiguration,
    Currency,
    CurrencyUnit,
    DeliveryMethod,
    GatewayStatus,
    MeterPan,
    ModeAndStatus,
)
from link.dlms import ActionResult, DataAccessResult
from link.server import AccessRefused, ActionDone, Asked, Operation, Response, Value, Written
from link.terms import (
    DAYS_UNKNOWN,
    LEDGER_KEPT,
    Alarm,
    EntrySource,
    TokenOutcome,
    TokenResult,
    TokenStatus,
    Unit,
    Usage,
)
from meter.domain import State, alarms, contact_wanted, credit_status, explain
from meter.sources import Reading

COMMODITY = "electricity"
TOKEN_PRIORITY = 1
TOKEN_CREDIT_INDEX = 0
"""Place of the token credit in the account's credit_reference_list."""

KEY_CHANGE_TOKENS = 0
"""Key change tokens that the meter takes: none, key change is not built yet."""

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


class Meter(Protocol):
    """What the face needs of the meter unit."""

    @property
    def state(self) -> State | None:
        """As last committed; None while the store is lost."""

    @property
    def reading(self) -> Reading:
        """The newest reading of the source."""

    @property
    def at(self) -> int:
        """UTC seconds."""

    def enter(self, digits: str, source: EntrySource, now: float) -> TokenOutcome | None:
        """Judge a token; None where nothing could be judged."""

    def acknowledge(self, alarms: Alarm, now: float) -> bool:
        """Clear alarm bits; False where nothing could be written."""

    def last_result(self, source: EntrySource) -> TokenOutcome | None:
        """Return what the last token of a path came to."""

    def is_closed(self, now: float) -> bool:
        """Tell how the contact is sensed."""


@dataclass(frozen=True, slots=True)
class View:
    """All that a reader may look at: the state, and what is true at this second."""

    state: State
    reading: Reading
    closed: bool
    """The contact as sensed."""
    source: EntrySource
    """The path of the asking client."""
    last: TokenOutcome
    """The last token result of that path."""


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
    "account.currency": lambda _: Currency("Wh", 0, CurrencyUnit.CONSUMPTION),
    "account.low_credit_threshold": lambda v: v.state.account.low_wh,
    "token_credit.current_credit_amount": lambda v: _credit(v),
    "token_credit.priority": lambda _: TOKEN_PRIORITY,
    "token_credit.warning_threshold": lambda v: v.state.account.low_wh,
    "token_credit.limit": lambda _: 0,
    "token_credit.credit_configuration": lambda _: CreditConfiguration.TAKES_TOKENS,
    "token_credit.credit_status": lambda v: credit_status(v.state),
    "token_gateway.token_time": lambda v: v.last.at,
    "token_gateway.token_delivery_method": lambda v: _delivery(v.source),
    "token_gateway.token_status": lambda v: GatewayStatus(STATUS_OF[v.last.result], v.last.result),
    "sts.meter_pan": lambda v: MeterPan.of(v.state.sts.drn),
    "sts.commodity": lambda _: COMMODITY,
    "sts.encryption_algorithm": lambda v: int(v.state.sts.key.ea),
    "sts.supply_group_code": lambda v: int(v.state.sts.key.sgc),
    "sts.tariff_index": lambda v: int(v.state.sts.key.ti),
    "sts.key_revision_number": lambda v: v.state.sts.key.krn,
    "sts.key_type": lambda v: v.state.sts.key.kt,
    "sts.key_expiry_number": lambda v: v.state.sts.key.ken,
    "sts.no_of_kct_supported": lambda _: KEY_CHANGE_TOKENS,
    "limiter.threshold_active": lambda _: 0,
    "limiter.threshold_normal": lambda _: 0,
    "limiter.min_over_threshold_duration": lambda _: 0,
    "disconnect_control.output_state": lambda v: v.closed,
    "disconnect_control.control_state": lambda v: explain(v.state).state,
    "disconnect_control.control_mode": lambda _: ControlMode.MODE_6,
    "supply_explanation.value": lambda v: explain(v.state),
    "last_result.value": lambda v: v.last,
    "ledger_head.value": lambda v: v.state.ledger.head,
    "alarms.value": lambda v: alarms(v.state),
    "token_log.entries_in_use": lambda v: len(v.state.ledger.entries),
    "token_log.profile_entries": lambda _: LEDGER_KEPT,
    "power_offs.value": lambda _: 0,
    "overloads.value": lambda _: 0,
    "usage.value": lambda _: Usage(0, 0, 0, 0),
    "days_left.value": lambda _: DAYS_UNKNOWN,
    "days.buffer": lambda _: (),
    "days.entries_in_use": lambda _: 0,
    "days.profile_entries": lambda _: 0,
    "months.buffer": lambda _: (),
    "months.entries_in_use": lambda _: 0,
    "months.profile_entries": lambda _: 0,
    "power.value": lambda v: v.reading.power_w if contact_wanted(v.state) else 0,
    "current.value": lambda v: v.reading.current_ma if contact_wanted(v.state) else 0,
    "voltage.value": lambda v: v.reading.voltage_mv,
    "power_factor.value": lambda v: v.reading.power_factor if contact_wanted(v.state) else 1000,
    "frequency.value": lambda v: v.reading.frequency_mhz,
    "energy_import.value": lambda v: v.state.metering.total_wh,
}
"""Rows that need the store. The token log's buffer takes a selection: `log_entries`."""


class CosemFace:
    """Answers what a server session is asked, out of one meter."""

    def __init__(self, meter: Meter, *, drn: str, firmware: str) -> None:
        self._meter = meter
        self._drn = drn
        self._firmware = firmware

    def answer(self, asked: Asked, now: float) -> Response:
        """Read, write or invoke; temporary-failure where the store would be needed and is lost."""
        match asked.operation:
            case Operation.READ:
                return self._read(asked, now)
            case Operation.WRITE:
                return self._acknowledged(asked, now)
            case Operation.INVOKE:
                return self._entered(asked, now)
            case _:
                assert_never(asked.operation)

    def _read(self, asked: Asked, now: float) -> Response:
        match asked.row.key:
            case "clock.time":
                return Value(self._meter.at)
            case "meter_number.value":
                return Value(self._drn)
            case "firmware.value":
                return Value(self._firmware)
        state = self._meter.state
        if state is None:
            return _without_store(asked.row.key)
        if asked.row.key == "token_log.buffer":
            return Value(log_entries(state, asked.selection))
        source = _source(asked)
        last = self._meter.last_result(source) or NO_OUTCOME
        closed = self._meter.is_closed(now)
        return Value(READERS[asked.row.key](View(state, self._meter.reading, closed, source, last)))

    def _acknowledged(self, asked: Asked, now: float) -> Response:
        if asked.row.key == "confirm_reconnection.value":
            return AccessRefused(DataAccessResult.OBJECT_UNAVAILABLE)
        if isinstance(asked.value, Alarm) and self._meter.acknowledge(asked.value, now):
            return Written()
        return AccessRefused(DataAccessResult.TEMPORARY_FAILURE)

    def _entered(self, asked: Asked, now: float) -> Response:
        outcome = self._meter.enter(str(asked.value), _source(asked), now)
        if outcome is None:
            return ActionDone(ActionResult.TEMPORARY_FAILURE)
        return ActionDone(ActionResult.SUCCESS, outcome)


def _source(asked: Asked) -> EntrySource:
    source = entry_source(asked.client.sap)
    if source is None:
        raise ValueError(f"client {asked.client.sap} has no path for tokens and no right to ask")
    return source


def _without_store(key: str) -> Response:
    if key == "alarms.value":
        return Value(Alarm.STORE_FAILED)
    return AccessRefused(DataAccessResult.TEMPORARY_FAILURE)


def log_entries(state: State, selection: LogSelection) -> tuple[TokenOutcome, ...]:
    """Return ledger entries by selection, oldest first."""
    entries = state.ledger.entries
    match selection:
        case Whole():
            return entries
        case ByEntry(first, last):
            return entries[first - 1 : last or None]
        case ByDigest(digest):
            return tuple(entry for entry in entries if entry.digest == digest)
        case _:
            assert_never(selection)


def _credit(view: View) -> int:
    return floored(view.state.account.credit_wh, 0, 0)


def _account_credit(state: State) -> AccountCredit:
    account = state.account
    if account.credit_wh <= 0:
        return AccountCredit.OUT_OF_CREDIT
    low = AccountCredit.LOW_CREDIT if account.credit_wh <= account.low_wh else AccountCredit(0)
    return AccountCredit.IN_CREDIT | low


def _delivery(source: EntrySource) -> DeliveryMethod:
    match source:
        case EntrySource.MANAGEMENT | EntrySource.MODBUS:
            return DeliveryMethod.REMOTE
        case EntrySource.PUBLIC:
            return DeliveryMethod.LOCAL
        case _:
            return DeliveryMethod.MANUAL
