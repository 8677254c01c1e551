"""Laws of the clock: it is read where a process begins, and a test gives its own."""

import ast
import re
from functools import cache
from pathlib import Path

import tools

ROOT = Path(tools.__file__).parents[1]

READS = {
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("time", "ctime"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
}
"""Calls that answer by the day on which they run."""

NAMES_A_CLOCK = r"\b(time|datetime|date)\.[a-z]|from time|wall_clock"

READERS = {
    "tools/clock.py": "the one clock of the tools",
    "meter/__main__.py": "a meter's process",
    "ciu/__main__.py": "a unit's process",
    "tests/days.py": "sets the clock off",
}
"""Files that read the machine's clock, and why."""

ON_THE_CLOCK = {
    "tests/whole/processes.py": "meter and unit are processes, with the machine's clock",
    "tests/whole/test_processes_bad_input.py": "likewise",
}
"""Tests that hand the machine's clock on, since the other end is a process that reads it."""


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Return the files that name a clock, read."""
    packages = ("ciu", "link", "meter", "tests", "tools")
    paths = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
    return tuple(
        (name, ast.parse(text)) for name, text in texts.items() if re.search(NAMES_A_CLOCK, text)
    )


def reads_clock(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(module) | ast.Attribute(attr=module), attr=name):
            return (module, name) in READS
        case ast.ImportFrom(module="time", names=names):
            return any(("time", name.name) in READS for name in names)
    return False


def test_the_clock_is_read_where_a_process_begins_and_nowhere_else() -> None:
    found = {name for name, tree in sources() if any(map(reads_clock, ast.walk(tree)))}
    assert found == set(READERS)


def test_a_test_gives_its_own_clock_unless_processes_read_the_machines() -> None:
    found = {
        name
        for name, tree in sources()
        if name.startswith("tests/")
        and any(isinstance(node, ast.Name) and node.id == "wall_clock" for node in ast.walk(tree))
    }
    assert found == set(ON_THE_CLOCK)
