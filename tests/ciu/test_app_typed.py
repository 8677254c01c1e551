"""`--type` reports what became of the keys, and nothing more than is known."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from ciu.app import CiuApp, Customer, MeterChoice, Order, choose_meter
from ciu.app.report import LinkReason, of_settled
from ciu.keypad import read_keys
from ciu.panel import Label, Settled, View
from link.cosem.values import Currency, CurrencyUnit
from link.terms import LinkTrouble, SupplyState, TokenOutcome, Unit
from link.token_entry import Accepted

from .lab import AT, BETTER, DRNS, GOOD, PARTS, WRONG, Lab, Play


def test_an_accepted_token_is_reported_with_credit_and_supply(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        report, notes = await lab.type(GOOD + "E")
        assert json.loads(report.to_json()) == {
            "result": "accepted",
            "reason": "Accept",
            "amount": 25.0,
            "credit": 25.0,
            "unit": "kWh",
            "amount_wh": 25_000,
            "credit_wh": 25_000,
            "supply": "connected",
            "screen": ["ACCEPTED  +25.0 kWh", "Credit 25.0 Light on"],
            "ledger_fell": False,
        }
        assert (report.status, report.why, notes) == (0, "", [])

    play(scenario)


def test_an_older_store_of_the_meter_is_reported_until_it_has_caught_up(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        await lab.type(GOOD + "E")
        entries = lab.meter.ledger
        for ledger, fell in ((entries[:0], True), (entries[:0], True), (entries, False)):
            lab.meter.ledger = ledger
            report, notes = await lab.type("37E")
            assert json.loads(report.to_json())["ledger_fell"] is fell
            assert len(notes) == fell
            assert all("an older store" in note for note in notes)

    play(scenario)


WATER = Currency("l", 0, CurrencyUnit.CONSUMPTION)
TIME = Currency("s", 0, CurrencyUnit.TIME)
KES = Currency("KES", -2, CurrencyUnit.MONETARY)


@pytest.mark.parametrize(
    ("currency", "unit", "told", "rounded"),
    [
        (WATER, "m3", {"amount_l": 25_000, "credit_l": 25_000}, (25.0, 25.0)),
        (TIME, "h", {"amount_s": 25_000, "credit_s": 25_000}, (6.94, 6.94)),
        (KES, "KES", {"amount_e5": 25_000_000, "credit_e5": 25_000_000}, (250.0, 250.0)),
    ],
)
def test_what_is_no_electricity_in_units_is_reported_in_its_own(
    currency: Currency,
    unit: str,
    told: dict[str, int],
    rounded: tuple[float, float],
    play: Play,
) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.sell(currency)
        report, _ = await lab.type(GOOD + "E")
        read = json.loads(report.to_json())
        assert told.items() <= read.items()
        assert (read["unit"], read["amount"], read["credit"]) == (unit, *rounded)
        assert read["amount_wh"] is read["credit_wh"] is None
        page, _ = await lab.type("37E")
        exact = next(key for key in told if key.startswith("credit"))
        assert json.loads(page.to_json())[exact] == told[exact]

    play(scenario)


def test_amounts_of_an_account_that_is_not_known_are_not_reported(
    labels: tuple[Label, Label], outcome: Callable[..., TokenOutcome]
) -> None:
    paid = Accepted(outcome(unit=Unit.CURRENCY))
    settled = Settled(labels[0].drn, "4197", paid)
    link = LinkReason(LinkTrouble.NO_ANSWER, "")
    report = of_settled(settled, View(labels[0]), ("", ""), link)
    assert (report.amount, report.credit) == (None, None)


def test_the_sections_of_a_new_key_are_typed_in_a_row(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        first, second = PARTS
        held, _ = await lab.type(first + "E")
        assert (held.status, held.result, held.reason) == (0, "accepted", "FirstKCT")
        assert held.screen == ("PART 1 OK: 1 of 2", "1 more within 10:00")
        assert (held.amount, held.credit) == (None, 0)
        lab.meter.held.clear()
        lab.meter.ledger.clear()
        changed, _ = await lab.type(f"{first}E{second}E")
        assert (changed.status, changed.reason) == (0, "Accept")
        assert changed.screen == ("KEY CHANGED", "600727 KRN 2 TI 07")

    play(scenario)


def test_a_used_and_a_wrong_token_are_refused_with_their_reason(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        await lab.type(GOOD + "E")
        used, _ = await lab.type(GOOD)
        assert (used.status, used.result, used.reason) == (3, "refused", "UsedError")
        assert (used.amount, used.credit, used.supply) == (
            None,
            25_000,
            SupplyState.CONNECTED,
        )
        assert used.screen[0].startswith("USED")
        wrong, _ = await lab.type(WRONG + "E")
        assert (wrong.status, wrong.reason) == (3, "CRCError")
        assert wrong.screen == ("NOT FOR THIS METER", "or wrong digit typed")

    play(scenario)


def test_several_tokens_are_typed_one_after_the_other_up_to_a_refusal(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        report, _ = await lab.type(f"{GOOD}E{BETTER}E")
        assert (report.status, report.credit) == (0, 50_000)
        report, _ = await lab.type(f"{GOOD}E{WRONG}E")
        assert (report.status, report.reason) == (3, "UsedError")
        assert lab.meter.entered == [GOOD, BETTER, GOOD]

    play(scenario)


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        ("", ("Credit left    …0016", "0.0 kWh")),
        ("i", ("Power now      …0016", "0.42 kW")),
        ("03E", ("Total used     …0016", "1234.5 kWh")),
        ("12BB", ("Credit left    …0016", "0.0 kWh")),
    ],
)
def test_a_page_is_shown_once_it_is_read(keys: str, screen: tuple[str, str], play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        report, _ = await lab.type(keys)
        assert (report.status, report.result, report.reason) == (0, "shown", None)
        assert report.screen == screen
        assert (report.credit, report.supply) == (0, SupplyState.DISCONNECTED)

    play(scenario)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (GOOD[:19] + "E", "a token has 20 digits, 19 were typed"),
        (GOOD[:19], "19 keys and no E"),
        (GOOD + "5", "a token has 20 digits, 21 were typed"),
        (GOOD + "5E", "a token has 20 digits, 21 were typed"),
        (f"{GOOD}E123E", "123 is no code"),
        ("73786976294838206464E", "no token number is that large"),
        ("73786976294838206464", "no token number is that large"),
        ("#" + GOOD[:19], "20 keys and no E"),
        (GOOD + "5B", "20 keys and no E"),
        ("70E", "code 70 asks for what is not shown here yet"),
        ("19E", "code 19 asks for a test that is not known here"),
        ("*99E", "no meter of this unit ends in *99"),
    ],
)
def test_an_entry_that_is_no_good_opens_no_port(keys: str, why: str, play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.line.pull_out()
        lab.config.ciu.state.unlink()
        report, _ = await lab.type(keys)
        assert (report.status, report.result, report.reason) == (2, "refused", "InvalidEntry")
        assert report.why.startswith(why)
        assert report.why.endswith("nothing was sent")
        assert not lab.config.ciu.state.exists()

    play(scenario)


def test_without_a_port_nothing_is_sent_and_the_reason_is_told_at_once(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        config = choose_meter(lab.config, lab.meter.drn)
        meter = replace(config.meter[0], connect="memory://nowhere")
        app = CiuApp(replace(config, meter=(meter,)), utc=lambda: AT, seed=1)
        report = await Customer(app, Order(read_keys(GOOD + "E"), 20.0), print).serve()
        assert (report.status, report.result, report.reason) == (4, "unknown", "NoLink")
        assert "memory://nowhere: nobody listens" in report.why
        assert asyncio.get_running_loop().time() < 1
        assert not lab.intent()

    play(scenario)


def test_out_of_time_the_fate_is_unknown_and_the_next_run_reads_it(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.faults = ["mute"]
        report, _ = await lab.type(GOOD + "E", timeout_s=8.0)
        assert (report.status, report.result, report.reason) == (4, "unknown", "NoLink")
        assert report.screen == ("RESULT NOT KNOWN YET", "Do not type it again")
        assert "the next run reads" in report.why
        assert asyncio.get_running_loop().time() < 9
        assert lab.intent()
        report, _ = await lab.type("", timeout_s=5.0)
        assert (report.status, report.reason) == (4, "NoLink")
        assert "earlier token ..4197 is still in doubt" in report.why
        lab.meter.mute = False
        report, notes = await lab.type("i")
        assert notes == ["earlier token ..4197: accepted, +25.0 kWh"]
        assert (report.status, report.credit) == (0, 25_000)
        assert lab.meter.entered == [GOOD]
        assert not lab.intent()

    play(scenario)


def test_a_token_that_was_lost_is_not_sent_by_the_next_run(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.faults = ["before"]
        report, _ = await lab.type(GOOD + "E", timeout_s=0.5)
        assert (report.status, lab.meter.entered) == (4, [GOOD])
        report, notes = await lab.type("i")
        assert notes == ["earlier token ..4197: did not reach the meter, type it again"]
        assert (report.status, lab.meter.entered) == (0, [GOOD])

    play(scenario)


def test_a_meter_that_never_answers_leaves_the_token_unsent(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.mute = True
        report, _ = await lab.type(GOOD + "E")
        assert (report.status, report.result, report.reason) == (4, "unknown", "NoLink")
        assert "token ..4197: not sent" in report.why
        assert not lab.intent()
        report, _ = await lab.type("75E")
        assert (report.status, report.reason) == (4, "NoLink")

    play(scenario)


def test_a_meter_that_cannot_judge_is_not_ready(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.faults = ["busy"] * 9
        report, _ = await lab.type(GOOD + "E")
        assert (report.status, report.result, report.reason) == (4, "unknown", "NotReady")
        assert report.why == "token ..4197: did not reach the meter, type it again"
        assert len(lab.meter.entered) == 3
        assert not lab.intent()

    play(scenario)


def test_an_interrupt_ends_it_like_the_time_does(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        config = choose_meter(lab.config, lab.meter.drn)
        app = CiuApp(config, utc=lambda: AT, seed=1)
        customer = Customer(app, Order(read_keys(GOOD + "E"), 1000.0), print)
        lab.meter.faults = ["mute"]
        lab.meter.on_enter = customer.interrupt
        report = await customer.serve()
        assert (report.status, report.result) == (4, "unknown")
        assert lab.intent()

    play(scenario)


def test_which_meter_is_meant_must_be_clear(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        with pytest.raises(MeterChoice, match=f"{DRNS[0]} House 0, {DRNS[1]} House 1"):
            choose_meter(lab.config, None)
        with pytest.raises(MeterChoice, match="--meter 5 is not configured"):
            choose_meter(lab.config, "5")
        alone = replace(lab.config, meter=lab.config.meter[:1])
        assert choose_meter(alone, None) == alone

    play(scenario)
