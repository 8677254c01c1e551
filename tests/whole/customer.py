"""Somebody who types tokens at one unit of a scene, until the unit says that each is in."""

from collections.abc import Callable
from dataclasses import dataclass

from ciu.app.unit import CiuApp
from ciu.keypad import read_keys
from ciu.panel import Mode, Settled
from link.token_entry import Accepted, NotDone, NotSent, Unknown, Verdict

TRIES = 10
"""A token that did not reach the meter is typed so often, at the most."""


@dataclass(frozen=True)
class Sold:
    """A token as it was bought."""

    drn: str
    token: str
    worth_wh: int


class Customer:
    """`unit` returns the app at which to type; a unit that was started again is another one."""

    def __init__(self, unit: Callable[[], CiuApp]) -> None:
        self._unit = unit
        self.said: list[tuple[Sold, Verdict]] = []
        """Every verdict in order: at most one Unknown before what became of it."""

    async def spend(self, tokens: list[Sold]) -> None:
        """Type one after the other; AssertionError where one is refused or never gets through."""
        for sold in tokens:
            for _ in range(TRIES):
                verdict = await self._enter(sold)
                if isinstance(verdict, Accepted):
                    break
                assert isinstance(verdict, NotSent | NotDone), (sold, verdict)
            else:
                raise AssertionError(f"{sold} was typed {TRIES} times: {self.said[-TRIES:]}")

    async def _enter(self, sold: Sold) -> Verdict:
        unit = self._unit()
        await unit.until(lambda: unit.panel.mode is not Mode.CHECKING)
        unit.choose(sold.drn)
        latest = _latest(unit)
        unit.type(read_keys(sold.token + "E"))
        while True:
            latest = await _next(unit, latest)
            if (latest.meter, latest.tail) == (sold.drn, sold.token[-4:]):
                self.said.append((sold, latest.verdict))
                if not isinstance(latest.verdict, Unknown):
                    return latest.verdict


def _latest(unit: CiuApp) -> Settled | None:
    return unit.verdicts[-1] if unit.verdicts else None


async def _next(unit: CiuApp, known: Settled | None) -> Settled:
    """Wait for a verdict after a known one."""
    await unit.until(lambda: _latest(unit) is not known)
    return unit.verdicts[-1]
