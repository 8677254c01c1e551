"""What moves the switch, by URL.

A new driver is one file here and one row in `RELAYS`. Driving is idempotent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from link.media import UrlError
from link.media.url import Url
from meter.relays.simulated import KEYS, SimulatedRelay, open_simulated
from meter.world import World

__all__ = ["RELAYS", "Relay", "RelayError", "SimulatedRelay", "open_relay"]


class RelayError(Exception):
    """A relay that cannot be opened; the message is the one line to print."""


class Relay(Protocol):
    """A switch that follows the state: it is driven after each commit and once at start."""

    def drive(self, closed: bool, now: float) -> None:
        """Move the contact, if it is not there."""

    def sensed(self, now: float) -> bool:
        """Return whether the contact is closed, as it is and not as it was told."""


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of relay: the keys of its URL, and what opens it."""

    keys: tuple[str, ...]
    open: Callable[[Url, World | None], Relay]


RELAYS = {"simulated": Row(KEYS, open_simulated)}


def open_relay(url: str, *, world: World | None) -> Relay:
    """Open the relay of a URL; raises RelayError. `world` is the house of a simulated source."""
    if "://" not in url:
        raise RelayError(f"relay: {url!r} is not a URL like simulated://")
    try:
        parsed = Url.parse(url)
        return parsed.row_in(RELAYS, "relay").open(parsed, world)
    except UrlError as error:
        raise RelayError(f"relay: {error}") from None
