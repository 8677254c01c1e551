"""A rescue on a disk that forgets, when the power goes, what was not synced (meter.md 2)."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from link.durable import Database
from link.secret import Secret
from link.terms import meter_pan
from meter.domain import Seed, initial
from meter.store import Store
from meter.store.rescue import copy_aside, put_into_place, rescue_path
from meter.store.schema import APPLICATION_ID, SCHEMA, VERSION

DRN, KEY = "12345678903", Secret(bytes(8))
SEED = Seed(DRN, meter_pan(DRN), "07", "02", 2014, "123456", "01", 1, 2, 255, 0, KEY)
STATE = initial(SEED, 1_000)
SYNCS = 3
"""A rescue syncs the copy, its name, and its place."""

Names = dict[str, int]
"""The files of a folder and what they are, as inodes."""


class PowerCut(Exception):
    """Nothing more is written."""


class Disk:
    """Has the old store for certain, and of all else what was synced before the power cut.

    Names reach it in the order in which they were made, at the latest with the folder's sync.
    """

    def __init__(self, path: Path, syncs: int) -> None:
        self.folder = path.parent
        self.left = syncs
        self.kept = self.folder / "kept"
        os.link(path, self.kept)
        self.old = path.stat().st_ino
        self.contents: dict[int, bytes] = {}
        self.names = self.names_now()

    def names_now(self) -> Names:
        files = self.folder.glob("meter.db*")
        return {file.name: file.stat().st_ino for file in files if not file.name.endswith("-wal")}

    def sync(self, path: Path) -> None:
        if self.left == 0:
            raise PowerCut
        self.left -= 1
        if path.is_dir():
            self.names = self.names_now()
        else:
            self.contents[path.stat().st_ino] = path.read_bytes()

    def after_power_cut(self, names: Names, folder: Path) -> Path:
        """Write what is left to a folder; return the path of the store there."""
        folder.mkdir()
        self.contents[self.old] = self.kept.read_bytes()
        for name, inode in names.items():
            (folder / name).write_bytes(self.contents.get(inode, b""))
            (folder / name).chmod(0o600)
        return folder / "meter.db"


def rescue(path: Path, disk: Disk) -> None:
    """Do what a store does after its disk has failed."""
    database = Database.open(path, APPLICATION_ID, VERSION, SCHEMA)
    try:
        copy_aside(database, path, disk.sync)
        assert disk.names == disk.names_now()
        assert rescue_path(path).name in disk.names
    finally:
        database.close()
    put_into_place(path, disk.sync)
    assert disk.names == disk.names_now()
    assert disk.names["meter.db"] != disk.old


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "before"
    folder.mkdir()
    Store.create(folder / "meter.db", STATE)
    return folder / "meter.db"


@pytest.mark.parametrize("syncs", range(SYNCS + 1))
def test_a_power_cut_in_a_rescue_leaves_a_whole_store(
    syncs: int, path: Path, tmp_path: Path
) -> None:
    disk = Disk(path, syncs)
    with suppress(PowerCut):
        rescue(path, disk)
        assert syncs == SYNCS
    for case, names in (("late", disk.names), ("early", disk.names_now())):
        store = Store.open(disk.after_power_cut(names, tmp_path / case))
        assert store.load() == STATE
        store.close()


def test_the_journal_of_the_old_store_never_meets_the_copy(path: Path) -> None:
    for ending, content in (("", b"old"), ("-wal", b"journal"), (".rescue", b"copy")):
        Path(f"{path}{ending}").write_bytes(content)
    put_into_place(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == {"meter.db": b"copy"}
