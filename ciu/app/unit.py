"""The unit: the panel, a line for every medium, the store, and the tasks context them.

Kinds of task: one line a medium, one keeping the panel's time. All have one owner, the loop; the
panel's effects are carried out before anything else happens.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from random import Random
from typing import assert_never

from ciu.app.history import History
from ciu.app.making import make_labels, make_panel, make_sites, make_words
from ciu.config import CiuConfig
from ciu.keypad import Key
from ciu.overview import Overview
from ciu.panel import (
    AcceptLedger,
    Beep,
    Complain,
    Confirm,
    Effect,
    Forget,
    GiveUp,
    LedgerCaughtUp,
    LedgerFell,
    Look,
    Mode,
    News,
    Settled,
    Show,
    Submit,
    WentSilent,
)
from ciu.remote import Line, LineClient, Site
from ciu.screen import Screen
from ciu.state import CiuState
from ciu.wording import Complaint
from link.durable import Connect, connect_sqlite
from link.media import Medium, connect
from link.token_entry import Accepted, Forgotten, NotDone, NotSent, Refused, Unknown

log = logging.getLogger("ciu")

KEYS_AHEAD = 256
"""Keys that wait while a token is checked, at the most."""

HISTORY = 32
"""Verdicts that are remembered."""


class _Stopped(Exception):
    """Leaves the task group."""


class CiuApp:
    """One unit, from its configuration to its end. To be made inside a running loop."""

    def __init__(
        self,
        config: CiuConfig,
        *,
        utc: Callable[[], int],
        seed: int,
        connect: Callable[[str], Awaitable[Medium]] = connect,
        store: Connect = connect_sqlite,
        keys_in_lines: bool = False,
    ) -> None:
        """`seed` spreads what is said again; a test puts its own clock, line and disk in place.

        `keys_in_lines`: nobody can press a key twice quickly, every B takes one sign.
        """
        self._config = config
        self._utc = utc
        self._rng = Random(seed)
        self._connect = connect
        self._store = store
        self._loop = asyncio.get_running_loop()
        self.panel = make_panel(config, self._loop.time(), keys_in_lines=keys_in_lines)
        """To look at; keys go in by `press` and `type`."""
        self._history = History(make_labels(config), make_words(config), utc)
        self.faces: list[Callable[[Screen], None]] = []
        """Each is called with every new screen."""
        self.verdicts: deque[Settled] = deque(maxlen=HISTORY)
        """What became of tokens, the newest last."""
        self.port_trouble: dict[str, str] = {}
        """Why each port is closed, empty where it is open."""
        self.had_port = False
        """Whether any port was open yet."""
        self._shown: Screen | None = None
        self._has_news = False
        self._ahead: deque[tuple[Key, bool]] = deque()
        """Keys to press, and whether an entry begins anew with them."""
        self._lines: dict[str, Line] = {}
        self._changed = asyncio.Event()
        self._moved = asyncio.Event()
        self._stopping = asyncio.Event()

    @property
    def screen(self) -> Screen:
        """The display."""
        return self.panel.screen

    def overview(self) -> Overview:
        """Return how it stands with each meter, and what happened, for faces that have the room."""
        return Overview(self.panel.meter_lines(self._loop.time()), self._history.newest_first)

    @property
    def is_running(self) -> bool:
        """Return whether `run` has begun to serve."""
        return bool(self._lines)

    def press(self, key: Key) -> None:
        """Press a key now."""
        self.panel.press(key, self._loop.time())
        self._go_on()

    def choose(self, drn: str) -> None:
        """Bring a meter to the display; KeyError for one that this unit does not have."""
        self.panel.choose(drn, self._loop.time())
        self._go_on()

    def type(self, keys: Sequence[Key]) -> None:
        """Press a row of keys; while a token is checked it waits, or is lost where there is no
        room for all of it: what is left of a row may be the start of another token."""
        self._type(keys)

    def paste(self, pasted: Sequence[Key] | Complaint) -> None:
        """Type a row of keys in the place of what is typed, or say why nothing is typed."""
        if isinstance(pasted, Complaint):
            self.panel.refuse(pasted, self._loop.time())
            self._go_on()
        else:
            self._type(pasted, anew=True)

    def _type(self, keys: Sequence[Key], *, anew: bool = False) -> None:
        if len(self._ahead) + len(keys) <= KEYS_AHEAD:
            self._ahead.extend((key, anew and not at) for at, key in enumerate(keys))
        else:
            log.warning("%d keys are lost: %d wait already", len(keys), len(self._ahead))
        self._go_on()

    def give_up(self) -> None:
        """Wait no longer for the token under way; its fate is told, be it Unknown."""
        self._ahead.clear()
        self._lines[self.panel.meter].client.give_up(self.panel.meter)
        self._go_on()

    def link_detail(self) -> str:
        """Return why the link to the meter on the display last went down, or empty."""
        return self._lines[self.panel.meter].client.detail(self.panel.meter)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; looked at after every change of anything."""
        while not holds():
            await self._changed.wait()

    def stop(self) -> None:
        """End `run`; an intent that is open stays in the store."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve until `stop`; raises DurableError, in a group once the unit serves."""
        with closing(CiuState.open(self._config.ciu.state, self._store)) as state:
            media = make_sites(self._config)
            lines = [self._line(url, sites, state) for url, sites in media.items()]
            self._go_on()
            try:
                async with asyncio.TaskGroup() as group:
                    for line in lines:
                        group.create_task(line.run())
                    group.create_task(self._keep_time())
                    await self._stopping.wait()
                    raise _Stopped
            except* _Stopped:
                log.info("stopping")

    def _line(self, url: str, sites: list[Site], state: CiuState) -> Line:
        client = LineClient(
            sites,
            state,
            tell=self._tell,
            utc=self._utc,
            rng=self._rng,
            now=self._loop.time(),
        )
        line = Line(url, client, connect=self._connect, port=self._port, turned=self._turned)
        self._lines |= dict.fromkeys((site.drn for site in sites), line)
        client.resume()
        return line

    def _port(self, url: str, trouble: str) -> None:
        self.port_trouble[url] = trouble
        self.had_port = self.had_port or not trouble
        self._go_on()

    def _turned(self) -> None:
        """Go on after a turn of a line that told something; on most lines most octets do not."""
        if self._has_news:
            self._has_news = False
            self._go_on()

    def _tell(self, news: News) -> None:
        self._has_news = True
        self.panel.answer(news, self._loop.time())
        self._history.take(news)
        match news:
            case Settled(meter, tail):
                self.verdicts.append(news)
                log.info("%s: token ..%s %s", meter, tail, _in_a_word(news))
            case WentSilent(meter, why):
                detail = self._lines[meter].client.detail(meter)
                log.warning("%s: silent: %s", meter, detail or why.trouble.value)
            case LedgerFell(meter, sequence, seen):
                log.warning(
                    "%s: ledger at entry %d, once seen at %d: it works with an older store",
                    meter, sequence, seen,
                )  # fmt: skip
            case LedgerCaughtUp(meter):
                log.info("%s: ledger as far as once seen", meter)
            case _:
                pass

    def _go_on(self) -> None:
        """Carry out what the panel wants, type on, and let everybody look."""
        if not self.is_running:
            return
        self._carry_out()
        self._show()
        while self._ahead and self.panel.mode is not Mode.CHECKING:
            key, anew = self._ahead.popleft()
            self.panel.press(key, self._loop.time(), anew=anew)
            self._carry_out()
        self._show()
        for event in (self._moved, self._changed):
            event.set()
        self._changed.clear()

    def _show(self) -> None:
        """Let the faces draw; what a row of keys has shown in between is left out."""
        if self.screen is not self._shown:
            self._shown = self.screen
            for show in self.faces:
                show(self.screen)

    def _carry_out(self) -> None:
        while effects := self.panel.take_effects():
            for effect in effects:
                self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Submit(meter, digits):
                self._lines[meter].client.submit(meter, digits)
                self._lines[meter].wake()
            case Confirm(meter, since):
                self._lines[meter].client.confirm(meter, since)
                self._lines[meter].wake()
            case Forget(meter):
                self._lines[meter].client.forget(meter)
                self._lines[meter].wake()
            case Look(meter, rows):
                self._lines[meter].client.look(meter, rows, self._loop.time())
                self._lines[meter].wake()
            case AcceptLedger(meter):
                log.warning("%s: older store accepted at the unit", meter)
                self._lines[meter].client.accept_ledger(meter)
            case GiveUp(meter):
                self._lines[meter].client.give_up(meter)
                self._lines[meter].wake()
            case Show() | Beep() | Complain():
                pass
            case _:
                assert_never(effect)

    async def _keep_time(self) -> None:
        while True:
            try:
                async with asyncio.timeout_at(self.panel.deadline):
                    await self._moved.wait()
            except TimeoutError:
                self.panel.tick(self._loop.time())
                self._go_on()
            self._moved.clear()


def _in_a_word(news: Settled) -> str:
    match news.verdict:
        case Accepted(outcome) | Refused(outcome):
            return f"{outcome.result.name}, credit {outcome.credit_after}"
        case Unknown(trouble):
            return f"unknown: {trouble.value}"
        case NotSent(trouble):
            return f"not sent: {trouble.value}"
        case NotDone():
            return "not received"
        case Forgotten():
            return "unknown and no longer waited for"
        case _:
            assert_never(news.verdict)
