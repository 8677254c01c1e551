"""A token's errand stores before it sends, retries only for who waits, and forgets in the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ciu.remote.errand import PACE_S, PASSING, Errand
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
def errand(state: CiuState) -> Errand:
    return Errand(METER, DIGITS, state)


def enters(errand: Errand) -> bool:
    """Ask what is due; tell whether it is the token itself."""
    return isinstance(errand.request(), Invoke)


def fails(errand: Errand, trouble: LinkTrouble, now: float = 0.0) -> object:
    return errand.failed(trouble, sent=True, now=now)


def test_the_intent_is_stored_before_the_token_is_asked(errand: Errand, state: CiuState) -> None:
    assert not enters(errand)
    assert state.intent(METER) is None
    errand.answered(HEAD)
    intent = state.intent(METER)
    assert intent is not None
    assert (intent.digits, intent.known_sequence) == (DIGITS, 6)
    assert enters(errand)


@pytest.mark.parametrize("result", [TokenResult.Accept, TokenResult.CRCError])
def test_a_judged_token_is_forgotten(
    result: TokenResult, errand: Errand, state: CiuState, outcome: Make
) -> None:
    judged = outcome(result=result, digest=token_digest(DIGITS))
    errand.request()
    errand.answered(HEAD)
    errand.request()
    told = errand.answered(judged)
    assert told == (Accepted(judged) if result is TokenResult.Accept else Refused(judged))
    assert errand.done
    assert errand.due is None
    assert state.intent(METER) is None


@pytest.mark.parametrize("trouble", sorted(PASSING, key=lambda trouble: trouble.name))
def test_what_was_not_sent_is_tried_again_while_somebody_waits(
    trouble: LinkTrouble, errand: Errand
) -> None:
    for _ in range(20):
        errand.request()
        assert fails(errand, trouble) is None
    assert errand.give_up(unsent=False) == NotSent(trouble)
    assert errand.done


def test_a_trouble_that_stays_ends_it_unsent(errand: Errand, state: CiuState) -> None:
    errand.request()
    errand.answered(HEAD)
    errand.request()
    assert fails(errand, LinkTrouble.OTHER_METER) == NotSent(LinkTrouble.OTHER_METER)
    assert errand.done
    assert state.intent(METER) is None


def test_after_a_failure_it_rests_unless_the_link_comes_up(errand: Errand) -> None:
    errand.request()
    assert errand.due is None
    fails(errand, LinkTrouble.NO_ANSWER, now=10.0)
    assert errand.due == 10.0 + PACE_S
    errand.link_is_up()
    assert errand.due is not None
    assert errand.due < 10.0


def tries_in(span_s: float, errand: Errand, begin_s: float) -> int:
    """Ask whenever something is due, let all fail immediately; return how often it asked."""
    now, tries = begin_s, 0
    while errand.due is not None and (now := max(now, errand.due)) < begin_s + span_s:
        errand.request()
        fails(errand, LinkTrouble.TEMPORARY, now)
        tries += 1
        assert tries < 1000, "it does not pause"
    return tries


def test_it_tries_again_every_few_seconds_and_half_as_often_if_nobody_waits(
    errand: Errand,
) -> None:
    assert 15 <= tries_in(60.0, errand, 0.0) <= 30
    errand.request()
    errand.answered(HEAD)
    assert enters(errand)
    errand.failed(LinkTrouble.TEMPORARY, sent=True, now=60.0)
    errand.give_up(unsent=False)
    assert 7 <= tries_in(60.0, errand, 70.0) <= 15


def test_given_up_after_it_was_sent_it_only_reads(errand: Errand, state: CiuState) -> None:
    errand.request()
    errand.answered(HEAD)
    assert enters(errand)
    assert errand.give_up(unsent=False) == Unknown(LinkTrouble.NO_ANSWER)
    assert not errand.waited_for
    assert state.intent(METER) is not None
    for _ in range(10):
        assert not enters(errand)
        assert fails(errand, LinkTrouble.NO_ANSWER) is None
    assert not enters(errand)
    assert errand.answered(()) == NotDone()
    assert state.intent(METER) is None


def test_given_up_before_it_left_it_is_as_good_as_before(errand: Errand, state: CiuState) -> None:
    errand.request()
    errand.answered(HEAD)
    assert enters(errand)
    assert errand.give_up(unsent=True) == NotSent(LinkTrouble.NO_ANSWER)
    assert errand.done
    assert state.intent(METER) is None


def test_an_earlier_sending_stays_in_doubt_though_the_next_never_left(
    errand: Errand, state: CiuState
) -> None:
    errand.request()
    errand.answered(HEAD)
    assert enters(errand)
    fails(errand, LinkTrouble.NO_ANSWER)
    assert not enters(errand)
    errand.answered(())
    assert enters(errand)
    assert errand.give_up(unsent=True) == Unknown(LinkTrouble.NO_ANSWER)
    assert state.intent(METER) is not None


def test_doubt_is_told_once_and_its_intent_stays(errand: Errand, state: CiuState) -> None:
    errand.request()
    errand.answered(HEAD)
    told = []
    for _ in range(12):
        errand.request()
        told.append(fails(errand, LinkTrouble.NO_ANSWER))
        assert state.intent(METER) is not None
    assert [each for each in told if each is not None] == [Unknown(LinkTrouble.NO_ANSWER)]


def test_an_intent_of_an_earlier_run_is_only_looked_for(
    errand: Errand, state: CiuState, outcome: Make
) -> None:
    errand.request()
    errand.answered(HEAD)
    intent = state.intent(METER)
    assert intent is not None
    later = Errand.of_intent(METER, intent, state)
    assert later.tail == DIGITS[-4:]
    assert not enters(later)
    entry = outcome(sequence=7, digest=token_digest(DIGITS))
    assert later.answered((entry,)) == Accepted(entry)
    assert state.intent(METER) is None


def test_asking_twice_at_once_is_a_bug(errand: Errand) -> None:
    errand.request()
    with pytest.raises(RuntimeError, match="nothing is due"):
        errand.request()
