"""The customer of the demo: waits for what the display shows, never for a time.

Invariant: nothing is typed that a customer could not type, and nothing is known but the display.
"""

import asyncio
from collections.abc import Callable

from ciu.app import CiuApp
from ciu.faces import PlainFace
from ciu.keypad import read_keys
from ciu.panel import Mode
from ciu.screen import RelaySign, Screen
from ciu.wording import amount, signed
from ciu.wording.figures import group_digits
from link.token_entry import Accepted, Refused, Verdict
from tools.demo.stage import Stage

PATIENCE_S = 40.0
"""A display that does not show what is waited for in this time never will."""

FIRST_KWH = "0.1"
SALE_KWH = "25"


class NotShown(Exception):
    """The display did not show what it should; the message is the one line to print."""


async def play(stage: Stage) -> str:
    """Play the whole story; return the verdict of the sale. Raises StageError, Stop, NotShown."""
    stage.provision()
    async with stage.running():
        return await _at_a_unit(stage)


async def _at_a_unit(stage: Stage) -> str:
    app = stage.unit(keys_in_lines=True)
    app.faces.append(PlainFace(_say, app.type).show)
    running = asyncio.create_task(app.run())
    try:
        return await _story(Customer(app), stage)
    finally:
        app.stop()
        await running


async def _story(customer: "Customer", stage: Stage) -> str:
    drn = stage.drns[0]
    await customer.sees("relay open", lambda screen: screen.signs.relay is RelaySign.OPEN)
    await customer.accepted(await asyncio.to_thread(stage.buy, drn, FIRST_KWH))
    await asyncio.to_thread(stage.switch, drn, "kettle", "on")
    await customer.sees("relay off", lambda screen: screen.signs.relay is RelaySign.OPEN)
    token = await asyncio.to_thread(stage.buy, drn, SALE_KWH)
    await customer.refused(_with_wrong_digit(token))
    verdict = await customer.accepted(token)
    await customer.refused(token)
    return verdict


class Customer:
    """Presses the keys of a CIU and reads its display."""

    def __init__(self, app: CiuApp) -> None:
        self._app = app

    async def sees(self, what: str, holds: Callable[[Screen], bool]) -> None:
        """Wait until the display shows something; NotShown names it if that never comes."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._app.until(lambda: holds(self._app.screen))
        except TimeoutError:
            shown = " / ".join(self._app.screen.lines)
            raise NotShown(
                f"waited {PATIENCE_S:g} s for {what}, the display has: {shown}"
            ) from None

    async def accepted(self, token: str) -> str:
        """Type a token that must be accepted; return the verdict once the light is on."""
        match await self._types(token):
            case Accepted(outcome):
                gained = signed(outcome.amount, outcome.unit)
                credit = amount(outcome.credit_after, outcome.unit)
            case other:
                raise NotShown(f"token ..{token[-4:]} was not accepted: {other}")
        await self.sees("relay on", lambda screen: screen.signs.relay is RelaySign.CLOSED)
        return f"accepted: {gained}, credit {credit}, supply connected"

    async def refused(self, token: str) -> None:
        """Type a token that must be refused."""
        verdict = await self._types(token)
        if not isinstance(verdict, Refused):
            raise NotShown(f"token ..{token[-4:]} was not refused: {verdict}")

    async def _types(self, token: str) -> Verdict:
        app = self._app
        await self.sees("its idle pages", lambda _: app.panel.mode is Mode.IDLE)
        known = len(app.verdicts)
        print(f"\n> {group_digits(token)} E", flush=True)
        app.type(read_keys(token + "E"))
        await self.sees("a verdict", lambda _: len(app.verdicts) > known)
        return app.verdicts[-1].verdict


def _with_wrong_digit(token: str) -> str:
    return token[:-1] + str((int(token[-1]) + 1) % 10)


def _say(line: str) -> None:
    print(line, flush=True)
