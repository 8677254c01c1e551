"""Laws of the class 2 tokens with a TID: what each does, and what each may not (sts.md 3.3)."""

from dataclasses import replace

import pytest

from link.terms import Alarm, RestoredBy, SupplyReason, Tamper, TokenResult, Unit
from meter.domain import (
    Measure,
    PowerLimit,
    ReportTamper,
    State,
    alarms,
    apply_all,
    contact_wanted,
    decide,
    explain,
    power_limit,
)
from meter.domain.effects import EFFECTS
from meter.sts import (
    ClearCredit,
    ClearTamperCondition,
    Commodity,
    CurrencyCredit,
    ExtendedSet,
    Management,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    UnitsCredit,
    units_field,
)
from meter.sts.layout import LAYOUTS, Layout

from .lives import AT, FLOOR, after, enter, meter, outcome

CREDIT = UnitsCredit(0, rnd=1, tid=FLOOR, field=250)
CONFIGURED = PowerLimit(4_000, 20)
SET = {"rnd": 1, "tid": FLOOR + 1}


def in_money(commodity: Commodity = Commodity.ELECTRICITY) -> State:
    return meter(commodity=commodity, currency="KES", price_e5=2_500_000)


def tampered(state: State, tamper: Tamper, *, opens: bool) -> State:
    return apply_all(state, decide(state, ReportTamper(tamper, opens), AT).facts)


@pytest.mark.parametrize("power_w", [0, 1, 3_000, 16_384, 180_224])
def test_a_power_limit_is_that_of_the_newest_token(power_w: int) -> None:
    state = meter()
    assert power_limit(state, CONFIGURED) == CONFIGURED
    token = SetMaximumPowerLimit(**SET, field=units_field(power_w))
    found = outcome(state, token)
    assert (found.result, found.amount, found.unit) == (
        TokenResult.Accept,
        token.power_w,
        Unit.WATT,
    )
    limited = after(state, token)
    assert power_limit(limited, CONFIGURED) == PowerLimit(token.power_w, 20)
    assert limited.account == state.account


@pytest.mark.parametrize(
    ("state", "token", "result"),
    [
        (
            meter(),
            SetMaximumPowerLimit(**SET, field=units_field(1_000_001)),
            TokenResult.RangeError,
        ),
        (
            meter(commodity=Commodity.WATER),
            SetMaximumPowerLimit(**SET, field=1),
            TokenResult.FunctionError,
        ),
        (
            meter(),
            SetMaximumPhasePowerUnbalanceLimit(**SET, field=1),
            TokenResult.FunctionError,
        ),
        (
            meter(phases=3),
            SetMaximumPhasePowerUnbalanceLimit(**SET, field=units_field(1_000_001)),
            TokenResult.RangeError,
        ),
        (meter(), SetTariffRate(**SET, field=7), TokenResult.FunctionError),
        (in_money(), SetTariffRate(**SET, field=0), TokenResult.RangeError),
        (meter(), SetWaterMeterFactor(**SET, field=7), TokenResult.FunctionError),
        (
            meter(commodity=Commodity.WATER),
            SetWaterMeterFactor(**SET, field=0),
            TokenResult.RangeError,
        ),
        (meter(), ClearTamperCondition(**SET, field=1), TokenResult.FormatError),
        (meter(), ExtendedSet(**SET, field=63 << 10), TokenResult.FunctionError),
        (meter(), ClearCredit(**SET, field=1), TokenResult.FunctionError),
        (meter(), ClearCredit(**SET, field=4), TokenResult.FunctionError),
        (in_money(), ClearCredit(**SET, field=0), TokenResult.FunctionError),
        (meter(), ClearCredit(**SET, field=8), TokenResult.RangeError),
        (meter(), ClearCredit(**SET, field=0xFFFE), TokenResult.RangeError),
    ],
)
def test_what_the_meter_cannot_or_will_not_do_is_refused_and_not_used_up(
    state: State, token: Management, result: TokenResult
) -> None:
    decision = enter(state, token)
    assert decision.facts == ()
    assert decision.outcome is not None
    assert decision.outcome.result is result
    assert decision.outcome.sequence == 0


def test_an_unbalance_limit_is_for_meters_of_several_phases() -> None:
    state = meter(phases=3)
    limited = after(state, SetMaximumPhasePowerUnbalanceLimit(**SET, field=2_000))
    assert limited.limits.unbalance_w == 2_000


@pytest.mark.parametrize("field", [1, 2_575, 0xFFFF])
def test_a_tariff_rate_is_hundredths_of_the_currency_from_then_on(field: int) -> None:
    state = in_money()
    charged = apply_all(state, decide(state, Measure(0, 0), AT).facts)
    priced = after(charged, SetTariffRate(**SET, field=field))
    assert priced.account.price_e5 == field * 1_000
    used = apply_all(priced, decide(priced, Measure(0, 1_000), AT).facts)
    assert used.account.credit == -field * 1_000


def test_a_water_factor_is_thousandths_and_loses_nothing() -> None:
    state = after(meter(commodity=Commodity.WATER), SetWaterMeterFactor(**SET, field=1_234))
    for register in range(11):
        state = apply_all(state, decide(state, Measure(0, register * 7), AT).facts)
    assert (state.metering.total, state.metering.rest) == divmod(70 * 1_234, 1_000)
    assert state.account.credit == -state.metering.total


@pytest.mark.parametrize("field", [0, 0xFFFF])
def test_clearing_takes_what_is_left_and_opens_the_switch(field: int) -> None:
    state = after(meter(), CREDIT)
    decision = enter(state, ClearCredit(**SET, field=field))
    assert decision.outcome is not None
    assert (decision.outcome.amount, decision.outcome.credit_after) == (-25_000, 0)
    cleared = apply_all(state, decision.facts)
    assert explain(cleared).reason is SupplyReason.NO_CREDIT
    assert cleared.account.credit == 0


def test_clearing_forgives_no_debt() -> None:
    state = apply_all(meter(), decide(meter(), Measure(0, 0), AT).facts)
    owing = apply_all(state, decide(state, Measure(0, 500), AT).facts)
    assert after(owing, ClearCredit(**SET, field=0)).account.credit == -500


@pytest.mark.parametrize("commodity", Commodity)
def test_every_register_of_money_is_cleared_by_its_own_number(commodity: Commodity) -> None:
    state = in_money(commodity)
    state = after(state, CurrencyCredit(4 + commodity, tid=FLOOR, field=900))
    for register in range(8):
        found = outcome(state, ClearCredit(**SET, field=register))
        accepted = found.result is TokenResult.Accept
        assert accepted == (register == 4 + commodity)


def test_tamper_that_opens_holds_the_switch_until_a_token_clears_it() -> None:
    state = after(meter(), CREDIT)
    noted = tampered(state, Tamper.MAGNET, opens=False)
    assert contact_wanted(noted)
    assert Alarm.TAMPERED in alarms(noted)
    opened = tampered(noted, Tamper.COVER, opens=True)
    assert not contact_wanted(opened)
    assert explain(opened).reason is SupplyReason.TAMPER
    assert explain(opened).restored_by is RestoredBy.CLEAR_TAMPER_TOKEN
    assert opened.tampering.seen == Tamper.MAGNET | Tamper.COVER
    more = after(opened, replace(CREDIT, tid=FLOOR + 5))
    assert not contact_wanted(more)
    cleared = after(opened, ClearTamperCondition(**SET, field=0))
    assert contact_wanted(cleared)
    assert cleared.tampering.seen == Tamper(0)
    assert Alarm.TAMPERED not in alarms(cleared)


def test_tamper_is_noted_once_and_not_before_the_meter_is_in_use() -> None:
    new = meter()
    assert decide(new, ReportTamper(Tamper.COVER, True), AT).facts == ()
    state = tampered(after(new, CREDIT), Tamper.COVER, opens=True)
    assert decide(state, ReportTamper(Tamper.COVER, True), AT).facts == ()
    assert decide(state, ReportTamper(Tamper.COVER, False), AT).facts == ()


@pytest.mark.parametrize(
    "row", [row for row in LAYOUTS if row.token_class == 0 or "field" in row.kind.__slots__]
)
def test_every_token_with_a_field_has_an_effect_or_is_not_supported(row: Layout) -> None:
    key = (row.token_class, row.subclass)
    assert (key in EFFECTS) != (key == (2, ExtendedSet.subclass))
