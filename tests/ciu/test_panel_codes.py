"""Every short code of every brand, typed: its pages come up and fit, or words say why not."""

from collections.abc import Callable

import pytest

from ciu import pages
from ciu.pages import PAGES, Page
from ciu.panel import Label, Look, Mode, Panel, Reading, Settled
from ciu.profiles import PROFILES, Profile
from ciu.wording import Words
from link.cosem import row
from link.terms import TokenOutcome
from link.token_entry import Accepted

from .panel_customer import Customer, sells

CODES = [
    pytest.param(profile, code, id=f"{profile.name} {code}")
    for profile in PROFILES.values()
    for code in profile.codes
]
TESTED = [page for page in PAGES.values() if page.test]


def opened_by(profile: Profile, code: str, labels: tuple[Label, Label], words: Words) -> Customer:
    """Type a code as on the brand."""
    customer = Customer(Panel(labels, profile, words, 0.0))
    customer.tell(*sells(labels[0].drn))
    customer.press(profile.opener + code.replace("x", "5") + "E")
    return customer


def titles(customer: Customer, shown: tuple[Page, ...]) -> list[str]:
    """Return the first line of each page that comes up by itself, in turn."""
    seen = [customer.lines[0]]
    for _ in shown[1:]:
        customer.wait(max(3.0, 30.0 / len(shown)))
        seen.append(customer.lines[0])
    return seen


@pytest.mark.parametrize(("profile", "code"), CODES)
def test_a_code_brings_its_pages_in_turn_or_says_why_not(
    profile: Profile, code: str, labels: tuple[Label, Label], words: Words
) -> None:
    meaning = profile.meaning(code.replace("x", "5"))
    assert meaning is not None
    customer = opened_by(profile, code, labels, words)
    if not meaning.pages:
        said = "Not shown here yet" if meaning.known else "Test not known here"
        assert (customer.panel.mode, customer.lines[0]) == (Mode.NOTICE, said)
        return
    assert customer.panel.mode is Mode.PAGES
    for shown, title in zip(meaning.pages, titles(customer, meaning.pages), strict=True):
        assert not shown.rows or title.startswith(shown.title)
    customer.wait(31)
    assert customer.panel.mode is Mode.IDLE


@pytest.mark.parametrize("page", TESTED, ids=lambda page: page.name)
@pytest.mark.parametrize("extreme", ["least", "greatest"])
def test_a_test_token_brings_each_page_at_the_least_and_the_greatest_that_a_meter_may_tell(
    page: Page, extreme: str, customer: Customer, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    told = outcome(token_class=1, amount=0, control=1 << (page.test - 1))
    customer.tell(*sells(meter), Settled(meter, "4197", Accepted(told)))
    assert customer.of(Look)[-1] == Look(meter, page.rows)
    for key in page.rows:
        value = getattr(row(key).schema, extreme)()
        customer.tell(Reading(meter, key, value, 0))
    assert "reading…" not in customer.lines
    assert customer.panel.mode is Mode.PAGES


def test_a_test_token_for_everything_shows_all_eighteen(
    customer: Customer, meter: str, outcome: Callable[..., TokenOutcome]
) -> None:
    everything = outcome(token_class=1, amount=0, control=pages.ALL_TESTS)
    customer.tell(Settled(meter, "4197", Accepted(everything)))
    wanted = pages.pages_of_test(pages.ALL_TESTS)
    seen = titles(customer, wanted)
    assert [title.split("  ")[0] for title in seen[:2]] == ["Supply", "8" * 20]
    assert seen[-1].startswith("Meter number")
    assert len(set(seen)) == len(wanted) == 18
    customer.wait(4)
    assert customer.panel.mode is Mode.IDLE


@pytest.mark.parametrize("typed", ["12", "13", "96", "99"])
def test_a_number_that_means_nothing_on_spln_is_refused(
    typed: str, labels: tuple[Label, Label], words: Words
) -> None:
    customer = opened_by(PROFILES["spln"], typed, labels, words)
    assert customer.lines == ("Code not known", typed)
