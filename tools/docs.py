"""The pages of docs/ that are made from the code, and the check that they are current.

Invariant: a generated page is a pure function of the code; what stands between the marks of a
hand-written page likewise.
"""

import ast
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from enum import IntEnum, IntFlag
from pathlib import Path

from ciu.panel import TABLE
from link.arguments import Parser
from link.cosem import OBJECT_MAP, OBJECTS, Role, Row, RowKind, Schema, dotted
from link.cosem.roles import FIRST_SLOT_SAP, MANAGEMENT_SAP, PAIRING_SAP, PUBLIC_SAP, SLOTS
from link.dlms import Data
from link.hdlc.primary_table import PRIMARY_ROWS
from link.hdlc.secondary_table import SECONDARY_ROWS
from link.terms import Unit
from tools import cli

ROOT = Path(__file__).resolve().parent.parent
MARK = "<!-- {} {} -->"
FOLDERS = ("tools", "ciu", "meter", "link")
ROLES = {
    Role.PUBLIC: f"public (SAP {PUBLIC_SAP})",
    Role.CIU: f"CIU (SAP {FIRST_SLOT_SAP}-{FIRST_SLOT_SAP + SLOTS - 1})",
    Role.PAIRING: f"pairing (SAP {PAIRING_SAP})",
    Role.MANAGEMENT: f"management (SAP {MANAGEMENT_SAP})",
}
"""Who asks, as the pages say it."""

ARROWS = {"tools": "looks into all", "ciu": "looks into link", "meter": "looks into link"}


def house() -> str:
    """Draw the rooms that exist, layer by layer, each with the first line of its docstring."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = {c["containers"][0]: c["layers"] for c in contracts if "containers" in c}
    lines = ["```text"]
    for folder in FOLDERS:
        arrow = f"   ({ARROWS[folder]})" if folder in ARROWS else ""
        lines.append(f"{folder + '/':<8} {_first_line(ROOT / folder / '__init__.py')}{arrow}")
        for layer in layers[folder]:
            rooms = [room.strip() for room in layer.split("|")]
            for room in rooms:
                sign = "=" if len(rooms) > 1 else "-"
                lines.append(f"   {sign} {room:<14} {_first_line(_source(folder, room))}")
        lines.append("")
    return "\n".join([*lines[:-1], "```"])


def _source(folder: str, room: str) -> Path:
    module = ROOT / folder / f"{room}.py"
    return module if module.exists() else ROOT / folder / room / "__init__.py"


def _first_line(source: Path) -> str:
    return (ast.get_docstring(ast.parse(source.read_text())) or "").split("\n")[0]


def objects() -> str:
    """Tabulate the object map: what a client may ask a meter for."""
    lines = [
        "# The objects of the meter",
        "",
        "Made by `make docs` from the rows of `link/cosem`. With `lab = true` the public client"
        " may do what a CIU may; pairing and management need ciphering, which is not built yet.",
    ]
    for each in OBJECTS:
        title = f"{each.name.replace('_', ' ')}: {each.of.title}"
        lines += ["", f"## {dotted(each.logical_name)} {title}", ""]
        lines += [f"Class {each.of.class_id}, version {each.of.version}.", ""]
        lines += ["| number | name | type | unit | who may |", "|---|---|---|---|---|"]
        lines += [_object_line(row) for row in each.rows]
    return "\n".join([*lines, "", "## Enumerations and flags", "", *_enumerations()])


def _enumerations() -> list[str]:
    """List the members of every enumeration that a row carries, by its name."""
    schemas = [schema for row in OBJECT_MAP for schema in (row.schema, row.returns) if schema]
    found = {each for schema in schemas for each in _enumerations_of(schema.greatest())}
    return [
        f"- {each.__name__}: {', '.join(f'{int(m)} {m.name}' for m in each)}"
        for each in sorted(found, key=lambda each: each.__name__)
    ]


def _enumerations_of(value: object) -> Iterator[type[IntEnum] | type[IntFlag]]:
    match value:
        case IntEnum() | IntFlag():
            yield type(value)
        case tuple():
            yield from (each for member in value[:1] for each in _enumerations_of(member))
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _enumerations_of(getattr(value, field.name))


def _object_line(row: Row) -> str:
    number = f"method {row.index}" if row.kind is RowKind.METHOD else str(row.index)
    unit = "" if row.unit is Unit.COUNT else row.unit.name.lower().replace("_", " ")
    kind = type_name(row.schema)
    if row.returns is not None:
        kind += f", returns to a CIU: {type_name(row.returns)}"
    rights = {"read": row.read, "write": row.write, "invoke": row.invoke}
    may = "; ".join(f"{verb}: {_who(roles)}" for verb, roles in rights.items() if roles)
    return f"| {number} | {row.name} | {kind} | {unit} | {may} |"


def _who(roles: frozenset[Role]) -> str:
    if roles == frozenset(Role):
        return "everybody"
    return ", ".join(name for role, name in ROLES.items() if role in roles)


def type_name(schema: Schema) -> str:
    """Name the type of a row as a client sees it, enumerations by their name."""
    value = schema.greatest()
    return _type_of(value, schema.encode(value))


def _type_of(value: object, data: Data) -> str:
    tag = data.tag.name.lower().replace("_", "-")
    inside = data.value if isinstance(data.value, tuple) else ()
    match value:
        case tuple() if inside:
            return f"array of {_type_of(value[0], inside[0])}"
        case IntEnum() | IntFlag():
            return f"{tag} {type(value).__name__}"
        case _ if is_dataclass(value) and len(fields(value)) == len(inside):
            names = [field.name for field in fields(value)]
            parts = (
                f"{name} {_type_of(getattr(value, name), member)}"
                for name, member in zip(names, inside, strict=True)
            )
            return f"{{{'; '.join(parts)}}}"
        case _ if len(inside) == 1:
            return f"{{{_type_of(value, inside[0])}}}"
        case _:
            return tag


def commands() -> str:
    """Print what `--help` says, for every subcommand."""
    parts = ["# The command line", "", "Made by `make docs` from `--help`."]
    for name, text in cli.help_texts():
        parts += ["", f"## {name}", "", "```text", text.rstrip(), "```"]
    return "\n".join(parts)


def states() -> str:
    """Draw the state tables: what is not in them is refused."""
    tables: dict[str, Iterable[tuple[str, ...]]] = {
        "HDLC primary, one link": (tuple(each.name for each in row) for row in PRIMARY_ROWS),
        "HDLC secondary, one link": (tuple(each.name for each in row) for row in SECONDARY_ROWS),
        "The panel of the CIU": (
            (mode.name, cue.name, step.action.__name__, step.mode.name)
            for (mode, cue), step in TABLE.items()
        ),
    }
    lines = ["# State tables", "", "Made by `make docs` from the tables that the code runs on."]
    for title, rows in tables.items():
        lines += ["", f"## {title}", ""]
        lines += ["| state | what comes | what is done | next |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(row).lower()} |" for row in rows]
    return "\n".join(lines)


PAGES: dict[str, Callable[[], str]] = {
    "docs/objects.md": objects,
    "docs/cli.md": commands,
    "docs/states.md": states,
}
SECTIONS: dict[tuple[str, str], Callable[[], str]] = {("README.md", "house"): house}


def between(text: str, name: str, inside: str) -> str:
    """Put text between the marks of a hand-written page."""
    begin, end = MARK.format(name, "begin"), MARK.format(name, "end")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{inside}\n{end}{after}"


def generated() -> dict[Path, str]:
    """Return what every generated file should hold, by its path."""
    made = {ROOT / path: page() + "\n" for path, page in PAGES.items()}
    for (path, name), section in SECTIONS.items():
        target = ROOT / path
        made[target] = between(made.get(target, target.read_text()), name, section())
    return made


def main(argv: list[str] | None = None) -> int:
    """Write the pages, or with --check tell which are not current (status 1)."""
    parser = Parser(prog="python -m tools.docs", description="write the generated pages of docs/")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if stale")
    check = parser.parse_args(argv).check
    stale = [
        (p, text) for p, text in generated().items() if not p.exists() or p.read_text() != text
    ]
    for path, text in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not current: run make docs", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
