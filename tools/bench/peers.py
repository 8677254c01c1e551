"""Servers of others that our GET is compared with, as rows; each in a package of an extra.

A peer whose package is not installed is left out of the comparison.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from tools.bench.raw import Exchange

MODBUS_DEVICE = 1
MODBUS_VALUE = 2_500_000
"""An INT32, as wide as the credit of a GET."""

_READ_VALUE = Exchange(
    request=bytes.fromhex("0001 0000 0006 01 04 0000 0002"),
    answer=bytes.fromhex("0001 0000 0007 01 04 04") + MODBUS_VALUE.to_bytes(4, "big"),
)
"""Read input registers (Modbus application protocol V1.1b3, 6.4) behind an MBAP header."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server: `package` must be installed, `far` is the module that runs it."""

    name: str
    package: str
    extra: str
    far: str
    about: str
    exchange: Exchange

    @property
    def is_installed(self) -> bool:
        """Whether its package can be imported."""
        return find_spec(self.package) is not None


PEERS = (
    Peer(
        "pymodbus",
        "pymodbus",
        "modbus",
        "tools.bench.far_modbus",
        "pymodbus, two registers",
        _READ_VALUE,
    ),
)


def left_out(peers: Iterable[Peer] = PEERS) -> tuple[str, ...]:
    """Return a line for each peer that is not installed."""
    return tuple(
        f"{peer.name} is not installed, so it is left out: pip install 'splitmeter[{peer.extra}]'"
        for peer in peers
        if not peer.is_installed
    )
