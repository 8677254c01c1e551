"""The history of a unit's meters, as lines to be read beside the display. Pure."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import assert_never

from ciu import pages, wording
from ciu.overview import Event
from ciu.panel import (
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
from ciu.wording import Account, Commodity, Silent, Words
from link.terms import Alarm, SupplyExplanation, SupplyReason, SupplyState
from link.token_entry import Verdict

KEPT = 100
"""Events that are remembered."""


class History:
    """Notes what has changed. What was so when the unit began to listen did not happen."""

    def __init__(self, meters: Sequence[Label], words: Words, utc: Callable[[], int]) -> None:
        self._several = len(meters) > 1
        self._words = words
        self._utc = utc
        self._happened: deque[Event] = deque(maxlen=KEPT)
        self._supply: dict[str, tuple[SupplyState, SupplyReason]] = {}
        self._alarms: dict[str, frozenset[Alarm]] = {}
        self._silent: dict[str, Silent] = {}
        self._accounts: dict[str, Account | None] = {}
        self._commodities: dict[str, Commodity | None] = {}

    @property
    def newest_first(self) -> tuple[Event, ...]:
        """What happened."""
        return tuple(reversed(self._happened))

    def take(self, news: News) -> None:
        """Note what news of a meter tell, if anything has changed."""
        match news:
            case Settled(meter, tail, verdict):
                self._note(meter, self._became(meter, tail, verdict))
            case Reading():
                self._take_reading(news)
            case WentSilent(meter, why):
                if self._silent.get(meter) is not why.silent:
                    self._note(meter, wording.who_is_silent(self._words, why))
                self._silent[meter] = why.silent
            case Heard(meter):
                if self._silent.pop(meter, None) is not None:
                    self._note(meter, self._words.translate(wording.ANSWERS_AGAIN))
            case LedgerFell(meter):
                self._note(meter, self._words.translate(wording.MEMORY_OLD))
            case LedgerCaughtUp(meter):
                self._note(meter, self._words.translate(wording.MEMORY_CAUGHT_UP))
            case Pending() | Paced():
                pass
            case _:
                assert_never(news)

    def _take_reading(self, reading: Reading) -> None:
        match reading:
            case Reading(meter, pages.SUPPLY, SupplyExplanation() as explained):
                self._take_supply(meter, explained)
            case Reading(meter, pages.ALARMS, int() as raised):
                self._take_alarms(meter, raised)
            case Reading(meter, pages.CURRENCY, currency):
                self._accounts[meter] = wording.account_of(currency)
            case Reading(meter, pages.COMMODITY, commodity):
                self._commodities[meter] = wording.commodity_of(commodity)
            case _:
                pass

    def _became(self, meter: str, tail: str, verdict: Verdict) -> str:
        account, commodity = self._accounts.get(meter), self._commodities.get(meter)
        return wording.token_became(self._words, tail, verdict, account, commodity)

    def _take_supply(self, meter: str, explained: SupplyExplanation) -> None:
        now = explained.state, explained.reason
        before = self._supply.setdefault(meter, now)
        self._supply[meter] = now
        if now != before:
            self._note(meter, wording.supply_became(self._words, explained))

    def _take_alarms(self, meter: str, raised: int) -> None:
        now = frozenset(alarm for alarm in wording.ALARMS if alarm & raised)
        before = self._alarms.setdefault(meter, now)
        self._alarms[meter] = now
        for alarm in wording.ALARMS:
            if alarm in now - before:
                self._note(meter, wording.alarm_raised(self._words, alarm))

    def _note(self, meter: str, text: str) -> None:
        at = self._words.local(self._utc())
        whose = f"…{meter[-4:]} " if self._several else ""
        time = f"{at.hour:02d}:{at.minute:02d}:{at.second:02d}"
        self._happened.append(Event(time, whose + text))
