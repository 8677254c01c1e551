"""A unit at a meter of another maker tells no untruth: registers, refusals, doubts, texts."""

import asyncio
import json
import logging
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from ciu.app import CiuApp, Report
from ciu.faces.plain import PlainFace
from ciu.keypad import read_keys
from ciu.pages import PAGES
from ciu.profiles import PROFILES
from link.cosem import OBJECT_MAP
from link.cosem.row import RowKind
from link.cosem.values import CurrencyUnit
from link.dlms import ActionResult, Data, DataAccessResult, Tag
from tools.virtual_time import run_virtual

from ..hostile import HOSTILE, spoilt
from .conftest import lab_config
from .lab import BETTER, DRNS, GOOD, Lab, LabLine, begin_state
from .stranger import HEAD, UNDEFINED, Stranger, Table, octets, scaler_unit, standard_objects

DRN = DRNS[0]
DENIED = DataAccessResult.READ_WRITE_DENIED
POWER_CODE, VOLTAGE_CODE, FIRMWARE_CODE = "09E", "41E", "10E"


@pytest.fixture
def play_at(folder: Path) -> Callable[..., Stranger]:
    """Play a scenario beside a stranger that has these objects too; return it."""

    def played(
        scenario: Callable[[Lab], Awaitable[None]], more: Table | None = None, **changes: object
    ) -> Stranger:
        stranger = Stranger(DRN, 1001, {**standard_objects(DRN), **(more or {})})
        for name, value in changes.items():
            setattr(stranger, name, value)

        async def main() -> None:
            begin_state(lab_config(folder).ciu.state)
            line = LabLine([stranger])
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(line.run())
                await scenario(Lab(lab_config(folder), line))
                serving.cancel()

        run_virtual(main())
        return stranger

    return played


Play = Callable[..., Stranger]


def float32(value: float) -> Data:
    return Data(Tag.F32, struct.pack(">f", value))


REGISTERS = {
    "long-unsigned": (Data(Tag.U16, 1200), -1, "0.12 kW"),
    "integer": (Data(Tag.I8, 120), 0, "0.12 kW"),
    "unsigned": (Data(Tag.U8, 120), 0, "0.12 kW"),
    "long": (Data(Tag.I16, -1200), -1, "-0.12 kW"),
    "double-long": (Data(Tag.I32, 120_000), -3, "0.12 kW"),
    "double-long-unsigned": (Data(Tag.U32, 12), 1, "0.12 kW"),
    "long64": (Data(Tag.I64, 120_000_000), -6, "0.12 kW"),
    "long64-unsigned": (Data(Tag.U64, 1), 3, "1.00 kW"),
    "float32": (float32(119.7), 0, "0.12 kW"),
    "float64": (Data(Tag.F64, struct.pack(">d", 1.25)), 3, "1.25 kW"),
    "no number": (float32(float("nan")), 0, "not on this meter"),
    "far too much": (Data(Tag.U64, 2**64 - 1), 0, "not on this meter"),
    "absurd scaler": (Data(Tag.U8, 1), 127, "not on this meter"),
    "text": (octets("120"), 0, "not on this meter"),
    "refused": (DENIED, 0, "refused by meter"),
    "undefined": (UNDEFINED, 0, "not on this meter"),
}


@pytest.mark.parametrize("register", REGISTERS)
def test_a_register_of_any_type_is_shown_by_the_scaler_that_the_meter_has(
    register: str, play_at: Play
) -> None:
    value, scaler, shown = REGISTERS[register]

    async def scenario(lab: Lab) -> None:
        report, _ = await lab.type(POWER_CODE)
        assert report.screen == ("Power now      …0016", shown)

    play_at(scenario, {"power.value": value, "power.scaler_unit": scaler_unit(scaler, 27)})


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (scaler_unit(-1, 35), "230.1 V"),
        (scaler_unit(0, 35), "2301.0 V"),
        (scaler_unit(-1, 33), "not on this meter"),
        (scaler_unit(-1, 200), "not on this meter"),
        (UNDEFINED, "not on this meter"),
    ],
)
def test_a_register_that_counts_something_else_is_not_shown(
    told: Data | DataAccessResult, shown: str, play_at: Play
) -> None:
    async def scenario(lab: Lab) -> None:
        report, _ = await lab.type(VOLTAGE_CODE)
        assert report.screen[1] == shown

    play_at(scenario, {"voltage.scaler_unit": told})


def test_scalers_are_read_once_a_link(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            await lab.shows(app, "Credit left")
            await asyncio.sleep(60)
            lab.line.pull_out()
            await lab.shows(app, "Meter not reached")
            lab.line.plugged.set()
            await lab.shows(app, "Credit left")
            await asyncio.sleep(60)

        await lab.served(app, visit)

    read = play_at(scenario).read
    assert read["power.scaler_unit"] == 2
    assert read["power.value"] > 20


def test_bits_of_a_foreign_alarm_register_are_no_alarms(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            for shown in ("Credit left", "Power now", "Supply", "Credit left"):
                await lab.shows(app, shown)
            assert not app.screen.signs.alarm
            assert app.overview().happened == ()

        await lab.served(app, visit)

    play_at(scenario)


async def typed(lab: Lab) -> tuple[Report, dict[str, object]]:
    report, _ = await lab.type(GOOD + "E", timeout_s=15.0)
    return report, json.loads(report.to_json())


REFUSALS = {
    "undefined": ({"ledger_head.value": UNDEFINED}, 5, "refused", "NotOffered", "METER CANNOT"),
    "denied": ({"ledger_head.value": DENIED}, 5, "refused", "AccessDenied", "METER REFUSES"),
    "busy": (
        {"ledger_head.value": DataAccessResult.TEMPORARY_FAILURE},
        4,
        "unknown",
        "NotReady",
        "..4197 NOT RECEIVED",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_token_that_the_meter_cannot_take_is_told_as_what_it_is(
    refusal: str, play_at: Play
) -> None:
    more, status, result, reason, words = REFUSALS[refusal]

    async def scenario(lab: Lab) -> None:
        report, told = await typed(lab)
        assert (report.status, told["result"], told["reason"]) == (status, result, reason)
        assert report.screen[0].startswith(words)
        assert report.screen[1] != "Type it again"
        assert "no answer" not in report.why
        assert not lab.intent()

    stranger = play_at(scenario, more)
    assert stranger.entered == []
    number_and_head = 2
    assert (stranger.asked_alone == number_and_head) is (status == 5)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (ActionResult.READ_WRITE_DENIED, "AccessDenied"),
        (ActionResult.OBJECT_UNDEFINED, "NotOffered"),
    ],
)
def test_a_refused_enter_is_not_tried_again(
    result: ActionResult, reason: str, play_at: Play
) -> None:
    async def scenario(lab: Lab) -> None:
        report, told = await typed(lab)
        assert (report.status, told["reason"]) == (5, reason)
        assert report.why.startswith("token ..4197: not taken, the meter")

    assert play_at(scenario, HEAD, enter=result).entered == [GOOD]


def test_silence_is_still_told_as_silence(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        report, told = await typed(lab)
        assert (report.status, told["result"], told["reason"]) == (4, "unknown", "NoLink")
        assert report.why.endswith("(no answer)")

    play_at(scenario, mute=True)


def test_a_meter_that_tells_no_number_is_named_so(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        report, told = await typed(lab)
        assert (report.status, told["reason"]) == (5, "NotOffered")
        assert "meter number: object-undefined" in report.why
        app = lab.app()

        async def visit() -> None:
            await lab.shows(app, "Meter has no number")

        await lab.served(app, visit)

    play_at(scenario, {"meter_number.value": UNDEFINED})


def test_a_doubt_that_no_reading_resolves_is_ended_at_the_display(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "..4197: METER CANNOT")
            assert app.screen.lines[1] == "say if it took it"
            await lab.shows(app, "Typing again is safe")
            assert app.screen.lines[1] == "Enter ends the wait"
            app.type(read_keys("E"))
            await lab.shows(app, "YOU MAY TYPE AGAIN")
            assert app.screen.lines[1] == "It counts only once"
            assert app.panel.view.pending is None
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "..4197: METER CANNOT")

        await lab.served(app, visit)

    stranger = play_at(scenario, HEAD)
    assert stranger.entered == [GOOD, GOOD]


def test_a_new_token_that_meets_such_a_doubt_is_kept_while_it_is_ended(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "..4197: METER CANNOT")
            app.type(read_keys(BETTER + "E"))
            await lab.shows(app, "EARLIER ONE UNKNOWN")
            assert app.screen.lines[1] == "Enter ends its wait"
            app.type(read_keys("E"))
            await app.until(lambda: app.panel.typed == BETTER)
            app.type(read_keys("E"))
            await lab.shows(app, "..1111: METER CANNOT")

        await lab.served(app, visit)

    assert play_at(scenario, HEAD).entered == [GOOD, BETTER]


def test_a_command_meets_such_a_doubt_and_names_the_way_out(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        report, told = await typed(lab)
        assert (report.status, told["result"], told["reason"]) == (4, "unknown", "NotOffered")
        assert "splitmeter ciu --forget-token" in report.why
        again, told = await typed(lab)
        assert (again.status, told["reason"]) == (4, "NotOffered")
        assert again.why.startswith("earlier token ..4197 is still in doubt: object-undefined")
        assert "splitmeter ciu --forget-token ends the wait; nothing was sent" in again.why

    assert play_at(scenario, HEAD).entered == [GOOD]


def test_a_ledger_that_can_be_read_later_ends_the_doubt_by_itself(play_at: Play) -> None:
    async def scenario(lab: Lab) -> None:
        app = lab.app()
        stranger = lab.line.meters[0]
        assert isinstance(stranger, Stranger)

        async def visit() -> None:
            app.type(read_keys(GOOD + "E"))
            await lab.shows(app, "..4197: METER CANNOT")
            stranger.objects["token_log.buffer"] = Data(Tag.ARRAY, ())
            await lab.shows(app, "..4197 NOT RECEIVED")

        await lab.served(app, visit)
        assert not lab.intent()

    play_at(scenario, HEAD)


def hostile_objects(hostile: str) -> Table:
    """Return every attribute of the map with what a terminal would obey in each of its texts.

    The currency is one that the unit understands.
    """
    attributes = [each for each in OBJECT_MAP if each.kind is RowKind.ATTRIBUTE]
    plain = {each.key: each.schema.encode(each.schema.greatest()) for each in attributes}
    money = Data(Tag.STRUCTURE, (Data(Tag.UTF8_STRING, "W" * 16), *MONEY))
    objects = plain | standard_objects(DRN) | {"account.currency": money} | HEAD
    spoiling = {key: spoilt(data, hostile) for key, data in objects.items()}
    unread = dict.fromkeys(("token_log.buffer", "supply_explanation.value"), UNDEFINED)
    return {**spoiling, **unread, "meter_number.value": octets(DRN)}


MONEY = (Data(Tag.I8, -2), Data(Tag.ENUM, CurrencyUnit.MONETARY))


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler, root = Collector(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


async def everything_shown(app: CiuApp, lab: Lab) -> list[str]:
    """Open every page; return all that a face has got to show."""
    shown: list[str] = []
    face = PlainFace(shown.append, app.type)
    app.faces.append(face.show)

    async def visit() -> None:
        for code in PROFILES["spln"].codes:
            app.type(read_keys(f"{code.replace('x', '0')}E"))
            await app.until(lambda: not app.panel.waits)
        app.type(read_keys(GOOD + "E"))
        await lab.shows(app, "..4197: METER CANNOT")

    await lab.served(app, visit)
    screen = app.screen
    shown += [*screen.lines, screen.unit, screen.big, screen.name]
    shown += [happened.text for happened in app.overview().happened]
    return [*shown, *(line.state for line in app.overview().meters)]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_octet_of_a_meter_reaches_a_face_a_log_or_json_unescaped(
    hostile: str, play_at: Play, logged: list[str]
) -> None:
    async def scenario(lab: Lab) -> None:
        shown = await everything_shown(lab.app(), lab)
        for keys in ("37E", FIRMWARE_CODE, "E"):
            report, notes = await lab.type(keys)
            shown += [*report.screen, report.why, report.to_json(), *notes]
        assert len(shown) > len(PAGES)
        assert [line for line in (*shown, *logged) if not line.isprintable()] == []

    play_at(scenario, hostile_objects(hostile))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_liars_meter_number_is_told_without_its_octets(
    hostile: str, play_at: Play, logged: list[str]
) -> None:
    async def scenario(lab: Lab) -> None:
        report, _ = await lab.type(GOOD + "E")
        assert report.why.isprintable()
        assert f"where {DRN} is expected" in report.why
        assert all(line.isprintable() for line in logged)

    play_at(scenario, {"meter_number.value": octets(hostile[:4])})
