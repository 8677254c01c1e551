"""Exactly once at the customer's side: every order of losses and restarts, walked to the end."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.client import Get, Invoke, Request
from link.terms import (
    EntrySource,
    LedgerHead,
    LinkTrouble,
    TokenOutcome,
    TokenResult,
    Unit,
    token_digest,
)
from link.token_entry import (
    ENTER_TRIES,
    NEVER_JUDGED,
    READ_TRIES,
    Accepted,
    Intent,
    NotDone,
    NotSent,
    Refused,
    TokenEntry,
    Unknown,
)

DIGITS = "12345678901234567890"
OWN = token_digest(DIGITS)
TWIN = token_digest("09876543210987654321")
"""Another token that has the same TID as ours."""
STRANGER = token_digest("11111111111111111111")

CREDIT, MANAGEMENT, TEST, HELD, DAMAGED = "credit", "management", "test", "held", "damaged"


def entry(sequence: int, digest: bytes, source: EntrySource, kind: str = CREDIT) -> TokenOutcome:
    return TokenOutcome(
        sequence=sequence,
        digest=digest,
        token_class={CREDIT: 0, DAMAGED: 0, TEST: 1, MANAGEMENT: 2, HELD: 2}[kind],
        subclass=0,
        tid=7,
        result={HELD: TokenResult.FirstKCT, DAMAGED: TokenResult.CRCError}.get(
            kind, TokenResult.Accept
        ),
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
        at=100 + sequence,
    )


@dataclass(frozen=True)
class Meter:
    """What a meter does with our token: a TID list, a ledger, and frames still on their way."""

    kind: str
    ledger: tuple[TokenOutcome, ...] = ()
    late: int = 0
    others: bool = True
    """Another unit may still do something."""

    def entered(self, digest: bytes, source: EntrySource) -> tuple["Meter", TokenOutcome]:
        outcome = entry(0, digest, source, self.kind)
        if self.kind in (TEST, DAMAGED):
            return self, outcome
        uses = [e for e in self.ledger if e.digest in (OWN, TWIN)]
        if uses and self.kind != HELD:
            first = max(uses, key=lambda e: e.digest == digest)
            return self, used(outcome, first)
        outcome = replace(outcome, sequence=len(self.ledger) + 1)
        return replace(self, ledger=(*self.ledger, outcome)), outcome

    def arrived(self) -> "Meter":
        meter = self
        for _ in range(self.late):
            meter, _ = meter.entered(OWN, EntrySource.SLOT_0)
        return replace(meter, late=0)

    def asked(self, request: Request) -> tuple["Meter", object]:
        meter = self.arrived()
        match request:
            case Get(row) if row.key == "ledger_head.value":
                return meter, LedgerHead(len(meter.ledger), 0)
            case Get(row, selection):
                assert row.key == "token_log.buffer"
                return meter, tuple(e for e in meter.ledger if e.digest == selection.digest)
            case Invoke(row, value):
                assert (row.key, value) == ("token_gateway.enter", DIGITS)
                return meter.entered(OWN, EntrySource.SLOT_0)
        raise AssertionError(request)


def used(outcome: TokenOutcome, first: TokenOutcome) -> TokenOutcome:
    return replace(
        outcome,
        sequence=first.sequence,
        result=TokenResult.UsedError,
        amount=0,
        first_at=first.at,
        worth=first.amount,
        first_source=first.source,
    )


@dataclass(frozen=True)
class Scene:
    """One moment: the meter, the CIU's procedure, its disk, and how often `enter` arrived."""

    meter: Meter
    entry: TokenEntry
    intent: Intent | None
    enters: int = 0

    @property
    def key(self) -> tuple[Meter, str, Intent | None, int]:
        return self.meter, repr(self.entry), self.intent, self.enters


def following(scene: Scene) -> Iterator[Scene]:
    """Everything that can happen next."""
    if scene.entry.verdict is not None:
        return
    yield from others(scene)
    if scene.intent:
        yield restarted(scene)
    intent = scene.entry.intent
    if intent is not None:
        stored = copy(scene.entry)
        stored.intent_stored()
        yield replace(scene, intent=intent, entry=stored)
        return
    request = scene.entry.wants
    assert request is not None
    yield from failed_unheard(scene)
    yield from heard(scene, request)


def others(scene: Scene) -> Iterator[Scene]:
    if scene.meter.others:
        for digest in (OWN, TWIN, STRANGER):
            meter = replace(scene.meter, others=False)
            if digest == STRANGER:
                sequence = len(meter.ledger) + 1
                meter = replace(
                    meter, ledger=(*meter.ledger, entry(sequence, STRANGER, EntrySource.SLOT_1))
                )
            else:
                meter, _ = meter.entered(digest, EntrySource.SLOT_1)
            yield replace(scene, meter=meter)


def restarted(scene: Scene) -> Scene:
    """The CIU starts anew with what is on its disk."""
    assert scene.intent is not None
    known = scene.intent.known_sequence
    again = TokenEntry(scene.intent.digits, known_sequence=known, resumed=True)
    return replace(scene, entry=again, enters=0)


def failed_unheard(scene: Scene) -> Iterator[Scene]:
    """The meter never hears it, or says that it did nothing."""
    for trouble, sent in (
        (LinkTrouble.NO_ANSWER, True),
        (LinkTrouble.NO_ANSWER, False),
        (LinkTrouble.TEMPORARY, True),
        (LinkTrouble.REFUSED_ACCESS, True),
    ):
        after = copy(scene.entry)
        after.failed(trouble, sent=sent)
        arrived = trouble is not LinkTrouble.NO_ANSWER
        meter = scene.meter.arrived() if arrived else scene.meter
        yield replace(scene, meter=meter, entry=after)


def heard(scene: Scene, request: Request) -> Iterator[Scene]:
    """The meter does it: it is answered, or the answer is lost, or the request comes late."""
    enters = scene.enters + isinstance(request, Invoke)
    meter, answer = scene.meter.asked(request)
    answered = copy(scene.entry)
    answered.answered(answer)
    yield replace(scene, meter=meter, entry=answered, enters=enters)
    lost = copy(scene.entry)
    lost.failed(LinkTrouble.NO_ANSWER)
    yield replace(scene, meter=meter, entry=lost, enters=enters)
    if isinstance(request, Invoke):
        late = replace(scene.meter, late=scene.meter.late + 1)
        yield replace(scene, meter=late, entry=lost, enters=enters)


def every_scene(start: Scene) -> list[Scene]:
    seen = {start.key: start}
    waiting = [start]
    while waiting:
        for scene in following(waiting.pop()):
            if scene.key not in seen:
                seen[scene.key] = scene
                waiting.append(scene)
    return list(seen.values())


def start(kind: str, *before: bytes, known: bool = True, resumed: bool = False) -> Scene:
    """Return the moment before; `before` are the tokens that the meter has already taken."""
    ledger = tuple(entry(n, digest, EntrySource.KEYPAD, kind) for n, digest in enumerate(before, 1))
    sequence = len(ledger) if known else None
    begun = TokenEntry(DIGITS, known_sequence=sequence, resumed=resumed)
    intent = Intent(DIGITS, len(ledger)) if resumed else None
    return Scene(Meter(kind, ledger), begun, intent)


STARTS = {
    "new": start(CREDIT),
    "known to others": start(CREDIT, STRANGER),
    "used": start(CREDIT, OWN, STRANGER),
    "twin used": start(CREDIT, TWIN),
    "head unknown": start(CREDIT, known=False),
    "management used": start(MANAGEMENT, OWN, STRANGER),
    "test": start(TEST),
    "held": start(HELD),
    "held before": start(HELD, OWN, STRANGER),
    "damaged": start(DAMAGED),
}


@pytest.fixture(scope="module", params=STARTS)
def scenes(request: pytest.FixtureRequest) -> list[Scene]:
    return every_scene(STARTS[request.param])


def test_whatever_is_lost_late_or_restarted_every_verdict_is_the_truth(
    scenes: list[Scene],
) -> None:
    assert {type(s.entry.verdict) for s in scenes} >= {type(None), Unknown, NotSent}
    for scene in scenes:
        assert_truth(scene)


def assert_truth(scene: Scene) -> None:
    ledger, known = scene.meter.ledger, scene.intent.known_sequence if scene.intent else 0
    ours = [e for e in ledger if e.digest == OWN]
    newer = [e for e in ours if e.sequence > known]
    assert len(ours) <= 1 or scene.meter.kind == HELD, "done twice"
    match scene.entry.verdict:
        case Accepted(outcome) if scene.meter.kind == TEST:
            assert (outcome.digest, outcome.result) == (OWN, TokenResult.Accept)
        case Accepted(outcome):
            assert outcome in newer
        case Refused(outcome) if outcome.result is TokenResult.UsedError:
            assert outcome.digest == OWN
            assert scene.meter.kind in (CREDIT, MANAGEMENT), "it runs every time"
            assert not newer
            assert any(e.digest in (OWN, TWIN) for e in ledger)
        case Refused(outcome):
            assert outcome.result is TokenResult.CRCError
            assert scene.meter.kind == DAMAGED
        case NotSent():
            assert scene.meter.late == 0
            assert all(e.source is not EntrySource.SLOT_0 for e in newer)
        case NotDone():
            assert scene.meter.late == 0
            assert not newer


def test_nothing_leaves_before_the_intent_is_stored_and_nothing_leaves_without_end(
    scenes: list[Scene],
) -> None:
    for scene in scenes:
        assert scene.enters <= ENTER_TRIES
        if isinstance(scene.entry.wants, Invoke):
            assert scene.intent is not None


def test_from_every_moment_an_undisturbed_line_leads_to_the_truth(scenes: list[Scene]) -> None:
    for scene in scenes:
        end = undisturbed(scene)
        assert_truth(end)
        assert end.entry.verdict is not None
        if isinstance(end.entry.verdict, Unknown):
            settled = undisturbed(restarted(end))
            assert_truth(settled)
            assert not isinstance(settled.entry.verdict, Unknown)


def undisturbed(scene: Scene) -> Scene:
    meter, going, intent = scene.meter, copy(scene.entry), scene.intent
    for _ in range(3 * ENTER_TRIES):
        if going.intent:
            intent = going.intent
            going.intent_stored()
        request = going.wants
        if request is None:
            break
        meter, answer = meter.asked(request)
        going.answered(answer)
    return Scene(meter, going, intent)


def test_a_token_that_is_used_but_not_by_itself_is_refused_with_the_first_use() -> None:
    end = undisturbed(start(CREDIT, TWIN)).entry.verdict
    assert isinstance(end, Refused)
    assert (end.outcome.result, end.outcome.sequence) == (TokenResult.UsedError, 1)


def test_the_ledgers_own_refusal_reads_as_the_meters() -> None:
    used_up = start(CREDIT, OWN, STRANGER)
    asked = undisturbed(used_up).entry.verdict
    used_up.entry.intent_stored()
    used_up.entry.failed(LinkTrouble.NO_ANSWER)
    looked = undisturbed(used_up).entry.verdict
    assert isinstance(asked, Refused)
    assert isinstance(looked, Refused)
    said, found = asked.outcome, looked.outcome
    assert found == replace(said, source=found.source, at=found.at)


@pytest.mark.parametrize("kind", [CREDIT, MANAGEMENT, TEST, HELD, DAMAGED])
def test_a_token_of_an_earlier_run_is_never_sent_again(kind: str) -> None:
    for scene in every_scene(start(kind, STRANGER, resumed=True)):
        assert not isinstance(scene.entry.wants, Invoke)
        assert not isinstance(scene.entry.verdict, NotSent)


def test_reading_is_given_up_after_a_bounded_number_of_failures() -> None:
    looking = TokenEntry(DIGITS, known_sequence=3, resumed=True)
    heading = TokenEntry(DIGITS, known_sequence=None, resumed=False)
    lied_to = TokenEntry(DIGITS, known_sequence=None, resumed=False)
    for _ in range(READ_TRIES):
        looking.failed(LinkTrouble.PORT_DOWN)
        heading.failed(LinkTrouble.PORT_DOWN)
        lied_to.answered("a head")
    assert looking.verdict == Unknown(LinkTrouble.PORT_DOWN)
    assert heading.verdict == NotSent(LinkTrouble.PORT_DOWN)
    assert lied_to.verdict == NotSent(LinkTrouble.MALFORMED)


def test_after_doubt_the_ledger_is_read_before_the_token_is_sent_again(
    scenes: list[Scene],
) -> None:
    for scene in scenes:
        if isinstance(scene.entry.wants, Invoke):
            doubtful = copy(scene.entry)
            doubtful.failed(LinkTrouble.RESET)
            assert isinstance(doubtful.wants, Get)


def test_nothing_but_the_ledgers_answer_lets_a_token_go_out_again(scenes: list[Scene]) -> None:
    for scene in scenes:
        if scene.entry.wants is not None:
            failing, senseless = copy(scene.entry), copy(scene.entry)
            failing.failed(LinkTrouble.RESET)
            senseless.answered("no ledger")
            assert not isinstance(failing.wants, Invoke)
            assert not isinstance(senseless.wants, Invoke)


def test_a_token_that_the_ledger_never_shows_is_sent_three_times_and_then_unknown() -> None:
    going, asked = TokenEntry(DIGITS, known_sequence=0, resumed=False), []
    going.intent_stored()
    while (wanted := going.wants) is not None:
        asked.append(type(wanted))
        if isinstance(wanted, Invoke):
            going.failed(LinkTrouble.NO_ANSWER)
        else:
            going.answered(())
    assert asked == [Invoke, Get] * 3
    assert going.verdict == Unknown(LinkTrouble.NO_ANSWER)


@pytest.mark.parametrize("trouble", sorted(NEVER_JUDGED, key=lambda t: t.name))
def test_what_the_meter_did_not_do_for_certain_needs_no_reading(trouble: LinkTrouble) -> None:
    going = TokenEntry(DIGITS, known_sequence=0, resumed=False)
    going.intent_stored()
    going.failed(trouble)
    assert going.verdict == NotSent(trouble)


SENSELESS = (None, 7, (), (None,), "used", STRANGERS := entry(9, STRANGER, EntrySource.SLOT_1))


@given(st.lists(st.sampled_from([*SENSELESS, (STRANGERS,)]), max_size=9))
def test_an_answer_without_sense_is_doubt_and_never_a_verdict(answers: list[object]) -> None:
    going = TokenEntry(DIGITS, known_sequence=0, resumed=False)
    going.intent_stored()
    for answer in answers:
        if going.wants is not None:
            going.answered(answer)
        assert not isinstance(going.verdict, Accepted | Refused | NotSent)


def test_an_event_that_was_not_asked_for_is_our_own_fault() -> None:
    storing = TokenEntry(DIGITS, known_sequence=0, resumed=False)
    with pytest.raises(RuntimeError, match="no answer is wanted"):
        storing.answered(None)
    with pytest.raises(RuntimeError, match="nothing that can fail is wanted"):
        storing.failed(LinkTrouble.RESET)
    storing.intent_stored()
    with pytest.raises(RuntimeError, match="no intent is wanted"):
        storing.intent_stored()
    with pytest.raises(ValueError, match="known sequence"):
        TokenEntry(DIGITS, known_sequence=None, resumed=True)


def test_what_is_logged_shows_four_digits_of_a_token_at_the_most(scenes: list[Scene]) -> None:
    for scene in scenes:
        shown = repr((scene.entry, scene.intent, scene.entry.wants, scene.entry.verdict))
        assert DIGITS not in shown
