"""What is noted beside the display says in a line what became of a token, a supply, a link."""

from collections.abc import Callable
from itertools import product

import pytest

from ciu import wording
from ciu.wording import Silence, Silent, Words
from ciu.wording.events import BECAUSE
from link.terms import (
    EXECUTED,
    Alarm,
    LinkTrouble,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
    TokenResult,
    Unit,
)
from link.token_entry import Accepted, NotDone, NotSent, Refused, Unknown, Verdict

Make = Callable[..., TokenOutcome]


def test_every_refusal_has_its_own_few_words() -> None:
    assert BECAUSE.keys() == set(TokenResult) - EXECUTED
    assert len(set(BECAUSE.values())) == len(BECAUSE)


def test_a_token_is_told_by_its_last_digits_and_what_became_of_it(
    words: Words, outcome: Make
) -> None:
    def say(verdict: Verdict) -> str:
        return wording.token_became(words, "4197", verdict)

    assert say(Accepted(outcome())) == "token ..4197 accepted +25.0 kWh"
    assert say(Accepted(outcome(token_class=1))) == "token ..4197 accepted"
    assert say(Accepted(outcome(token_class=2, amount=3000, unit=Unit.WATT))) == (
        "token ..4197 accepted: power limit 3.00 kW"
    )
    held = outcome(token_class=2, result=TokenResult.SecondKCT, missing=1)
    assert say(Accepted(held)) == "token ..4197 accepted: key part 2, 1 more"
    done = outcome(token_class=2, result=TokenResult.CRCError, sequence=5)
    assert say(Refused(done)) == "token ..4197 refused: done before the key changed"
    mistyped = Refused(outcome(result=TokenResult.CRCError))
    assert say(mistyped) == "token ..4197 refused: wrong digit or other meter"
    assert say(Unknown(LinkTrouble.NO_ANSWER)) == "token ..4197: result not known yet"
    assert say(NotDone()) == say(NotSent(LinkTrouble.RESET))


def test_the_supply_is_told_on_or_off_and_why(words: Words) -> None:
    def say(state: SupplyState, reason: SupplyReason) -> str:
        explained = SupplyExplanation(state, reason, 0, RestoredBy.NOTHING, 0)
        return wording.supply_became(words, explained)

    assert say(SupplyState.CONNECTED, SupplyReason.NONE) == "supply connected"
    assert say(SupplyState.READY, SupplyReason.NO_CREDIT) == "supply off: no credit"
    assert say(SupplyState.READY, SupplyReason.OVERLOAD) == "supply off: overload"
    locked = say(SupplyState.READY, SupplyReason.OVERLOAD_LOCKOUT)
    assert locked == "supply off: overload, locked"


def test_silence_is_told_with_who_does_not_speak_and_for_how_long(words: Words) -> None:
    def say(silent: Silent, trouble: LinkTrouble, seconds: int | None) -> str:
        return wording.who_is_silent(words, Silence(silent, trouble, 3), seconds)

    assert say(Silent.METER, LinkTrouble.NO_ANSWER, 12) == "silent 12 s: meter"
    assert say(Silent.LINE, LinkTrouble.NO_ANSWER, 180) == "silent 3 min: line"
    assert say(Silent.CIU, LinkTrouble.PORT_DOWN, None) == "silent: port"
    assert say(Silent.METER, LinkTrouble.OTHER_METER, 12) == "other meter answers"


@pytest.mark.parametrize("alarm", wording.ALARMS)
def test_an_alarm_is_told_in_the_words_of_the_display(alarm: Alarm, words: Words) -> None:
    assert wording.alarm_raised(words, alarm) == wording.alarm(words, alarm)[0].lower()


def test_every_silence_has_words(words: Words) -> None:
    for silent, trouble in product(Silent, LinkTrouble):
        assert wording.who_is_silent(words, Silence(silent, trouble, 3))
