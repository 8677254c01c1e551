"""The whole system in one process on virtual time, from a provisioned folder.

Two scenes: one meter and its unit on a wire that can be cut at any frame; several meters and units
on one multi-drop line. Invariant: the same folder, seed and scene give the same trace.
"""

from tools.sim.multidrop import Multidrop
from tools.sim.scene import Scene
from tools.sim.setting import Disk, Setting
from tools.sim.tap import Said
from tools.sim.tasks import PowerCut
from tools.sim.wire import Arrive, Fate, Side, Spoken, Wire

__all__ = [
    "Arrive",
    "Disk",
    "Fate",
    "Multidrop",
    "PowerCut",
    "Said",
    "Scene",
    "Setting",
    "Side",
    "Spoken",
    "Wire",
]
