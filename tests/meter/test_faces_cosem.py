"""The COSEM face: each row of the map is bound, and what it reads fits the row's type."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem import (
    OBJECT_MAP,
    OBJECTS,
    WHOLE,
    ByDigest,
    ByEntry,
    ByTime,
    Role,
    Row,
    RowKind,
    row,
)
from link.cosem.values import STATUS_OF, Captured, Currency, CurrencyUnit
from link.dlms import ActionResult, DataAccessResult
from link.secret import Secret
from link.server import AccessRefused, ActionDone, Asked, AskedId, Client, Operation, Value, Written
from link.server.objects import SERVER_KNOWS
from link.terms import (
    Alarm,
    Consumption,
    EntrySource,
    SupplyExplanation,
    SupplyReason,
    TokenOutcome,
    TokenResult,
    TokenStatus,
    Usage,
    meter_pan,
    token_digest,
)
from meter.config import MOST_PRICE_E5
from meter.domain import (
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnterToken,
    KeepCalendar,
    LocalDay,
    Measure,
    PowerLimit,
    PowerUp,
    Seed,
    State,
    apply_all,
    contact_wanted,
    decide,
    initial,
)
from meter.faces.cosem import CosemFace, lacking_of
from meter.faces.readers import LOGS, NO_OUTCOME, READERS, log_entries, selected
from meter.sources import Reading
from meter.sts import (
    Commodity,
    DecoderKey,
    EncryptionAlgorithm,
    UnitsCredit,
    units_field,
    write_token,
)

DRN = "12345678903"
SECRET = Secret(bytes(range(8)))
SEED = Seed(DRN, meter_pan(DRN), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, SECRET)
KEY = DecoderKey(EncryptionAlgorithm.EA07, SECRET)
CIU_SAP, AT = 96, 1_800_000_000


def token(tid: int, wh: int = 25_000) -> str:
    return write_token(UnitsCredit(0, rnd=5, tid=tid, field=units_field(wh // 100)), KEY)


class PaperMeter:
    """The unit's promises, kept in memory; `lost` as after a disk that failed."""

    def __init__(self) -> None:
        self.kept = initial(SEED, AT)
        self.lost = False
        self.limit = PowerLimit(2_000, 12)
        self.reading = Reading(0, 0, 1_900, 8_700, 229_100, 960, 49_990)
        self.at = AT
        self.outcomes: dict[EntrySource, TokenOutcome] = {}
        self.do(Measure(0, 0))

    @property
    def state(self) -> State | None:
        return None if self.lost else self.kept

    def do(self, command: Command) -> TokenOutcome | None:
        decision = decide(self.kept, command, AT)
        self.kept = apply_all(self.kept, decision.facts)
        return decision.outcome

    def enter(self, digits: str, source: EntrySource, now: float) -> TokenOutcome | None:
        del now
        outcome = None if self.lost else self.do(EnterToken(digits, source))
        if outcome:
            self.outcomes[source] = outcome
        return outcome

    def acknowledge(self, alarms: Alarm, now: float) -> bool:
        del alarms, now
        return not self.lost

    def confirm(self, since: int, now: float) -> bool:
        del now
        if not self.lost:
            self.do(ConfirmReconnection(since))
        return not self.lost

    def uncounted_s(self, now: float) -> int:
        return int(now)

    def last_result(self, source: EntrySource) -> TokenOutcome | None:
        return self.outcomes.get(source)

    def is_closed(self, now: float) -> bool:
        return now >= 0


def asked(
    what: Row, operation: Operation, value: object = None, selection: object = WHOLE, sap: int = 96
) -> Asked:
    return Asked(AskedId(1), Client(sap, Role.CIU), what, operation, value, selection)


@pytest.fixture
def meter() -> PaperMeter:
    return PaperMeter()


@pytest.fixture
def face(meter: PaperMeter) -> CosemFace:
    return CosemFace(meter, drn=DRN, firmware="test 1")


def read(face: CosemFace, key: str) -> object:
    response = face.answer(asked(row(key), Operation.READ), 0)
    assert isinstance(response, Value)
    return response.value


ATTRIBUTES = [
    each for each in OBJECT_MAP if each.read and each.fixed is None and each.key not in SERVER_KNOWS
]


@pytest.mark.parametrize("wh", [0, 100, 25_000, 1_820_162_400])
def test_every_row_is_bound_and_its_value_fits_its_type(
    wh: int, meter: PaperMeter, face: CosemFace
) -> None:
    if wh:
        meter.enter(token(100, wh), EntrySource.SLOT_0, 0)
        meter.do(Measure(0, 123))
        meter.do(KeepCalendar(LocalDay(740_000, 24_300)))
        meter.do(CutOverload(5_000))
    assert_every_row_fits(face)


def assert_every_row_fits(face: CosemFace) -> None:
    for what in ATTRIBUTES:
        response = face.answer(asked(what, Operation.READ), 0)
        assert isinstance(response, Value), what.key
        assert what.schema.decode(what.schema.encode(response.value)) == response.value, what.key


def test_no_reader_stands_without_a_row() -> None:
    assert set(READERS) | set(LOGS) <= {each.key for each in ATTRIBUTES}


def test_every_method_and_every_writable_row_is_bound(face: CosemFace) -> None:
    methods = {each.key for each in OBJECT_MAP if each.kind is RowKind.METHOD}
    writable = {each.key for each in OBJECT_MAP if each.write}
    assert methods == {"token_gateway.enter"}
    assert writable == {"alarms.value", "confirm_reconnection.value"}
    done = face.answer(asked(row("alarms.value"), Operation.WRITE, Alarm.RELAY_OPEN), 0)
    assert done == Written()


def test_a_lost_store_is_never_guessed(meter: PaperMeter, face: CosemFace) -> None:
    meter.lost = True
    for what in ATTRIBUTES:
        response = face.answer(asked(what, Operation.READ), 0)
        match what.key:
            case "alarms.value":
                assert response == Value(Alarm.STORE_FAILED)
            case "clock.time" | "meter_number.value" | "firmware.value":
                assert isinstance(response, Value)
            case _:
                assert response == AccessRefused(DataAccessResult.TEMPORARY_FAILURE), what.key


def test_a_token_that_cannot_be_judged_is_a_temporary_failure(
    meter: PaperMeter, face: CosemFace
) -> None:
    meter.lost = True
    enter = asked(row("token_gateway.enter"), Operation.INVOKE, token(100))
    assert face.answer(enter, 0) == ActionDone(ActionResult.TEMPORARY_FAILURE)


def test_a_refused_token_is_a_success_of_the_method(face: CosemFace) -> None:
    enter = asked(row("token_gateway.enter"), Operation.INVOKE, "12345678901234567890")
    match face.answer(enter, 0):
        case ActionDone(ActionResult.SUCCESS, TokenOutcome(result=result)):
            assert result is TokenResult.CRCError
        case other:
            pytest.fail(f"{other}")


CONFIRM = row("confirm_reconnection.value")


@pytest.fixture
def locked_out(meter: PaperMeter) -> PaperMeter:
    meter.enter(token(100), EntrySource.SLOT_0, 0)
    for _ in range(3):
        meter.do(CutOverload(5_000))
        meter.do(Elapsed(60))
    meter.do(CutOverload(5_000))
    return meter


def test_a_lock_out_is_confirmed_by_its_own_time_once(
    locked_out: PaperMeter, face: CosemFace
) -> None:
    gone = AccessRefused(DataAccessResult.OBJECT_UNAVAILABLE)
    assert face.answer(asked(CONFIRM, Operation.WRITE, AT - 1), 0) == gone
    assert not contact_wanted(locked_out.kept)
    assert face.answer(asked(CONFIRM, Operation.WRITE, AT), 0) == Written()
    assert contact_wanted(locked_out.kept)
    assert face.answer(asked(CONFIRM, Operation.WRITE, AT), 0) == gone


def test_a_confirmation_without_a_store_is_a_temporary_failure(
    locked_out: PaperMeter, face: CosemFace
) -> None:
    locked_out.lost = True
    answer = face.answer(asked(CONFIRM, Operation.WRITE, AT), 0)
    assert answer == AccessRefused(DataAccessResult.TEMPORARY_FAILURE)


@pytest.mark.usefixtures("locked_out")
def test_the_explanation_counts_down_between_commits(face: CosemFace) -> None:
    explanation = row("supply_explanation.value")
    for now in (0, 17, 1_800, 2_000):
        response = face.answer(asked(explanation, Operation.READ), now)
        assert isinstance(response, Value)
        assert isinstance(response.value, SupplyExplanation)
        assert response.value.reason is SupplyReason.OVERLOAD_LOCKOUT
        assert response.value.seconds_left == max(1_800 - now, 0)


@pytest.mark.usefixtures("locked_out")
def test_nothing_flows_by_the_registers_while_the_switch_is_open(face: CosemFace) -> None:
    shown = {
        key: face.answer(asked(row(f"{key}.value"), Operation.READ), 0)
        for key in ("power", "current", "power_factor", "voltage", "overloads")
    }
    assert shown == {
        "power": Value(0),
        "current": Value(0),
        "power_factor": Value(1_000),
        "voltage": Value(229_100),
        "overloads": Value(4),
    }


HISTORY = (
    *(KeepCalendar(LocalDay(100, 7)), Measure(0, 1_000)),
    *(KeepCalendar(LocalDay(101, 7)), Measure(0, 4_000)),
    *(KeepCalendar(LocalDay(102, 8)), Measure(0, 4_500)),
    *(PowerUp(), PowerUp(), CutOverload(5_000), Elapsed(60)),
)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("power.value", 1_900),
        ("current.value", 8.7),
        ("voltage.value", 229.1),
        ("power_factor.value", 0.96),
        ("frequency.value", 49.99),
        ("energy_import.value", 4_500),
        ("limiter.threshold_active", 2_000),
        ("limiter.threshold_normal", 2_000),
        ("limiter.min_over_threshold_duration", 12),
        ("power_offs.value", 2),
        ("overloads.value", 1),
        ("days_left.value", (25_000 - 4_500) // 3_000),
        ("days.entries_in_use", 3),
        ("days.profile_entries", 62),
        ("months.entries_in_use", 2),
        ("months.profile_entries", 25),
    ],
)
def test_a_number_reads_its_own_in_its_unit(
    key: str, shown: float, meter: PaperMeter, face: CosemFace
) -> None:
    meter.enter(token(100), EntrySource.SLOT_0, 0)
    for command in HISTORY:
        meter.do(command)
    response = face.answer(asked(row(key), Operation.READ), 0)
    assert isinstance(response, Value)
    assert isinstance(response.value, int)
    assert response.value * 10 ** row(key).scaler == pytest.approx(shown)


def test_usage_and_months_read_their_own(meter: PaperMeter, face: CosemFace) -> None:
    for command in HISTORY:
        meter.do(command)
    used = face.answer(asked(row("usage.value"), Operation.READ), 0)
    assert used == Value(Usage(500, 3_000, 500, 4_000))
    months = face.answer(asked(row("months.buffer"), Operation.READ), 0)
    assert months == Value((Captured(AT, 0), Captured(AT, 4_000)))


def test_a_profile_is_cut_by_entry_as_counted_from_one(meter: PaperMeter, face: CosemFace) -> None:
    for day in range(5):
        meter.do(KeepCalendar(LocalDay(100 + day, 7)))
        meter.do(Measure(0, 10 * (day + 1)))

    def totals(selection: object) -> list[int]:
        response = face.answer(asked(row("days.buffer"), Operation.READ, selection=selection), 0)
        assert isinstance(response, Value)
        assert isinstance(response.value, tuple)
        return [captured.total_wh for captured in response.value]

    assert totals(WHOLE) == [0, 10, 20, 30, 40]
    assert totals(ByEntry(2, 3)) == [10, 20]
    assert totals(ByEntry(4, 0)) == [30, 40]
    assert totals(ByDigest(bytes(8))) == []


def test_rows_are_selected_by_the_time_of_their_capture() -> None:
    rows = tuple(Captured(at, total) for at, total in ((100, 1), (200, 2), (200, 3), (300, 4)))
    for first, last, totals in (
        (0, 400, [1, 2, 3, 4]),
        (200, 200, [2, 3]),
        (101, 299, [2, 3]),
        (301, 400, []),
        (300, 100, []),
    ):
        assert [row.total_wh for row in selected(rows, ByTime(first, last))] == totals


def test_each_client_reads_the_result_of_its_own_last_token(face: CosemFace) -> None:
    face.answer(asked(row("token_gateway.enter"), Operation.INVOKE, token(100)), 0)
    mine = face.answer(asked(row("last_result.value"), Operation.READ), 0)
    others = face.answer(asked(row("last_result.value"), Operation.READ, sap=97), 0)
    assert isinstance(mine, Value)
    assert isinstance(mine.value, TokenOutcome)
    assert mine.value.digest == token_digest(token(100))
    assert others == Value(NO_OUTCOME)


def test_each_result_has_a_gateway_status() -> None:
    assert set(STATUS_OF) == set(TokenResult)
    executed = {result for result, status in STATUS_OF.items() if status is TokenStatus.EXECUTED}
    assert TokenResult.Accept in executed
    assert TokenResult.UsedError not in executed


@given(count=st.integers(0, 12), first=st.integers(1, 20), last=st.integers(0, 20))
def test_the_log_is_cut_by_entry_as_counted_from_one(count: int, first: int, last: int) -> None:
    meter = PaperMeter()
    for tid in range(count):
        meter.do(EnterToken(token(100 + tid, 100), EntrySource.SLOT_0))
    numbers = [entry.sequence for entry in log_entries(meter.kept, ByEntry(first, last))]
    assert numbers == [n for n in range(1, count + 1) if first <= n <= (last or count)]


def test_the_log_is_searched_by_digest(meter: PaperMeter) -> None:
    for tid in (100, 101, 102):
        meter.do(EnterToken(token(tid), EntrySource.SLOT_0))
    found = log_entries(meter.kept, ByDigest(token_digest(token(101))))
    assert [entry.tid for entry in found] == [101]
    assert log_entries(meter.kept, ByDigest(bytes(8))) == ()


@pytest.mark.parametrize("commodity", Commodity)
def test_a_meter_has_the_objects_of_its_commodity(commodity: Commodity) -> None:
    lacking = lacking_of(commodity)
    electric, water = commodity is Commodity.ELECTRICITY, commodity is Commodity.WATER
    assert ("energy_import" in lacking, "days" in lacking) == (not electric, not electric)
    assert ("flow_factor" in lacking) != water
    assert lacking <= {each.name for each in OBJECTS}
    assert not {"consumption", "usage", "account", "power"} & lacking


@pytest.mark.parametrize(
    ("commodity", "name", "unit"),
    [
        (Commodity.ELECTRICITY, "Wh", CurrencyUnit.CONSUMPTION),
        (Commodity.WATER, "l", CurrencyUnit.CONSUMPTION),
        (Commodity.GAS, "l", CurrencyUnit.CONSUMPTION),
        (Commodity.TIME, "s", CurrencyUnit.TIME),
    ],
)
def test_an_account_in_units_names_what_it_counts(
    commodity: Commodity, name: str, unit: CurrencyUnit, meter: PaperMeter, face: CosemFace
) -> None:
    meter.kept = initial(replace(SEED, commodity=commodity), AT)
    assert read(face, "account.currency") == Currency(name, 0, unit)
    assert read(face, "sts.commodity") == commodity.name.lower()
    counted = read(face, "consumption.value")
    assert isinstance(counted, Consumption)
    assert counted == Consumption(0, meter.kept.account.measure.unit)


@pytest.mark.parametrize(
    ("credit", "shown"), [(0, 0), (999, 0), (1_000, 1), (-1, -1), (-1_000, -1), (-1_001, -2)]
)
def test_money_is_told_in_hundredths_and_never_as_more_than_there_is(
    credit: int, shown: int, meter: PaperMeter, face: CosemFace
) -> None:
    seed = replace(SEED, currency="KES", price_e5=2_550_000)
    state = initial(seed, AT)
    meter.kept = replace(state, account=replace(state.account, credit=credit))
    assert read(face, "account.currency") == Currency("KES", -2, CurrencyUnit.MONETARY)
    assert read(face, "account.available_credit") == shown
    assert read(face, "token_credit.current_credit_amount") == shown
    assert read(face, "account.amount_to_clear") == max(-shown, 0)
    assert read(face, "price.value") == 2_550_000
    assert read(face, "account.low_credit_threshold") == 12_750


@pytest.mark.parametrize("currency", ["", "KES"])
def test_the_greatest_credit_and_the_greatest_debt_fit_the_wire(
    currency: str, meter: PaperMeter, face: CosemFace
) -> None:
    state = initial(replace(SEED, currency=currency, price_e5=MOST_PRICE_E5), AT)
    for credit in (state.account.maximum, -state.account.maximum):
        meter.kept = replace(state, account=replace(state.account, credit=credit))
        for key in ("account.available_credit", "account.low_credit_threshold", "price.value"):
            value = read(face, key)
            assert row(key).schema.decode(row(key).schema.encode(value)) == value


@pytest.mark.parametrize("currency", ["", "KES"])
def test_what_a_welded_contact_lets_through_without_end_fits_the_wire(
    currency: str, meter: PaperMeter, face: CosemFace
) -> None:
    meter.kept = initial(replace(SEED, currency=currency, price_e5=MOST_PRICE_E5), AT)
    meter.do(Measure(0, 0))
    for day in (740_000, 740_001):
        meter.do(KeepCalendar(LocalDay(day, 24_300)))
        meter.do(Measure(0, meter.kept.metering.register + (1 << 33)))
    assert_every_row_fits(face)
