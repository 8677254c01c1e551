"""An hour of the whole system on virtual time: polling, use, exhaustion, recharge."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ciu.keypad import read_keys
from ciu.screen import Lamp, RelaySign
from link.token_entry import Accepted, Verdict
from meter.domain import State
from meter.store import Store
from tools.sim import Scene, Setting, Side, Spoken
from tools.virtual_time import run_virtual

from .conftest import Lab

KETTLE_W = 2000


async def typed(scene: Scene, token: str) -> Verdict:
    """Type a token and wait for what the display says of it."""
    known = len(scene.ciu.verdicts)
    scene.ciu.type(read_keys(token + "E"))
    await scene.ciu.until(lambda: len(scene.ciu.verdicts) > known)
    return scene.ciu.verdicts[-1].verdict


def committed(folder: Path, drn: str) -> State:
    """Read what the meter's disk has, with the meter down."""
    store = Store.open(folder / drn / "meter.db")
    state = store.load()
    store.close()
    assert state is not None
    return state


@pytest.mark.parametrize("minutes", [12, pytest.param(60, marks=pytest.mark.proof)])
def test_use_exhaustion_and_recharge(provision: Callable[..., Lab], minutes: int) -> None:
    lab = provision()
    half_wh, quarter_wh = KETTLE_W * minutes // 120, KETTLE_W * minutes // 240
    half, quarter = lab.buy(f"{half_wh / 1000}"), lab.buy(f"{quarter_wh / 1000}")
    setting = Setting(folder=lab.folder, source="simulated://house?on=kettle")

    async def life() -> None:
        scene, loop = Scene(setting, lab.drn), asyncio.get_running_loop()
        scene.start(Side.METER)
        scene.start(Side.CIU)
        assert isinstance(await typed(scene, half), Accepted)
        began = loop.time()
        signs = lambda: scene.ciu.screen.signs  # noqa: E731
        await scene.ciu.until(lambda: signs().relay is RelaySign.CLOSED)
        await scene.ciu.until(lambda: signs().lamp is Lamp.RED)
        await scene.ciu.until(lambda: signs().relay is RelaySign.OPEN)
        assert 0 <= loop.time() - began - minutes * 30 <= 10
        assert isinstance(await typed(scene, quarter), Accepted)
        await scene.ciu.until(lambda: signs().relay is RelaySign.CLOSED)
        await asyncio.sleep(minutes * 60 - loop.time())
        assert signs().relay is RelaySign.OPEN
        await scene.close()

    run_virtual(life())
    state = committed(lab.folder, lab.drn)
    assert state.metering.total == half_wh + quarter_wh
    assert state.account.credit == 0


def trace_of(folder: Path, lab: Lab, token: str, seed: int) -> list[Spoken]:
    shutil.copytree(lab.folder, folder)
    scenes: list[Scene] = []

    async def minutes() -> None:
        setting = Setting(folder=folder, seed=seed, source="simulated://house?on=kettle")
        scene = Scene(setting, lab.drn)
        scenes.append(scene)
        scene.start(Side.METER)
        scene.start(Side.CIU)
        await typed(scene, token)
        await asyncio.sleep(300)
        await scene.close()

    run_virtual(minutes())
    return scenes[0].wire.trace


def test_the_same_seed_gives_the_same_trace(provision: Callable[..., Lab], tmp_path: Path) -> None:
    lab = provision()
    token = lab.buy("0.1")
    first = trace_of(tmp_path / "first", lab, token, seed=7)
    assert len(first) > 200
    assert trace_of(tmp_path / "second", lab, token, seed=7) == first
