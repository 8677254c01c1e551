"""The unit against meters of a few lines: what its display shows, what reaches whom."""

import asyncio

import pytest

from ciu import pages
from ciu.keypad import read_keys
from ciu.screen import LinkSign, RelaySign, Screen
from link.cosem.values import Currency, CurrencyUnit
from link.durable import StoreInUse
from link.terms import RestoredBy, SupplyExplanation, SupplyReason, SupplyState

from .lab import AT, BETTER, DRNS, GOOD, PARTS, URL, WRONG, Lab, Play


def test_the_idle_display_comes_alive(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            assert app.screen.signs.link is LinkSign.ASKING
            await app.until(lambda: app.screen.signs.relay is RelaySign.OPEN)
            assert app.screen.lines == ("Credit left    …0016", "0.0 kWh")
            await lab.shows(app, "Power now")
            assert app.screen.lines[1] == "0.42 kW"

        await lab.served(app, visit)

    play(scenario)


def test_a_typed_token_brings_credit_and_light(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD))
            await lab.shows(app, "ACCEPTED")
            await app.until(lambda: app.screen.lines[1] == "Credit 25.0 Light on")
            assert app.screen.signs.relay is RelaySign.CLOSED

        await lab.served(app, visit)
        assert lab.meter.entered == [GOOD]
        assert not lab.intent()

    play(scenario)


def test_the_intent_is_on_the_disk_before_the_token_is_on_the_line(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        found = []
        folder = lab.config.ciu.state.parent

        def look() -> None:
            stored = b"".join(path.read_bytes() for path in folder.glob("ciu.db*"))
            found.append(GOOD.encode() in stored)

        lab.meter.on_enter = look
        await lab.type(GOOD + "E")
        assert found == [True]
        look()
        assert found == [True, False]

    play(scenario)


@pytest.mark.parametrize(
    "faults",
    [
        ["before"],
        ["after"],
        ["busy"],
        ["mute"],
        ["before", "after"],
        ["busy", "busy"],
        ["before", "before"],
    ],
)
def test_a_fault_on_the_way_never_costs_the_customer_the_truth(
    faults: list[str], play: Play
) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.faults = list(faults)
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await app.until(lambda: bool(lab.meter.entered))
            await asyncio.sleep(10)
            lab.meter.mute = False
            await lab.shows(app, "ACCEPTED")

        await lab.served(app, visit)
        assert lab.meter.credit == 25_000
        assert not lab.intent()

    play(scenario)


def test_a_port_that_vanishes_is_told_and_comes_back(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            await app.until(lambda: app.screen.signs.link is LinkSign.GOOD)
            lab.line.pull_out()
            await lab.shows(app, "Meter not reached")
            assert "memory://house" in app.port_trouble[URL]
            lab.line.plugged.set()
            await lab.shows(app, "Credit left")
            assert app.screen.signs.link is LinkSign.GOOD

        await lab.served(app, visit)

    play(scenario)


def test_a_token_typed_while_the_port_is_gone_goes_out_when_it_is_back(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            await app.until(lambda: app.screen.signs.link is LinkSign.GOOD)
            lab.line.pull_out()
            await lab.shows(app, "Meter not reached")
            app.type(read_keys(GOOD + "E"))
            await asyncio.sleep(30)
            assert app.screen.lines == ("Checking with meter…", "Meter not reached")
            lab.line.plugged.set()
            await lab.shows(app, "ACCEPTED")

        await lab.served(app, visit)

    play(scenario)


def test_nothing_is_sent_after_the_customer_has_been_told_so(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            await app.until(lambda: app.screen.signs.link is LinkSign.GOOD)
            lab.line.pull_out()
            await lab.shows(app, "Meter not reached")
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "..4197 NOT RECEIVED")
            lab.line.plugged.set()
            await asyncio.sleep(60)
            assert lab.meter.entered == []

        await lab.served(app, visit)

    play(scenario)


def test_after_giving_up_a_token_is_only_looked_for(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.faults = ["before"]
        lab.meter.on_enter = lab.line.pull_out
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "RESULT NOT KNOWN YET")
            assert lab.meter.entered == [GOOD]
            lab.line.plugged.set()
            await lab.shows(app, "..4197 NOT RECEIVED")
            assert lab.meter.entered == [GOOD]

        await lab.served(app, visit)
        assert not lab.intent()

    play(scenario)


def test_a_silent_meter_is_told_in_time_and_so_is_its_return(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()
        now = asyncio.get_running_loop().time

        async def visit() -> None:
            await app.until(lambda: app.screen.signs.link is LinkSign.GOOD)
            lab.meter.mute, since = True, now()
            await lab.shows(app, "No answer from meter")
            assert 5 < now() - since < 20
            lab.meter.mute, since = False, now()
            await lab.shows(app, "Credit left")
            assert now() - since < 10

        await lab.served(app, visit)

    play(scenario)


def test_a_meter_whose_store_has_failed_says_so_although_it_can_tell_little_else(
    play: Play,
) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.has_store = False
        app = lab.app()

        async def visit() -> None:
            await lab.shows(app, "METER MEMORY FAILED")
            assert app.screen.signs.link is LinkSign.GOOD
            await asyncio.sleep(60)
            assert app.screen.signs.link is LinkSign.GOOD

        await lab.served(app, visit)

    play(scenario)


def test_another_meter_at_the_address_gets_no_token(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        lab.meter.drn = DRNS[1]
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "OTHER METER ANSWERS")
            assert app.screen.lines[1] == "Nothing was sent"
            assert DRNS[1] in app.link_detail()

        await lab.served(app, visit)
        assert lab.meter.entered == []

    play(scenario)


def test_two_meters_share_a_line_and_each_gets_its_own_token(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app(meters=2)

        async def visit() -> None:
            app.type(read_keys(f"{GOOD}E*E{BETTER}E"))
            await app.until(lambda: len(app.verdicts) == 2)
            assert app.screen.meter == DRNS[1][-4:]
            await asyncio.sleep(30)

        await lab.served(app, visit)
        assert [meter.entered for meter in lab.line.meters] == [[GOOD], [BETTER]]

    play(scenario)


def test_a_row_of_keys_for_which_there_is_no_room_is_lost_whole(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            for row in (GOOD + "E", 12 * (BETTER + "E"), WRONG + "E"):
                app.type(read_keys(row))
            await app.until(lambda: len(app.verdicts) == 13)
            assert app.panel.typed == ""

        await lab.served(app, visit)
        assert lab.meter.entered == [GOOD] + 12 * [BETTER]

    play(scenario)


def test_a_short_code_reads_what_the_polls_do_not(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys("03E"))
            await app.until(lambda: app.screen.lines == ("Total used     …0016", "1234.5 kWh"))
            app.type(read_keys("77E"))
            await app.until(lambda: app.screen.lines[1] == "not on this meter")
            assert app.screen.signs.link is LinkSign.GOOD

        await lab.served(app, visit)

    play(scenario)


def test_a_new_key_is_typed_across_a_restart_of_the_unit(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        first, second = PARTS
        app = lab.app()

        async def begin() -> None:
            app.type(read_keys(first + "E"))
            await lab.shows(app, "PART 1 OK: 1 of 2")
            await asyncio.sleep(60)
            assert app.screen.lines[0] == "PART 1 OK: 1 of 2"
            assert app.overview().happened[0].text.endswith("accepted: key part 1, 1 more")

        await lab.served(app, begin)
        again = lab.app()

        async def end() -> None:
            await lab.shows(again, "KEY CHANGE: 1 of 2")
            again.type(read_keys(second + "E"))
            await again.until(lambda: again.screen.lines == ("KEY CHANGED", "600727 KRN 2 TI 07"))
            await lab.shows(again, "Supply group")
            await lab.shows(again, "Credit left")
            assert again.overview().happened[0].text.endswith("accepted: key changed")

        await lab.served(again, end)

    play(scenario)


def test_a_section_that_another_unit_has_typed_is_told_too(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            await lab.shows(app, "Credit left")
            await lab.shows(app, "Power now")
            lab.meter.take(next(iter(PARTS)))
            await lab.shows(app, "KEY CHANGE: 1 of 2")

        await lab.served(app, visit)

    play(scenario)


def test_after_each_new_link_the_meter_is_asked_again_what_its_account_holds(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            await app.until(lambda: app.screen.unit == "kWh")
            lab.line.pull_out()
            await lab.shows(app, "Meter not reached")
            lab.meter.sell(Currency("KES", -2, CurrencyUnit.MONETARY))
            lab.line.plugged.set()
            await app.until(lambda: app.screen.unit == "KES")

        await lab.served(app, visit)

    play(scenario)


LOCK_OUT = SupplyExplanation(
    SupplyState.READY, SupplyReason.OVERLOAD_LOCKOUT, AT, RestoredBy.CONFIRMATION, 1800
)


def test_enter_brings_the_supply_back_that_an_overload_has_locked_out(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await app.until(lambda: app.screen.signs.relay is RelaySign.CLOSED)
            lab.meter.lock_out = LOCK_OUT
            await lab.shows(app, "OFF: TOO MUCH POWER")
            app.type(read_keys("E"))
            await lab.shows(app, "Credit left")
            assert lab.meter.lock_out is None
            assert app.screen.signs.relay is RelaySign.CLOSED
            texts = [event.text for event in app.overview().happened]
            assert texts[0] == "supply connected"
            assert texts[1].startswith("supply off: overload")

        await lab.served(app, visit)

    play(scenario)


def test_a_confirmation_is_not_sent_later_where_no_port_was_open(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()
        lab.meter.lock_out = LOCK_OUT

        async def visit() -> None:
            await lab.shows(app, "OFF: TOO MUCH POWER")
            lab.line.pull_out()
            await lab.shows(app, "Meter not reached")
            app.type(read_keys("iE"))
            lab.line.plugged.set()
            await lab.shows(app, "OFF: TOO MUCH POWER")
            await asyncio.sleep(20)
            assert lab.meter.lock_out is not None

        await lab.served(app, visit)

    play(scenario)


def test_a_ledger_that_went_back_is_told(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        await lab.type(GOOD + "E")
        lab.meter.ledger.clear()
        app = lab.app()
        await lab.served(app, lambda: lab.shows(app, "METER MEMORY IS OLD"))

    play(scenario)


def test_an_old_memory_is_told_by_each_run_until_the_ledger_has_caught_up(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(lab: Lab) -> None:
        await lab.type(GOOD + "E")
        entries = lab.meter.ledger
        lab.meter.ledger = []
        for _ in range(2):
            app = lab.app()
            await lab.served(app, lambda app=app: lab.shows(app, "METER MEMORY IS OLD"))
        assert caplog.text.count("ledger at entry 0, once seen at 1") == 2
        app = lab.app()

        async def catches_up() -> None:
            await lab.shows(app, "METER MEMORY IS OLD")
            lab.meter.ledger = entries
            await app.until(lambda: not app.panel.view.ledger_fell)
            assert app.overview().happened[0].text == "meter memory is up to date"

        await lab.served(app, catches_up)

    play(scenario)


def test_an_old_memory_is_accepted_by_enter_where_the_display_asks(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        await lab.type(GOOD + "E")
        lab.meter.ledger.clear()
        app = lab.app()

        async def visit() -> None:
            await lab.shows(app, "METER MEMORY IS OLD")
            app.type(read_keys("E"))
            assert app.panel.view.ledger_fell
            await lab.shows(app, "SUPPLIER INFORMED?")
            app.type(read_keys("E"))
            await lab.shows(app, "Credit left")

        await lab.served(app, visit)
        later = lab.app()

        async def watch() -> None:
            await later.until(lambda: pages.LEDGER in later.panel.view.values)
            assert not later.panel.view.ledger_fell

        await lab.served(later, watch)

    play(scenario)


def test_the_same_seed_gives_the_same_pictures_at_the_same_moments(play: Play) -> None:
    traces: list[list[tuple[float, Screen]]] = []

    async def scenario(lab: Lab) -> None:
        app = lab.app()
        trace: list[tuple[float, Screen]] = []
        clock = asyncio.get_running_loop().time
        app.faces.append(lambda screen: trace.append((clock(), screen)))

        async def visit() -> None:
            lab.meter.faults = ["after"]
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "ACCEPTED")
            await asyncio.sleep(60)

        await lab.served(app, visit)
        traces.append(trace)
        lab.config.ciu.state.unlink()

    play(scenario)
    play(scenario)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 8


def test_two_units_cannot_hold_one_store(play: Play) -> None:
    async def scenario(lab: Lab) -> None:
        first, second = lab.app(), lab.app()

        async def visit() -> None:
            with pytest.raises(StoreInUse):
                await second.run()

        await lab.served(first, visit)

    play(scenario)
