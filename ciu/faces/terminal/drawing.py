"""What stands in each part of the face: screen and overview in, styled text out. Pure.

Colour is never the only carrier of a meaning: every sign has its word, every state too.
"""

from collections.abc import Iterable
from textwrap import wrap

from textual.content import Content

from ciu import COLUMNS
from ciu.faces.terminal.digits import ROWS, big_digits
from ciu.faces.terminal.glyphs import Glyphs
from ciu.overview import Event, MeterLine
from ciu.screen import Lamp, LinkSign, RelaySign, Screen

LEAST_COLUMNS, LEAST_ROWS = 80, 24

LINK_STYLES = {
    LinkSign.ASKING: "$muted",
    LinkSign.GOOD: "$success",
    LinkSign.LOST: "$error bold",
}
RELAY_STYLES = {
    RelaySign.UNKNOWN: "$muted",
    RelaySign.OPEN: "$error bold",
    RelaySign.CLOSED: "$success",
}
LAMP_STYLES = {
    Lamp.DARK: "$muted",
    Lamp.GREEN: "$success",
    Lamp.AMBER: "$warning bold",
    Lamp.RED: "$error bold",
}

STATE_COLUMNS, TRIP_COLUMNS, SHARE_COLUMNS = 4, 8, 6
NAME_COLUMNS = 24
"""No name needs more, however wide the pane."""
TIME_COLUMNS = 9


def signs(screen: Screen, width: int, glyphs: Glyphs) -> Content:
    """Return the two rows of signs: whose display this is, and how things stand."""
    lit = screen.signs
    meter = _clipped(f"…{screen.meter} {screen.name}".rstrip(), width - 12)
    unsecured = Content.styled("UNSECURED", "$warning bold") if lit.unsecured else Content("")
    bars = glyphs.bars[: lit.bars] + glyphs.no_bar * (len(glyphs.bars) - lit.bars)
    relay = f"{glyphs.relay[lit.relay]} {lit.relay.value}"
    row = [
        Content.styled(f"{bars} {lit.link.value}", LINK_STYLES[lit.link]),
        Content.styled(relay, RELAY_STYLES[lit.relay]),
    ]
    if lit.alarm:
        row.append(Content.styled(f"{glyphs.alarm} alarm", "$error bold"))
    whose = _apart(Content.styled(meter, "bold"), unsecured, width)
    return _stacked([whose, Content("  ").join(row)])


def credit(screen: Screen, width: int) -> Content:
    """Return the credit in large digits, and beneath them how old it is; old digits are dim."""
    unit = f" {screen.unit}"
    rows = big_digits(screen.big, width - len(unit))
    style = "$muted" if screen.age else "$foreground bold"
    drawn = [Content.styled(row, style) for row in rows]
    drawn[-1] += Content.styled(unit, style)
    age = f"{screen.age} old" if screen.age else ""
    return _stacked([*drawn, Content.styled(age, "$warning")])


CREDIT_ROWS = ROWS + 1


def lines(screen: Screen) -> Content:
    """Return the two lines of the display, each filled to its width."""
    return _stacked(Content(f"{line:<{COLUMNS}}") for line in screen.lines)


def lamp(screen: Screen, glyphs: Glyphs) -> Content:
    """Return the credit light with its word; it dims while nobody knows whether it still holds."""
    lit = screen.signs.lamp
    dim = screen.age or screen.signs.link is LinkSign.LOST
    return Content.styled(f"{glyphs.lamp[lit]} {lit.value}", "$muted" if dim else LAMP_STYLES[lit])


def first_meter(meters: tuple[MeterLine, ...], height: int) -> int:
    """Return which meter stands first where not all fit: the one shown is always in sight."""
    shown = next((at for at, meter in enumerate(meters) if meter.shown), 0)
    return min(max(shown - height // 2, 0), max(len(meters) - height, 0))


def meter_rows(meters: tuple[MeterLine, ...], width: int, height: int, glyphs: Glyphs) -> Content:
    """Return a row for each meter on the line, as many as fit."""
    first = first_meter(meters, height)
    return _stacked(_meter(meter, width, glyphs) for meter in meters[first : first + height])


def event_rows(happened: Iterable[Event], width: int, height: int) -> Content:
    """Return what happened, newest first, as much as fits; what is long goes on beneath itself."""
    rows: list[Content] = []
    for event in happened:
        if len(rows) >= height:
            break
        told = wrap(event.text, max(width - TIME_COLUMNS, COLUMNS)) or [""]
        rows.append(Content.styled(f"{event.time} ", "$muted") + Content(told[0]))
        rows += [Content(" " * TIME_COLUMNS + rest) for rest in told[1:]]
    return _stacked(rows[:height])


def too_small(screen: Screen, columns: int, rows: int) -> Content:
    """Return what is said in a terminal that has no room for the picture."""
    needed = f"{LEAST_COLUMNS} x {LEAST_ROWS} needed, this is {columns} x {rows}"
    return _stacked([*map(Content, screen.lines), Content.styled(needed, "$warning")])


def _meter(meter: MeterLine, width: int, glyphs: Glyphs) -> Content:
    mark = glyphs.shown if meter.shown else " "
    figures_columns = STATE_COLUMNS + TRIP_COLUMNS + SHARE_COLUMNS
    label = f"{mark}…{meter.tail} "
    name_columns = max(min(width - len(label) - 1 - figures_columns, NAME_COLUMNS), 0)
    name = f"{_clipped(meter.name, name_columns):<{name_columns}}"
    state = _state(meter, width - len(label) - len(name) - 1)
    return Content.assemble(
        (f"{label}{name} ", "bold" if meter.shown else ""),
        (state, _state_style(meter)),
    )


def _state_style(meter: MeterLine) -> str:
    if meter.well:
        return ""
    return "$muted" if meter.answered_percent is None else "$error bold"


def _state(meter: MeterLine, width: int) -> str:
    trip, share = meter.round_trip_s, meter.answered_percent
    trip_told = "" if trip is None else f"{trip:.2f} s"
    share_told = "" if share is None else f"{share} %"
    told = f"{meter.state:<{STATE_COLUMNS}}{trip_told:>{TRIP_COLUMNS}}{share_told:>{SHARE_COLUMNS}}"
    return told if meter.well and len(told) <= width else _clipped(meter.state, width)


def _apart(left: Content, right: Content, width: int) -> Content:
    gap = max(width - left.cell_length - right.cell_length, 1)
    return left + Content(" " * gap) + right


def _clipped(text: str, width: int) -> str:
    """Return text cut to a width, which may be nothing or less while a window is resized."""
    room = max(width, 0)
    return text if len(text) <= room else (text[: max(room - 1, 0)] + "…")[:room]


def _stacked(rows: Iterable[Content]) -> Content:
    return Content("\n").join(rows)
