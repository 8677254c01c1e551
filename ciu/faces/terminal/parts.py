"""The widgets of the face: a picture that is drawn anew, a key to be clicked, the line's meters."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from ciu.faces.terminal.drawing import first_meter, meter_rows
from ciu.faces.terminal.glyphs import Glyphs
from ciu.keypad import Key
from ciu.overview import Overview

KEYPAD = "123i456#789*B0E"
"""The keys row by row, four in a row, as they are spelt."""


class Picture(Widget, can_focus=False):
    """Drawn by a function of the room that there is."""

    ALLOW_SELECT = False

    def __init__(self, draw: Callable[[Size], Content], name: str) -> None:
        super().__init__(id=name)
        self._draw = draw
        self._drawn = Content("")

    def render(self) -> Content:
        """Return the picture."""
        self._drawn = self._draw(self.content_size)
        return self._drawn

    def look(self) -> None:
        """Draw anew what has changed, and nothing else: a key is echoed the sooner."""
        if not self._drawn.is_same(self._draw(self.content_size)):
            self.refresh()


class MeterRows(Picture):
    """The meters of the line; a click on one brings it to the display."""

    def __init__(
        self, overview: Callable[[], Overview], choose: Callable[[str], None], glyphs: Glyphs
    ) -> None:
        super().__init__(self._rows, "line")
        self.border_title = "line"
        self._overview = overview
        self._choose = choose
        self._glyphs = glyphs

    def _rows(self, room: Size) -> Content:
        return meter_rows(self._overview().meters, room.width, room.height, self._glyphs)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """Return the rows that all meters take."""
        return len(self._overview().meters)

    def on_click(self, event: events.Click) -> None:
        """Choose the meter in this row."""
        meters = self._overview().meters
        place = event.get_content_offset(self)
        row = first_meter(meters, self.content_size.height) + (place.y if place else len(meters))
        if row < len(meters):
            self._choose(meters[row].drn)


class KeyCap(Widget, can_focus=False):
    """One key, for the mouse."""

    ALLOW_SELECT = False

    def __init__(self, key: Key, cap: str, press: Callable[[Key], None]) -> None:
        super().__init__(classes="cap")
        self._key = key
        self._cap = cap
        self._press = press

    def render(self) -> Content:
        """Return the key as it looks."""
        framed = self.content_size != self.outer_size
        return Content(self._cap if framed else f"[ {self._cap} ]")

    def on_click(self) -> None:
        """Press the key."""
        self._press(self._key)


class Keypad(Grid, can_focus=False):
    """All keys of the customer's keypad."""

    def __init__(self, press: Callable[[Key], None], glyphs: Glyphs) -> None:
        super().__init__(id="keypad")
        self._press = press
        self._caps = glyphs.caps

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        for key in map(Key, KEYPAD):
            yield KeyCap(key, self._caps.get(key, key.value), self._press)
