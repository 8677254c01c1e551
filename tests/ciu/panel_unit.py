"""A unit without lines: a real panel and a real history, which are told their news."""

import asyncio
from collections.abc import Callable, Sequence

from ciu.app.history import History
from ciu.keypad import Key
from ciu.overview import Overview
from ciu.panel import Label, News, Panel
from ciu.profiles import PROFILES
from ciu.screen import Screen
from ciu.wording import Complaint, Words


class PanelUnit:
    """What a face needs; `pressed` remembers the keys, `fails` what `run` raises once stopped."""

    def __init__(self, labels: Sequence[Label], words: Words, utc: Callable[[], int]) -> None:
        self.panel = Panel(labels, PROFILES["spln"], words, 0.0)
        self.faces: list[Callable[[Screen], None]] = []
        self.pressed: list[Key] = []
        self.fails: Exception | None = None
        self.is_running = False
        self._history = History(labels, words, utc)
        self._now = 0.0
        self._begun = asyncio.Event()
        self._stopped = asyncio.Event()

    @property
    def screen(self) -> Screen:
        return self.panel.screen

    def overview(self) -> Overview:
        return Overview(self.panel.meter_lines(self._now), self._history.newest_first)

    def press(self, key: Key, *, anew: bool = False) -> None:
        self.pressed.append(key)
        self._now += 1.0
        self.panel.press(key, self._now, anew=anew)
        self._show()

    def paste(self, pasted: Sequence[Key] | Complaint) -> None:
        if isinstance(pasted, Complaint):
            self.panel.refuse(pasted, self._now)
            self._show()
            return
        for at, key in enumerate(pasted):
            self.press(key, anew=not at)

    def choose(self, drn: str) -> None:
        self.panel.choose(drn, self._now)
        self._show()

    def tell(self, *news: News) -> None:
        for each in news:
            self.panel.answer(each, self._now)
            self._history.take(each)
        self._show()

    def wait(self, seconds: float) -> None:
        self._now += seconds
        self.panel.tick(self._now)
        self._show()

    async def run(self) -> None:
        self.is_running = True
        self._begun.set()
        await self._stopped.wait()
        if self.fails is not None:
            raise self.fails

    def stop(self) -> None:
        self._stopped.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await self._begun.wait()

    def _show(self) -> None:
        self.panel.take_effects()
        for show in self.faces:
            show(self.screen)
