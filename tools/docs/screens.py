"""The screen of the customer interface unit in six states, drawn by the terminal face itself."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ciu.faces.terminal import TerminalFace
from ciu.keypad import Key
from ciu.overview import Overview
from ciu.screen import Screen
from ciu.wording import Complaint
from tools.docs import story
from tools.docs.cells import joined
from tools.docs.story import Still

SIZE = (80, 24)
TERMINAL = "xterm-256color"
TITLE = "splitmeter ciu"

FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->")
UNIQUE = re.compile(r"terminal-\d+")
FONTS = {"Fira Code, monospace": "ui-monospace,monospace", "arial": "system-ui,sans-serif"}
"""What the picture asks for, and what every machine has in its place."""


@dataclass
class _Unit:
    """A unit that stands still: keys do nothing."""

    still: Still
    faces: list[Callable[[Screen], None]] = field(default_factory=list)

    @property
    def screen(self) -> Screen:
        return self.still.screen

    def overview(self) -> Overview:
        return self.still.overview

    def press(self, key: Key) -> None:
        """Nobody is there."""

    def paste(self, pasted: Sequence[Key] | Complaint) -> None:
        """Nobody is there."""

    def choose(self, drn: str) -> None:
        """Nobody is there."""


def drawings() -> Iterator[tuple[str, str]]:
    """Play the story and yield the name and the picture of each of its stills."""
    for name, still in story.play().items():
        yield f"screen-{name}", asyncio.run(_drawn(still))


async def _drawn(still: Still) -> str:
    face = TerminalFace(_Unit(still), TERMINAL)
    async with face.run_test(size=SIZE) as pilot:
        await pilot.pause()
        return _plain(face.export_screenshot(title=TITLE))


def _plain(drawn: str) -> str:
    """Take out what comes from outside, and what the names of one run are."""
    drawn = UNIQUE.sub("screen", FONT_FACE.sub("", COMMENT.sub("", drawn)))
    for asked, given in FONTS.items():
        drawn = drawn.replace(asked, given)
    return "\n".join(line.strip() for line in joined(drawn).splitlines() if line.strip())
