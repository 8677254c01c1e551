"""The object map as a drawing: the objects by interface class, and who may read them."""

from link.cosem import OBJECTS, CosemObject, Role, Row, RowKind, dotted
from link.cosem.classes import CLASSES, InterfaceClass
from tools.docs.svg import MONO, lines_of, picture, rect, text

WIDTH, MARGIN = 960, 24
CLASS = 160
"""The column at the left that names the class."""

ABREAST, GAP, PAD = 4, 8, 10
HEAD, LINE, FOOT = 40, 16, 6
"""A box: its name and logical name, a line of members, the air below."""

LEGEND = 34
TOGETHER = "\N{NO-BREAK SPACE}"


def drawing() -> str:
    """Draw a band for each class, with a box for each of its objects."""
    shapes = _legend()
    y: float = MARGIN + LEGEND
    for of in CLASSES:
        height, drawn = _band(of, y)
        shapes += drawn
        y += height + GAP
    return picture("The objects of the meter by class", (WIDTH, y - GAP + MARGIN), shapes)


def _legend() -> list[str]:
    """Say what the two kinds of boxes are."""
    kinds = (("open", "read by everybody"), ("box", "read by the CIU and the utility"))
    shapes = []
    for number, (kind, words) in enumerate(kinds):
        x = MARGIN + CLASS + GAP + number * 200
        shapes += [rect(kind, (x, MARGIN), (18, 14)), text("said", (x + 26, MARGIN + 12), words)]
    return shapes


def _band(of: InterfaceClass, y: float) -> tuple[float, list[str]]:
    """Return the height of a class and its shapes."""
    objects = [each for each in OBJECTS if each.of == of]
    abreast = min(len(objects), ABREAST)
    width = (WIDTH - 2 * MARGIN - CLASS - GAP) / abreast - GAP
    shapes: list[str] = []
    bottom = y + GAP
    for first in range(0, len(objects), abreast):
        row = objects[first : first + abreast]
        height = HEAD + FOOT + LINE * max(len(_members(each, width)) for each in row)
        for number, each in enumerate(row):
            x = MARGIN + CLASS + GAP + number * (width + GAP)
            shapes += _box(each, (x, bottom), (width, height))
        bottom += height + GAP
    band = rect("layer", (MARGIN, y), (WIDTH - 2 * MARGIN, bottom - y))
    return bottom - y, [band, *_title(of, y + GAP + 18), *shapes]


def _title(of: InterfaceClass, y: float) -> list[str]:
    lines = lines_of(of.title, CLASS - PAD, letter=MONO)
    said = f"class {of.class_id}, version {of.version}"
    x = MARGIN + PAD
    names = [text("name", (x, y + LINE * n), line) for n, line in enumerate(lines)]
    return [*names, text("said", (x, y + LINE * len(lines)), said)]


def _box(of: CosemObject, at: tuple[float, float], size: tuple[float, float]) -> list[str]:
    x, y = at[0] + PAD, at[1] + 18
    kind = "open" if Role.PUBLIC in of.known_to else "box"
    members = [
        text("said", (x, at[1] + HEAD + 12 + LINE * number), line)
        for number, line in enumerate(_members(of, size[0]))
    ]
    return [
        rect(kind, at, size),
        text("name", (x, y), of.name),
        text("code", (x, y + LINE), dotted(of.logical_name)),
        *members,
    ]


def _members(of: CosemObject, width: float) -> list[str]:
    """Name what a client finds, in lines of a box."""
    return lines_of(", ".join(_member(row) for row in of.rows), width - 2 * PAD)


def _member(row: Row) -> str:
    if row.kind is RowKind.METHOD:
        return f"{row.name}()"
    return f"{row.index}{TOGETHER}{row.name}" + (" (set)" if row.write else "")
