"""What this unit says to the meters of one medium: polls, pages that are looked at, tokens.

A core like any session (house.md): octets and `now` in, octets, a deadline and news out; the line
(line.py) owns the port. Invariant: every poll ends, and a token goes to the meter that it was
typed for, over the association in which that meter has told its number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import assert_never

from ciu import pages
from ciu.panel import Heard, LedgerFell, News, Pending, Reading, Settled, WentSilent
from ciu.remote.errand import Errand
from ciu.remote.site import Known, Site
from ciu.rounds import Rounds
from ciu.state import CiuState
from link.client import (
    Answered,
    AskId,
    ClientSession,
    Event,
    Failed,
    Get,
    LinkClosed,
    LinkDown,
    LinkUp,
)
from link.cosem import row
from link.hdlc import Timing
from link.terms import LedgerHead, LinkTrouble
from link.token_entry import Verdict

POLLED = (pages.CREDIT, pages.SUPPLY, pages.POWER, pages.ALARMS, pages.LEDGER)
"""Rows that every poll reads."""


REFUSED = LinkTrouble.REFUSED_ACCESS
"""In answer to a read: the meter does not have the row."""

NOT_NOW = LinkTrouble.TEMPORARY
"""In answer to a read: the meter cannot tell this row now; without its store it can tell others."""


@dataclass(frozen=True, slots=True)
class _Row:
    """An ask of a poll."""

    meter: str
    key: str


@dataclass(frozen=True, slots=True)
class _Step:
    """An ask of an errand."""

    meter: str


class Caller:
    """All meters of one medium. `tell` takes the news, in order, while a method runs."""

    def __init__(
        self,
        sites: Sequence[Site],
        state: CiuState,
        *,
        tell: Callable[[News], None],
        utc: Callable[[], int],
        rng: Random,
        now: float,
    ) -> None:
        self._known = {site.drn: Known(site.station) for site in sites}
        self._drns = {site.station: site.drn for site in sites}
        self._state = state
        self._tell = tell
        self._utc = utc
        self._rng = rng
        self._now = now
        self._rounds = Rounds([site.drn for site in sites], now)
        self._session: ClientSession | None = None
        self._asks: dict[AskId, _Row | _Step] = {}

    def resume(self) -> None:
        """Take up the intents that an earlier run left."""
        for drn, known in self._known.items():
            intent = self._state.intent(drn)
            if intent is not None:
                known.errand = Errand.of_intent(drn, intent, self._state)
                self._tell(Pending(drn, known.errand.tail))

    def detail(self, meter: str) -> str:
        """Return why the link to a meter went down, empty while it is up."""
        return self._known[meter].detail

    def submit(self, meter: str, digits: str) -> None:
        """Enter a token; RuntimeError while an earlier one is open. Needs a turn soon."""
        known = self._known[meter]
        if known.errand is not None:
            raise RuntimeError(f"meter {meter} has a token under way")
        known.errand = Errand(meter, digits, self._state)

    def look(self, meter: str, rows: tuple[str, ...], now: float) -> None:
        """Read these rows too, now and with every poll. Needs a turn soon."""
        self._known[meter].looked_at = rows
        if rows:
            self._rounds.hurry(meter, now)

    def give_up(self, meter: str) -> None:
        """Take note that nobody waits for the token any more."""
        errand = self._known[meter].errand
        if errand is None or not errand.waited_for:
            return
        steps = [ask for ask, why in self._asks.items() if why == _Step(meter)]
        unsent = any(self._withdraw(meter, ask) for ask in steps)
        for ask in steps:
            del self._asks[ask]
        self._settle(errand, errand.give_up(unsent=unsent))

    def _withdraw(self, meter: str, ask: AskId) -> bool:
        station = self._known[meter].station
        return self._session is not None and self._session.withdraw(station, ask)

    def port_opened(self, baudrate: int | None, now: float) -> None:
        """Begin to speak over a new medium."""
        self._session = ClientSession(timing=Timing.for_line(baudrate), rng=self._rng)
        for drn, known in self._known.items():
            self._session.add_meter(known.station, drn)
            self._link_is_up(known)
        self._rounds.port_opened(now)

    def port_lost(self, trouble: LinkTrouble, now: float) -> None:
        """Take note that the medium has gone, or could not be opened, and whose fault that is."""
        if self._session is not None:
            self._session.lose_medium(now)
            self._take_events(self._session, now)
        self._session = None
        self._asks.clear()
        for known in self._known.values():
            known.to_read.clear()
        self._rounds.port_lost(trouble)
        self._tell_silences(now)

    @property
    def deadline(self) -> float | None:
        """When tick must be called at the latest, monotonic seconds."""
        moments = [self._rounds.deadline(self._now)]
        if self._session is not None:
            moments.append(self._session.deadline)
            moments += [errand.due for errand in self._errands()]
        return min((at for at in moments if at is not None), default=None)

    def receive(self, data: bytes, now: float) -> None:
        """Take octets from the medium."""
        self._open_session().receive(data, now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._open_session().tick(now)

    def take_outgoing(self) -> bytes:
        """Return what must be written now."""
        return self._open_session().take_outgoing()

    def turn(self, now: float) -> None:
        """Hear what has come, and ask what is due."""
        self._now = now
        session = self._open_session()
        self._take_events(session, now)
        for errand in self._errands():
            if errand.due is not None and errand.due <= now:
                station = self._known[errand.meter].station
                self._asks[session.ask(station, errand.request(), now)] = _Step(errand.meter)
        meter = self._rounds.begin(now)
        if meter is not None:
            known = self._known[meter]
            known.not_now = False
            known.to_read.extend(dict.fromkeys(POLLED + known.looked_at))
            self._read_next(meter, now)
        self._tell_silences(now)

    def _open_session(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("no port is open")
        return self._session

    def _errands(self) -> list[Errand]:
        return [known.errand for known in self._known.values() if known.errand is not None]

    def _read_next(self, meter: str, now: float) -> None:
        known = self._known[meter]
        if not known.to_read:
            self._end_poll(meter, now)
            return
        key = known.to_read.popleft()
        ask = self._open_session().ask(known.station, Get(row(key)), now)
        self._asks[ask] = _Row(meter, key)

    def _end_poll(self, meter: str, now: float) -> None:
        if self._known[meter].not_now:
            self._rounds.failed(meter, NOT_NOW, now)
        else:
            self._rounds.finished(meter, now)

    def _link_is_up(self, known: Known) -> None:
        known.detail = ""
        if known.errand is not None:
            known.errand.link_is_up()

    def _take_events(self, session: ClientSession, now: float) -> None:
        for event in session.take_events():
            self._take(event, now)

    def _take(self, event: Event, now: float) -> None:
        match event:
            case Answered(ask=ask, value=value):
                self._answered(self._asks.pop(ask, None), value, now)
            case Failed(ask=ask):
                self._failed(self._asks.pop(ask, None), event, now)
            case LinkUp(station):
                self._link_is_up(self._known[self._drns[station]])
            case LinkDown(station=station, detail=detail):
                self._known[self._drns[station]].detail = detail
            case LinkClosed():
                pass
            case _:
                assert_never(event)

    def _answered(self, asked: _Row | _Step | None, value: object, now: float) -> None:
        match asked:
            case _Row(meter, key):
                self._heard(meter, now)
                self._read(meter, key, value)
                self._read_next(meter, now)
            case _Step(meter):
                self._heard(meter, now)
                errand = self._known[meter].errand
                if errand is not None:
                    self._settle(errand, errand.answered(value))
            case None:
                pass
            case _:
                assert_never(asked)

    def _failed(self, asked: _Row | _Step | None, failure: Failed, now: float) -> None:
        match asked:
            case _Row(meter, key) if failure.sent and failure.trouble is REFUSED:
                self._heard(meter, now)
                self._read(meter, key, None)
                self._read_next(meter, now)
            case _Row(meter) if failure.sent and failure.trouble is NOT_NOW:
                self._known[meter].not_now = True
                self._read_next(meter, now)
            case _Row(meter):
                self._known[meter].to_read.clear()
                self._rounds.failed(meter, failure.trouble, now)
            case _Step(meter):
                errand = self._known[meter].errand
                if errand is not None:
                    told = errand.failed(failure.trouble, sent=failure.sent, now=now)
                    self._settle(errand, told)
            case None:
                pass
            case _:
                assert_never(asked)

    def _heard(self, meter: str, now: float) -> None:
        self._rounds.heard(meter, now)
        known = self._known[meter]
        known.silence = None
        if not known.speaks:
            known.speaks = True
            self._tell(Heard(meter))

    def _read(self, meter: str, key: str, value: object) -> None:
        self._tell(Reading(meter, key, value, self._utc()))
        if isinstance(value, LedgerHead) and self._state.saw_ledger(meter, value.sequence):
            self._tell(LedgerFell(meter))

    def _settle(self, errand: Errand, verdict: Verdict | None) -> None:
        if errand.done:
            self._known[errand.meter].errand = None
        if verdict is not None:
            self._rounds.hurry(errand.meter, self._now)
            self._tell(Settled(errand.meter, errand.tail, verdict))

    def _tell_silences(self, now: float) -> None:
        for meter, known in self._known.items():
            silence = self._rounds.silence(meter, now)
            if silence is not None and silence != known.silence:
                known.speaks = False
                self._tell(WentSilent(meter, silence))
            known.silence = silence
