"""A screen holds two lines that fit, and says its signs in words."""

import pytest

from ciu import COLUMNS
from ciu.screen import Lamp, LinkSign, RelaySign, Screen, Signs


def test_a_line_longer_than_the_display_is_a_bug() -> None:
    Screen(("x" * COLUMNS, ""), "1234")
    with pytest.raises(ValueError, match="21 characters"):
        Screen(("", "x" * (COLUMNS + 1)), "1234")


def test_each_sign_that_is_lit_has_its_word() -> None:
    signs = Signs(LinkSign.GOOD, RelaySign.OPEN, Lamp.RED, alarm=True, unsecured=True)
    assert signs.words() == ("link", "relay open", "no credit", "alarm", "UNSECURED")
    quiet = Signs(LinkSign.LOST, RelaySign.CLOSED, Lamp.GREEN, alarm=False, unsecured=False)
    assert quiet.words() == ("no link", "relay closed", "credit good")
