"""Every reason has words that fit the display, and figures are never flattering."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciu import COLUMNS, wording
from ciu.wording import (
    ELECTRICITY,
    Commodity,
    Complaint,
    Doubt,
    Lines,
    LocalTime,
    MeterContext,
    Progress,
    Silence,
    Silent,
    Words,
    account_of,
)
from ciu.wording.effects import EFFECTS, KEY_SECTIONS, Management
from ciu.wording.layout import lay_out
from ciu.wording.supply import LIGHTS, REASONS, REMEDIES
from link.cosem import row
from link.cosem.values import Currency, CurrencyUnit
from link.terms import (
    EXECUTED,
    Alarm,
    EntrySource,
    LinkTrouble,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenClass,
    TokenOutcome,
    TokenResult,
    Unit,
)

Make = Callable[..., TokenOutcome]
I64 = (-(1 << 63), -1, 25_000, (1 << 63) - 1)
U32 = (0, 3599, (1 << 32) - 1)
ON = SupplyExplanation(SupplyState.CONNECTED, SupplyReason.NONE, 0, RestoredBy.NOTHING, 0)
RESTORED_BY = {
    SupplyReason.NONE: RestoredBy.NOTHING,
    SupplyReason.NO_CREDIT: RestoredBy.CREDIT_TOKEN,
    SupplyReason.TEST: RestoredBy.TIME,
    SupplyReason.NEVER_COMMISSIONED: RestoredBy.FIRST_TOKEN,
    SupplyReason.OVERLOAD: RestoredBy.TIME,
    SupplyReason.OVERLOAD_LOCKOUT: RestoredBy.CONFIRMATION,
    SupplyReason.TAMPER: RestoredBy.CLEAR_TAMPER_TOKEN,
}
KES = account_of(Currency("KES", -2, CurrencyUnit.MONETARY))
SHILLING = account_of(Currency("Old Shillings", -2, CurrencyUnit.MONETARY))
WATER = account_of(Currency("l", 0, CurrencyUnit.CONSUMPTION))
TIME = account_of(Currency("s", 0, CurrencyUnit.TIME))
ACCOUNTS = (None, ELECTRICITY, WATER, TIME, KES, SHILLING)
HERE = MeterContext(EntrySource.SLOT_0, ELECTRICITY, Commodity.ELECTRICITY)
SOURCES = (EntrySource.SLOT_0, EntrySource.SLOT_7, EntrySource.MANAGEMENT, EntrySource.MODBUS)


def off_for(reason: SupplyReason, left_s: int = 0) -> SupplyExplanation:
    """A switch that is open for a reason, and how long still."""
    return SupplyExplanation(SupplyState.READY, reason, 0, RESTORED_BY[reason], left_s)


def everything_around() -> Iterator[MeterContext]:
    """Every account, commodity and supply, in turn beside the others' usual ones."""
    yield from (replace(HERE, account=account) for account in ACCOUNTS)
    for commodity, supply in product((None, *Commodity), (None, ON, *map(off_for, SupplyReason))):
        yield replace(HERE, commodity=commodity, supply=supply)


def fits(lines: Lines) -> bool:
    return all(0 < len(line) <= COLUMNS for line in lines)


def extremes(outcome: Make) -> Iterator[TokenOutcome]:
    greatest = row("last_result.value").schema.greatest()
    assert isinstance(greatest, TokenOutcome)
    for amount, seconds in product(I64, U32):
        yield outcome(amount=amount, worth=amount, credit_after=amount, seconds=seconds)
        yield replace(greatest, amount=amount, worth=amount, seconds=seconds)


def kinds() -> Iterator[tuple[int, int]]:
    """Classes and subclasses of which the words differ."""
    yield from ((TokenClass.CREDIT, 0), (TokenClass.TEST, 0), (TokenClass.MANAGEMENT, 10))
    yield from ((TokenClass.MANAGEMENT, subclass) for subclass in Management)


@pytest.mark.parametrize("result", TokenResult)
def test_every_result_has_words_that_fit(result: TokenResult, words: Words, outcome: Make) -> None:
    grounds = tuple(everything_around())
    for extreme, (token_class, subclass) in product(extremes(outcome), kinds()):
        kind = replace(extreme, result=result, token_class=token_class, subclass=subclass)
        assert fits(wording.verdict(words, kind, HERE))
        if extreme.amount not in (0, max(I64)) or extreme.seconds:
            continue
        for source, unit in product(SOURCES, (Unit.CURRENCY, Unit.WATT_HOUR, Unit.COUNT)):
            told = replace(kind, source=source, first_source=source, unit=unit)
            assert fits(wording.verdict(words, told, replace(HERE, account=SHILLING)))
        for context in grounds:
            assert fits(wording.verdict(words, kind, context))


def test_no_two_refusals_are_told_in_the_same_words(words: Words, outcome: Make) -> None:
    told = [
        wording.verdict(words, outcome(result=result), HERE)
        for result in TokenResult
        if result not in EXECUTED
    ]
    assert len(set(told)) == len(told)


def test_an_accepted_token_is_told_with_what_it_brought(words: Words, outcome: Make) -> None:
    def say(supply: SupplyExplanation | None, **changes: object) -> Lines:
        return wording.verdict(words, outcome(**changes), replace(HERE, supply=supply))

    assert say(ON) == ("ACCEPTED  +25.0 kWh", "Credit 25.0 Light on")
    assert say(None) == ("ACCEPTED  +25.0 kWh", "Credit 25.0 kWh")
    assert say(off_for(SupplyReason.NO_CREDIT))[1] == "25.0 kWh Light off"
    for reason in (SupplyReason.OVERLOAD, SupplyReason.OVERLOAD_LOCKOUT):
        assert say(off_for(reason))[1] == "Light off: overload"
    assert say(None, source=EntrySource.SLOT_3)[1] == "In credit, by CIU 3"


@pytest.mark.parametrize(
    ("commodity", "name"),
    [(None, "Supply"), *((each, LIGHTS[each].on.split()[0]) for each in Commodity)],
)
def test_what_comes_on_is_named_by_the_commodity(
    commodity: Commodity | None, name: str, words: Words, outcome: Make
) -> None:
    context = replace(HERE, commodity=commodity, supply=ON)
    assert wording.verdict(words, outcome(), context)[1].endswith(f"25.0 {name} on"[-9:])
    dark = replace(context, supply=off_for(SupplyReason.TAMPER))
    assert wording.verdict(words, outcome(), dark)[1] == f"{name} off: tamper"


def test_money_is_told_in_its_currency_and_rounded_toward_less(words: Words, outcome: Make) -> None:
    def say(**changes: object) -> Lines:
        paid = outcome(unit=Unit.CURRENCY, amount=25_000_000, credit_after=31_299_999, **changes)
        return wording.verdict(words, paid, replace(HERE, account=KES))

    assert say() == ("ACCEPTED +250.00 KES", "Credit 312.99 KES")
    used = say(result=TokenResult.UsedError, worth=-500_001, first_at=outcome().at)
    assert used == ("USED 14:02 -5.01 KES", "Was taken off then")
    used = say(result=TokenResult.UsedError, worth=25_052_624, first_at=outcome().at)
    assert used == ("USED 14:02 250.52", "Added to credit then")


def test_a_currency_that_is_not_understood_is_no_account() -> None:
    for scale in (-128, -6, 1, 127):
        assert account_of(Currency("KES", scale, CurrencyUnit.MONETARY)) is None
    assert account_of(Currency("Wh", 1, CurrencyUnit.CONSUMPTION)) is None
    assert account_of(Currency("gallon", 0, CurrencyUnit.CONSUMPTION)) is None
    assert account_of(None) is None


@pytest.mark.parametrize(("scale", "shown"), [(0, "123456"), (-1, "12345.6"), (-5, "1.23")])
def test_a_currency_is_shown_with_the_decimals_that_it_has(scale: int, shown: str) -> None:
    account = account_of(Currency("UGX", scale, CurrencyUnit.MONETARY))
    assert account is not None
    assert account.rows.figure(123_456) == shown
    assert account.tokens.figure(123_456 * account.row_step) == shown


DID = {
    Management.POWER_LIMIT: (3000, Unit.WATT, ("POWER LIMIT SET", "Now 3.00 kW")),
    Management.CLEAR_CREDIT: (-12_500, Unit.WATT_HOUR, ("CREDIT CLEARED", "-12.5 kWh, now 0.0")),
    Management.TARIFF_RATE: (2_550_000, Unit.CURRENCY, ("TARIFF RATE SET", "Now 25.50 KES/kWh")),
    Management.CLEAR_TAMPER: (0, Unit.COUNT, ("TAMPER CLEARED", "Meter has taken it")),
    Management.UNBALANCE_LIMIT: (500, Unit.WATT, ("UNBALANCE LIMIT SET", "Now 0.50 kW")),
    Management.WATER_FACTOR: (1250, Unit.COUNT, ("WATER FACTOR SET", "Now 1.250")),
    **dict.fromkeys(KEY_SECTIONS, (0, Unit.COUNT, ("KEY CHANGED", "New key is in use"))),
}


@pytest.mark.parametrize("subclass", Management)
def test_a_management_token_is_told_by_what_it_did(
    subclass: Management, words: Words, outcome: Make
) -> None:
    amount, unit, said = DID[subclass]
    account = KES if unit is Unit.CURRENCY else ELECTRICITY
    done = outcome(token_class=2, subclass=subclass, amount=amount, unit=unit, credit_after=0)
    assert wording.verdict(words, done, replace(HERE, account=account)) == said
    assert EFFECTS.keys() == DID.keys()


def test_a_credit_that_was_none_is_cleared_in_words(words: Words, outcome: Make) -> None:
    cleared = outcome(token_class=2, subclass=Management.CLEAR_CREDIT, amount=0, credit_after=-30)
    assert wording.verdict(words, cleared, HERE) == ("CREDIT CLEARED", "None was left")


def test_a_limit_of_nothing_is_none_and_a_cleared_tamper_tells_of_the_light(
    words: Words, outcome: Make
) -> None:
    unlimited = outcome(token_class=2, amount=0, unit=Unit.WATT)
    assert wording.verdict(words, unlimited, HERE)[1] == "Now none"
    cleared = outcome(token_class=2, subclass=Management.CLEAR_TAMPER, amount=0)
    assert wording.verdict(words, cleared, replace(HERE, supply=ON))[1] == "Light on"


def test_a_price_has_the_decimals_that_it_needs() -> None:
    assert wording.price(2_500_000, KES, Commodity.WATER) == "25.00 KES/m³"
    assert wording.price(1_234_567, KES, Commodity.TIME) == "12.34567 KES/h"
    assert wording.price(100, None, None) == "0.001"


def test_a_section_of_a_key_in_use_is_told_as_done(words: Words, outcome: Make) -> None:
    at = outcome().at
    for result, subclass in ((TokenResult.CRCError, 0), (TokenResult.UsedError, 3)):
        again = outcome(
            result=result, token_class=2, subclass=subclass, sequence=5, first_at=at, worth=1
        )
        said = wording.verdict(words, again, HERE)
        assert said == ("DONE ALREADY 14:02", "The key has changed")
    credit = outcome(result=TokenResult.CRCError, sequence=5, first_at=at, worth=25_000)
    assert wording.verdict(words, credit, HERE)[0] == "USED 14:02 +25.0 kWh"
    strange = outcome(result=TokenResult.CRCError, token_class=2)
    assert wording.verdict(words, strange, HERE)[0] == "NOT FOR THIS METER"


def test_an_outcome_is_told_by_its_token_where_another_was_typed_since(words: Words) -> None:
    longest = "x" * COLUMNS
    said = wording.earlier(words, "4197", (longest, "Light on"))
    assert said == ("Earlier token ..4197", longest)


def test_a_used_token_is_told_with_when_and_how_much(words: Words, outcome: Make) -> None:
    def say(**changes: object) -> Lines:
        used = outcome(result=TokenResult.UsedError, worth=25_000, **changes)
        return wording.verdict(words, used, HERE)

    at = outcome().at
    assert say(first_at=at) == ("USED 14:02 +25.0 kWh", "Added to credit then")
    assert say(first_at=at, first_source=EntrySource.MANAGEMENT)[1] == "Added, by office"
    assert say(first_at=at, first_source=EntrySource.SLOT_3)[1] == "Added then, by CIU 3"
    assert say(first_at=at, at=at + 86_400)[0] == "USED 1 Jan +25.0 kWh"
    assert say(first_at=at, at=at + 366 * 86_400)[0] == "USED 1990 +25.0 kWh"
    assert say(first_at=0)[0] == "USED +25.0 kWh"


def test_a_lock_out_is_told_with_what_is_left_of_it(words: Words, outcome: Make) -> None:
    locked = outcome(result=TokenResult.LockedOut, seconds=160)
    assert wording.verdict(words, locked, HERE)[0] == "LOCKED, wait 2:40"
    over = wording.verdict(words, replace(locked, seconds=0), HERE)
    assert over == ("LOCK IS OVER", "Type it again")


def test_a_held_section_is_told_with_what_is_missing(words: Words, outcome: Make) -> None:
    held = outcome(result=TokenResult.SecondKCT, token_class=2, missing=1, seconds=580)
    said = wording.verdict(words, held, HERE)
    assert said == ("KEY PART 2 ACCEPTED", "1 more within 9:40")


def test_every_stage_of_a_key_change_has_words_that_fit(words: Words) -> None:
    flags = (False, False), (True, False), (False, True)
    for held, missing, part, (again, anew) in product((1, 3, 255), (1, 255), range(5), flags):
        progress = Progress(held, missing, part, again, anew)
        for left_s in (0, 59, 600, *U32):
            assert fits(wording.key_change(words, progress, left_s))
    assert fits(wording.time_up(words))


def test_every_supply_explanation_has_words_that_fit(words: Words) -> None:
    table = product(SupplyState, SupplyReason, U32, RestoredBy, U32)
    for state, reason, since, restored_by, left in table:
        explained = SupplyExplanation(state, reason, since, restored_by, left)
        for at in (since, (1 << 32) - 1):
            lines = wording.supply(words, explained, at)
            assert max(map(len, lines)) <= COLUMNS


def test_an_open_switch_is_told_with_why_and_what_restores_it(words: Words) -> None:
    noon = 12 * 3600
    explained = SupplyExplanation(
        SupplyState.READY, SupplyReason.NO_CREDIT, noon, RestoredBy.CREDIT_TOKEN, 0
    )
    assert wording.supply(words, explained, noon) == ("OFF 12:00 no credit", "Enter a token")
    new = SupplyExplanation(
        SupplyState.DISCONNECTED, SupplyReason.NEVER_COMMISSIONED, 0, RestoredBy.FIRST_TOKEN, 0
    )
    assert wording.supply(words, new, noon) == ("OFF: not in use", "Enter first token")


def test_tampering_is_told_with_whom_to_ask(words: Words) -> None:
    said = wording.supply(words, off_for(SupplyReason.TAMPER), 0)
    assert said == ("OFF: tamper", "Ask for clear token")


def test_every_reason_has_a_word_and_a_remedy() -> None:
    assert REASONS.keys() == set(SupplyReason)
    assert REMEDIES.keys() == set(RestoredBy)


@pytest.mark.parametrize("reason", sorted(wording.OVERLOADS))
@pytest.mark.parametrize("left_s", U32)
def test_an_overload_has_words_that_fit(reason: SupplyReason, left_s: int, words: Words) -> None:
    for confirming in (False, True):
        assert fits(wording.overload(words, off_for(reason, left_s), confirming=confirming))
    assert fits(wording.overload_advice(words, off_for(reason, left_s)))


def test_an_overload_is_told_with_what_ends_it(words: Words) -> None:
    def say(reason: SupplyReason, left_s: int, *, confirming: bool = False) -> Lines:
        return wording.overload(words, off_for(reason, left_s), confirming=confirming)

    assert say(SupplyReason.OVERLOAD, 42) == ("TOO MUCH POWER USED", "Back on in 0:42")
    assert say(SupplyReason.OVERLOAD, 0)[1] == "Back on soon"
    lockout = SupplyReason.OVERLOAD_LOCKOUT
    assert say(lockout, 1780) == ("OFF: TOO MUCH POWER", "Enter, or wait 29:40")
    assert say(lockout, 1780, confirming=True)[1] == "Asking the meter…"


def test_a_countdown_goes_on_between_two_readings_and_stops_at_nothing() -> None:
    overload = off_for(SupplyReason.OVERLOAD, 42)
    assert wording.after(overload, 2).seconds_left == 40
    over = wording.after(overload, 50)
    assert over.seconds_left == 0
    assert (wording.runs_down(overload), wording.runs_down(over)) == (True, False)
    assert not wording.runs_down(replace(ON, seconds_left=9, restored_by=RestoredBy.TIME))


@pytest.mark.parametrize("trouble", LinkTrouble)
def test_every_silence_has_words_that_fit(trouble: LinkTrouble, words: Words) -> None:
    for silent, again_s in product(Silent, (1, 3, 59, 3600)):
        assert fits(wording.silence(words, Silence(silent, trouble, again_s)))


def test_a_silent_line_is_told_from_a_silent_meter(words: Words) -> None:
    said = {
        wording.silence(words, Silence(silent, LinkTrouble.NO_ANSWER, 3))[0]
        for silent in (Silent.LINE, Silent.METER)
    }
    assert said == {"No answer on line", "No answer from meter"}


def test_every_alarm_but_that_of_the_supply_page_has_words(words: Words) -> None:
    assert set(wording.ALARMS) == set(Alarm) - {Alarm.RELAY_OPEN}
    assert all(fits(wording.alarm(words, alarm)) for alarm in wording.ALARMS)
    assert fits(wording.ledger_fell(words))
    assert fits(wording.supplier_told(words))


def test_of_a_meter_that_was_never_in_use_nothing_is_used_up(words: Words) -> None:
    unused, empty = map(off_for, (SupplyReason.NEVER_COMMISSIONED, SupplyReason.NO_CREDIT))
    never = wording.alarm(words, Alarm.CREDIT_EXHAUSTED, unused)
    assert never == ("NO CREDIT YET", "Enter first token")
    assert wording.alarm(words, Alarm.CREDIT_EXHAUSTED, empty)[0] == "CREDIT USED UP"
    assert wording.alarm(words, Alarm.TAMPERED, unused)[0] == "TAMPERING FOUND"


@pytest.mark.parametrize("kind", Complaint)
@pytest.mark.parametrize("typed", ["", "1", "#" * 24, "9" * 24])
def test_every_complaint_fits(kind: Complaint, typed: str, words: Words) -> None:
    assert max(map(len, wording.complaint(words, kind, typed))) <= COLUMNS


@pytest.mark.parametrize("kind", Doubt)
def test_every_doubt_fits(kind: Doubt, words: Words) -> None:
    assert fits(wording.doubt(words, kind, tail="4197", state="No answer from meter"))


def test_digits_grow_in_groups_of_four(words: Words) -> None:
    digits = "23716100501183194197"
    assert wording.entry(words, digits[:14]) == ("2371 6100 5011 83__", "            14 of 20")
    assert wording.entry(words, digits[:18]) == ("2371 6100 5011 8319", "41__        18 of 20")
    assert wording.entry(words, "#1") == ("#1_", "")


@given(st.text(st.sampled_from("0123456789#*i"), max_size=24))
def test_every_entry_fits(typed: str) -> None:
    lines = wording.entry(Words(lambda utc: LocalTime(1970, 1, 1, 0, utc % 60, 0)), typed)
    assert max(map(len, lines)) <= COLUMNS


@given(st.integers(), st.integers(1, 10_000), st.integers(0, 3))
def test_a_figure_is_rounded_toward_less_and_by_less_than_its_last_place(
    value: int, divisor: int, places: int
) -> None:
    text = wording.floor_decimal(value, divisor, places)
    shown = int(text.replace(".", ""))
    assert shown * divisor <= value * 10**places < (shown + 1) * divisor


@given(st.integers(-10_000, 10_000), st.sampled_from(Unit))
def test_zero_is_never_negative(value: int, unit: Unit) -> None:
    shown = wording.figure(value, unit)
    assert not (shown.startswith("-") and float(shown) == 0)


def test_credit_is_never_more_than_there_is() -> None:
    shown = {wh: wording.amount(wh, Unit.WATT_HOUR) for wh in (99, 0, -1, 24_999, 25_000)}
    assert shown == {
        99: "0.0 kWh",
        0: "0.0 kWh",
        -1: "-0.1 kWh",
        24_999: "24.9 kWh",
        25_000: "25.0 kWh",
    }


def test_a_span_is_told_in_its_largest_unit() -> None:
    assert [wording.span(s) for s in (0, 59, 60, 3599, 3600, 172_800)] == [
        "0 s",
        "59 s",
        "1 min",
        "59 min",
        "1 h",
        "2 d",
    ]
    assert [wording.countdown(s) for s in (7, 160, 1280, 3600)] == ["0:07", "2:40", "21:20", "1 h"]


def test_text_of_unknown_length_is_cut_where_one_sees_it() -> None:
    assert wording.clip("x" * 30) == "x" * 19 + "…"
    assert wording.clip("a\x00b\nc") == "abc"


def test_the_fullest_way_of_saying_that_fits_is_taken() -> None:
    template = "{name} is here|{name}\n{left}\t{right}|{left}"
    assert lay_out(template, {"name": "meter", "left": "a", "right": "b"}) == (
        "meter is here",
        "a" + " " * 18 + "b",
    )
    crowded = lay_out(template, {"name": "x" * 15, "left": "y" * 19, "right": "b"})
    assert crowded == ("x" * 15, "y" * 19)
    with pytest.raises(ValueError, match="fits 20"):
        lay_out("{name}\n", {"name": "x" * 21})
