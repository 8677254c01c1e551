"""Somebody who presses keys at a panel and remembers what it wanted."""

from ciu import pages
from ciu.keypad import read_keys
from ciu.panel import (
    Effect,
    Heard,
    Paced,
    Panel,
    Pending,
    Reading,
    Settled,
    Submit,
    WentSilent,
)
from link.cosem.values import Currency, CurrencyUnit

KWH = Currency("Wh", 0, CurrencyUnit.CONSUMPTION)


def sells(meter: str, currency: object = KWH, commodity: str = "electricity") -> list[Reading]:
    """What a meter tells of its account before all else."""
    told = {pages.CURRENCY: currency, pages.COMMODITY: commodity}
    return [Reading(meter, row, value, 0) for row, value in told.items()]


class Customer:
    """Presses keys on a panel, watches the clock, and remembers what the panel wanted."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.now = 0.0
        self.effects: list[Effect] = panel.take_effects()

    def press(self, keys: str, every_s: float = 0.6) -> None:
        for key in read_keys(keys):
            self.wait(every_s)
            self.panel.press(key, self.now)
            self.collect()

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.panel.deadline <= end:
            self.now = max(self.now, self.panel.deadline)
            self.panel.tick(self.now)
            self.collect()
        self.now = end

    def tell(self, *news: Reading | Heard | WentSilent | Pending | Settled | Paced) -> None:
        for item in news:
            self.panel.answer(item, self.now)
            self.collect()

    def of(self, kind: type[object]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def collect(self) -> None:
        self.effects += self.panel.take_effects()

    @property
    def lines(self) -> tuple[str, str]:
        return self.panel.screen.lines

    @property
    def submitted(self) -> list[str]:
        return [effect.digits for effect in self.effects if isinstance(effect, Submit)]
