"""What this unit knows of one meter, and the signs that follow from it."""

from collections.abc import Mapping
from typing import assert_never

from ciu import pages
from ciu.pages import Page, Seen
from ciu.panel.news import Heard, Label, LedgerFell, News, Pending, Reading, Settled, WentSilent
from ciu.screen import Lamp, LinkSign, RelaySign, Signs
from ciu.wording import Silence
from link.terms import Alarm, SupplyExplanation, SupplyState
from link.token_entry import Unknown

FRESH_S = 7.0
"""Values up to two polls old are shown without their age (ciu.md 2)."""

RELAY_SIGNS = {
    SupplyState.DISCONNECTED: RelaySign.OPEN,
    SupplyState.CONNECTED: RelaySign.CLOSED,
    SupplyState.READY: RelaySign.READY,
}


class View:
    """The latest news of one meter."""

    def __init__(self, label: Label) -> None:
        self.label = label
        self.silence: Silence | None = None
        self.ledger_fell = False
        self.pending: str | None = None
        """Last digits of the token whose fate is open."""
        self.fresh: set[str] = set()
        """Rows that were read since the last verdict."""
        self._heard = False
        self._readings: dict[str, tuple[Reading, float]] = {}

    def take(self, news: News, now: float) -> None:
        """Take note of news of this meter."""
        match news:
            case Reading():
                self._readings[news.row] = news, now
                self.fresh.add(news.row)
            case Heard():
                self._heard, self.silence = True, None
            case WentSilent():
                self.silence = news.why
            case LedgerFell():
                self.ledger_fell = True
            case Pending():
                self.pending = news.tail
            case Settled():
                self.fresh.clear()
                self.pending = news.tail if isinstance(news.verdict, Unknown) else None
            case _:
                assert_never(news)

    @property
    def pressing(self) -> tuple[object, ...]:
        """What stands before the idle pages; when it changes, it is shown at once."""
        return self.silence, self.pending, self.ledger_fell, pages.alarms_raised(self.values)

    @property
    def values(self) -> Mapping[str, object]:
        """Every value that was read, by row key."""
        return {row: reading.value for row, (reading, _) in self._readings.items()}

    def seen(self, page: Page, now: float) -> Seen:
        """Return what a page draws from."""
        known = [self._readings[row] for row in page.rows if row in self._readings]
        age_s = now - min((read for _, read in known), default=now)
        return Seen(
            tail=self.label.tail,
            at=max((reading.at for reading, _ in known), default=0),
            age_s=int(age_s) if age_s > FRESH_S else 0,
            values=self.values,
        )

    @property
    def supply(self) -> SupplyState | None:
        """Return the supply state as last told."""
        explained = self.values.get(pages.SUPPLY)
        return explained.state if isinstance(explained, SupplyExplanation) else None

    @property
    def supply_after(self) -> SupplyState | None:
        """Return the supply state if it was told since the last verdict."""
        return self.supply if pages.SUPPLY in self.fresh else None

    def signs(self) -> Signs:
        """Return the signs beside the lines."""
        return Signs(
            link=self._link_sign(),
            relay=RelaySign.UNKNOWN if self.supply is None else RELAY_SIGNS[self.supply],
            lamp=self._lamp(),
            alarm=bool(pages.alarms_raised(self.values)),
        )

    def _link_sign(self) -> LinkSign:
        if self.silence is not None:
            return LinkSign.LOST
        return LinkSign.GOOD if self._heard else LinkSign.ASKING

    def _lamp(self) -> Lamp:
        credit = self.values.get(pages.CREDIT)
        if not isinstance(credit, int):
            return Lamp.DARK
        if credit <= 0:
            return Lamp.RED
        return Lamp.AMBER if Alarm.LOW_CREDIT in pages.alarms_raised(self.values) else Lamp.GREEN
