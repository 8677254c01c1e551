"""The terminal face draws what the unit shows in any room, and hands it keys, clicks and pastes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from ciu.faces.terminal import TerminalFace, serve
from ciu.faces.terminal.digits import ROWS, SEGMENTS, big_digits
from ciu.faces.terminal.drawing import credit, event_rows, first_meter, lamp, meter_rows, signs
from ciu.faces.terminal.glyphs import RICH, SPARSE, Glyphs, glyphs_of
from ciu.faces.terminal.keys import key_of
from ciu.faces.terminal.parts import KEYPAD
from ciu.keypad import Key, read_keys
from ciu.overview import Event, MeterLine
from ciu.panel import Heard, Label, Reading, Settled, WentSilent
from ciu.panel.view import LONGEST_CREDIT
from ciu.screen import Lamp, LinkSign, RelaySign, Screen, Signs
from ciu.wording import ELECTRICITY, Silence, Silent, Words, account_of
from link.cosem.values import Currency, CurrencyUnit
from link.terms import (
    LinkTrouble,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
    TokenResult,
)
from link.token_entry import Accepted, Refused

from .panel_customer import sells
from .panel_unit import PanelUnit
from .terminal_text import text_of

SCREENS = Path(__file__).parent / "screens"
AT = 50_400
ON = SupplyExplanation(SupplyState.CONNECTED, SupplyReason.NONE, AT, RestoredBy.NOTHING, 0)
OFF = SupplyExplanation(
    SupplyState.DISCONNECTED, SupplyReason.NO_CREDIT, AT, RestoredBy.CREDIT_TOKEN, 0
)
LOW, SMALL, LARGE = (70, 20), (80, 24), (120, 40)
PANE = 38
"""Cells inside the narrowest pane of the unit, without its margin."""


@pytest.fixture
async def unit(
    labels: tuple[Label, Label], words: Words, outcome: Callable[..., TokenOutcome]
) -> PanelUnit:
    """A unit of two meters: light and credit at the first one, silence from the second."""
    unit = PanelUnit(labels, words, lambda: AT)
    first, second = (label.drn for label in labels)
    unit.tell(
        Heard(first),
        *sells(first),
        Reading(first, "account.available_credit", 12_460, AT),
        Reading(first, "supply_explanation.value", OFF, AT),
        Settled(first, "4191", Refused(outcome(result=TokenResult.CRCError))),
        Reading(first, "supply_explanation.value", ON, AT),
        Settled(first, "4197", Accepted(outcome(amount=25_000, credit_after=12_460))),
        WentSilent(second, Silence(Silent.METER, LinkTrouble.NO_ANSWER, 12)),
    )
    return unit


async def test_the_screen_is_this_picture_in_a_small_and_in_a_large_window(
    unit: PanelUnit,
) -> None:
    face = TerminalFace(unit, "xterm")
    async with face.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert text_of(face) == (SCREENS / "80x24.txt").read_text().splitlines()
        await pilot.resize_terminal(*LARGE)
        await pilot.pause()
        assert text_of(face) == (SCREENS / "120x40.txt").read_text().splitlines()
        await pilot.resize_terminal(*LOW)
        await pilot.pause()
        said = [line.strip() for line in text_of(face) if line.strip()]
        assert said == [*unit.screen.lines, "80 x 24 needed, this is 70 x 20"]


def strike(face: TerminalFace, *names: str) -> None:
    for name in names:
        face.post_message(events.Key(name, name if len(name) == 1 else None))


async def test_keys_clicks_and_pastes_press_the_keypad(
    unit: PanelUnit, labels: tuple[Label, Label]
) -> None:
    face = TerminalFace(unit, "xterm")
    async with face.run_test(size=SMALL) as pilot:
        strike(face, "1", "2", "backspace", "#", "x")
        await pilot.click(".cap")
        assert unit.pressed == list(read_keys("12B#1"))
        assert any("1#1_" in line for line in text_of(face))
        unit.pressed.clear()
        face.post_message(events.Paste("2371 6100 5011\n8319 4197"))
        strike(face, "enter", "enter")
        await pilot.pause()
        assert unit.pressed == list(read_keys("23716100501183194197EE"))
        unit.wait(600)
        strike(face, "f4")
        await pilot.pause()
        assert unit.panel.meter == labels[1].drn
        await pilot.click("#line", offset=(5, 1))
        assert unit.panel.meter == labels[0].drn
        strike(face, "f10")
    assert unit.faces == []


async def test_a_paste_begins_anew_or_says_why_nothing_is_typed(unit: PanelUnit) -> None:
    face = TerminalFace(unit, "xterm")
    async with face.run_test(size=SMALL) as pilot:
        strike(face, "1", "2")
        face.post_message(events.Paste("a shopping list"))
        await pilot.pause()
        assert unit.screen.lines[0] == "NO TOKEN PASTED"
        face.post_message(events.Paste("2371 6100 5011 8319 4197"))
        await pilot.pause()
        assert unit.panel.typed == "23716100501183194197"


def test_the_credit_light_dims_with_a_credit_that_may_be_gone() -> None:
    good = Signs(LinkSign.GOOD, RelaySign.CLOSED, Lamp.GREEN)
    fresh = Screen(("", ""), "0016", signs=good)
    old = replace(fresh, age="12 s")
    lost = replace(fresh, signs=replace(good, link=LinkSign.LOST))
    assert lamp(fresh, RICH).spans[0].style == "$success"
    assert {lamp(each, RICH).spans[0].style for each in (old, lost)} == {"$muted"}
    assert {lamp(each, RICH).plain for each in (fresh, old, lost)} == {"● credit good"}


def test_credit_that_is_old_says_how_old() -> None:
    fresh = Screen(("", ""), "0016", big="12.4")
    assert " old" not in credit(fresh, PANE).plain
    assert credit(replace(fresh, age="12 s"), PANE).plain.endswith("\n12 s old")


class HeadlessFace(TerminalFace):
    async def run_async(self, **_: object) -> None:
        await super().run_async(headless=True, size=SMALL)


async def test_the_face_ends_with_its_unit_and_the_unit_with_its_face(unit: PanelUnit) -> None:
    face = HeadlessFace(unit, "xterm")
    asyncio.get_running_loop().call_soon(unit.stop)
    assert await serve(unit, face) == 0


async def test_what_the_unit_raises_comes_out_behind_the_face(unit: PanelUnit) -> None:
    unit.fails = OSError("the disk has gone")
    asyncio.get_running_loop().call_soon(unit.stop)
    with pytest.raises(ExceptionGroup) as raised:
        await serve(unit, HeadlessFace(unit, "xterm"))
    assert raised.value.exceptions == (unit.fails,)
    assert unit.faces == []


def test_every_key_has_a_cap_and_can_be_pressed_by_its_character() -> None:
    assert sorted(KEYPAD) == sorted(Key)
    assert all(key_of(key.value, key.value) is key for key in Key)
    assert key_of("backspace", "\x7f") is key_of("delete", None) is Key.BACKSPACE
    assert key_of("enter", "\r") is Key.ENTER
    assert key_of("f2", None) is key_of("x", "x") is None


MONEY = (("KES", -2), ("UGX", 0), ("JOD", -3))


@given(st.integers(-99_999, 9_999_999), st.sampled_from(MONEY))
def test_any_credit_is_drawn_within_the_pane(credit: int, money: tuple[str, int]) -> None:
    account = account_of(Currency(*money, CurrencyUnit.MONETARY))
    assert account is not None
    for told in (ELECTRICITY, account):
        room = PANE - len(f" {told.rows.symbol}")
        rows = big_digits(told.rows.short(credit, LONGEST_CREDIT), room)
        assert len(rows) == ROWS
        assert {len(row) for row in rows} == {len(rows[0])}
        assert len(rows[0]) <= room


@pytest.mark.parametrize("width", [0, PANE])
def test_every_digit_looks_different(width: int) -> None:
    assert len({big_digits(sign, width) for sign in SEGMENTS}) == len(SEGMENTS)


def test_a_terminal_with_few_signs_gets_few_signs() -> None:
    assert (glyphs_of("linux"), glyphs_of("xterm-256color"), glyphs_of("")) == (SPARSE, RICH, RICH)
    for glyphs in (RICH, SPARSE):
        drawn = [*glyphs.relay.values(), *glyphs.lamp.values(), *glyphs.caps.values()]
        drawn += [*glyphs.bars, glyphs.no_bar, glyphs.alarm, glyphs.shown]
        assert {len(sign) for sign in drawn} == {1}
        assert (set(glyphs.relay), set(glyphs.lamp)) == (set(RelaySign), set(Lamp))


names = st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), max_size=30)
meters = st.builds(
    MeterLine,
    drn=st.just("01000000016"),
    tail=st.just("0016"),
    name=names,
    shown=st.booleans(),
    well=st.booleans(),
    state=names,
    round_trip_s=st.none() | st.floats(0, 99),
    answered_percent=st.none() | st.integers(0, 100),
)
rooms = st.integers(-4, 90)


@given(st.lists(meters, max_size=4).map(tuple), rooms, st.integers(0, 4))
def test_meters_are_drawn_in_any_room_and_the_one_shown_is_in_sight(
    lines: tuple[MeterLine, ...], width: int, height: int
) -> None:
    rows = meter_rows(lines, width, height, RICH).plain.split("\n")
    assert len(rows) <= max(height, 1)
    assert all(len(row) <= max(width, 8) for row in rows)
    shown = [at for at, line in enumerate(lines) if line.shown][:1]
    first = first_meter(lines, height)
    assert not height or all(first <= at < first + height for at in shown)


@given(st.lists(st.builds(Event, st.just("14:02:11"), names)), rooms, rooms)
def test_what_happened_is_drawn_in_any_room(happened: list[Event], width: int, height: int) -> None:
    rows = event_rows(happened, width, height).plain.split("\n")
    assert len(rows) <= max(height, 1)
    assert all(len(row) <= max(width, 29) for row in rows)


@given(
    st.builds(
        Signs,
        st.sampled_from(LinkSign),
        st.sampled_from(RelaySign),
        st.sampled_from(Lamp),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
    ),
    names,
    st.sampled_from([RICH, SPARSE]),
)
def test_every_sign_that_is_lit_has_its_word(lit: Signs, name: str, glyphs: Glyphs) -> None:
    screen = Screen(("", ""), "0016", name, lit)
    drawn = signs(screen, PANE - 2, glyphs).plain
    assert all(len(row) <= PANE - 2 for row in drawn.split("\n"))
    told = drawn + lamp(screen, glyphs).plain
    assert all(word in told for word in lit.words())
