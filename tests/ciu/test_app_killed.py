"""Killed at any statement of its store, the unit ends with the truth."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from link.durable import Row, connect_sqlite

from .lab import GOOD, Lab, Play


class Killed(Exception):
    """The process is gone: nothing that it was about to do happens."""


@dataclass(frozen=True)
class Rows:
    """What a statement gave back."""

    found: list[Row]

    def fetchall(self) -> list[Row]:
        return self.found


class MortalConnection:
    """A connection of a process that is killed before a statement, or right after it."""

    def __init__(self, connection: sqlite3.Connection, life: list[int], *, after: bool) -> None:
        self._connection = connection
        self._life = life
        self._after = after

    @property
    def in_transaction(self) -> bool:
        return False

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Rows:
        self._life[0] -= 1
        if self._life[0] < 0 or (self._life[0] == 0 and not self._after):
            raise Killed
        rows = Rows(self._connection.execute(sql, parameters).fetchall())
        if self._life[0] == 0:
            raise Killed
        return rows

    def executescript(self, sql_script: str) -> object:
        return self._connection.executescript(sql_script)

    def close(self) -> None:
        self._connection.close()


def alive_after(steps: int, *, after: bool, play: Play) -> bool:
    """Kill the unit at a statement of its store, run it again; return whether it was killed."""
    killed = []

    async def scenario(lab: Lab) -> None:
        life = [steps]
        lab.store = lambda path: MortalConnection(connect_sqlite(path), life, after=after)
        try:
            await lab.type(GOOD + "E")
        except* Killed:
            killed.append(True)
        lab.store = connect_sqlite
        report, notes = await lab.type("")
        told = "accepted" in "".join(notes)
        assert report.status == 0
        assert lab.meter.credit in (0, 25_000)
        assert lab.meter.credit == 25_000 or not told
        assert lab.meter.entered in ([], [GOOD])
        assert not lab.intent()
        lab.config.ciu.state.unlink()

    play(scenario)
    return not killed


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_statement_of_its_store_the_unit_ends_with_the_truth(
    after: bool, play: Play
) -> None:
    steps = 1
    while not alive_after(steps, after=after, play=play):
        steps += 1
    assert steps > 15
