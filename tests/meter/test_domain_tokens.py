"""Tokens as the meter judges them: results, reasons, and what they change (sts.md 8 and 10)."""

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.secret import Secret
from link.terms import EntrySource, TokenResult, token_digest
from meter.domain import (
    Decision,
    GuessFailed,
    State,
    SwitchTested,
    apply_all,
    initial,
)
from meter.domain.tids import TidList
from meter.sts import (
    Commodity,
    CurrencyCredit,
    DecoderKey,
    EncryptionAlgorithm,
    ExtendedRead,
    ExtendedSet,
    MeterTest,
    SetTariffRate,
    Token,
    UnitsCredit,
    currency_field,
    units_amount,
    units_field,
    write_token,
)

from .lives import AT, FLOOR, SEED, after, enter, meter, outcome

VECTORS = Path(__file__).parents[1] / "vectors"
KEY = DecoderKey(EncryptionAlgorithm.EA11, SEED.key)
STRANGER = DecoderKey(EncryptionAlgorithm.EA11, Secret(bytes(16)))
STATE = meter()


def credit(tid: int = FLOOR, amount: int = 250, subclass: int = 0) -> UnitsCredit:
    return UnitsCredit(subclass, rnd=5, tid=tid, field=units_field(amount))


def keyed(**changes: int) -> State:
    return replace(STATE, sts=replace(STATE.sts, key=replace(STATE.sts.key, **changes)))


def test_a_credit_token_adds_a_hundred_wh_a_unit_and_stands_in_the_ledger() -> None:
    digits = write_token(credit(amount=250), KEY)
    decision = enter(STATE, digits, EntrySource.SLOT_3)
    found = decision.outcome
    assert found is not None
    assert (found.result, found.amount, found.credit_after) == (TokenResult.Accept, 25_000, 25_000)
    assert (found.sequence, found.tid, found.source, found.at) == (
        1,
        FLOOR,
        EntrySource.SLOT_3,
        AT,
    )
    state = apply_all(STATE, decision.facts)
    assert state.account.credit == 25_000
    assert state.ledger.by_digest(token_digest(digits)) == found
    assert (state.ledger.head.sequence, state.ledger.head.at) == (1, AT)


def test_a_used_token_names_the_entry_that_used_it_up() -> None:
    digits = write_token(credit(), KEY)
    state = apply_all(STATE, enter(STATE, digits, EntrySource.KEYPAD, at=AT).facts)
    decision = enter(state, digits, EntrySource.SLOT_1, at=AT + 60)
    found = decision.outcome
    assert found is not None
    assert decision.facts == ()
    assert found.result is TokenResult.UsedError
    assert (found.sequence, found.first_at, found.worth) == (1, AT, 25_000)
    assert (found.first_source, found.source) == (EntrySource.KEYPAD, EntrySource.SLOT_1)
    assert (found.amount, found.credit_after) == (0, 25_000)


def test_another_token_of_a_used_identifier_is_used_too() -> None:
    state = after(STATE, credit(amount=250))
    found = outcome(state, credit(amount=999))
    assert (found.result, found.sequence, found.worth) == (TokenResult.UsedError, 1, 25_000)


@pytest.mark.parametrize("text", ["", "1" * 19, "1" * 21, "12a4" * 5, str(1 << 66), "٣" * 20, "\0"])
def test_what_is_no_token_is_a_format_error_and_no_guess(text: str) -> None:
    decision = enter(STATE, text)
    assert decision.facts == ()
    assert decision.outcome is not None
    assert decision.outcome.result is TokenResult.FormatError


@given(st.text(max_size=24))
def test_any_text_is_judged(text: str) -> None:
    assert outcome(STATE, text).result in TokenResult


def test_class_three_is_a_format_error_also_while_locked() -> None:
    digits = str(3 << 27).zfill(20)
    locked = after(STATE, write_token(credit(), STRANGER))
    assert outcome(STATE, digits).result is TokenResult.FormatError
    assert outcome(locked, digits).result is TokenResult.FormatError


@pytest.mark.parametrize("token", [credit(), SetTariffRate(rnd=0, tid=FLOOR, field=0)])
def test_a_token_of_another_key_is_a_crc_error_and_a_guess(token: Token) -> None:
    digits = write_token(token, STRANGER)
    decision = enter(STATE, digits)
    assert decision.outcome is not None
    assert decision.outcome.result is TokenResult.CRCError
    assert decision.facts == (GuessFailed(EntrySource.SLOT_0, token_digest(digits), AT),)


def test_a_damaged_test_token_is_a_crc_error_and_no_guess() -> None:
    decision = enter(STATE, "00000000000150999584")  # the misprint of sts.md 8
    assert decision.outcome is not None
    assert decision.outcome.result is TokenResult.CRCError
    assert decision.facts == ()


def test_an_identifier_below_the_day_of_manufacture_is_old() -> None:
    assert outcome(STATE, credit(tid=FLOOR - 1)).result is TokenResult.OldError
    assert outcome(STATE, credit(tid=FLOOR)).result is TokenResult.Accept


def test_a_key_expires_by_the_high_octet_of_the_identifier() -> None:
    last = keyed(ken=FLOOR >> 16)
    assert outcome(last, credit(tid=FLOOR)).result is TokenResult.Accept
    assert outcome(last, credit(tid=((FLOOR >> 16) + 1) << 16)).result is (
        TokenResult.KeyExpiredError
    )


def test_a_default_key_takes_no_credit_and_is_no_bar_to_management() -> None:
    default = keyed(kt=1)
    assert outcome(default, credit()).result is TokenResult.DDTKError
    management = SetTariffRate(rnd=0, tid=FLOOR, field=1)
    assert outcome(default, management).result is TokenResult.FunctionError


def test_the_first_check_that_fails_names_the_result() -> None:
    """Old before Used before KeyExpired before DDTK before Function."""
    water = credit(subclass=1)
    worst = replace(
        keyed(ken=0, kt=1),
        sts=replace(keyed(ken=0, kt=1).sts, tids=STATE.sts.tids.added(FLOOR)),
    )
    assert outcome(worst, credit(tid=FLOOR - 1, subclass=1)).result is TokenResult.OldError
    assert outcome(worst, water).result is TokenResult.UsedError
    below = replace(worst, sts=replace(worst.sts, tids=TidList(FLOOR + 1, used=(FLOOR,))))
    assert outcome(below, water).result is TokenResult.OldError
    fresh = replace(worst, sts=replace(worst.sts, tids=STATE.sts.tids))
    assert outcome(fresh, water).result is TokenResult.KeyExpiredError
    assert outcome(keyed(kt=1), water).result is TokenResult.DDTKError
    assert outcome(STATE, water).result is TokenResult.FunctionError


def test_what_the_meter_cannot_do_is_not_used_up() -> None:
    money = CurrencyCredit(4, tid=FLOOR, field=currency_field(100_000))
    for token in (money, credit(subclass=2), ExtendedSet(rnd=0, tid=FLOOR, field=1)):
        decision = enter(STATE, token)
        assert decision.facts == ()
        assert decision.outcome is not None
        assert decision.outcome.result is TokenResult.FunctionError
    assert outcome(STATE, credit()).result is TokenResult.Accept


def test_credit_beyond_the_maximum_is_refused_and_not_used_up() -> None:
    most = 18_201_624
    full = after(STATE, credit(tid=FLOOR, amount=most))
    refused = enter(full, credit(tid=FLOOR + 1, amount=most))
    assert refused.facts == ()
    assert refused.outcome is not None
    assert refused.outcome.result is TokenResult.OverflowError
    spent = replace(full, account=replace(full.account, credit=0))
    assert outcome(spent, credit(tid=FLOOR + 1, amount=most)).result is TokenResult.Accept


def test_a_token_that_fills_the_account_to_the_brim_is_accepted() -> None:
    brim = replace(STATE, account=replace(STATE.account, maximum=25_000))
    assert outcome(brim, credit(amount=250)).result is TokenResult.Accept
    assert outcome(brim, credit(amount=251)).result is TokenResult.OverflowError


@pytest.mark.parametrize("vector", json.loads((VECTORS / "class1.json").read_text()))
@pytest.mark.parametrize("subclass", ["subclass_0", "subclass_1"])
def test_every_published_test_token_is_accepted_by_any_meter(
    vector: dict[str, str], subclass: str
) -> None:
    found = outcome(STATE, vector[subclass])
    bits = {0: (1 << 36) - 1} if subclass == "subclass_0" else {0: (1 << 28) - 1}
    test = int(vector["test"])
    assert found.result is TokenResult.Accept
    assert found.control == bits.get(test, 1 << max(test - 1, 0))
    assert found.sequence == 0


@pytest.mark.parametrize(
    ("drn", "token", "result"),
    [
        ("12345678903", MeterTest(0, control=2, mfr=12), TokenResult.Accept),
        ("12345678903", MeterTest(0, control=2, mfr=13), TokenResult.MfrCodeError),
        ("12345678903", MeterTest(1, control=2, mfr=12), TokenResult.MfrCodeError),
        ("12345678903", MeterTest(1, control=2, mfr=0), TokenResult.Accept),
        ("0100000000008", MeterTest(1, control=2, mfr=100), TokenResult.Accept),
        ("0100000000008", MeterTest(0, control=2, mfr=100), TokenResult.MfrCodeError),
        ("12345678903", MeterTest(0, control=0, mfr=0), TokenResult.FunctionError),
        ("12345678903", MeterTest(0, control=1 << 18, mfr=0), TokenResult.FunctionError),
        ("12345678903", ExtendedRead(control=0, mfr=13), TokenResult.MfrCodeError),
        ("12345678903", ExtendedRead(control=0, mfr=0), TokenResult.FunctionError),
    ],
)
def test_a_test_token_is_for_its_maker_and_for_known_tests(
    drn: str, token: MeterTest | ExtendedRead, result: TokenResult
) -> None:
    state = replace(STATE, sts=replace(STATE.sts, drn=drn))
    assert outcome(state, token).result is result


@pytest.mark.parametrize("control", [1, (1 << 36) - 1])
def test_the_switch_test_opens_a_closed_switch_and_is_not_in_the_ledger(control: int) -> None:
    closed = after(STATE, credit())
    decision = enter(closed, MeterTest(0, control=control, mfr=0))
    assert isinstance(decision.facts[0], SwitchTested)
    state = apply_all(closed, decision.facts)
    assert state.supply.held
    assert state.ledger == closed.ledger
    assert state.account == closed.account


def test_the_switch_test_moves_nothing_that_is_open() -> None:
    decision = enter(STATE, MeterTest(0, control=1, mfr=0))
    assert decision.facts == ()
    assert decision.outcome is not None
    assert decision.outcome.result is TokenResult.Accept


def meter_of(vector: dict[str, Any]) -> State:
    """Return a meter that a vector is for: its key, its commodity, its mode."""
    subclass = vector.get("subclass", 0) if vector["class"] == 0 else 0
    water = (vector["kind"], vector.get("subclass")) == ("management", 7)
    seed = replace(
        SEED,
        ea=vector["ea"],
        base=vector["base"],
        kt=vector["kt"],
        manufactured=0,
        key=Secret(bytes.fromhex(vector["decoder_key"])),
        commodity=Commodity.WATER if water else Commodity(subclass & 3),
        currency="KES" if subclass > 3 else "",
        price_e5=2_500_000 if subclass > 3 else 0,
        phases=3,
    )
    return initial(seed, AT)


TOKEN_UNITS = (100, 100, 100, 6, 1, 1, 1, 1)
"""Base units in one unit of a credit token, by its subclass."""

VECTORS_BY_KIND = {
    kind: [
        vector
        for vector in json.loads((VECTORS / "tokens.json").read_text())
        if vector["kind"] == kind
    ]
    for kind in ("units", "currency", "management", "key_change")
}


@pytest.mark.parametrize("vector", VECTORS_BY_KIND["units"] + VECTORS_BY_KIND["currency"])
def test_every_credit_vector_is_credited_by_its_meter(vector: dict[str, Any]) -> None:
    state = meter_of(vector)
    decision = enter(state, vector["token"])
    assert decision.outcome is not None
    amount = vector["value"] * TOKEN_UNITS[vector["subclass"]]
    if abs(amount) > state.account.maximum:
        assert decision == Decision((), decision.outcome)
        assert decision.outcome.result is TokenResult.OverflowError
        return
    assert decision.outcome.result is TokenResult.Accept
    assert (decision.outcome.tid, decision.outcome.amount) == (vector["tid"], amount)
    assert apply_all(state, decision.facts).account.credit == amount
    again = outcome(apply_all(state, decision.facts), vector["token"])
    assert (again.result, again.worth) == (TokenResult.UsedError, amount)


@pytest.mark.parametrize("vector", VECTORS_BY_KIND["management"])
def test_every_management_vector_is_judged_by_its_field(vector: dict[str, Any]) -> None:
    state = meter_of(vector)
    found = outcome(state, vector["token"])
    field = vector["field"]
    match vector["subclass"]:
        case 0 | 6:
            power_w = units_amount(field)
            within = power_w <= 1_000_000
            assert found.result is (TokenResult.Accept if within else TokenResult.RangeError)
            assert found.amount == (power_w if within else 0)
        case 1 if field > 7:
            assert found.result is (
                TokenResult.Accept if field == 0xFFFF else TokenResult.RangeError
            )
        case 1:
            assert found.result is (TokenResult.FunctionError if field else TokenResult.Accept)
        case 2 | 10:
            assert found.result is TokenResult.FunctionError
        case 5:
            assert found.result is TokenResult.Accept
        case 7:
            assert (found.result, found.amount) == (TokenResult.Accept, field)


@pytest.mark.parametrize("vector", VECTORS_BY_KIND["key_change"])
def test_every_key_change_vector_changes_the_key_in_any_order(vector: dict[str, Any]) -> None:
    new = vector["new"]
    for order in permutations(vector["tokens"]):
        state = meter_of(vector)
        for number, digits in enumerate(order, 1):
            found = outcome(state, digits)
            held = found.result is not TokenResult.Accept
            assert held == (number < len(order))
            assert (found.amount, found.seconds) == ((number, 600) if held else (0, 0))
            assert bool(found.missing) == held
            state = apply_all(state, enter(state, digits).facts)
        key = state.sts.key
        assert key.secret.reveal().hex() == new["decoder_key"]
        assert (key.krn, key.ti, key.ken) == (new["krn"], new["ti"], new["ken"])
        told = len(order) > 2
        assert key.sgc == (vector["sgc"] if told else "000000")
