"""Short codes mean what the table of ciu.md 5 says, and only pages that exist are shown."""

import pytest

from ciu.pages import PAGES
from ciu.profiles import PROFILES, Profile, meanings
from ciu.profiles.meanings import MEANINGS

TABLE = {
    "spln": {"03": "total", "38": "total", "09": "power", "37": "credit", "75": "meter_number"},
    "hexing": {"851": "total", "814": "power", "804": "meter_number", "805": "group"},
    "conlog": {"#1#": "power", "#4#": "meter_number", "#001#": "switch_test"},
    "landis_gyr": {"061": "total", "000": "meter_number", "057": "key", "i001": "power"},
    "calin": {"01": "total", "31": "power", "87": "supply", "35": "power_factor"},
    "clou": {"65": "meter_number"},
    "east_africa": {"#100#": "credit"},
}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_code_has_a_meaning_and_every_idle_page_exists(profile: Profile) -> None:
    assert set(profile.codes.values()) <= MEANINGS.keys()
    assert set(profile.idle) <= PAGES.keys()


@pytest.mark.parametrize("brand", TABLE)
def test_codes_mean_what_they_mean_on_the_brand(brand: str) -> None:
    for code, name in TABLE[brand].items():
        assert PROFILES[brand].meaning(code) == MEANINGS[name]


def test_every_page_that_a_code_opens_is_a_page() -> None:
    opened = [page for row in MEANINGS.values() for page in row.pages]
    assert all(PAGES[page.name] is page for page in opened)


def test_spln_codes_are_the_numbers_of_the_sts_tests_as_far_as_those_are_known() -> None:
    spln = PROFILES["spln"]
    for test in (*range(1, 12), *range(14, 19)):
        meaning = spln.meaning(f"{test:02d}")
        assert meaning is not None
        assert [page.test for page in meaning.pages] == [test]
    for test in range(19, 37):
        assert spln.meaning(str(test)) == MEANINGS["unknown_test"]
    assert spln.meaning("12") is spln.meaning("13") is None
    everything = spln.meaning("00")
    assert everything is not None
    assert [page.test for page in everything.pages] == list(range(1, 19))


def test_a_code_is_looked_up_over_all_brands_or_on_one() -> None:
    found = {profile.name: meaning.name for profile, meaning in meanings("01")}
    assert found == {"spln": "switch_test", "calin": "total"}
    assert [meaning.name for _, meaning in meanings("804", "hexing")] == ["meter_number"]
    assert meanings("804", "spln") == ()
    assert meanings("") == ()
    with pytest.raises(KeyError):
        meanings("804", "hexign")


def test_a_code_that_carries_a_value_takes_any_digits_and_only_digits() -> None:
    assert [meaning.name for _, meaning in meanings("45620", "spln")] == ["set_low_credit"]
    assert meanings("456ab", "spln") == meanings("456²0", "spln") == ()
