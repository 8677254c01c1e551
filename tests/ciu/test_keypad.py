"""Keys are read as they are spelt, and nothing else is a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ciu.keypad import SEPARATORS, Key, UnknownKey, read_keys


@given(st.lists(st.sampled_from(Key)))
def test_every_key_is_read_back_from_its_spelling(keys: list[Key]) -> None:
    assert read_keys("".join(keys)) == tuple(keys)


def test_the_spaces_of_a_slip_are_no_keys() -> None:
    assert read_keys("2371 6100-5011") == read_keys("237161005011")


@given(st.characters().filter(lambda char: char not in set(Key) | set(SEPARATORS)))
def test_a_character_that_is_no_key_is_named_with_its_place(char: str) -> None:
    with pytest.raises(UnknownKey) as refused:
        read_keys(f"12{char}3")
    assert f"{char!r} at place 3" in str(refused.value)
