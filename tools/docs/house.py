"""The house: its rooms in words and as a drawing, with what may look into what."""

from dataclasses import dataclass
from math import ceil

from tools.docs.rooms import Folder, Room, floors, folders
from tools.docs.svg import MONO, arrow, lines_of, picture, rect, text, titled

WIDTH, MARGIN = 960, 24
GUTTER = 40
"""Between folders: room for an arrow."""

PAD, GAP = 12, 6
BOX, AIR = 26, 8
"""A box with a name: how high it is, and what is left beside the name."""

LINE, TITLE = 16, 28


def page() -> str:
    """Describe every room, layer by layer, with the first line of its docstring."""
    lines = [
        "# The house",
        "",
        "Made by `make docs` from the import contracts in `pyproject.toml` and the first line of"
        " each room's docstring. A room imports only what stands below it in its folder, and what"
        " its folder looks into; rooms of one layer (`=`) never import each other. The tests hold"
        " the code to it.",
        "",
        "![The house](pictures/house.svg)",
        "",
        "```text",
    ]
    for folder, below in folders():
        looks = f"   (looks into {', '.join(each.name for each in below)})" if below else ""
        lines.append(f"{folder.name + '/':<8} {folder.line}{looks}")
        for layer in folder.layers:
            sign = "=" if len(layer) > 1 else "-"
            lines += [f"   {sign} {room.name:<14} {room.line}" for room in layer]
        lines.append("")
    return "\n".join([*lines[:-1], "```"])


@dataclass(frozen=True, slots=True)
class Frame:
    """A folder on the paper, in pixels from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    shapes: tuple[str, ...]

    @property
    def middle(self) -> float:
        """The middle of its width."""
        return self.x + self.width / 2


def drawing() -> str:
    """Draw folders, layers and rooms; an arrow is what a folder may look into.

    The wall stands between the two rooms that know nothing of each other.
    """
    (bench,), (left, right), (wall,) = floors()
    top = _frame(bench, (MARGIN, MARGIN), WIDTH - 2 * MARGIN)
    width = (top.width - 2 * GUTTER) / 3
    y = top.y + top.height + GUTTER
    columns = (left, wall, right)
    tallest = max(_frame(each, (0, 0), width).height for each in columns)
    frames = [
        _frame(each, (MARGIN + number * (width + GUTTER), y), width, at_least=tallest)
        for number, each in enumerate(columns)
    ]
    shapes = [shape for frame in (top, *frames) for shape in frame.shapes]
    for frame in frames:
        shapes += arrow((frame.middle, y - GUTTER), (frame.middle, y))
    shapes += _aside(frames, y + tallest / 2)
    return picture("The house: what may look into what", (WIDTH, y + tallest + MARGIN), shapes)


def _aside(frames: list[Frame], y: float) -> list[str]:
    """Point from both sides at the frame in the middle."""
    left, wall, right = frames
    from_left = arrow((left.x + left.width, y), (wall.x, y))
    return from_left + arrow((right.x, y), (wall.x + wall.width, y))


def _frame(folder: Folder, at: tuple[float, float], width: float, at_least: float = 0) -> Frame:
    x, y = at
    left, inner = x + PAD, width - 2 * PAD
    shapes = [text("title", (left, y + TITLE), folder.name + "/")]
    bottom = y + TITLE + 4
    for line in lines_of(folder.line, inner):
        bottom += LINE
        shapes.append(text("said", (left, bottom), line))
    bottom += PAD
    for layer in folder.layers:
        height, drawn = _layer(layer, (left, bottom), inner)
        shapes += drawn
        bottom += height + GAP
    height = max(bottom - y + PAD - GAP, at_least)
    return Frame(x, y, width, height, (rect("folder", at, (width, height), corner=8), *shapes))


def _layer(
    rooms: tuple[Room, ...], at: tuple[float, float], width: float
) -> tuple[float, list[str]]:
    """Return the height of a layer and its shapes: a band with boxes of alike width in rows."""
    least = MONO * max(len(room.name) for room in rooms) + AIR
    most = int((width - GAP) / (least + GAP))
    rows = ceil(len(rooms) / most)
    abreast = ceil(len(rooms) / rows)
    size = ((width - GAP) / abreast - GAP, BOX)
    height = rows * (BOX + GAP) + GAP
    shapes = [rect("layer", at, (width, height))]
    for number, room in enumerate(rooms):
        down, across = divmod(number, abreast)
        x = at[0] + GAP + across * (size[0] + GAP)
        y = at[1] + GAP + down * (BOX + GAP)
        shapes.append(titled(room.line, _box(room, (x, y), size)))
    return height, shapes


def _box(room: Room, at: tuple[float, float], size: tuple[float, float]) -> list[str]:
    middle = (at[0] + size[0] / 2, at[1] + size[1] / 2 + 4)
    return [rect("box", at, size), text("name", middle, room.name, anchor="middle")]
