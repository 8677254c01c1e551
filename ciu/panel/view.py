"""What this unit knows of one meter, and the signs that follow from it."""

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
        self.newest = ""
        """Last digits of the token typed last."""
        self.fresh: set[str] = set()
        """Rows that were read since the last verdict."""
        self.values: dict[str, object] = {}
        """Every value that was read, by row key; None for a row that the meter does not have."""
        self.alarms: tuple[Alarm, ...] = ()
        """Alarms that are raised, most pressing first."""
        self._heard = False
        self._read: dict[str, tuple[int, float]] = {}
        """When each row was read: UTC seconds, and monotonic seconds."""

    def take(self, news: News, now: float) -> None:
        """Take note of news of this meter."""
        match news:
            case Reading():
                self._take_reading(news, now)
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

    def _take_reading(self, reading: Reading, now: float) -> None:
        self.values[reading.row] = reading.value
        self._read[reading.row] = reading.at, now
        self.fresh.add(reading.row)
        if reading.row == pages.ALARMS:
            self.alarms = pages.alarms_raised(self.values)

    @property
    def pressing(self) -> tuple[object, ...]:
        """What stands before the idle pages; when it changes, it is shown at once."""
        silent = self.silence and (self.silence.silent, self.silence.trouble)
        return silent, self.pending, self.ledger_fell, self.alarms

    def seen(self, page: Page, now: float) -> Seen:
        """Return what a page draws from."""
        read = [self._read[row] for row in page.rows if row in self._read]
        age_s = now - min((moment for _, moment in read), default=now)
        return Seen(
            tail=self.label.tail,
            at=max((at for at, _ in read), default=0),
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
            alarm=bool(self.alarms),
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
        return Lamp.AMBER if Alarm.LOW_CREDIT in self.alarms else Lamp.GREEN
