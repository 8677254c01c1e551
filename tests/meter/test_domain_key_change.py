"""Laws of the key change: whole or not at all, in any order, nothing used twice (sts.md 10.3)."""

from dataclasses import replace
from itertools import permutations

import pytest

from link.secret import Secret
from link.terms import Alarm, TokenResult
from meter.domain import (
    Acknowledge,
    Elapsed,
    HeldSections,
    KeyChanged,
    KeySectionHeld,
    State,
    apply_all,
    decide,
    key_set,
    next_elapse_s,
    state_from_json,
    state_to_json,
)
from meter.domain.key_change import MAY_FOLLOW, MOST_RETIRED
from meter.domain.key_sections import HELD_S
from meter.sts import (
    BaseDate,
    FirstSection,
    KeyType,
    NewKey,
    SecondSection,
    SupplyGroupSection,
    UnitsCredit,
)

from .lives import AT, FLOOR, LONG, SHORT, SHORT_SEED, after, enter, meter, outcome, set_of

OTHER_LONG = Secret(bytes(range(100, 116)))
ANOTHER_LONG = Secret(bytes(range(30, 46)))
OTHER_SHORT = Secret(bytes(range(100, 108)))
TWO = NewKey(OTHER_SHORT, ken=200, krn=3, kt=2, ti=7, ro=0, sgc=None)
THREE = replace(TWO, sgc=654_321)
FOUR = NewKey(OTHER_LONG, ken=200, krn=3, kt=2, ti=7, ro=0, sgc=654_321)
RESULTS = (
    TokenResult.FirstKCT,
    TokenResult.SecondKCT,
    TokenResult.ThirdKCT,
    TokenResult.FourthKCT,
)

METERS = [(meter(SHORT_SEED), TWO), (meter(SHORT_SEED), THREE), (meter(), FOUR)]
CREDIT = UnitsCredit(0, rnd=1, tid=FLOOR, field=250)


def waited(state: State, seconds: int) -> State:
    return apply_all(state, decide(state, Elapsed(seconds), AT).facts)


@pytest.mark.parametrize(("state", "new"), METERS)
def test_a_set_changes_everything_with_its_last_section_and_nothing_before(
    state: State, new: NewKey
) -> None:
    sections = set_of(state, new)
    for order in permutations(range(len(sections))):
        now = state
        for place, number in enumerate(order, 1):
            decision = enter(now, sections[number])
            found = decision.outcome
            assert found is not None
            last = place == len(order)
            assert found.result is (TokenResult.Accept if last else RESULTS[number])
            assert isinstance(decision.facts[0], KeyChanged if last else KeySectionHeld)
            assert found.sequence == place
            now = apply_all(now, decision.facts)
            assert (now.sts.key == state.sts.key) != last
        key = now.sts.key
        assert (key.secret, key.ken, key.krn, key.kt) == (new.secret, 200, 3, 2)
        assert (key.ti, key.ea) == ("07", state.sts.key.ea)
        assert key.sgc == ("000000" if new.sgc is None else "654321")
        assert (now.sts.held, now.sts.tids, now.sts.base) == (
            HeldSections(),
            state.sts.tids,
            state.sts.base,
        )
        assert now.supply == state.supply
        assert now.account == state.account


@pytest.mark.parametrize(("state", "new"), METERS)
def test_how_many_are_missing_is_told_as_soon_as_it_is_known(state: State, new: NewKey) -> None:
    sections = set_of(state, new)
    now = after(state, sections[0])
    assert key_set(now).missing == len(sections) - 1
    for number, digits in enumerate(sections[1:-1], 2):
        now = after(now, digits)
        told = key_set(now)
        assert (told.held, told.missing) == (number, len(sections) - number)
    assert key_set(after(now, sections[-1])).held == 0


def test_without_the_first_section_a_third_one_is_not_known_to_be_missing() -> None:
    state = meter(SHORT_SEED)
    _, second, third = set_of(state, THREE)
    assert key_set(after(state, second)).missing == 1
    assert key_set(after(state, third)).missing == 2
    assert key_set(after(state, second, third)).missing == 1


@pytest.mark.parametrize(("state", "new"), METERS)
def test_sections_are_held_across_restarts_and_other_tokens_for_ten_minutes(
    state: State, new: NewKey
) -> None:
    *firsts, last = set_of(state, new)
    held = after(state, *firsts)
    assert next_elapse_s(held) == HELD_S
    held = state_from_json(state_to_json(waited(held, HELD_S - 1)))
    held = after(held, CREDIT)
    assert (key_set(held).held, key_set(held).seconds_left) == (len(firsts), 1)
    assert key_set(held, passed_s=1).held == 0
    assert outcome(held, last).result is TokenResult.Accept
    given_up = waited(held, 1)
    assert given_up.sts.held == HeldSections()
    assert outcome(given_up, last).result in RESULTS


def test_a_section_that_is_entered_again_is_held_for_the_whole_time_again() -> None:
    state = meter()
    first, second, *_ = set_of(state, FOUR)
    held = waited(after(state, first, second), 500)
    again = enter(held, first).outcome
    assert again is not None
    assert (again.result, again.amount, again.missing) == (TokenResult.FirstKCT, 2, 2)
    assert again.seconds == HELD_S
    assert key_set(after(held, first)).seconds_left == HELD_S


def test_a_section_of_another_set_begins_anew() -> None:
    state = meter()
    ours, others = set_of(state, FOUR), set_of(state, replace(FOUR, secret=LONG, krn=4))
    now = after(state, ours[0], ours[1], others[1])
    assert key_set(now).held == 1
    assert outcome(now, ours[0]).result is TokenResult.FirstKCT
    mixed = after(now, others[0], others[2], others[3])
    assert mixed.sts.key.secret == LONG
    assert mixed.sts.key.krn == 4


def test_a_third_section_that_is_not_announced_begins_anew_and_so_does_its_first() -> None:
    state = meter(SHORT_SEED)
    first, second = set_of(state, TWO)
    group = set_of(state, THREE)[2]
    assert outcome(after(state, first), group).amount == 1
    assert outcome(after(state, group), first).amount == 1
    assert after(state, group, second, first).sts.held.sealed[-1].digits == first


@pytest.mark.parametrize(
    ("section", "result"),
    [
        (FirstSection(15, krn=0, ro=0, three=0, kt=2, key_part=1), TokenResult.RangeError),
        (FirstSection(15, krn=10, ro=0, three=0, kt=2, key_part=1), TokenResult.RangeError),
        (SecondSection(15, ti=100, key_part=1), TokenResult.RangeError),
        (SupplyGroupSection(1_000_000), TokenResult.RangeError),
    ],
)
def test_a_section_that_no_key_can_have_is_refused(
    section: FirstSection | SecondSection | SupplyGroupSection, result: TokenResult
) -> None:
    decision = enter(meter(SHORT_SEED), section)
    assert decision.facts == ()
    assert decision.outcome is not None
    assert decision.outcome.result is result


@pytest.mark.parametrize("ti", [0, 99])
@pytest.mark.parametrize("krn", [1, 9])
def test_the_numbers_of_a_key_may_be_any_of_the_standard(ti: int, krn: int) -> None:
    state = meter(SHORT_SEED)
    key = after(state, *set_of(state, replace(THREE, ti=ti, krn=krn, sgc=999_999))).sts.key
    assert (key.ti, key.krn, key.sgc) == (f"{ti:02d}", krn, "999999")


def test_a_set_of_three_is_no_form_of_a_long_key() -> None:
    section = FirstSection(15, krn=1, ro=0, three=1, kt=2, key_part=1)
    decision = enter(meter(), section)
    assert decision.facts == ()
    assert decision.outcome is not None
    assert decision.outcome.result is TokenResult.FormatError


def test_a_supply_group_that_no_six_digits_are_is_refused_with_the_whole_set() -> None:
    state = meter()
    *firsts, last = set_of(state, replace(FOUR, sgc=1_000_000))
    held = after(state, *firsts)
    decision = enter(held, last)
    assert decision.facts == ()
    assert decision.outcome is not None
    assert decision.outcome.result is TokenResult.RangeError


@pytest.mark.parametrize("before", KeyType)
@pytest.mark.parametrize("new", KeyType)
def test_a_key_type_follows_another_by_the_table_alone(before: KeyType, new: KeyType) -> None:
    state = meter(kt=int(before))
    *firsts, last = set_of(state, replace(FOUR, kt=int(new)))
    held = after(state, *firsts)
    decision = enter(held, last)
    assert decision.outcome is not None
    if new in MAY_FOLLOW[before]:
        assert decision.outcome.result is TokenResult.Accept
    else:
        assert decision.outcome.result is TokenResult.KeyTypeError
        assert decision.facts == ()
        assert apply_all(held, decision.facts) == held


def test_the_table_of_key_types_is_that_of_the_standard() -> None:
    """sts.md 10.3, less the common key, which goes with magnetic cards."""
    ditk, ddtk, dutk, dctk = KeyType
    assert {
        ditk: {ditk, ddtk, dutk},
        ddtk: {ddtk, dutk},
        dutk: {dutk, ddtk},
        dctk: {dctk},
    } == MAY_FOLLOW


@pytest.mark.parametrize(
    ("base", "following"),
    [
        (BaseDate.YEAR_1993, BaseDate.YEAR_2014),
        (BaseDate.YEAR_2014, BaseDate.YEAR_2035),
        (BaseDate.YEAR_2035, BaseDate.YEAR_2035),
    ],
)
def test_a_roll_over_empties_the_list_and_brings_the_next_base_date(
    base: BaseDate, following: BaseDate
) -> None:
    state = after(meter(base=int(base), manufactured=0), CREDIT)
    assert state.sts.tids.used
    rolled = after(state, *set_of(state, replace(FOUR, ro=1)))
    assert (rolled.sts.tids.floor, rolled.sts.tids.used) == (0, ())
    assert rolled.sts.base is following
    assert outcome(rolled, UnitsCredit(0, rnd=1, tid=0, field=10)).result is TokenResult.Accept


def test_a_key_that_comes_back_after_a_roll_over_brings_no_token_back() -> None:
    used = UnitsCredit(0, rnd=1, tid=FLOOR + 9, field=250)
    state = meter()
    before = after(state, used)
    there = after(before, *set_of(before, replace(FOUR, ro=1)))
    low = after(there, UnitsCredit(0, rnd=1, tid=5, field=250))
    for ro in (0, 1):
        back = after(low, *set_of(low, replace(FOUR, secret=LONG, ro=ro)))
        assert back.sts.key.secret == LONG
        assert outcome(back, used).result is TokenResult.OldError
        fresh = UnitsCredit(0, rnd=1, tid=FLOOR + 10, field=250)
        assert outcome(back, fresh).result is TokenResult.Accept


def test_a_key_of_before_the_one_that_rolled_over_brings_no_token_back() -> None:
    used = UnitsCredit(0, rnd=1, tid=FLOOR + 9, field=250)
    before = after(meter(), used)
    between = after(before, *set_of(before, FOUR))
    rolled = after(between, *set_of(between, replace(FOUR, secret=ANOTHER_LONG, ro=1)))
    for ro in (0, 1):
        back = after(rolled, *set_of(rolled, replace(FOUR, secret=LONG, ro=ro)))
        assert back.sts.key.secret == LONG
        assert outcome(back, used).result is TokenResult.OldError


def test_a_key_that_comes_back_and_the_list_was_never_emptied_leaves_its_tokens_good() -> None:
    used, other = (UnitsCredit(0, rnd=1, tid=FLOOR + n, field=250) for n in (9, 5))
    before = after(meter(), used)
    between = after(before, *set_of(before, FOUR))
    back = after(between, *set_of(between, replace(FOUR, secret=LONG)))
    assert outcome(back, used).result is TokenResult.UsedError
    assert outcome(back, other).result is TokenResult.Accept


def test_a_key_whose_list_was_emptied_is_never_forgotten() -> None:
    used = UnitsCredit(0, rnd=1, tid=FLOOR + 9, field=250)
    state = after(meter(SHORT_SEED), used)
    state = after(state, *set_of(state, replace(TWO, ro=1)))
    for number in range(MOST_RETIRED + 2):
        new = replace(TWO, secret=Secret(bytes([200, number] * 4)))
        state = after(state, *set_of(state, new))
    back = after(state, *set_of(state, replace(TWO, secret=SHORT)))
    assert outcome(back, used).result is TokenResult.OldError


def test_where_keys_were_forgotten_no_list_is_emptied_any_more() -> None:
    state = meter(SHORT_SEED)
    for number in range(MOST_RETIRED + 2):
        new = replace(TWO, secret=Secret(bytes([200, number] * 4)))
        state = after(state, *set_of(state, new))
        emptying, last = set_of(state, replace(TWO, ro=1))
        found = outcome(after(state, emptying), last).result
        kept = number + 1 < MOST_RETIRED
        assert found is (TokenResult.Accept if kept else TokenResult.RangeError)
    assert len(state.sts.retired) == MOST_RETIRED + 1


def test_the_active_key_brought_anew_with_a_roll_over_brings_no_token_back() -> None:
    state = after(meter(), CREDIT)
    same = after(state, *set_of(state, replace(FOUR, secret=LONG, ro=1)))
    assert outcome(same, CREDIT).result is TokenResult.OldError


def test_a_list_is_emptied_so_often_and_no_more() -> None:
    state = meter(SHORT_SEED)
    for number in range(MOST_RETIRED):
        new = replace(TWO, secret=Secret(bytes([200, number] * 4)), ro=1)
        state = after(state, *set_of(state, new))
    assert len(state.sts.retired) == MOST_RETIRED
    first, second = set_of(state, replace(TWO, ro=1))
    refused = outcome(after(state, first), second)
    assert refused.result is TokenResult.RangeError
    known = set_of(state, replace(TWO, secret=SHORT, ro=0))
    assert outcome(after(state, known[0]), known[1]).result is TokenResult.Accept


def test_a_section_of_a_done_set_is_told_as_done_and_is_no_guess() -> None:
    state = meter()
    sections = set_of(state, FOUR)
    changed = after(state, *sections)
    for number, digits in enumerate(sections, 1):
        decision = enter(changed, digits, at=AT + 60)
        found = decision.outcome
        assert found is not None
        assert decision.facts == ()
        assert (found.result, found.sequence) == (TokenResult.CRCError, number)
        assert found.first_at == AT


def test_no_identifier_is_used_up_by_a_key_change() -> None:
    state = meter(manufactured=0)
    changed = after(state, *set_of(state, replace(FOUR, ro=1)))
    zero = UnitsCredit(0, rnd=1, tid=0, field=250)
    found = outcome(changed, zero)
    assert found.result is TokenResult.Accept
    assert outcome(after(changed, zero), zero).worth == 25_000


def test_a_held_section_neither_clears_a_path_nor_puts_a_meter_to_use() -> None:
    state = meter()
    first = set_of(state, FOUR)[0]
    wrong = enter(state, "0" * 20)
    guessed = waited(apply_all(state, wrong.facts), 1)
    held = after(guessed, first)
    assert held.ladders == guessed.ladders
    assert not held.supply.commissioned
    assert decide(held, Acknowledge(Alarm(0)), AT).facts == ()


def test_facts_of_another_meters_sections_change_no_key() -> None:
    state, stranger = meter(), meter(key=OTHER_LONG)
    for digits in set_of(stranger, replace(FOUR, secret=ANOTHER_LONG)):
        foreign = enter(stranger, digits).facts
        stranger, state = apply_all(stranger, foreign), apply_all(state, foreign)
    assert stranger.sts.key.secret == ANOTHER_LONG
    assert state.sts.key == meter().sts.key
