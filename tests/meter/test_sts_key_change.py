"""Splitting a new decoder key into sections, and joining them (sts.md 3.5)."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.secret import Secret
from meter.sts import (
    FirstSection,
    FourthSection,
    KeySection,
    NewKey,
    SecondSection,
    SectionError,
    SupplyGroupSection,
    ThirdSection,
    join_sections,
    key_sections,
)

SGC = st.integers(0, 999999)


def new_keys(octets: int, sgc: st.SearchStrategy[int | None]) -> st.SearchStrategy[NewKey]:
    return st.builds(
        NewKey,
        secret=st.binary(min_size=octets, max_size=octets).map(Secret),
        ken=st.integers(0, 255),
        krn=st.integers(1, 9),
        kt=st.integers(0, 3),
        ti=st.integers(0, 99),
        ro=st.integers(0, 1),
        sgc=sgc,
    )


@given(new_keys(8, st.none() | SGC) | new_keys(16, SGC))
def test_sections_in_any_order_join_to_their_key(new: NewKey) -> None:
    sections = key_sections(new)
    assert all(join_sections(order) == new for order in permutations(sections))


@given(new_keys(8, st.none() | SGC) | new_keys(16, SGC))
def test_a_set_stands_in_the_order_of_its_subclasses(new: NewKey) -> None:
    subclasses = [section.subclass for section in key_sections(new)]
    whole = {(8, False): [3, 4], (8, True): [3, 4, 8], (16, True): [3, 4, 8, 9]}
    assert subclasses == whole[len(new.secret), new.sgc is not None]


@given(new_keys(8, st.none() | SGC) | new_keys(16, SGC), st.data())
def test_a_set_that_lacks_a_section_is_no_key(new: NewKey, data: st.DataObject) -> None:
    sections = list(key_sections(new))
    sections.remove(data.draw(st.sampled_from(sections)))
    with pytest.raises(SectionError):
        join_sections(sections)


FIRST = FirstSection(15, 1, 0, 0, 2, 1)
FIRST_OF_THREE = FirstSection(15, 1, 0, 1, 2, 1)
SECOND = SecondSection(15, 1, 2)


@pytest.mark.parametrize(
    "sections",
    [
        (),
        (FIRST, SECOND, SupplyGroupSection(1)),
        (FIRST_OF_THREE, SECOND, ThirdSection(1, 3)),
        (FIRST_OF_THREE, SECOND, ThirdSection(1, 3), FourthSection(0, 4)),
        (FIRST, SECOND, SupplyGroupSection(1), FourthSection(0, 4)),
    ],
)
def test_sections_that_do_not_belong_together_are_no_key(sections: tuple[KeySection, ...]) -> None:
    with pytest.raises(SectionError):
        join_sections(sections)


@pytest.mark.parametrize("octets", [0, 7, 12, 20])
def test_a_key_of_another_length_is_refused(octets: int) -> None:
    new = NewKey(Secret(bytes(octets)), ken=255, krn=1, kt=2, ti=1, ro=0, sgc=1)
    with pytest.raises(SectionError, match=f"of {octets} octets"):
        key_sections(new)


def test_four_tokens_need_the_supply_group_code() -> None:
    new = NewKey(Secret(bytes(16)), ken=255, krn=1, kt=2, ti=1, ro=0, sgc=None)
    with pytest.raises(SectionError, match="need the sgc"):
        key_sections(new)


def test_a_new_key_shows_nothing_of_its_secret() -> None:
    new = NewKey(Secret(b"\xab" * 8), ken=255, krn=1, kt=2, ti=1, ro=0, sgc=None)
    assert "ab" * 4 not in repr(new)
