"""The face itself: it draws the unit's screen and overview, and presses the unit's keys."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Protocol

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Footer

from ciu.faces.pasted import keys_of
from ciu.faces.terminal import drawing
from ciu.faces.terminal.glyphs import glyphs_of
from ciu.faces.terminal.keys import key_of
from ciu.faces.terminal.parts import Keypad, MeterRows, Picture
from ciu.faces.terminal.style import SHEET, THEME
from ciu.keypad import Key
from ciu.overview import Overview
from ciu.screen import Screen
from ciu.wording import Complaint

WIDE_COLUMNS, TALL_ROWS = 110, 36
"""From here on there is room for wider digits, and for keys of three rows."""

BOARD_S = 0.5
"""Figures that move without a change of the display are drawn so often."""


class Unit(Protocol):
    """What the face needs of a unit."""

    faces: list[Callable[[Screen], None]]

    @property
    def screen(self) -> Screen:
        """The display."""

    def overview(self) -> Overview:
        """Return what stands beside the display."""

    def press(self, key: Key) -> None:
        """Press a key."""

    def paste(self, pasted: Sequence[Key] | Complaint) -> None:
        """Type a row of keys anew, or say what is wrong with a paste."""

    def choose(self, drn: str) -> None:
        """Bring a meter to the display."""


class TerminalFace(App[None]):
    """The screen of a unit in a terminal; ends on F10 and Ctrl-C.

    A subclass may add panes at the foot of the right column (`panes`) and bindings of its own.
    """

    TITLE = "splitmeter"
    CSS = SHEET
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "next_meter", "next meter", key_display="F4"),
        Binding("f10", "quit", "quit", key_display="F10"),
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
    ]

    def __init__(self, unit: Unit, terminal: str | None = None) -> None:
        """`terminal` is what TERM says, which decides about the signs that are drawn."""
        super().__init__()
        self._unit = unit
        self._glyphs = glyphs_of(os.environ.get("TERM", "") if terminal is None else terminal)
        self._overview = unit.overview()
        self.register_theme(THEME)
        self.theme = THEME.name
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        """Lay out the parts."""
        unit, glyphs = self._unit, self._glyphs
        with Horizontal(id="face"):
            with Vertical(id="unit") as panel:
                panel.border_title = self.TITLE
                yield Picture(lambda room: drawing.signs(unit.screen, room.width, glyphs), "signs")
                yield Picture(lambda room: drawing.credit(unit.screen, room.width), "credit")
                with Horizontal(id="display"):
                    yield Picture(lambda _: drawing.lines(unit.screen), "lines")
                    yield Picture(lambda _: drawing.lamp(unit.screen, glyphs), "lamp")
                yield Keypad(unit.press, glyphs)
            with Vertical(id="beside"):
                yield MeterRows(lambda: self._overview, unit.choose, glyphs)
                happened = Picture(
                    lambda room: drawing.event_rows(
                        self._overview.happened, room.width, room.height
                    ),
                    "happened",
                )
                happened.border_title = "what happened"
                yield happened
                yield from self.panes()
        yield Picture(lambda _: drawing.too_small(unit.screen, *self.size), "small")
        yield Footer(show_command_palette=False)

    def panes(self) -> Iterable[Widget]:
        """Return what else stands in the right column: nothing."""
        return ()

    def on_mount(self) -> None:
        """Follow the unit."""
        self._unit.faces.append(self._follow)
        self.set_interval(BOARD_S, self._look_at_board)

    def on_unmount(self) -> None:
        """Leave the unit alone; a face that ends at once was never mounted."""
        if self._follow in self._unit.faces:
            self._unit.faces.remove(self._follow)

    def on_resize(self, event: events.Resize) -> None:
        """Take the room that there is, and say so where there is none."""
        columns, rows = event.size
        fits = columns >= drawing.LEAST_COLUMNS and rows >= drawing.LEAST_ROWS
        self.set_class(not fits, "-small")
        self.set_class(columns >= WIDE_COLUMNS, "-wide")
        self.set_class(rows >= TALL_ROWS, "-tall")

    def on_key(self, event: events.Key) -> None:
        """Press what was pressed."""
        key = key_of(event.key, event.character)
        if key is not None:
            self._unit.press(key)

    def on_paste(self, event: events.Paste) -> None:
        """Type what was pasted, if it spells keys."""
        self._unit.paste(keys_of(event.text))

    def action_next_meter(self) -> None:
        """Bring the next meter to the display."""
        meters = self._unit.overview().meters
        shown = next((at for at, meter in enumerate(meters) if meter.shown), -1)
        self._unit.choose(meters[(shown + 1) % len(meters)].drn)

    def _follow(self, _screen: Screen) -> None:
        self.call_later(self._draw)  # the unit's task is not one of Textual's

    def _look_at_board(self) -> None:
        if self._unit.overview() != self._overview:
            self._draw()

    def _draw(self) -> None:
        self._overview = self._unit.overview()
        for picture in self.query(Picture):
            picture.look()
