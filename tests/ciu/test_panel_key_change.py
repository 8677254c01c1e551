"""A new key is typed section by section: the display leads through it, and tells how it ends."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ciu import pages
from ciu.panel import Beep, Label, Look, Mode, Panel, Reading, Settled, WentSilent
from ciu.profiles import PROFILES
from ciu.screen import Tone
from ciu.wording import Silence, Silent, Words
from link.terms import Alarm, KeySet, LinkTrouble, TokenOutcome, TokenResult, token_digest
from link.token_entry import Accepted, Refused

from .panel_customer import Customer

FIRST, SECOND, THIRD, OTHER = (str(digit) * 20 for digit in range(1, 5))
PARTS = {
    FIRST: (TokenResult.FirstKCT, 3),
    SECOND: (TokenResult.SecondKCT, 4),
    THIRD: (TokenResult.ThirdKCT, 8),
    OTHER: (TokenResult.FirstKCT, 3),
}
NEW_KEY = {pages.GROUP: 600_727, pages.REVISION: 2, pages.TARIFF: 7, "sts.key_type": 2}
NO_ANSWER = Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)


class Typist(Customer):
    """Types sections at the first meter, which answers as it is told to."""

    def __init__(
        self, labels: tuple[Label, Label], words: Words, outcome: Callable[..., TokenOutcome]
    ) -> None:
        super().__init__(Panel(labels, PROFILES["spln"], words, 0.0))
        self.meter = labels[0].drn
        self._outcome = outcome

    def type_section(
        self, digits: str, held: int, missing: int, seconds: int = 600
    ) -> tuple[str, str]:
        """Type a section that is held; return what is shown."""
        result, subclass = PARTS[digits]
        self.press(digits + "E")
        section = self._of(digits, result=result, subclass=subclass)
        held_now = replace(section, amount=held, missing=missing, seconds=seconds)
        self.tell(Settled(self.meter, digits[-4:], Accepted(held_now)))
        return self.lines

    def complete(self, digits: str) -> None:
        """Type the last section."""
        self.press(digits + "E")
        done = self._of(digits, result=TokenResult.Accept, subclass=PARTS[digits][1])
        self.tell(Settled(self.meter, digits[-4:], Accepted(done)))

    def mistype(self) -> None:
        """Type what is no token of this meter."""
        self.press(OTHER + "E")
        wrong = self._of(OTHER, result=TokenResult.CRCError, subclass=0)
        self.tell(Settled(self.meter, OTHER[-4:], Refused(wrong)))

    def reads(self, held: int, missing: int, seconds_left: int) -> None:
        """Have the meter tell of its set."""
        self.tell(Reading(self.meter, pages.KEY_SET, KeySet(held, missing, seconds_left), 0))

    def _of(self, digits: str, **changes: object) -> TokenOutcome:
        return self._outcome(token_class=2, digest=token_digest(digits), **changes)


@pytest.fixture
def typist(
    labels: tuple[Label, Label], words: Words, outcome: Callable[..., TokenOutcome]
) -> Typist:
    """Somebody with a slip of key change tokens."""
    return Typist(labels, words, outcome)


def test_a_held_section_is_told_with_how_many_are_missing_and_for_how_long(
    typist: Typist,
) -> None:
    assert typist.type_section(FIRST, 1, 1) == ("PART 1 OK: 1 of 2", "1 more within 10:00")
    assert typist.panel.mode is Mode.WIZARD
    assert Beep(Tone.ACCEPT) in typist.effects
    typist.wait(20)
    assert typist.lines == ("PART 1 OK: 1 of 2", "1 more within 9:40")


def test_the_next_digits_are_the_next_section(typist: Typist) -> None:
    typist.type_section(SECOND, 1, 2)
    assert typist.lines == ("PART 2 OK: 1 of 3", "2 more within 10:00")
    assert typist.type_section(FIRST, 2, 1)[0] == "PART 1 OK: 2 of 3"
    assert typist.submitted == [SECOND, FIRST]


def test_it_outlasts_an_entry_given_up_a_wrong_token_a_code_and_a_long_wait(
    typist: Typist,
) -> None:
    typist.type_section(FIRST, 1, 1)
    typist.press("1234")
    typist.wait(40)
    assert typist.lines == ("PART 1 OK: 1 of 2", "1 more within 9:18")
    typist.mistype()
    assert typist.lines[0] == "NOT FOR THIS METER"
    typist.wait(11)
    assert typist.lines[0] == "PART 1 OK: 1 of 2"
    typist.press("02E")
    assert typist.panel.mode is Mode.PAGES
    typist.wait(30)
    assert typist.lines[0] == "PART 1 OK: 1 of 2"
    typist.wait(300)
    assert typist.panel.mode is Mode.WIZARD


def test_the_other_meter_and_back(typist: Typist, labels: tuple[Label, Label]) -> None:
    typist.type_section(FIRST, 1, 1)
    typist.press("*E")
    assert typist.panel.mode is Mode.IDLE
    assert typist.lines[0].startswith("Credit left")
    typist.wait(60)
    typist.panel.choose(labels[0].drn, typist.now)
    typist.collect()
    assert typist.lines[0] == "PART 1 OK: 1 of 2"
    assert typist.lines[1].startswith("1 more within 8:")


def test_polls_tell_the_time_that_is_left_by_the_meter(typist: Typist) -> None:
    typist.type_section(FIRST, 1, 1)
    typist.wait(5)
    typist.reads(1, 1, 500)
    assert typist.lines == ("PART 1 OK: 1 of 2", "1 more within 8:20")


def test_after_a_restart_of_the_unit_the_meter_tells_of_its_set(typist: Typist) -> None:
    typist.reads(1, 1, 400)
    assert typist.lines == ("KEY CHANGE: 1 of 2", "1 more within 6:40")
    assert typist.panel.mode is Mode.WIZARD


def test_the_last_section_tells_the_new_key_once_it_is_read_again(typist: Typist) -> None:
    for row in NEW_KEY:
        typist.tell(Reading(typist.meter, row, 1, 0))
    typist.type_section(FIRST, 1, 1)
    typist.complete(SECOND)
    assert typist.panel.mode is Mode.PAGES
    assert typist.lines == ("KEY CHANGED    …0016", "reading…")
    asked = (pages.GROUP, pages.REVISION, pages.TARIFF, "sts.key_type")
    assert typist.of(Look)[-1] == Look(typist.meter, asked)
    shown = []
    while typist.panel.mode is Mode.PAGES:
        typist.tell(*(Reading(typist.meter, row, value, 0) for row, value in NEW_KEY.items()))
        shown.append(typist.lines)
        typist.wait(7.5)
    assert [" ".join(lines).split() for lines in shown] == [
        ["KEY", "CHANGED", "600727", "KRN", "2", "TI", "07"],
        ["Supply", "group", "…0016", "600727"],
        ["Key", "revision", "2", "Key", "type", "2", "DUTK"],
        ["Tariff", "index", "…0016", "07"],
    ]
    assert typist.panel.mode is Mode.IDLE


def test_when_time_is_up_it_says_where_to_start(typist: Typist) -> None:
    typist.type_section(FIRST, 1, 1, seconds=30)
    typist.wait(29)
    assert typist.lines[1] == "1 more within 0:01"
    typist.wait(1.1)
    assert typist.lines == ("KEY CHANGE: TIME UP", "Start with 1st token")
    assert typist.panel.mode is Mode.IDLE
    assert typist.effects.count(Beep(Tone.REJECT)) == 1
    typist.wait(15)
    typist.press("E")
    assert typist.lines[0] == "KEY CHANGE: TIME UP"
    typist.mistype()
    typist.wait(11)
    assert typist.lines[0].startswith("Credit left")


def test_that_time_is_up_stays_told_though_the_meter_has_no_set_any_more(typist: Typist) -> None:
    typist.type_section(FIRST, 1, 1, seconds=30)
    typist.wait(31)
    typist.reads(0, 0, 0)
    assert typist.lines[0] == "KEY CHANGE: TIME UP"


def test_time_that_is_up_is_not_told_for_ever(typist: Typist) -> None:
    typist.type_section(FIRST, 1, 1, seconds=30)
    typist.wait(700)
    typist.press("E")
    assert typist.lines[0].startswith("Credit left")


def test_time_may_run_out_behind_an_entry_or_another_meter(
    typist: Typist, labels: tuple[Label, Label]
) -> None:
    typist.type_section(FIRST, 1, 1, seconds=30)
    typist.wait(20)
    typist.press("12", every_s=0.1)
    typist.wait(15)
    typist.press("BB")
    assert typist.lines[0] == "KEY CHANGE: TIME UP"
    typist.type_section(FIRST, 1, 1, seconds=30)
    typist.press("*E")
    typist.wait(40)
    assert typist.lines[0] != "KEY CHANGE: TIME UP"
    typist.panel.choose(labels[0].drn, typist.now)
    typist.collect()
    assert typist.lines[0] == "KEY CHANGE: TIME UP"


def test_a_section_that_starts_the_set_anew_is_told_as_such(typist: Typist) -> None:
    typist.type_section(FIRST, 1, 2)
    typist.type_section(SECOND, 2, 1)
    assert typist.type_section(OTHER, 1, 2) == ("STARTS ANEW: 1 of 3", "2 more within 10:00")
    assert typist.type_section(SECOND, 2, 1)[0] == "PART 2 OK: 2 of 3"


def test_another_first_section_starts_a_set_of_one_anew_and_the_same_one_does_not(
    typist: Typist,
) -> None:
    typist.type_section(FIRST, 1, 1)
    assert typist.type_section(FIRST, 1, 1, seconds=550) == (
        "PART 1 IS IN: 1 of 2",
        "1 more within 9:10",
    )
    assert typist.type_section(OTHER, 1, 1)[0] == "STARTS ANEW: 1 of 2"
    assert typist.type_section(FIRST, 1, 1)[0] == "STARTS ANEW: 1 of 2"


def test_after_a_restart_nothing_is_said_that_this_unit_cannot_know(typist: Typist) -> None:
    typist.reads(2, 1, 400)
    assert typist.type_section(SECOND, 2, 1)[0] == "PART 2 OK: 2 of 3"
    assert typist.type_section(FIRST, 2, 1)[0] == "PART 1 OK: 2 of 3"
    assert typist.type_section(OTHER, 1, 2)[0] == "STARTS ANEW: 1 of 3"


def test_a_set_that_the_meter_has_no_more_is_not_waited_for(typist: Typist) -> None:
    typist.reads(1, 1, 400)
    typist.reads(0, 0, 0)
    assert typist.panel.mode is Mode.IDLE
    assert typist.lines[0].startswith("Credit left")


def test_what_presses_takes_turns_with_it(typist: Typist) -> None:
    typist.tell(Reading(typist.meter, pages.ALARMS, Alarm.CREDIT_EXHAUSTED | Alarm.TAMPERED, 0))
    typist.type_section(FIRST, 1, 1)
    typist.tell(WentSilent(typist.meter, NO_ANSWER))
    shown = []
    for _ in range(6):
        shown.append(typist.lines[0])
        typist.wait(10)
    part = "PART 1 OK: 1 of 2"
    assert shown[0::2] == [part] * 3
    assert shown[1::2] == ["No answer from meter", "CREDIT USED UP", "TAMPERING FOUND"]


def test_the_key_i_shows_the_idle_pages_once(typist: Typist) -> None:
    typist.type_section(FIRST, 1, 1)
    typist.press("i")
    assert typist.lines[0].startswith("Credit left")
    typist.press("i")
    assert typist.lines[0].startswith("Power now")
    typist.press("B")
    assert typist.lines[0] == "PART 1 OK: 1 of 2"


def test_a_section_held_behind_another_meters_display_is_told_under_its_own_number(
    typist: Typist, labels: tuple[Label, Label], outcome: Callable[..., TokenOutcome]
) -> None:
    held = outcome(
        result=TokenResult.SecondKCT, token_class=2, amount=1, missing=1, seconds=600, subclass=4
    )
    typist.tell(Settled(labels[1].drn, "2222", Accepted(held)))
    assert typist.lines == ("KEY PART 2 ACCEPTED", "1 more within 10:00")
    assert typist.panel.screen.meter == labels[1].tail
    typist.wait(11)
    assert typist.panel.mode is Mode.IDLE
