"""How long a unit takes to poll all meters of a line, beside what link.md 8 says that it must.

On virtual time: nothing but octets, turnarounds and the waits of the protocol takes any.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from link.hdlc import Frame
from link.hdlc.control import Kind
from link.line import LineSettings
from tools.bench import lab
from tools.bench.figures import Aim, Bound, Figure, ratio
from tools.sim import Multidrop, Said, Setting
from tools.virtual_time import run_virtual

METERS = (1, 8, 32)
LEAST_RATIO = Aim(Bound.AT_LEAST, 0.9)
WARM_S = 150.0
"""Until then the unit has opened all links and knows that it is alone (link.md 2: 120 s)."""
MEASURED_S = 60.0
REST_S = 0.05
"""A line that is silent for longer is at rest: no poll is due. The longest wait of a unit that is
alone is 43 ms, the guard and four slots that it leaves every 3 s for others (link.md 2)."""
LINE = LineSettings()


def poll_figures(folder: Path) -> tuple[Figure, ...]:
    """Measure each number of meters, in a folder that is ours."""
    return tuple(figure for count in METERS for figure in _figures(folder / f"{count}", count))


def _figures(folder: Path, meters: int) -> tuple[Figure, ...]:
    lab.make_line(folder, lab.meter_numbers(meters), "serial:///line")
    said = _polled(folder)
    polls = sum(map(_is_request, said))
    name, about = f"polls.{meters}", f"polls, meters {meters}"
    least_ms, busy_ms = (1000 * time_s * meters / polls for time_s in times_s(said))
    bound = Figure(f"{name}.bound", f"{about}: least time of a round", least_ms, "ms", polls)
    cycle = Figure(f"{name}.cycle", f"{about}: time of a round", busy_ms, "ms", polls)
    share = f"{about}: least time / time"
    return bound, cycle, ratio(f"{name}.ratio", share, bound, [(1, cycle)], LEAST_RATIO)


def _polled(folder: Path) -> list[Said]:
    """Return what a unit and its meters say to each other while it polls them."""
    said: list[Said] = []

    async def life() -> None:
        scene = Multidrop(Setting(folder=folder), LINE)
        scene.start()
        await asyncio.sleep(WARM_S)
        scene.trace.clear()
        await asyncio.sleep(MEASURED_S)
        said.extend(scene.trace)
        await scene.close()

    run_virtual(life())
    return said


def _is_request(said: Said) -> bool:
    return said.who.startswith("unit") and Frame.from_bytes(said.frame).control.kind is Kind.I


def times_s(said: Sequence[Said]) -> tuple[float, float]:
    """Return the least time of all that was said, and the time that it took without the rests.

    The least is that of all octets, and of a turnaround between any two that follow each other.
    """
    least_s, busy_s, silent_from = 0.0, 0.0, float("-inf")
    for each in said:
        start = max(each.at, silent_from + LINE.turnaround_s)
        spoken_s = len(each.frame) * LINE.octet_s
        follows = start - silent_from < REST_S
        least_s += spoken_s + (LINE.turnaround_s if follows else 0.0)
        busy_s += spoken_s + (start - silent_from if follows else 0.0)
        silent_from = start + spoken_s
    return least_s, busy_s
