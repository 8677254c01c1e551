"""A token's delivery stores before it sends, retries only for who waits, and forgets in the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ciu.remote.token_delivery import PACE_S, PASSING, TokenDelivery
from ciu.state import CiuState
from link.client import Invoke
from link.terms import LedgerHead, LinkTrouble, TokenOutcome, TokenResult, token_digest
from link.token_entry import Accepted, NotDone, NotSent, Refused, Unknown

from .lab import open_state

METER, DIGITS = "01000000016", "23716100501183194197"
HEAD = LedgerHead(6, 0)
Make = Callable[..., TokenOutcome]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[CiuState]:
    state = open_state(tmp_path / "ciu.db")
    yield state
    state.close()


@pytest.fixture
def delivery(state: CiuState) -> TokenDelivery:
    return TokenDelivery(METER, DIGITS, state)


def enters(delivery: TokenDelivery) -> bool:
    """Ask what is due; return whether it is the token itself."""
    return isinstance(delivery.request(), Invoke)


def fails(delivery: TokenDelivery, trouble: LinkTrouble, now: float = 0.0) -> object:
    return delivery.failed(trouble, sent=True, now=now)


def test_the_intent_is_stored_before_the_token_is_asked(
    delivery: TokenDelivery, state: CiuState
) -> None:
    assert not enters(delivery)
    assert state.intent(METER) is None
    delivery.answered(HEAD)
    intent = state.intent(METER)
    assert intent is not None
    assert (intent.digits, intent.known_sequence) == (DIGITS, 6)
    assert enters(delivery)


@pytest.mark.parametrize("result", [TokenResult.Accept, TokenResult.CRCError])
def test_a_judged_token_is_forgotten(
    result: TokenResult, delivery: TokenDelivery, state: CiuState, outcome: Make
) -> None:
    judged = outcome(result=result, digest=token_digest(DIGITS))
    delivery.request()
    delivery.answered(HEAD)
    delivery.request()
    told = delivery.answered(judged)
    assert told == (Accepted(judged) if result is TokenResult.Accept else Refused(judged))
    assert delivery.done
    assert delivery.due is None
    assert state.intent(METER) is None


@pytest.mark.parametrize("trouble", sorted(PASSING, key=lambda trouble: trouble.name))
def test_what_was_not_sent_is_tried_again_while_somebody_waits(
    trouble: LinkTrouble, delivery: TokenDelivery
) -> None:
    for _ in range(20):
        delivery.request()
        assert fails(delivery, trouble) is None
    assert delivery.give_up(unsent=False) == NotSent(trouble)
    assert delivery.done


def test_a_trouble_that_stays_ends_it_unsent(delivery: TokenDelivery, state: CiuState) -> None:
    delivery.request()
    delivery.answered(HEAD)
    delivery.request()
    assert fails(delivery, LinkTrouble.OTHER_METER) == NotSent(LinkTrouble.OTHER_METER)
    assert delivery.done
    assert state.intent(METER) is None


def test_after_a_failure_it_rests_unless_the_link_comes_up(delivery: TokenDelivery) -> None:
    delivery.request()
    assert delivery.due is None
    fails(delivery, LinkTrouble.NO_ANSWER, now=10.0)
    assert delivery.due == 10.0 + PACE_S
    delivery.link_is_up()
    assert delivery.due is not None
    assert delivery.due < 10.0


def tries_in(span_s: float, delivery: TokenDelivery, begin_s: float) -> int:
    """Ask whenever something is due, let all fail immediately; return how often it asked."""
    now, tries = begin_s, 0
    while delivery.due is not None and (now := max(now, delivery.due)) < begin_s + span_s:
        delivery.request()
        fails(delivery, LinkTrouble.TEMPORARY, now)
        tries += 1
        assert tries < 1000, "it does not pause"
    return tries


def test_it_tries_again_every_few_seconds_and_half_as_often_if_nobody_waits(
    delivery: TokenDelivery,
) -> None:
    assert 15 <= tries_in(60.0, delivery, 0.0) <= 30
    delivery.request()
    delivery.answered(HEAD)
    assert enters(delivery)
    delivery.failed(LinkTrouble.TEMPORARY, sent=True, now=60.0)
    delivery.give_up(unsent=False)
    assert 7 <= tries_in(60.0, delivery, 70.0) <= 15


def test_given_up_after_it_was_sent_it_only_reads(delivery: TokenDelivery, state: CiuState) -> None:
    delivery.request()
    delivery.answered(HEAD)
    assert enters(delivery)
    assert delivery.give_up(unsent=False) == Unknown(LinkTrouble.NO_ANSWER)
    assert not delivery.waited_for
    assert state.intent(METER) is not None
    for _ in range(10):
        assert not enters(delivery)
        assert fails(delivery, LinkTrouble.NO_ANSWER) is None
    assert not enters(delivery)
    assert delivery.answered(()) == NotDone()
    assert state.intent(METER) is None


def test_given_up_before_it_left_it_is_as_good_as_before(
    delivery: TokenDelivery, state: CiuState
) -> None:
    delivery.request()
    delivery.answered(HEAD)
    assert enters(delivery)
    assert delivery.give_up(unsent=True) == NotSent(LinkTrouble.NO_ANSWER)
    assert delivery.done
    assert state.intent(METER) is None


def test_an_earlier_sending_stays_in_doubt_though_the_next_never_left(
    delivery: TokenDelivery, state: CiuState
) -> None:
    delivery.request()
    delivery.answered(HEAD)
    assert enters(delivery)
    fails(delivery, LinkTrouble.NO_ANSWER)
    assert not enters(delivery)
    delivery.answered(())
    assert enters(delivery)
    assert delivery.give_up(unsent=True) == Unknown(LinkTrouble.NO_ANSWER)
    assert state.intent(METER) is not None


def test_doubt_is_told_once_and_its_intent_stays(delivery: TokenDelivery, state: CiuState) -> None:
    delivery.request()
    delivery.answered(HEAD)
    told = []
    for _ in range(12):
        delivery.request()
        told.append(fails(delivery, LinkTrouble.NO_ANSWER))
        assert state.intent(METER) is not None
    assert [each for each in told if each is not None] == [Unknown(LinkTrouble.NO_ANSWER)]


def test_an_intent_of_an_earlier_run_is_only_looked_for(
    delivery: TokenDelivery, state: CiuState, outcome: Make
) -> None:
    delivery.request()
    delivery.answered(HEAD)
    intent = state.intent(METER)
    assert intent is not None
    later = TokenDelivery.of_intent(METER, intent, state)
    assert later.tail == DIGITS[-4:]
    assert not enters(later)
    entry = outcome(sequence=7, digest=token_digest(DIGITS))
    assert later.answered((entry,)) == Accepted(entry)
    assert state.intent(METER) is None


def test_asking_twice_at_once_is_a_bug(delivery: TokenDelivery) -> None:
    delivery.request()
    with pytest.raises(RuntimeError, match="nothing is due"):
        delivery.request()
