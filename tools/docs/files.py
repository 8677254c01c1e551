"""Every file of docs/ that is made from the code, as rows: what makes it.

Invariant: a generated file is a pure function of the code.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tools.docs import commands, house, ladder, object_map, objects, screens, states, tokens
from tools.docs.rooms import ROOT

PICTURES = ROOT / "docs" / "pictures"
PAGES: dict[str, Callable[[], str]] = {
    "cli": commands.page,
    "house": house.page,
    "objects": objects.page,
    "states": states.page,
    "tokens": tokens.page,
}
DRAWINGS: dict[str, Callable[[], str]] = {
    "house": house.drawing,
    "objects": object_map.drawing,
    **{table.picture: partial(ladder.drawing, table) for table in states.TABLES},
}


def generated() -> Iterator[tuple[Path, str]]:
    """Yield every generated file with what it should hold; the screens take seconds."""
    for name, page in PAGES.items():
        yield ROOT / "docs" / f"{name}.md", page() + "\n"
    for name, drawing in DRAWINGS.items():
        yield PICTURES / f"{name}.svg", drawing() + "\n"
    for name, screen in screens.drawings():
        yield PICTURES / f"{name}.svg", screen + "\n"
