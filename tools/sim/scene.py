"""A meter and its unit, one at each end of a wire, which can be cut at any frame."""

from ciu.app.unit import CiuApp
from link.media import Medium
from tools.sim.listener import OneMedium
from tools.sim.setting import Setting
from tools.sim.tasks import Tasks
from tools.sim.wire import Fate, Side, Wire, clean


class Scene:
    """A provisioned meter and its CIU, running; to be used inside a virtual loop."""

    ciu: CiuApp
    """The app of the unit that was started last."""

    def __init__(self, setting: Setting, drn: str, fate: Fate = clean) -> None:
        self.wire = Wire(fate)
        self._setting = setting
        self._drn = drn
        self._tasks: Tasks[Side] = Tasks()

    def start(self, side: Side) -> None:
        """Start one side."""
        if side is Side.METER:
            meter = self._setting.meter(self._drn, self._listen)
            self._tasks.start(side, meter.run(lambda _: None))
        else:
            setting = self._setting
            self.ciu = setting.unit(setting.unit_config(), setting.seed, self._connect)
            self._tasks.start(side, self.ciu.run())

    async def kill(self, side: Side) -> None:
        """End one side as a power cut does: nothing more is said or stored."""
        await self._tasks.kill(side)

    async def died(self, side: Side) -> None:
        """Wait until one side has ended by itself, by a power cut of its disk."""
        await self._tasks.died(side)

    async def close(self) -> None:
        """End what still runs."""
        await self._tasks.close()

    async def _listen(self, _: str) -> OneMedium:
        return OneMedium(lambda: self.wire.join(Side.METER))

    async def _connect(self, _: str) -> Medium:
        return self.wire.join(Side.CIU)
