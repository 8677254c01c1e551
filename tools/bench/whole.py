"""`splitmeter bench whole`: how fast the whole system lives on virtual time.

Units poll their meters over one line of 9600 bit/s. Timed in seconds of the processor, so that the
disk and whoever else uses the machine count less.
"""

import asyncio
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from link.line import LineSettings, longest_piece
from tools.bench import lab
from tools.bench.figures import Aim, Bound, Figure
from tools.sim import Multidrop, Setting
from tools.virtual_time import run_virtual

SCENES = {
    (1, 1): Aim(Bound.AT_LEAST, 2000),
    (2, 8): Aim(Bound.AT_LEAST, 200),
}
"""Units and meters, and how many virtual seconds should pass in one."""

LINE = LineSettings(baudrate=9600, further_octets=longest_piece(9600))
"""A clean one, on which long pieces do no harm: see LineSettings."""

WARM_S = 30.0
SLICE_S = 20.0
"""Virtual seconds of one sample."""


def measure_whole(folder: Path, seconds: float) -> tuple[Figure, ...]:
    """Measure each scene for its share of so long, in a folder that is ours."""
    return tuple(
        _figure(folder / f"{units}-{meters}", units, meters, seconds / len(SCENES))
        for units, meters in SCENES
    )


def _figure(folder: Path, units: int, meters: int, seconds: float) -> Figure:
    lab.make_line(folder, lab.meter_numbers(meters), "serial:///line")
    rates: list[float] = []

    async def life() -> None:
        scene = Multidrop(Setting(folder=folder), LINE, units=units)
        scene.start()
        await asyncio.sleep(WARM_S)
        until = perf_counter() + seconds
        while not rates or perf_counter() < until:
            start = process_time()
            await asyncio.sleep(SLICE_S)
            rates.append(SLICE_S / (process_time() - start))
        await scene.close()

    run_virtual(life())
    name, about = f"whole.{units}_{meters}", f"virtual time: units {units}, meters {meters}"
    return Figure(name, about, median(rates), "s/s", len(rates), SCENES[units, meters])
