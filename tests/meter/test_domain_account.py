"""Laws of the account: every unit that is used is paid once, in units or in money (meter.md 4)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.terms import DAYS_UNKNOWN, SupplyReason, TokenResult, Unit
from meter.domain import (
    Account,
    KeepCalendar,
    LocalDay,
    Measure,
    State,
    apply_all,
    contact_wanted,
    crossing,
    days_left,
    decide,
    explain,
    opened,
    state_from_json,
    state_to_json,
)
from meter.sts import Commodity, CurrencyCredit, UnitsCredit, currency_field, units_field

from .lives import AT, FLOOR, after, meter, outcome

PRICES = st.integers(1, 10_000_000)
USES = st.lists(st.integers(0, 5_000), max_size=30)
COMMODITIES = list(Commodity)


def in_money(commodity: Commodity = Commodity.ELECTRICITY, price_e5: int = 2_500_000) -> State:
    return meter(commodity=commodity, currency="KES", price_e5=price_e5)


def paid(state: State, amount_e5: int, tid: int = FLOOR) -> CurrencyCredit:
    return CurrencyCredit(4 + state.account.commodity, tid=tid, field=currency_field(amount_e5))


def used(state: State, *uses: int) -> State:
    for use in uses:
        metering = state.metering
        command = Measure(max(metering.epoch, 0), metering.register + use)
        state = apply_all(state, decide(state, command, AT).facts)
    return state


@given(st.sampled_from(COMMODITIES), PRICES, USES)
def test_however_it_is_sampled_all_that_was_used_is_paid_once(
    commodity: Commodity, price_e5: int, uses: list[int]
) -> None:
    account = opened(commodity, "KES", price_e5)
    sampled = account
    for use in uses:
        sampled = sampled.charged(use)
    assert sampled == account.charged(sum(uses))
    owed = sum(uses) * price_e5
    priced = account.measure.priced_units
    assert -sampled.credit * priced + sampled.unpaid == owed
    assert 0 <= sampled.unpaid < priced


@given(
    st.sampled_from(COMMODITIES), st.sampled_from(["", "KES"]), PRICES, USES, st.integers(1, 10**9)
)
def test_it_lasts_exactly_until_it_is_gone(
    commodity: Commodity, currency: str, price_e5: int, uses: list[int], credit: int
) -> None:
    account = opened(commodity, currency, price_e5)
    for use in uses:
        account = account.charged(use)
    account = replace(account, credit=credit)
    lasts = account.lasts(credit)
    assert lasts is not None
    assert account.charged(lasts).credit <= 0
    assert account.charged(lasts - 1).credit > 0


@pytest.mark.parametrize(
    ("commodity", "unit", "amount", "credit"),
    [
        (Commodity.ELECTRICITY, Unit.WATT_HOUR, 250, 25_000),
        (Commodity.WATER, Unit.CUBIC_METRE, 250, 25_000),
        (Commodity.GAS, Unit.CUBIC_METRE, 250, 25_000),
        (Commodity.TIME, Unit.SECOND, 250, 1_500),
    ],
)
def test_units_of_the_own_commodity_are_credited_and_no_others(
    commodity: Commodity, unit: Unit, amount: int, credit: int
) -> None:
    state = meter(commodity=commodity)
    for other in Commodity:
        found = outcome(state, UnitsCredit(other, rnd=1, tid=FLOOR, field=units_field(amount)))
        if other is commodity:
            assert (found.result, found.amount, found.unit) == (TokenResult.Accept, credit, unit)
        else:
            assert found.result is TokenResult.FunctionError
        money = CurrencyCredit(4 + other, tid=FLOOR, field=currency_field(100))
        assert outcome(state, money).result is TokenResult.FunctionError


@pytest.mark.parametrize("commodity", Commodity)
def test_money_for_the_own_commodity_is_credited_and_units_are_not(commodity: Commodity) -> None:
    state = in_money(commodity)
    for other in Commodity:
        found = outcome(state, CurrencyCredit(4 + other, tid=FLOOR, field=currency_field(100_000)))
        accepted = found.result is TokenResult.Accept
        assert accepted == (other is commodity)
        assert found.unit is Unit.CURRENCY
        assert found.amount == (100_004 if accepted else 0)
        units = UnitsCredit(other, rnd=1, tid=FLOOR, field=1)
        assert outcome(state, units).result is TokenResult.FunctionError


def test_money_buys_until_it_is_gone_and_the_switch_opens() -> None:
    state = after(in_money(), paid(in_money(), 50_000_000))  # 500 at 25 a kWh: 20 kWh
    credit = state.account.credit
    assert contact_wanted(state)
    nearly = used(used(state, 0), 20_000)
    assert nearly.account.credit == credit - 50_000_000 >= 0
    spent = used(nearly, crossing(nearly) or 0)
    assert explain(spent).reason is SupplyReason.NO_CREDIT
    assert spent.account.credit <= 0
    assert contact_wanted(after(spent, paid(spent, 1_000_000, FLOOR + 1)))


def test_a_token_below_zero_takes_money() -> None:
    state = after(in_money(), paid(in_money(), 50_000_000))
    found = outcome(state, paid(state, -20_000_000, FLOOR + 1))
    assert found.result is TokenResult.Accept
    assert found.amount < 0
    taken = after(state, paid(state, -20_000_000, FLOOR + 1))
    assert taken.account.credit == state.account.credit + found.amount == found.credit_after


@pytest.mark.parametrize("sign", [1, -1])
def test_money_beyond_what_an_account_holds_is_refused_and_not_used_up(sign: int) -> None:
    state = in_money()
    token = paid(state, sign * (state.account.maximum + 10**9))
    assert outcome(state, token).result is TokenResult.OverflowError
    assert after(state, token) == state


@pytest.mark.parametrize("sign", [1, -1])
def test_an_account_holds_its_bounds_and_not_a_bit_more(sign: int) -> None:
    state = in_money()
    bound = sign * state.account.maximum
    for short, result in ((10, TokenResult.Accept), (9, TokenResult.OverflowError)):
        account = replace(state.account, credit=bound - sign * short)
        near = replace(state, account=account)
        assert outcome(near, paid(near, sign * 10)).result is result


def test_a_debt_beyond_the_bound_is_paid_in_parts_and_not_made_greater() -> None:
    state = in_money()
    account = replace(state.account, credit=-2 * state.account.maximum)
    owing = replace(state, account=account)
    assert outcome(owing, paid(owing, 10)).result is TokenResult.Accept
    assert outcome(owing, paid(owing, -10)).result is TokenResult.OverflowError


@given(PRICES, USES)
def test_a_store_brings_the_account_back_with_what_is_unpaid(
    price_e5: int, uses: list[int]
) -> None:
    state = used(in_money(price_e5=price_e5), 0, *uses)
    assert state_from_json(state_to_json(state)) == state


@given(st.integers(1, 10**9), st.integers(1, 3_000), PRICES)
def test_after_crossing_and_not_before_the_credit_is_exhausted(
    credit: int, factor: int, price_e5: int
) -> None:
    state = used(in_money(Commodity.WATER, price_e5), 0)
    state = replace(
        state,
        account=replace(state.account, credit=credit, low=0),
        metering=replace(state.metering, factor=factor, rest=factor % 1000),
    )
    more = crossing(state)
    assert more is not None
    assert used(state, more).account.credit <= 0
    assert more == 0 or used(state, more - 1).account.credit > 0


def test_days_left_are_told_by_what_the_money_buys() -> None:
    state = used(in_money(price_e5=2_500_000), 0)
    for day in range(3):
        today = KeepCalendar(LocalDay(1000 + day, 33))
        state = apply_all(state, decide(state, today, AT).facts)
        state = used(state, 4_000)
    assert days_left(state) == 0
    state = after(state, paid(state, 200_000_000))
    kwh = state.account.credit // 2_500_000
    assert days_left(state) == kwh // 4
    assert days_left(in_money()) == DAYS_UNKNOWN


def test_use_that_costs_nothing_never_exhausts() -> None:
    free = replace(opened(Commodity.WATER, "KES", 1), credit=9, price_e5=0)
    assert isinstance(free, Account)
    assert free.lasts(9) is None
    assert crossing(replace(in_money(), account=free)) is None
    assert free.charged(10**9).credit == 9
