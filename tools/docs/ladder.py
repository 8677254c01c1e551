"""A state table as a ladder: a column a state, a line for each thing that comes."""

from tools.docs import svg
from tools.docs.states import Arrow, StateTable
from tools.docs.svg import circle, path, picture, rect, text

WIDTH, MARGIN = 960, 24
COMES, DONE = 120, 150
"""Columns for what comes, at the left, and for what is done, at the right."""

RUNG, RING = 24, 5
HEADER, BOX = 34, 26
"""Room above and below the rungs, and the height of a state's box in it."""

BASE = 4
"""From the middle of a line of text down to its base line."""


def rungs(table: StateTable) -> list[tuple[Arrow, ...]]:
    """Gather arrows that say the same and lead to one state, or stay each in its own."""
    received: dict[tuple[str, str], list[Arrow]] = {}
    for arrow in table.arrows:
        received.setdefault((arrow.comes, arrow.done), []).append(arrow)
    return [rung for arrows in received.values() for rung in _parted(arrows)]


def _parted(arrows: list[Arrow]) -> list[tuple[Arrow, ...]]:
    parts: dict[str | None, list[Arrow]] = {}
    for arrow in arrows:
        goal = None if arrow.next == arrow.state else arrow.next
        parts.setdefault(goal, []).append(arrow)
    goals = parts.keys() - {None}
    return [tuple(part) for part in parts.values()] if len(goals) > 1 else [tuple(arrows)]


def drawing(table: StateTable) -> str:
    """Draw the table: rings where a thing may come, arrows to the state that follows."""
    step = (WIDTH - 2 * MARGIN - COMES - DONE) / len(table.states)
    columns = {
        state: MARGIN + COMES + step * (number + 0.5) for number, state in enumerate(table.states)
    }
    lines = rungs(table)
    top = MARGIN + HEADER
    bottom = top + RUNG * len(lines)
    shapes = []
    for number, rung in enumerate(lines):
        shapes += _ground(number, top + RUNG * number)
        shapes += _said(rung[0], top + RUNG * (number + 0.5))
    for state, x in columns.items():
        shapes.append(path("rail", f"M{x:g} {top:g}V{bottom:g}"))
        shapes += _head(state, x, (MARGIN, bottom + HEADER - BOX), step)
    for number, rung in enumerate(lines):
        shapes += _rung(rung, columns, top + RUNG * (number + 0.5))
    return picture(table.title, (WIDTH, bottom + HEADER + MARGIN), shapes)


def _ground(number: int, y: float) -> list[str]:
    """Shade every other line, so that the eye stays on it."""
    band = rect("band", (MARGIN - 8, y), (WIDTH - 2 * MARGIN + 16, RUNG))
    return [band] if number % 2 else []


def _said(arrow: Arrow, y: float) -> list[str]:
    base = y + BASE
    done = text("said", (WIDTH - MARGIN, base), arrow.done, anchor="end")
    return [text("name", (MARGIN, base), arrow.comes), done]


def _head(state: str, x: float, ys: tuple[float, float], step: float) -> list[str]:
    """Name a state above and below its column."""
    shapes = []
    for y in ys:
        shapes.append(rect("box", (x - step / 2 + 2, y), (step - 4, BOX), corner=6))
        shapes.append(text("code", (x, y + BOX / 2 + BASE), state, anchor="middle"))
    return shapes


def _rung(rung: tuple[Arrow, ...], columns: dict[str, float], y: float) -> list[str]:
    """Draw the arrows from the outermost states inwards, and a mark on every state."""
    starts = {columns[arrow.state] for arrow in rung}
    goals = {columns[arrow.next] for arrow in rung if arrow.next != arrow.state}
    shapes = []
    for goal in goals:
        air = RING if goal in starts else 0
        if min(starts) < goal:
            shapes += svg.arrow((min(starts), y), (goal - air, y))
        if max(starts) > goal:
            shapes += svg.arrow((max(starts), y), (goal + air, y))
    return [*shapes, *(_mark(arrow, columns[arrow.state], y) for arrow in rung)]


def _mark(arrow: Arrow, x: float, y: float) -> str:
    """Mark the state in which it comes: a ring where an arrow leaves, a dot where it stays."""
    return circle("head" if arrow.next == arrow.state else "ring", (x, y), RING)
