"""Every file of docs/ that is made from the code, as rows: what makes it.

Invariant: a generated file is a pure function of the code.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tools.docs import commands, house, ladder, object_map, objects, states
from tools.docs.rooms import ROOT

PAGES: dict[str, Callable[[], str]] = {
    "docs/cli.md": commands.page,
    "docs/house.md": house.page,
    "docs/objects.md": objects.page,
    "docs/states.md": states.page,
}
PICTURES: dict[str, Callable[[], str]] = {
    "house": house.drawing,
    "objects": object_map.drawing,
    **{table.picture: partial(ladder.drawing, table) for table in states.TABLES},
}


def generated() -> Iterator[tuple[Path, str]]:
    """Yield every generated file with what it should hold."""
    for path, page in PAGES.items():
        yield ROOT / path, page() + "\n"
    for name, drawing in PICTURES.items():
        yield ROOT / "docs" / "pictures" / f"{name}.svg", drawing() + "\n"
