"""Disks that fail when they are told to."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from link.durable import Value, connect_sqlite


class FullAtCommit:
    """A connection whose disk is full at the n-th COMMIT."""

    def __init__(self, path: Path, commits: int) -> None:
        self._connection = connect_sqlite(path)
        self._commits = commits

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> sqlite3.Cursor:
        if sql == "COMMIT":
            self._commits -= 1
            if self._commits < 0:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
        return self._connection.execute(sql, parameters)

    def executescript(self, sql_script: str) -> object:
        return self._connection.executescript(sql_script)

    def close(self) -> None:
        self._connection.close()
