"""Laws of the look-up of short codes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ciu.profiles import PROFILES

Splitmeter = Callable[..., Any]


def test_a_code_is_told_by_the_brands_that_have_it(splitmeter: Splitmeter) -> None:
    assert splitmeter("codes", "804").out.split(maxsplit=1) == ["Hexing", "meter number\n"]


def test_json_names_what_text_says(splitmeter: Splitmeter) -> None:
    wanted = {"brand": "Hexing", "meaning": "meter_number", "text": "meter number"}
    for words in (("codes", "804", "--json"), ("codes", "804", "--profile", "hexing", "--json")):
        assert json.loads(splitmeter(*words).out) == [{"profile": "hexing", **wanted}]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_code_of_a_profile_is_explained(splitmeter: Splitmeter, profile: str) -> None:
    for code in PROFILES[profile].codes:
        ran = splitmeter("codes", code.replace("x", "5"), "--profile", profile)
        assert ran.status == 0
        assert ran.out.startswith(PROFILES[profile].title)


def test_a_code_of_nobody_is_one_line(splitmeter: Splitmeter) -> None:
    for words in (("codes", "99999"), ("codes", "804", "--profile", "calin")):
        ran = splitmeter(*words)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
