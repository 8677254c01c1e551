"""`--type`: keys typed at the panel by a command line, and what came of them. Source: cli.md.

The keys are rehearsed at a panel without a meter first, so that nothing is sent and no port is
opened for an entry that the panel would not take.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from ciu.app.making import make_panel
from ciu.app.report import (
    LinkReason,
    Report,
    of_bad_entry,
    of_open_doubt,
    of_screen,
    of_settled,
    of_silence,
    what_became,
)
from ciu.app.unit import CiuApp
from ciu.config import CiuConfig
from ciu.keypad import Key
from ciu.pages import CREDIT, SUPPLY
from ciu.panel import Complain, Effect, Mode, Panel, Settled, Submit
from ciu.wording import Complaint
from link.terms import LASTING, TOKEN_DIGITS, LinkTrouble
from link.token_entry import Accepted, NotSent, Refused, Unknown

TOKEN_MODES = frozenset({Mode.ENTRY, Mode.CHECKING})
"""A token is about to go out, or is out."""

AFTERMATH_S = 5.0
"""So long the supply and the credit after a verdict are waited for."""

LEDGER_FELL = (
    "the meter's ledger goes less far than this unit has seen: it works with an older store, tell"
    " the supplier"
)

COMPLAINTS = {
    Complaint.TOO_SHORT: "a token has 20 digits, {count} were typed: nothing was sent",
    Complaint.TOO_LONG: "a token has 20 digits, {count} were typed: nothing was sent",
    Complaint.NOT_A_TOKEN: "no token number is that large, check the digits: nothing was sent",
    Complaint.UNKNOWN_CODE: "{code} is no code of this profile: nothing was sent",
    Complaint.UNKNOWN_TEST: "code {code} asks for a test that is not known here: nothing was sent",
    Complaint.NO_PAGE: "code {code} asks for what is not shown here yet: nothing was sent",
    Complaint.NO_METER: "no meter of this unit ends in {code}: nothing was sent",
    Complaint.ABANDONED: "{count} keys and no E: nothing was sent",
    Complaint.WAIT: "an earlier token is still being checked: nothing was sent",
    Complaint.UNREADABLE: "what became of an earlier token is not known: nothing was sent",
    Complaint.NOTHING_PASTED: "no token was pasted: nothing was sent",
    Complaint.SEVERAL_PASTED: "more than one token was pasted: nothing was sent",
    Complaint.UNCLEAR_PASTED: "which digits are the token is not certain: nothing was sent",
}


NO_ANSWER = "no answer in time"


class MeterChoice(ValueError):
    """Which meter is meant is not clear; the message lists those there are."""


def choose_meter(config: CiuConfig, drn: str | None) -> CiuConfig:
    """Return the configuration with one meter alone; raises MeterChoice."""
    chosen = tuple(meter for meter in config.meter if drn in (None, meter.drn))
    if len(chosen) == 1:
        return replace(config, meter=chosen)
    known = ", ".join(f"{meter.drn} {meter.name}".rstrip() for meter in config.meter)
    if drn is None:
        raise MeterChoice(f"several meters, choose one by --meter: {known}")
    raise MeterChoice(f"--meter {drn} is not configured, known are: {known}")


def rehearse(config: CiuConfig, keys: tuple[Key, ...]) -> Report | None:
    """Return the report on keys of which nothing may be sent, or None."""
    panel = make_panel(config, 0.0, keys_in_lines=True)
    for key in keys:
        panel.press(key, 0.0)
        effects = panel.take_effects()
        complaint = _complaint_among(effects, panel)
        if complaint is not None:
            return complaint
        if any(isinstance(effect, Submit) for effect in effects):
            panel = make_panel(config, 0.0, keys_in_lines=True)
    return _left_alone(panel)


def _left_alone(panel: Panel) -> Report | None:
    """Report on an entry that stands without E: 20 digits submit themselves, nothing else does."""
    if panel.mode is not Mode.ENTRY:
        return None
    count = len(panel.typed) if panel.typed.isdigit() else 0
    if count == TOKEN_DIGITS:
        panel.tick(panel.deadline)
        return _complaint_among(panel.take_effects(), panel)
    kind = Complaint.TOO_LONG if count > TOKEN_DIGITS else Complaint.ABANDONED
    return _complained(kind, panel.typed, panel.screen.lines)


def _complaint_among(effects: list[Effect], panel: Panel) -> Report | None:
    for effect in effects:
        if isinstance(effect, Complain):
            return _complained(effect.kind, effect.typed, panel.screen.lines)
    return None


def _complained(kind: Complaint, typed: str, lines: tuple[str, str]) -> Report:
    why = COMPLAINTS[kind].format(count=len(typed), code=typed)
    return of_bad_entry(why, lines)


@dataclass(frozen=True, slots=True)
class Order:
    """What to type, and how long to wait for all of it, seconds."""

    keys: tuple[Key, ...]
    timeout_s: float


class Customer:
    """Types at a unit that has one meter, and watches its display.

    Out of time or interrupted, an intent that is open stays in the store.
    """

    def __init__(self, app: CiuApp, order: Order, note: Callable[[str], None]) -> None:
        """`note` gets one line on what became of the token of an earlier run."""
        self._app = app
        self._view = app.panel.view
        self._order = order
        self._note = note
        self._earlier = 0
        """Verdicts that are not of these keys."""
        self._timeout_s = order.timeout_s
        self._limit: asyncio.Timeout | None = None
        """Of the typing, while it lasts."""

    def interrupt(self) -> None:
        """Let the time be over now."""
        self._timeout_s = 0.0
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def serve(self) -> Report:
        """Run the unit, type, and report; raises DurableError in a group."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._app.run())
            try:
                return await self._type()
            finally:
                self._app.stop()

    async def _type(self) -> Report:
        app = self._app
        try:
            async with asyncio.timeout(self._timeout_s) as self._limit:
                await app.until(lambda: app.is_running)
                await self._resolve()
                if self._view.pending is None:
                    await self._press_keys()
                    await app.until(self._is_over)
        except TimeoutError:
            pass
        self._limit = None
        if app.panel.mode is Mode.CHECKING:
            app.give_up()
        await self._see_aftermath()
        if self._view.ledger_fell:
            self._note(LEDGER_FELL)
        return self._report()

    async def _resolve(self) -> None:
        """Wait until the token of an earlier run is not in doubt any more, or stays so."""
        if self._view.pending is None:
            return
        await self._app.until(
            lambda: self._view.pending is None or self._view.is_unreadable or self._has_no_port()
        )
        self._earlier = len(self._app.verdicts)
        for settled in self._app.verdicts:
            became = what_became(settled.verdict, self._view.account)
            self._note(f"earlier token ..{settled.tail}: {became}")

    async def _press_keys(self) -> None:
        """Press key by key, wait for the verdict of each token, stop at the first bad one."""
        app = self._app
        for key in self._order.keys:
            await app.until(lambda: app.panel.mode is not Mode.CHECKING or self._has_no_port())
            newest = self._newest()
            if newest is not None and not isinstance(newest.verdict, Accepted):
                return
            app.press(key)

    def _newest(self) -> Settled | None:
        verdicts = self._app.verdicts
        return verdicts[-1] if len(verdicts) > self._earlier else None

    def _is_over(self) -> bool:
        panel, newest = self._app.panel, self._newest()
        if self._has_no_port():
            return True
        match newest:
            case None:
                read = not panel.waits and self._view.values.keys() >= {CREDIT, SUPPLY}
                return panel.mode not in TOKEN_MODES and (read or self._view.silence is not None)
            case Settled(verdict=Unknown(trouble)):
                return trouble in LASTING
            case Settled(verdict=Accepted()):
                return not panel.waits and panel.mode not in TOKEN_MODES
            case _:
                return True

    def _has_no_port(self) -> bool:
        return not self._app.had_port and any(self._app.port_trouble.values())

    async def _see_aftermath(self) -> None:
        """Let the meter tell what a verdict has changed."""
        newest = self._newest()
        if newest is None or not isinstance(newest.verdict, Accepted | Refused):
            return
        try:
            async with asyncio.timeout(AFTERMATH_S):
                await self._app.until(lambda: self._view.fresh >= {CREDIT, SUPPLY})
        except TimeoutError:
            return

    def _report(self) -> Report:
        newest, screen = self._newest(), self._app.screen.lines
        if newest is not None:
            link = LinkReason(self._trouble(), self._because())
            return of_settled(newest, self._view, screen, link)
        trouble = self._trouble()
        if self._view.pending is not None:
            return of_open_doubt(self._view, trouble, self._because(), screen)
        if self._is_over() and not self._has_no_port() and self._view.silence is None:
            return of_screen(self._view, screen)
        return of_silence(trouble, self._because(), self._view, screen)

    def _trouble(self) -> LinkTrouble:
        for settled in reversed(self._app.verdicts):
            if isinstance(settled.verdict, Unknown | NotSent):
                return settled.verdict.trouble
        return self._view.silence.trouble if self._view.silence else LinkTrouble.NO_ANSWER

    def _because(self) -> str:
        """Return why there is no verdict, in the words of the port, of the link or of the meter."""
        port = "; ".join(filter(None, self._app.port_trouble.values()))
        trouble = self._trouble()
        told = NO_ANSWER if trouble is LinkTrouble.NO_ANSWER else trouble.value
        return port or self._app.link_detail() or told
