"""Interference, phases and limits as the unit sees them, and a store of another account."""

import json
from pathlib import Path

import pytest

from link.terms import SupplyReason, Tamper, TokenResult
from meter.app.unit import NO_TAMPER
from meter.domain import PowerLimit, explain
from meter.sources import ControlSocket, LineRefused, TamperReported
from meter.sources.control import INPUTS, read_line
from meter.sts import (
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    units_field,
)
from meter.world import World

from .unit_bench import Bench, token

OVER_S = 5
LIMIT = PowerLimit(0, OVER_S)


def in_use(folder: Path, opened_by: Tamper = NO_TAMPER, phases: int = 1) -> Bench:
    bench = Bench(folder, scale=1, limit=LIMIT, opened_by=opened_by, phases=phases)
    bench.enter(token(100, 25_000))
    return bench


def test_an_input_opens_the_switch_where_it_is_configured_to(tmp_path: Path) -> None:
    bench = in_use(tmp_path, opened_by=Tamper.COVER)
    bench.unit.report(Tamper.MAGNET, bench.now)
    assert bench.unit.is_closed(bench.now)
    bench.unit.report(Tamper.COVER, bench.now)
    assert not bench.unit.is_closed(bench.now)
    bench.kill()
    bench.start()
    assert explain(bench.state).reason is SupplyReason.TAMPER
    assert bench.state.tampering.seen == Tamper.COVER | Tamper.MAGNET
    bench.enter(bench.written(ClearTamperCondition(rnd=1, tid=101, field=0)))
    assert bench.unit.is_closed(bench.now)


def test_a_limit_by_token_takes_the_place_of_the_configured_one(tmp_path: Path) -> None:
    bench = in_use(tmp_path)
    assert bench.unit.limit == LIMIT
    bench.enter(bench.written(SetMaximumPowerLimit(rnd=1, tid=101, field=units_field(1_000))))
    assert bench.unit.limit == PowerLimit(1_000, OVER_S)
    bench.run(OVER_S + 1.1)
    assert explain(bench.state).reason is SupplyReason.OVERLOAD
    lifted = bench.written(SetMaximumPowerLimit(rnd=1, tid=102, field=0))
    assert bench.enter(lifted) is TokenResult.Accept
    bench.run(120)
    assert bench.unit.is_closed(bench.now)


@pytest.mark.parametrize("limit_w", [1_999, 2_000])
def test_phases_that_are_too_far_apart_for_too_long_are_an_interference(
    tmp_path: Path, limit_w: int
) -> None:
    bench = in_use(tmp_path, opened_by=Tamper.PHASE_UNBALANCE, phases=3)
    field = units_field(limit_w)
    bench.enter(bench.written(SetMaximumPhasePowerUnbalanceLimit(rnd=1, tid=101, field=field)))
    bench.run(OVER_S - 0.1)
    assert bench.unit.is_closed(bench.now)
    bench.run(1.2)
    apart = limit_w < 2_000  # the kettle, alone on its phase
    assert (Tamper.PHASE_UNBALANCE in bench.state.tampering.seen) == apart
    assert bench.unit.is_closed(bench.now) != apart


@pytest.mark.parametrize("name", INPUTS)
def test_a_control_line_tells_of_an_interference(tmp_path: Path, name: str) -> None:
    assert read_line(json.dumps({"tamper": name}).encode()) == TamperReported(INPUTS[name])
    control = ControlSocket(tmp_path / "control.sock", World(0.0, on=()))
    assert control.refused == 0
    control.close()


@pytest.mark.parametrize(
    "line", [b'{"tamper": "moon"}', b'{"tamper": 1}', b'{"tamper": "cover", "on": true}']
)
def test_another_line_of_tamper_is_refused(line: bytes) -> None:
    assert isinstance(read_line(line), LineRefused)
