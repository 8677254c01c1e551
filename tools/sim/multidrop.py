"""Several meters and several units on one line, each a station of its own."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from ciu.app.unit import CiuApp
from ciu.config import CiuConfig
from ciu.state import CiuState
from link.line import LineSettings
from link.media import Medium
from link.media.memory_line import MemoryLine
from tools.sim.listener import OneMedium
from tools.sim.setting import Setting
from tools.sim.tap import Said, Tapped
from tools.sim.tasks import Tasks


class Multidrop:
    """All meters of a folder, and so many units, each with its slot and its store.

    To be made inside a virtual loop. The folder's meters must stand on one shared medium. A meter
    hears a frame at its end; a unit hears it come in, since it must know when the line is taken.
    """

    def __init__(self, setting: Setting, line: LineSettings, *, units: int = 1) -> None:
        """Nothing runs yet; the seed is also that of the line's noise."""
        self.line = MemoryLine(line, Random(setting.seed))
        self.units: list[CiuApp] = []
        self.trace: list[Said] = []
        """What was said, in order; who: the number of the meter, or `unit` and its number."""
        self._setting = setting
        self._config = setting.unit_config()
        self._tasks: Tasks[str] = Tasks()
        self._number_of_units = units

    @property
    def drns(self) -> tuple[str, ...]:
        """The numbers of all meters."""
        return tuple(meter.drn for meter in self._config.meter)

    def start(self) -> None:
        """Start everybody."""
        for drn in self.drns:
            self.start_meter(drn)
        for number in range(self._number_of_units):
            self.start_unit(number)

    def start_meter(self, drn: str) -> None:
        """Start one meter."""

        async def listen(_: str) -> OneMedium:
            return OneMedium(self._joining(drn, whole=True))

        self._tasks.start(drn, self._setting.meter(drn, listen).run(lambda _: None))

    def start_unit(self, number: int) -> None:
        """Start a unit, the next one or one that was killed; it has this slot in every meter."""
        join = self._joining(f"unit {number}", whole=False)

        async def connect(_: str) -> Medium:
            return join()

        unit = self._setting.unit(self._of_slot(number), self._setting.seed + number, connect)
        self.units[number : number + 1] = [unit]
        self._tasks.start(f"unit {number}", unit.run())

    async def kill(self, who: str) -> None:
        """End one process as a power cut does."""
        await self._tasks.kill(who)

    async def close(self) -> None:
        """End what still runs."""
        await self._tasks.close()

    def _joining(self, who: str, *, whole: bool) -> Callable[[], Medium]:
        return lambda: Tapped(self.line.join(whole=whole), who, self.trace.append)

    def _of_slot(self, number: int) -> CiuConfig:
        config = self._config
        state = config.ciu.state.with_name(f"ciu-{number}.db")
        if not state.exists():
            CiuState.begin_store(state)
        meters = tuple(replace(meter, slot=number) for meter in config.meter)
        return CiuConfig(replace(config.ciu, state=state), meters)
