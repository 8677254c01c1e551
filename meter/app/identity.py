"""Whether a store is that of the configured meter: what the configuration fixes is compared."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from link.durable import NotAStore, printable
from meter.domain import Seed, State

Fixed: TypeAlias = tuple[Callable[[State], object], Callable[[Seed], object]]

FIXED: Mapping[str, Fixed] = {
    "[meter] drn": (lambda state: state.sts.drn, lambda seed: seed.drn),
    "[meter] pan": (lambda state: state.sts.pan, lambda seed: seed.pan),
    "[meter] commodity": (
        lambda state: state.account.commodity.name.lower(),
        lambda seed: seed.commodity.name.lower(),
    ),
    "[meter] phases": (lambda state: state.limits.phases, lambda seed: seed.phases),
    "[sts] ea": (lambda state: f"{state.sts.key.ea:02d}", lambda seed: seed.ea),
    "[sts] dkga": (lambda state: state.sts.dkga, lambda seed: seed.dkga),
    "[account] currency": (
        lambda state: state.account.currency or "none",
        lambda seed: seed.currency or "none",
    ),
}
"""By the key of meter.toml: what the store has and what the configuration says.

Supply group, tariff index, base date and the numbers of the key are not here: tokens change them.
"""


def check_identity(state: State, seed: Seed) -> None:
    """Raise NotAStore, one line, if a store is another meter's than the configuration's.

    Credit and used tokens of one meter would become those of the other.
    """
    for key, (kept, configured) in FIXED.items():
        if kept(state) != configured(seed):
            raise NotAStore(
                f"the store is of another meter: {key} is {printable(kept(state))} there and"
                f" {configured(seed)} in the configuration: give [store] the file of this meter"
            )
