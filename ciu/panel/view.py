"""What this unit knows of one meter, and the signs that follow from it."""

from collections.abc import Iterable
from typing import assert_never

from ciu import pages, wording
from ciu.overview import Quality
from ciu.pages import Page, Seen
from ciu.panel.key_set import Sections
from ciu.panel.news import (
    Heard,
    Label,
    LedgerCaughtUp,
    LedgerFell,
    News,
    Paced,
    Pending,
    Reading,
    Settled,
    WentSilent,
)
from ciu.screen import MOST_BARS, NO_FIGURE, Lamp, LinkSign, RelaySign, Signs
from ciu.wording import Account, Commodity, MeterContext, Silence, completes_key_change
from link.terms import LASTING, Alarm, KeySet, SupplyExplanation, SupplyReason, SupplyState
from link.token_entry import Accepted, Refused, Unknown, Verdict

FRESH_POLLS = 2.25
"""Values up to two polls old are shown without their age (ciu.md 2); a quarter for the asking."""

USUAL_POLL_S = 3.0
"""Until it is told otherwise."""

TICK_S, SLOWER_S, SLOWER_AFTER_S = 1.0, 60.0, 60.0
"""Ages and countdowns move every second; ages of more than a minute every minute."""

BARS = ((95, MOST_BARS), (80, MOST_BARS - 1), (0, 1))
"""From which percentage on so many bars are shown."""

LONGEST_CREDIT = 7
"""Signs of the credit that fit in large digits; a longer one has no decimals."""

RELAY_SIGNS = {
    SupplyState.DISCONNECTED: RelaySign.OPEN,
    SupplyState.CONNECTED: RelaySign.CLOSED,
    SupplyState.READY: RelaySign.OPEN,
}


class View:
    """The latest news of one meter."""

    def __init__(self, label: Label) -> None:
        self.label = label
        self.silence: Silence | None = None
        self.ledger_fell = False
        self.pending: str | None = None
        """Last digits of the token whose fate is open."""
        self.is_unreadable = False
        """Whether the meter has answered that its ledger cannot be read, so that it stays open."""
        self.newest = ""
        """Last digits of the token typed last."""
        self.fresh: set[str] = set()
        """Rows that were read since the last verdict."""
        self.values: dict[str, object] = {}
        """Every value that was read, by row key; a LASTING trouble for a row that was refused."""
        self.alarms: tuple[Alarm, ...] = ()
        """Alarms that are raised, most pressing first."""
        self.account: Account | None = None
        """What the meter's account holds, as the meter tells."""
        self.commodity: Commodity | None = None
        self.sections = Sections()
        """The key change that waits for its other sections."""
        self.confirming = False
        """Whether the meter was asked to connect again, and has not told of its supply since."""
        self.quality = Quality(USUAL_POLL_S)
        self._heard_at: float | None = None
        self._read: dict[str, tuple[int, float]] = {}
        """When each row was read: UTC seconds, and monotonic seconds."""

    def take(self, news: News, now: float) -> None:
        """Record news of this meter."""
        match news:
            case Reading():
                self._take_reading(news, now)
            case Heard():
                self._heard_at, self.silence = now, None
            case Paced():
                self.quality = news.quality
            case WentSilent():
                self.silence, self.confirming = news.why, False
            case LedgerFell():
                self.ledger_fell = True
            case LedgerCaughtUp():
                self.ledger_fell = False
            case Pending():
                self.pending = news.tail
            case Settled():
                self.fresh.clear()
                self.pending = news.tail if isinstance(news.verdict, Unknown) else None
                self.is_unreadable = _is_unreadable(news.verdict)
                self._take_verdict(news.verdict, now)
            case _:
                assert_never(news)

    def _take_verdict(self, verdict: Verdict, now: float) -> None:
        match verdict:
            case Accepted(outcome) | Refused(outcome):
                self.sections.judged(outcome, now)
                if completes_key_change(outcome):
                    self._forget(pages.KEY_ROWS)
            case _:
                pass

    def _forget(self, rows: Iterable[str]) -> None:
        """Let rows be read anew before they are shown."""
        for row in rows:
            self.values.pop(row, None)
            self._read.pop(row, None)

    def _take_reading(self, reading: Reading, now: float) -> None:
        self.values[reading.row] = reading.value
        self._read[reading.row] = reading.at, now
        self._heard_at = now
        self.fresh.add(reading.row)
        match reading.row:
            case pages.SUPPLY:
                self.confirming = False
            case pages.ALARMS:
                self.alarms = pages.alarms_raised(self.values)
            case pages.CURRENCY:
                self.account = wording.account_of(reading.value)
            case pages.KEY_SET if isinstance(reading.value, KeySet):
                self.sections.told(reading.value, now)
            case pages.COMMODITY:
                self.commodity = wording.commodity_of(reading.value)
            case _:
                pass

    @property
    def pressing(self) -> tuple[object, ...]:
        """What stands before the idle pages; when it changes, it is shown at once."""
        silent = self.silence and (self.silence.silent, self.silence.trouble)
        awaited = self.sections.progress is not None, self.sections.is_over
        doubt = self.pending, self.is_unreadable
        return silent, self.overload, doubt, self.ledger_fell, self.alarms, awaited

    @property
    def alerts(self) -> tuple[object, ...]:
        """What is to be heard as well."""
        return (self.overload, *self.alarms) if self.overload else self.alarms

    @property
    def overload(self) -> SupplyReason | None:
        """The reason of an open switch where the customer has used too much power."""
        explained = self.explained
        return explained.reason if explained and explained.reason in wording.OVERLOADS else None

    @property
    def locked_since(self) -> int | None:
        """Since when the supply is off that the customer may let come back; UTC seconds."""
        explained = self.explained
        locked = explained and explained.reason is SupplyReason.OVERLOAD_LOCKOUT
        return explained.since if explained and locked else None

    def seen(self, page: Page, now: float) -> Seen:
        """Return what a page draws from."""
        rows = self._read.keys() & set(page.rows) - pages.LASTING
        read = [self._read[row] for row in rows]
        oldest = min((moment for _, moment in read), default=now)
        return Seen(
            tail=self.label.tail,
            at=max((at for at, _ in read), default=0),
            age_s=self._stale_s(oldest, now),
            values=self.values,
            elapsed_s=int(now - oldest),
            silent=self.silence is not None,
            confirming=self.confirming,
        )

    def _stale_from(self, read_at: float) -> float:
        return read_at + FRESH_POLLS * self.quality.poll_s

    def _stale_s(self, read_at: float, now: float) -> int:
        """Return how old a value is, 0 while it is fresh."""
        return int(now - read_at) if now >= self._stale_from(read_at) else 0

    def changes_at(self, now: float) -> float | None:
        """Return when the picture may change though nothing is heard: ages and countdowns."""
        if self.explained is not None and wording.runs_down(self.explained):
            return now + TICK_S
        read = self._read.get(pages.CREDIT)
        if read is None:
            return None
        stale_from = self._stale_from(read[1])
        tick_s = TICK_S if now < read[1] + SLOWER_AFTER_S else SLOWER_S
        return stale_from if now < stale_from else now + tick_s

    @property
    def credit(self) -> str:
        """The credit in large digits, once it is known and of what it is."""
        credit = self.values.get(pages.CREDIT)
        if not isinstance(credit, int) or self.account is None:
            return NO_FIGURE
        return self.account.rows.short(credit, LONGEST_CREDIT)

    @property
    def unit(self) -> str:
        """Of what the credit is."""
        return "" if self.account is None else self.account.rows.symbol

    @property
    def context(self) -> MeterContext:
        """What is known of the meter beside the outcome of a token."""
        return MeterContext(self.label.own, self.account, self.commodity, self.supply_after)

    def credit_age_s(self, now: float) -> int:
        """Return how old the credit is, 0 while it is fresh or unknown."""
        read = self._read.get(pages.CREDIT)
        return 0 if read is None else self._stale_s(read[1], now)

    @property
    def answers(self) -> bool:
        """Return whether the meter was heard and has not fallen silent."""
        return self._heard_at is not None and self.silence is None

    def unheard_s(self, now: float) -> int | None:
        """Return for how long the meter was not heard, None where it never was."""
        return None if self._heard_at is None else int(now - self._heard_at)

    @property
    def explained(self) -> SupplyExplanation | None:
        """The supply as last told."""
        explained = self.values.get(pages.SUPPLY)
        return explained if isinstance(explained, SupplyExplanation) else None

    @property
    def supply(self) -> SupplyState | None:
        """The supply state as last told."""
        return None if self.explained is None else self.explained.state

    @property
    def supply_after(self) -> SupplyExplanation | None:
        """The supply if it was told since the last verdict."""
        return self.explained if pages.SUPPLY in self.fresh else None

    @property
    def credit_told(self) -> int | None:
        """The credit in base units of the account, once it is known and of what it is."""
        credit = self.values.get(pages.CREDIT)
        if not isinstance(credit, int) or self.account is None:
            return None
        return credit * self.account.row_step

    @property
    def credit_since(self) -> int | None:
        """The credit in base units if it was told since the last verdict."""
        return self.credit_told if pages.CREDIT in self.fresh else None

    def signs(self) -> Signs:
        """Return the signs beside the lines."""
        return Signs(
            link=self._link_sign(),
            relay=self._relay_sign(),
            lamp=self._lamp(),
            bars=self._bars(),
            alarm=bool(self.alerts),
        )

    def _relay_sign(self) -> RelaySign:
        """Return how the switch stands, which nobody knows while the meter is silent."""
        if self.supply is None or self.silence is not None:
            return RelaySign.UNKNOWN
        return RELAY_SIGNS[self.supply]

    def _link_sign(self) -> LinkSign:
        if self.silence is not None:
            return LinkSign.LOST
        return LinkSign.ASKING if self._heard_at is None else LinkSign.GOOD

    def _bars(self) -> int:
        if not self.answers:
            return 0
        share = self.quality.first_try_percent
        return next((bars for least, bars in BARS if share is not None and share >= least), 1)

    def _lamp(self) -> Lamp:
        credit = self.values.get(pages.CREDIT)
        if not isinstance(credit, int):
            return Lamp.DARK
        if credit <= 0:
            return Lamp.RED
        return Lamp.AMBER if Alarm.LOW_CREDIT in self.alarms else Lamp.GREEN


def _is_unreadable(verdict: Verdict) -> bool:
    return isinstance(verdict, Unknown) and verdict.trouble in LASTING
