"""Laws of a store's identity: a meter runs on its own store and on no other."""

from dataclasses import replace

import pytest

from link.durable import NotAStore
from link.terms import meter_pan
from meter.app.identity import FIXED, check_identity
from meter.domain import Seed, initial
from meter.sts import Commodity

from .unit_bench import SEED, UTC

OTHERS: dict[str, Seed] = {
    "[meter] drn": replace(SEED, drn="64686956810"),
    "[meter] pan": replace(SEED, pan=meter_pan("64686956810")),
    "[meter] commodity": replace(SEED, commodity=Commodity.WATER),
    "[meter] phases": replace(SEED, phases=3),
    "[sts] ea": replace(SEED, ea="11"),
    "[sts] dkga": replace(SEED, dkga="04"),
    "[account] currency": replace(SEED, currency="KES", price_e5=1),
}
"""A configuration that differs, for each key that is compared."""


def test_a_store_of_another_meter_is_refused_by_the_key_that_differs() -> None:
    state = initial(SEED, UTC)
    check_identity(state, SEED)
    assert set(OTHERS) == set(FIXED)
    for key, other in OTHERS.items():
        with pytest.raises(NotAStore) as refusal:
            check_identity(state, other)
        assert f"another meter: {key} is " in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_what_tokens_change_is_not_compared() -> None:
    changed = replace(SEED, sgc="999999", ti="09", krn=9, kt=1, ken=1, base=2035, price_e5=0)
    check_identity(initial(SEED, UTC), changed)
