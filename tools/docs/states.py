"""The state tables, read from the tables that the code runs on, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ciu.panel import TABLE
from ciu.panel.modes import Cue, Mode
from link.hdlc.primary_table import PRIMARY_ROWS, PrimaryState
from link.hdlc.secondary_table import SECONDARY_ROWS, SecondaryState


@dataclass(frozen=True, slots=True)
class Arrow:
    """A row of a table: in a state something comes, something is done, a state follows."""

    state: str
    comes: str
    done: str
    next: str


@dataclass(frozen=True, slots=True)
class StateTable:
    """A table as the docs show it; `picture` is the name of its drawing."""

    title: str
    picture: str
    states: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    meanings: tuple[tuple[str, str], ...] = ()
    """States and what comes in more words, where the table has them."""


class _Row(Protocol):
    """What a table of link/hdlc has in common with the others: four enum members in order."""

    def __iter__(self) -> Iterator[Enum]: ...


def _words(member: Enum) -> str:
    return member.name.lower().replace("_", " ")


def _states(states: Iterable[Enum]) -> tuple[str, ...]:
    return tuple(_words(state) for state in states)


def _arrows(rows: Iterable[_Row]) -> tuple[Arrow, ...]:
    return tuple(Arrow(*(_words(each) for each in row)) for row in rows)


_PANEL = tuple(
    Arrow(_words(mode), _words(cue), step.action.__name__.replace("_", " "), _words(step.mode))
    for (mode, cue), step in TABLE.items()
)

_MEANINGS = tuple((_words(member), member.value) for kind in (Mode, Cue) for member in kind)

TABLES = (
    StateTable(
        "HDLC primary, one link", "hdlc-primary", _states(PrimaryState), _arrows(PRIMARY_ROWS)
    ),
    StateTable(
        "HDLC secondary, one link",
        "hdlc-secondary",
        _states(SecondaryState),
        _arrows(SECONDARY_ROWS),
    ),
    StateTable("The panel of the CIU", "panel", _states(Mode), _PANEL, _MEANINGS),
)


def page() -> str:
    """Print every table, under its drawing."""
    lines = [
        "# State tables",
        "",
        "Made by `make docs` from the tables that the code runs on. What is not in a table is"
        " refused. In a drawing a column is a state, a line is what comes and what is done about"
        " it; a ring marks a state in which it may come, its arrow the state that follows, a dot"
        " that the state stays.",
    ]
    for table in TABLES:
        lines += ["", f"## {table.title}", "", f"![{table.title}](pictures/{table.picture}.svg)"]
        if table.meanings:
            lines += ["", *(f"- {name}: {meaning}" for name, meaning in table.meanings)]
        lines += ["", "| state | what comes | what is done | next |", "|---|---|---|---|"]
        lines += [f"| {a.state} | {a.comes} | {a.done} | {a.next} |" for a in table.arrows]
    return "\n".join(lines)
