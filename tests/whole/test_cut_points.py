"""Every cut point of one token entry, exhaustively (link.md 6, rule 5).

Each frame of the entry lost, doubled or late; either end killed at each frame and at each commit,
and started again. Whatever happens, the credit moves once or not at all, the CIU ends with the
truth and without an open question, and typing the token again brings exactly one token's credit.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from ciu.keypad import read_keys
from ciu.panel import Mode
from ciu.screen import Lamp
from ciu.state import CiuState
from link.durable import Connection, Cursor, Value, connect_sqlite
from link.terms import TokenResult
from link.token_entry import Accepted, NotDone, NotSent, Refused, Verdict
from meter.store import Store
from tools.sim import Arrive, PowerCut, Scene, Setting, Side, Spoken
from tools.virtual_time import run_virtual

from .conftest import Lab

TOKEN_WH = 25_000
LATE_S = 4.0
RESOLVED_S = 60.0
"""After a cut everything is known within so long."""


@dataclass(frozen=True)
class Lose:
    """Lose, double or delay a frame: seconds until each copy arrives."""

    copies: Sequence[float]
    frame: int


@dataclass(frozen=True)
class Kill:
    """Kill a side while a frame goes over the wire."""

    side: Side
    arrives: bool
    frame: int


@dataclass(frozen=True)
class CutPower:
    """End a side before or after one of its commits."""

    side: Side
    committed: bool
    commit: int


Cut = Lose | Kill | CutPower


class CuttingDisk:
    """A connection that tells of commits before and after they happen."""

    def __init__(self, path: Path, tell: Callable[[bool], None]) -> None:
        self._connection = connect_sqlite(path)
        self._tell = tell

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> Cursor:
        if sql != "COMMIT":
            return self._connection.execute(sql, parameters)
        self._tell(False)
        cursor = self._connection.execute(sql, parameters)
        self._tell(True)
        return cursor

    def executescript(self, sql_script: str, /) -> object:
        return self._connection.executescript(sql_script)

    def close(self) -> None:
        self._connection.close()


class Experiment:
    """One token typed at a scene, with one cut or none."""

    def __init__(self, folder: Path, lab: Lab, cut: Cut | None) -> None:
        self.drn = lab.drn
        self.folder = folder
        self.cut = cut
        self.armed = False
        self.happened = False
        self.frames = 0
        self.commits = 0
        self.chores: set[asyncio.Task[None]] = set()

    async def run(self, token: str, *, warm: bool) -> list[Verdict]:
        """Return what the CIU said in the end; both sides are down then."""
        setting = Setting(folder=self.folder, disk=self.disk)
        self.scene = Scene(setting, self.drn, self.fate)
        for side in Side:
            self.scene.start(side)
        ciu = self.scene.ciu
        await ciu.until(lambda: ciu.is_running)
        if warm:
            await ciu.until(lambda: ciu.screen.signs.lamp is not Lamp.DARK)
        self.armed = True
        ciu.type(read_keys(token + "E"))
        async with asyncio.timeout(RESOLVED_S):
            while not self.is_resolved:
                await asyncio.sleep(0.1)  # of virtual time; a restarted CIU is another object
        self.armed = False
        verdicts = [settled.verdict for settled in self.scene.ciu.verdicts]
        await self.scene.close()
        return verdicts

    @property
    def is_resolved(self) -> bool:
        ciu = self.scene.ciu
        is_open = ciu.panel.mode is Mode.CHECKING or ciu.panel.view.pending is not None
        said = bool(ciu.verdicts) or self.happened
        return said and ciu.is_running and not is_open and not self.chores

    async def fate(self, spoken: Spoken, arrive: Arrive) -> None:
        self.frames += self.armed
        match self.cut:
            case Lose(copies, frame) if self.armed and frame == self.frames:
                self.happened = True
                for delay_s in copies:
                    arrive(delay_s)
            case Kill(side, arrives, frame) if self.armed and frame == self.frames:
                if arrives:
                    arrive(0.0)
                self.chore(self.start_again(side))
                if spoken.side is side:
                    await asyncio.Event().wait()
            case _:
                arrive(0.0)

    def disk(self, side: Side, path: Path) -> Connection:
        return CuttingDisk(path, partial(self.commit, side))

    def commit(self, side: Side, committed: bool) -> None:
        match self.cut:
            case CutPower(victim, late, number) if self.armed and side is victim:
                self.commits += not committed
                if self.commits == number and committed == late:
                    self.chore(self.wait_and_start_again(side))
                    raise PowerCut

    def chore(self, chore: "asyncio.Coroutine[None, None, None]") -> None:
        self.happened, self.armed = True, False
        task = asyncio.get_running_loop().create_task(chore)
        self.chores.add(task)
        task.add_done_callback(self.chores.discard)

    async def start_again(self, side: Side) -> None:
        await self.scene.kill(side)
        self.scene.start(side)

    async def wait_and_start_again(self, side: Side) -> None:
        await self.scene.died(side)
        self.scene.start(side)

    def credit_wh(self) -> int:
        """Return the credit that the meter's disk has."""
        store = Store.open(self.folder / self.drn / "meter.db")
        state = store.load()
        store.close()
        assert state is not None
        tokens_wh = sum(entry.amount for entry in state.ledger.entries)
        assert state.account.credit == tokens_wh - state.metering.total
        return tokens_wh

    def has_open_intent(self) -> bool:
        """Return whether the CIU's disk has a question left."""
        state = CiuState.open(self.folder / "ciu.db")
        intent = state.intent(self.drn)
        state.close()
        return intent is not None


@pytest.fixture
def lab(provision: Callable[..., Lab]) -> Lab:
    return provision()


@pytest.fixture
def workshop() -> Iterator[Path]:
    """A folder in memory where there is one: power cuts are played here, not made."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder) / "lab"


def tried(lab: Lab, folder: Path, token: str, cut: Cut | None, *, warm: bool) -> Experiment:
    """Run one experiment in a copy of the lab, judge it, and type the token once more."""
    shutil.copytree(lab.folder, folder)
    first = Experiment(folder, lab, cut)
    verdicts: list[Verdict] = []

    async def run(experiment: Experiment) -> None:
        verdicts[:] = await experiment.run(token, warm=warm)

    run_virtual(run(first))
    credit_wh = first.credit_wh()
    assert credit_wh in (0, TOKEN_WH), cut
    assert not first.has_open_intent(), cut
    match verdicts[-1:]:
        case [Accepted()]:
            assert credit_wh == TOKEN_WH, cut
        case [NotDone() | NotSent()]:
            assert credit_wh == 0, cut
        case []:
            assert first.happened, cut
        case other:
            pytest.fail(f"{cut}: {other}")
    run_virtual(run(Experiment(folder, lab, None)))
    match verdicts[-1]:
        case Accepted():
            assert credit_wh == 0, cut
        case Refused(outcome):
            assert outcome.result is TokenResult.UsedError, cut
            assert (credit_wh, outcome.worth) == (TOKEN_WH, TOKEN_WH), cut
        case other:
            pytest.fail(f"{cut}: {other}")
    assert first.credit_wh() == TOKEN_WH, cut
    shutil.rmtree(folder)
    return first


KINDS: dict[str, Callable[[int], Cut]] = {
    "lost": partial(Lose, ()),
    "doubled": partial(Lose, (0.0, 0.0)),
    "late": partial(Lose, (LATE_S,)),
    "doubled late": partial(Lose, (0.0, LATE_S)),
    "ciu killed, frame lost": partial(Kill, Side.CIU, False),
    "ciu killed, frame arrives": partial(Kill, Side.CIU, True),
    "meter killed, frame lost": partial(Kill, Side.METER, False),
    "meter killed, frame arrives": partial(Kill, Side.METER, True),
    "ciu cut before its commit": partial(CutPower, Side.CIU, False),
    "ciu cut after its commit": partial(CutPower, Side.CIU, True),
    "meter cut before its commit": partial(CutPower, Side.METER, False),
    "meter cut after its commit": partial(CutPower, Side.METER, True),
}
"""Ways to cut; each is tried at the first frame or commit, the second, and so on to the last."""


@pytest.mark.parametrize(
    "warm", [pytest.param(False, id="cold", marks=pytest.mark.proof), pytest.param(True, id="warm")]
)
@pytest.mark.parametrize("kind", KINDS)
def test_every_cut_point(lab: Lab, workshop: Path, kind: str, warm: bool) -> None:
    token = lab.buy("25")
    for number in itertools.count(1):
        if not tried(lab, workshop, token, KINDS[kind](number), warm=warm).happened:
            break
    assert number > 1
