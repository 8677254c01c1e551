"""The client of the meters on one medium: polls, pages that are looked at, tokens.

A core like any session (house.md): octets and `now` in, octets, a deadline and news out; the line
(line.py) owns the port. Invariant: every poll ends, and a token goes to the meter that it was
typed for, over the association in which that meter has told its number.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import assert_never

from ciu.panel import News, Settled
from ciu.remote.deliveries import Deliveries
from ciu.remote.link_status import LinkStatus
from ciu.remote.polls import (
    ANSWERS,
    Asked,
    Confirmation,
    Poll,
    Purpose,
    Step,
    poll_request,
)
from ciu.remote.site import Known, Site
from ciu.rounds import Rounds
from ciu.state import CiuState
from link.client import (
    Answered,
    AskId,
    ClientSession,
    Event,
    Failed,
    LinkClosed,
    LinkDown,
    LinkUp,
    Request,
    Set,
)
from link.cosem import row
from link.hdlc import Timing
from link.terms import LinkTrouble

NOW, NEVER = float("-inf"), float("inf")
"""Moments before and after all others."""


class LineClient:
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
        self._deliveries = Deliveries(state)
        self._tell = tell
        self._rng = rng
        self._now = now
        self._rounds = Rounds([site.drn for site in sites], now)
        self._link_status = LinkStatus(self._rounds, state, tell, utc)
        self._session: ClientSession | None = None
        self._asks: dict[AskId, Asked] = {}
        self._due = NOW
        """Until then only an event of the session needs a turn."""
        self._foreign = 0
        """Frames of others on the line, as last counted."""

    def resume(self) -> None:
        """Take up the intents that an earlier run left."""
        for meter in self._known:
            pending = self._deliveries.resume(meter)
            if pending is not None:
                self._tell(pending)

    def detail(self, meter: str) -> str:
        """Return why the link to a meter went down or a token was not taken, or empty."""
        return self._known[meter].detail

    def submit(self, meter: str, digits: str) -> None:
        """Enter a token; RuntimeError while an earlier one is open. Needs a turn soon."""
        self._deliveries.submit(meter, digits)
        self._due = NOW

    def look(self, meter: str, rows: tuple[str, ...], now: float) -> None:
        """Read these rows too, now and with every poll. Needs a turn soon."""
        self._known[meter].looked_at = rows
        if rows:
            self._rounds.hurry(meter, now)
        self._due = NOW

    def confirm(self, meter: str, since: int) -> None:
        """Let the supply that is off since then come back; where no port is open, nothing is sent
        later behind the customer's back. Needs a turn soon."""
        self._known[meter].to_confirm = since if self._session is not None else None
        self._due = NOW

    def accept_ledger(self, meter: str) -> None:
        """Record that somebody knows that the ledger of a meter went back."""
        self._link_status.accept_ledger(meter)

    def give_up(self, meter: str) -> None:
        """Record that nobody waits for the token any more."""
        if not self._deliveries.is_waited_for(meter):
            return
        self._settle(self._deliveries.give_up(meter, unsent=self._drop_steps(meter)))
        self._due = NOW

    def forget(self, meter: str) -> None:
        """End the search for what became of a token; harmless if none is open. Needs a turn soon.

        RuntimeError while somebody waits for the verdict.
        """
        if self._deliveries.is_open(meter):
            self._drop_steps(meter)
            self._settle(self._deliveries.forget(meter))
            self._due = NOW

    def _drop_steps(self, meter: str) -> bool:
        """Await no step of a token any more; return whether one has not left and never will."""
        steps = [ask for ask, asked in self._asks.items() if asked.purpose == Step(meter)]
        unsent = [self._withdraw(meter, ask) for ask in steps]
        for ask in steps:
            del self._asks[ask]
        return any(unsent)

    def _withdraw(self, meter: str, ask: AskId) -> bool:
        station = self._known[meter].station
        return self._session is not None and self._session.withdraw(station, ask)

    def port_opened(self, baudrate: int | None, now: float) -> None:
        """Begin to speak over a new medium."""
        self._session = ClientSession(timing=Timing.for_line(baudrate), rng=self._rng)
        for drn, known in self._known.items():
            self._session.add_meter(known.station, drn)
            self._link_is_up(drn)
        self._foreign = 0
        self._rounds.port_opened(now)
        self._due = NOW

    def port_lost(self, trouble: LinkTrouble, now: float) -> None:
        """Record that the medium has gone, or could not be opened, and whose fault that is."""
        if self._session is not None:
            self._session.lose_medium(now)
            self._take_events(self._session, now)
        self._session = None
        self._asks.clear()
        self._rounds.port_lost(trouble)
        self._link_status.tell_silences(now)
        self._due = self._next_due(now)

    @property
    def deadline(self) -> float | None:
        """When tick must be called at the latest, monotonic seconds."""
        session_due = self._session.deadline if self._session is not None else None
        due = self._due if session_due is None else min(self._due, session_due)
        return None if due == NEVER else due

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
        """Hear what has come, and ask what is due: tokens first, then polls."""
        self._now = now
        session = self._open_session()
        self._listen_to_others(session, now)
        if not self._take_events(session, now) and now < self._due:
            return
        self._ask_errands(now)
        self._ask_confirmations(now)
        hasty = [asked.purpose.meter for asked in self._asks.values() if self._is_hasty(asked)]
        session.prefer(self._known[hasty[0]].station if hasty else None)
        self._rounds.held = bool(hasty)
        self._ask_polls(now)
        self._link_status.tell_silences(now)
        self._due = self._next_due(now)

    def _next_due(self, now: float) -> float:
        moments = [self._rounds.deadline(now), *self._deliveries.moments()]
        return min((at for at in moments if at is not None), default=NEVER)

    def _ask_errands(self, now: float) -> None:
        for delivery in self._deliveries.due(now):
            self._ask(Step(delivery.meter), delivery.request(), now)

    def _ask_confirmations(self, now: float) -> None:
        for drn, known in self._known.items():
            if known.to_confirm is not None:
                wanted = Set(row("confirm_reconnection.value"), known.to_confirm)
                known.to_confirm = None
                self._ask(Confirmation(drn), wanted, now)

    def _ask_polls(self, now: float) -> None:
        while (meter := self._rounds.begin(now)) is not None:
            rows = self._known[meter].to_poll()
            self._ask(Poll(meter, rows), poll_request(rows), now)

    def _ask(self, purpose: Purpose, request: Request, now: float) -> None:
        session, station = self._open_session(), self._known[purpose.meter].station
        asked = Asked(purpose, now, session.unanswered(station))
        self._asks[session.ask(station, request, now)] = asked

    def _is_hasty(self, asked: Asked) -> bool:
        """Return whether somebody waits for it at the keypad."""
        match asked.purpose:
            case Step(meter):
                return self._deliveries.is_waited_for(meter)
            case Confirmation():
                return True
            case Poll():
                return False
            case _:
                assert_never(asked.purpose)

    def _listen_to_others(self, session: ClientSession, now: float) -> None:
        if session.counts.foreign != self._foreign:
            self._foreign = session.counts.foreign
            self._rounds.overheard(now)

    def _open_session(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("no port is open")
        return self._session

    def _link_is_up(self, meter: str) -> None:
        self._known[meter].link_is_up()
        self._deliveries.link_is_up(meter)

    def _take_events(self, session: ClientSession, now: float) -> bool:
        """Hear what has come; False where nothing has."""
        events = session.take_events()
        for event in events:
            self._take(event, now)
        return bool(events)

    def _take(self, event: Event, now: float) -> None:
        match event:
            case Answered(ask=ask, value=value):
                asked = self._asks.pop(ask, None)
                if asked is not None:
                    self._count_answer(asked, now)
                    self._answered(asked.purpose, value, now)
            case Failed(ask=ask):
                asked = self._asks.pop(ask, None)
                if asked is not None:
                    self._count_failure(asked, event, now)
                    self._failed(asked.purpose, event, now)
            case LinkUp(station):
                self._link_is_up(self._drns[station])
            case LinkDown(station=station, detail=detail):
                self._known[self._drns[station]].detail = detail
            case LinkClosed():
                pass
            case _:
                assert_never(event)

    def _count_answer(self, asked: Asked, now: float) -> None:
        meter = asked.purpose.meter
        unanswered = self._open_session().unanswered(self._known[meter].station)
        at_once = unanswered == asked.unanswered
        self._link_status.answered(meter, now - asked.at, now, at_once=at_once)

    def _count_failure(self, asked: Asked, failure: Failed, now: float) -> None:
        if failure.sent and failure.trouble in ANSWERS:
            self._count_answer(asked, now)
        else:
            self._link_status.unanswered(asked.purpose.meter)

    def _answered(self, purpose: Purpose, value: object, now: float) -> None:
        match purpose:
            case Poll(meter):
                self._link_status.polled(purpose, self._known[meter], value, now)
            case Step(meter):
                self._known[meter].detail = ""
                self._settle(self._deliveries.answered(meter, value))
            case Confirmation(meter):
                self._rounds.hurry(meter, now)
            case _:
                assert_never(purpose)

    def _failed(self, purpose: Purpose, failure: Failed, now: float) -> None:
        match purpose:
            case Poll(meter):
                self._link_status.poll_failed(meter, failure.trouble, now)
            case Step(meter):
                self._known[meter].detail = failure.detail
                self._settle(self._deliveries.failed(meter, failure, now))
            case Confirmation(meter):
                self._rounds.hurry(meter, now)
            case _:
                assert_never(purpose)

    def _settle(self, settled: Settled | None) -> None:
        if settled is not None:
            self._rounds.hurry(settled.meter, self._now)
            self._tell(settled)
