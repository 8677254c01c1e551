"""The demo on a terminal: the unit's screen, and beside it a bench where commands are given."""

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from ciu.app import CiuApp
from ciu.faces.terminal import Picture, TerminalFace, log_aside, serve
from ciu.keypad import Key, read_keys
from ciu.panel import Mode
from tools.demo.stage import Plan, Stage, StageError

SALE_KWH = "8"
"""With the kettle on the credit is good for some twenty seconds, low for thirty, and gone."""

KEY_S = 0.15
"""So fast F5 types."""

LINES_KEPT = 200
LEAST_COLUMNS = 8
PROMPT = "$ "
NOTHING_BOUGHT = "nothing was bought for this meter yet: F2"
HINT = "\nF2 buys a token for the meter shown: type its digits, or let F5 do it"


class Transcript:
    """The commands and their output, newest last; each text goes to `tell` as it comes."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.tell = tell

    def say(self, text: str) -> None:
        """Take one line or more."""
        self.lines.extend(text.splitlines())
        self.tell(text)


def draw_bench(lines: Iterable[str], width: int, height: int) -> Content:
    """Return the end of a transcript, as much as fits; commands are bold, long lines go on."""
    rows = [
        Content.styled(part, _style(line))
        for line in lines
        for part in wrap(line, max(width, LEAST_COLUMNS), subsequent_indent="  ")
    ]
    return Content("\n").join(rows[-max(height, 1) :])


def _style(line: str) -> str:
    if line.startswith(PROMPT):
        return "$foreground"
    is_token = line.replace(" ", "").isdigit()
    return "$accent bold" if is_token else "$muted"


class DemoFace(TerminalFace, inherit_bindings=False):
    """The unit's screen with a bench beneath what happened."""

    CSS = TerminalFace.CSS + "#bench { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "buy", "buy a token", key_display="F2"),
        Binding("f5", "type_it", "type it", key_display="F5"),
        Binding("f3", "kettle", "kettle", key_display="F3"),
        *TerminalFace.BINDINGS,
    ]

    def __init__(self, unit: CiuApp, stage: Stage, transcript: Transcript) -> None:
        super().__init__(unit)
        self._panel = unit.panel
        self._stage = stage
        self._transcript = transcript
        self._orders: asyncio.Queue[Callable[[], None]] = asyncio.Queue()
        """Commands to be given, one after the other."""
        self._bought: dict[str, str] = {}
        """The token bought last, by meter."""
        self._boiling: set[str] = set()
        """Meters whose kettle is on."""
        self._ahead: deque[Key] = deque()
        """Keys that F5 has still to press."""

    def panes(self) -> Iterable[Widget]:
        """Return the bench."""
        lines = self._transcript.lines
        bench = Picture(lambda room: draw_bench(lines, room.width, room.height), "bench")
        bench.border_title = "bench"
        return (bench,)

    def on_mount(self) -> None:
        """Give commands, show what they say, and press what F5 types."""
        bench = self.query_one("#bench")
        self._transcript.tell = lambda _text: self._redraw(bench)
        self.run_worker(self._work())
        self.set_interval(KEY_S, self._press_next)

    def _redraw(self, bench: Widget) -> None:
        self.call_later(bench.refresh)

    def action_buy(self) -> None:
        """Buy a token for the meter on the display; its digits then stand in the bench."""
        self._orders.put_nowait(partial(self._buy, self._panel.meter))

    def action_kettle(self) -> None:
        """Switch the kettle in the house of the meter on the display."""
        self._orders.put_nowait(partial(self._switch, self._panel.meter))

    def action_type_it(self) -> None:
        """Type the token that was bought last for the meter on the display."""
        self._orders.put_nowait(partial(self._type, self._panel.meter))

    async def _work(self) -> None:
        while True:
            order = await self._orders.get()
            try:
                await asyncio.to_thread(order)
            except StageError as error:
                self._transcript.say(str(error))

    def _buy(self, drn: str) -> None:
        self._bought[drn] = self._stage.buy(drn, SALE_KWH)

    def _switch(self, drn: str) -> None:
        position = "off" if drn in self._boiling else "on"
        self._stage.switch(drn, "kettle", position)
        self._boiling ^= {drn}

    def _type(self, drn: str) -> None:
        if drn not in self._bought:
            self._transcript.say(NOTHING_BOUGHT)
        elif not self._ahead:
            begun = (Key.BACKSPACE, Key.BACKSPACE) if self._panel.typed else ()
            self._ahead.extend((*begun, *read_keys(self._bought[drn])))

    def _press_next(self) -> None:
        if self._ahead and self._panel.mode is not Mode.CHECKING:
            self._unit.press(self._ahead.popleft())


async def show(folder: Path, plan: Plan) -> int:
    """Show the demo until it is ended; return the status. Raises StageError, Stop, in a group."""
    transcript = Transcript(partial(print, flush=True))
    stage = Stage(folder, plan, transcript.say)
    stage.provision()
    async with stage.running():
        unit = stage.unit(keys_in_lines=False)
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, unit.stop)
        transcript.say(HINT)
        with log_aside():
            return await serve(unit, DemoFace(unit, stage, transcript))
