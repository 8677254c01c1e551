"""The rooms of the house as the code has them: import contracts, first lines of docstrings."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Room:
    """A module or a package directly inside a folder, and the first line of its docstring."""

    name: str
    line: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A top-level folder; rooms by layer, those above may import those below."""

    name: str
    line: str
    layers: tuple[tuple[Room, ...], ...]


def floors() -> tuple[tuple[Folder, ...], ...]:
    """Return the folders, top floor first: each may look into those below, never sideways."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = {c["containers"][0]: c["layers"] for c in contracts if "containers" in c}
    house = next(c["layers"] for c in contracts if c["name"] == "house")
    return tuple(tuple(_folder(name, layers[name]) for name in _names(row)) for row in house)


def folders() -> Iterator[tuple[Folder, tuple[Folder, ...]]]:
    """Yield each folder, top down, and the folders that it may look into."""
    rows = floors()
    for number, row in enumerate(rows):
        below = tuple(folder for lower in rows[number + 1 :] for folder in lower)
        yield from ((folder, below) for folder in row)


def _names(row: str) -> list[str]:
    return [name.strip() for name in row.split("|")]


def _folder(name: str, layers: list[str]) -> Folder:
    rooms = tuple(
        tuple(Room(each, _first_line(_source(name, each))) for each in _names(row))
        for row in layers
    )
    return Folder(name, _first_line(ROOT / name / "__init__.py"), rooms)


def _source(folder: str, room: str) -> Path:
    module = ROOT / folder / f"{room}.py"
    return module if module.exists() else ROOT / folder / room / "__init__.py"


def _first_line(source: Path) -> str:
    return (ast.get_docstring(ast.parse(source.read_text())) or "").split("\n")[0]
