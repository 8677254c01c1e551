"""A client and its meters on one noisy medium, on virtual time."""

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from link.client import (
    Answered,
    AskId,
    ClientSession,
    Event,
    Failed,
    Get,
    GetMany,
    Invoke,
    LinkClosed,
    LinkDown,
    LinkUp,
    Refusal,
    Request,
    Result,
)
from link.cosem import ByDigest, entry_source, row
from link.dlms import ActionResult
from link.hdlc import OwnAddress, ServerAddress, Station, Timing
from link.server import ActionDone, Asked, ServerSession, Value
from link.terms import (
    EntrySource,
    LedgerHead,
    LinkTrouble,
    TokenOutcome,
    TokenResult,
    Unit,
    token_digest,
)
from link.token_entry import Accepted, TokenEntry, Unknown, Verdict

POWER = row("power.value")
ENTER = row("token_gateway.enter")
DRNS = ("01234567890", "01234567907", "01234567915")
TIMING = Timing(baudrate=None)
LATENCY_S = 0.001
CLIENT = -1


@dataclass(frozen=True)
class Noise:
    """Probabilities for each frame written."""

    lost: float = 0.0
    doubled: float = 0.0
    damaged: float = 0.0
    cut: float = 0.0
    late: float = 0.0
    """By up to three seconds: longer than anybody waits."""


QUIET = Noise()
ROUGH = Noise(lost=0.1, doubled=0.05, damaged=0.05, cut=0.05)
WORST = Noise(lost=0.25, doubled=0.1, damaged=0.05, cut=0.05, late=0.1)
"""Frames that outlive their link can make HDLC deliver a request twice; a token is safe even so."""


@dataclass
class Meter:
    """A meter that keeps what it has done, whatever becomes of its link."""

    drn: str
    session: ServerSession
    ledger: list[TokenOutcome] = field(default_factory=list)
    entered: Counter[str] = field(default_factory=Counter)
    alive: bool = True

    def turn(self, now: float) -> None:
        for asked in self.session.take_events():
            self.session.answer(asked.id, self.respond(asked), now)

    def respond(self, asked: Asked) -> Value | ActionDone:
        match asked.row.key:
            case "meter_number.value":
                return Value(self.drn)
            case "ledger_head.value":
                return Value(LedgerHead(len(self.ledger), 0))
            case "token_log.buffer":
                assert isinstance(asked.selection, ByDigest)
                digest = asked.selection.digest
                return Value(tuple(e for e in self.ledger if e.digest == digest))
            case "token_gateway.enter":
                return ActionDone(ActionResult.SUCCESS, self.enter(asked))
            case _:
                return Value(230)

    def enter(self, asked: Asked) -> TokenOutcome:
        digits, source = str(asked.value), entry_source(asked.client.sap)
        assert source is not None
        self.entered[digits] += 1
        outcome = fresh(digits, len(self.ledger) + 1, source)
        for first in self.ledger:
            if first.digest == outcome.digest:
                return replace(outcome, result=TokenResult.UsedError, sequence=first.sequence)
        self.ledger.append(outcome)
        return outcome


def fresh(digits: str, sequence: int, source: EntrySource) -> TokenOutcome:
    return TokenOutcome(
        sequence=sequence,
        digest=token_digest(digits),
        token_class=0,
        subclass=0,
        tid=0,
        result=TokenResult.Accept,
        source=source,
        first_at=0,
        worth=0,
        first_source=EntrySource.SLOT_0,
        seconds=0,
        amount=1000,
        unit=Unit.WATT_HOUR,
        control=0,
        missing=0,
        credit_after=1000,
        at=sequence,
    )


def served(number: int) -> ServerSession:
    return ServerSession(
        addresses=OwnAddress(1000 + number),
        timing=TIMING,
        device_name=f"SPL{number:013}",
        lab=True,
    )


def station(number: int) -> Station:
    return Station(96, ServerAddress.of(1, 1000 + number))


class Line:
    """One medium with a client and three meters. Octets reach all that did not write them."""

    def __init__(self, seed: int, noise: Noise = QUIET) -> None:
        self.rng = Random(seed)
        self.noise = noise
        self.now = 0.0
        self.client = ClientSession(timing=TIMING, rng=Random(seed + 1))
        self.meters = [Meter(drn, served(n)) for n, drn in enumerate(DRNS)]
        self.heard: list[Event] = []
        self.trace: list[tuple[float, int, bytes]] = []
        self._arriving: list[tuple[float, int, bytes]] = []
        for number, drn in enumerate(DRNS):
            self.client.add_meter(station(number), drn)

    def ask(self, number: int, request: Request) -> AskId:
        return self.client.ask(station(number), request, self.now)

    def restart(self, number: int) -> None:
        """Switch a meter off and on."""
        self.meters[number].session = served(number)

    def run(self, seconds: float) -> list[Event]:
        """Let time pass and return what the client has heard."""
        end, before = self.now + seconds, len(self.heard)
        self._write()
        while (at := self._next()) is not None and at <= end:
            self.now = max(at, self.now)
            self._deliver()
            self._tick()
            self._write()
        self.now = end
        return self.heard[before:]

    def _sessions(self) -> list[tuple[int, ClientSession | ServerSession]]:
        alive = [(n, m.session) for n, m in enumerate(self.meters) if m.alive]
        return [(CLIENT, self.client), *alive]

    def _next(self) -> float | None:
        moments = [s.deadline for _, s in self._sessions() if s.deadline is not None]
        return min(moments + [at for at, _, _ in self._arriving], default=None)

    def _deliver(self) -> None:
        due = [item for item in self._arriving if item[0] <= self.now]
        self._arriving = [item for item in self._arriving if item[0] > self.now]
        for _, writer, octets in due:
            for number, session in self._sessions():
                if number != writer:
                    session.receive(octets, self.now)

    def _tick(self) -> None:
        for _, session in self._sessions():
            if session.deadline is not None and session.deadline <= self.now:
                session.tick(self.now)

    def _write(self) -> None:
        for meter in self.meters:
            meter.turn(self.now)
        self.heard += self.client.take_events()
        for number, session in self._sessions():
            octets = session.take_outgoing()
            if octets:
                self.trace.append((self.now, number, octets))
                for copy in self._disturbed(octets):
                    self._arriving.append((self._arrival(), number, copy))

    def _arrival(self) -> float:
        late = self.rng.random() < self.noise.late
        return self.now + (self.rng.uniform(0, 3) if late else LATENCY_S)

    def _disturbed(self, octets: bytes) -> list[bytes]:
        noise, rng = self.noise, self.rng
        if rng.random() < noise.lost:
            return []
        if rng.random() < noise.cut:
            octets = octets[: rng.randrange(len(octets))]
        if octets and rng.random() < noise.damaged:
            at = rng.randrange(len(octets))
            octets = octets[:at] + bytes([octets[at] ^ 1 << rng.randrange(8)]) + octets[at + 1 :]
        return [octets] * (2 if rng.random() < noise.doubled else 1)


def endings(events: list[Event]) -> dict[AskId, Answered | Failed]:
    """Return how each ask ended; an ask that ended twice is an error."""
    ended: dict[AskId, Answered | Failed] = {}
    for event in events:
        if isinstance(event, Answered | Failed):
            assert event.ask not in ended
            ended[event.ask] = event
    return ended


def test_asks_of_one_meter_are_answered_in_order_and_of_several_in_turn() -> None:
    line = Line(seed=1)
    asks = [line.ask(number, Get(POWER)) for number in range(3) for _ in range(5)]
    answered = [e for e in line.run(5) if isinstance(e, Answered)]
    assert {event.ask for event in answered} == set(asks)
    counts: Counter[Station] = Counter()
    for event in answered:
        counts[event.station] += 1
        assert max(counts.values()) - min(counts[station(n)] for n in range(3)) <= 1
    for number in range(3):
        own = [e.ask for e in answered if e.station == station(number)]
        assert own == sorted(own)


def test_the_association_stays_open_over_quiet_hours() -> None:
    line = Line(seed=2)
    line.ask(0, Get(POWER))
    assert [type(e) for e in line.run(4 * 3600)] == [LinkUp, Answered]
    line.ask(0, Get(POWER))
    assert [type(e) for e in line.run(1)] == [Answered]


def test_another_meter_at_the_address_is_named_and_never_asked() -> None:
    line = Line(seed=3)
    line.meters[1].drn = "09876543210"
    ask = line.ask(1, Invoke(ENTER, "1" * 20))
    down, failed = line.run(5)
    detail = "meter 09876543210 where 01234567907 is expected"
    assert down == LinkDown(station(1), LinkTrouble.OTHER_METER, detail)
    assert failed == Failed(ask, station(1), LinkTrouble.OTHER_METER, detail, sent=False)
    assert not line.meters[1].entered
    assert line.client.is_down
    assert line.meters[1].session.clients == ()


def test_a_meter_that_is_off_fails_its_own_asks_only() -> None:
    line = Line(seed=4)
    line.meters[0].alive = False
    line.ask(0, Get(POWER))
    others = [line.ask(n, Get(POWER)) for n in (1, 2) for _ in range(9)]
    ended = endings(line.run(60))
    assert [e.trouble for e in ended.values() if isinstance(e, Failed)] == [LinkTrouble.NO_ANSWER]
    assert all(isinstance(ended[ask], Answered) for ask in others)


def test_a_meter_that_restarts_costs_one_ask() -> None:
    line = Line(seed=5)
    line.ask(0, Get(POWER))
    line.run(1)
    line.restart(0)
    first, second = line.ask(0, Get(POWER)), line.ask(0, Get(POWER))
    ended = endings(line.run(30))
    failed = ended[first]
    assert isinstance(failed, Failed)
    assert (failed.trouble, failed.sent) == (LinkTrouble.RESET, True)
    assert isinstance(ended[second], Answered)


def test_a_lost_port_fails_everything_and_the_next_ask_opens_anew() -> None:
    line = Line(seed=6)
    asks = [line.ask(n, Get(POWER)) for n in range(3)]
    line.run(0.002)
    line.client.lose_medium(line.now)
    ended = endings(line.run(1))
    assert set(ended) == set(asks)
    assert all(e.trouble is LinkTrouble.PORT_DOWN for e in ended.values() if isinstance(e, Failed))
    again = line.ask(0, Get(POWER))
    assert isinstance(endings(line.run(5))[again], Answered)


def test_closing_leaves_no_link_behind() -> None:
    line = Line(seed=7)
    for number in range(3):
        line.ask(number, Get(POWER))
    line.run(1)
    line.client.close(line.now)
    closed = line.run(1)
    assert sorted(e.station.server.lower or 0 for e in closed) == [1000, 1001, 1002]
    assert all(isinstance(e, LinkClosed) for e in closed)
    assert line.client.is_down
    assert [meter.session.clients for meter in line.meters] == [()] * 3


def test_a_long_answer_comes_in_segments() -> None:
    line = Line(seed=8)
    ask = line.ask(0, Get(row("association.object_list")))
    answer = endings(line.run(5))[ask]
    assert isinstance(answer, Answered)
    assert isinstance(answer.value, tuple)
    assert len(answer.value) > 15


def test_many_rows_are_read_by_one_request_and_each_has_its_answer() -> None:
    line = Line(seed=8)
    line.ask(0, Get(POWER))
    line.run(5)
    frames = len(line.trace)
    denied = Get(replace(POWER, class_id=1))
    ask = line.ask(0, GetMany((Get(POWER), Get(row("clock.status")), denied, Get(POWER))))
    answer = endings(line.run(5))[ask]
    assert isinstance(answer, Answered)
    refusal = Refusal(LinkTrouble.NOT_OFFERED, "object-class-inconsistent")
    assert answer.value == (Result(230), Result(0), refusal, Result(230))
    assert len(line.trace) == frames + 2


def test_the_same_seed_makes_the_same_trace() -> None:
    traces = []
    for _ in range(2):
        line = Line(seed=9, noise=ROUGH)
        for number in (0, 1, 2, 0, 1, 2):
            line.ask(number, Get(POWER))
        line.run(60)
        traces.append(line.trace)
    assert traces[0] == traces[1]


@pytest.mark.parametrize("seed", range(12))
def test_on_a_rough_line_every_ask_ends_once_and_no_request_is_done_twice(seed: int) -> None:
    line, rng = Line(seed, ROUGH), Random(seed)
    asked: dict[AskId, tuple[int, str]] = {}
    for count in range(100):
        number, digits = rng.randrange(3), f"{count:020}"
        request = Invoke(ENTER, digits) if rng.random() < 0.6 else Get(POWER)
        asked[line.ask(number, request)] = (number, digits)
        line.run(rng.expovariate(4))
        upset(line, rng)
    line.run(120)
    ended = endings(line.heard)
    assert set(ended) == set(asked)
    for ask, (number, digits) in asked.items():
        times = line.meters[number].entered[digits]
        event = ended[ask]
        assert times <= 1
        if isinstance(event, Answered) and isinstance(event.value, TokenOutcome):
            assert times == 1
        if isinstance(event, Failed) and not event.sent:
            assert times == 0


def upset(line: Line, rng: Random) -> None:
    """Now and then something worse than noise happens."""
    match rng.randrange(60):
        case 0:
            line.restart(rng.randrange(3))
        case 1:
            line.client.lose_medium(line.now)
        case 2:
            line.client.disconnect(station(rng.randrange(3)), line.now)


@pytest.mark.parametrize("seed", range(16))
def test_on_the_worst_line_every_token_is_credited_once_and_its_verdict_is_true(seed: int) -> None:
    line, rng = Line(seed, WORST), Random(seed)
    for count in range(4):
        number, digits = rng.randrange(3), f"{count:020}"
        verdict = resolve(line, rng, number, digits)
        in_ledger = [e for e in line.meters[number].ledger if e.digest == token_digest(digits)]
        assert len(in_ledger) <= 1
        assert isinstance(verdict, Accepted) == bool(in_ledger)


def resolve(line: Line, rng: Random, number: int, digits: str) -> Verdict:
    """Enter a token as a CIU does that may be switched off; the line is quiet in the end."""
    known = None
    entry = TokenEntry(digits, known_sequence=None, resumed=False)
    for _ in range(30):
        verdict = entry.verdict
        if verdict is not None and not isinstance(verdict, Unknown):
            return verdict
        if isinstance(verdict, Unknown) or (known is not None and rng.random() < 0.05):
            assert known is not None
            entry = TokenEntry(digits, known_sequence=known, resumed=True)
        if entry.intent:
            known = entry.intent.known_sequence
            entry.intent_stored()
        asked(line, rng, number, entry)
    raise AssertionError(f"no verdict: {entry}")


def asked(line: Line, rng: Random, number: int, entry: TokenEntry) -> None:
    assert entry.wants is not None
    ask = line.ask(number, entry.wants)
    line.run(rng.uniform(0, 0.02))
    if rng.random() < 0.1:
        line.restart(number)
    line.run(60)
    match endings(line.heard)[ask]:
        case Answered(value=value):
            entry.answered(value)
        case Failed(trouble=trouble, sent=sent):
            entry.failed(trouble, sent=sent)


@pytest.mark.parametrize("seed", range(6))
def test_a_babbling_meter_is_contained(seed: int) -> None:
    line, rng = Line(seed), Random(seed)
    asks = [line.ask(n, Get(POWER)) for n in (0, 1, 2)]
    for _ in range(50):
        line.run(0.01)
        line.client.receive(rng.randbytes(rng.randrange(1, 40)), line.now)
    line.run(60)
    assert set(endings(line.heard)) == set(asks)


def test_a_station_is_added_once_and_asked_only_then() -> None:
    line = Line(seed=10)
    with pytest.raises(ValueError, match="known already"):
        line.client.add_meter(station(0), DRNS[0])
    with pytest.raises(KeyError):
        line.client.ask(Station(97, ServerAddress.of(1)), Get(POWER), 0.0)
