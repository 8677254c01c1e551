"""Where each new meter listens, where the CIU finds it, and under which address."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from link.media import UrlError, check_url
from link.terms import physical_address
from tools.exits import Stop

_PLACEHOLDER = re.compile(r"\{(.*?)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """One meter on its line."""

    drn: str
    listen: str
    connect: str
    address: int

    @property
    def moved(self) -> bool:
        """Whether another meter had the address that belongs to the serial number."""
        return self.address != physical_address(self.drn)


def place_meters(
    drns: Sequence[str], listen: str, connect: str | None, taken: Collection[int]
) -> tuple[Place, ...]:
    """Give every meter its URLs and an address that is not taken; raises Stop for a bad URL."""
    listens = spread(listen, drns)
    connects = listens if connect is None else spread(connect, drns)
    return tuple(map(Place, drns, listens, connects, free_addresses(drns, taken)))


def spread(url: str, drns: Sequence[str]) -> list[str]:
    """Make each meter's URL: placeholders filled, else tcp ports counted up, else one line."""
    unknown = set(_PLACEHOLDER.findall(url)) - {"drn", "n"}
    if unknown:
        raise Stop(f"{url}: {{{min(unknown)}}} is no placeholder; there are {{drn}} and {{n}}")
    if _PLACEHOLDER.search(url):
        urls = [url.replace("{drn}", drn).replace("{n}", str(n)) for n, drn in enumerate(drns, 1)]
    elif url.startswith("tcp:"):
        urls = _counted_up(url, len(drns))
    else:
        urls = [url] * len(drns)
    for each in urls:
        _check(each)
    return urls


def _check(url: str) -> None:
    try:
        check_url(url)
    except UrlError as error:
        raise Stop(str(error)) from None


def free_addresses(drns: Sequence[str], taken: Collection[int]) -> list[int]:
    """Return each meter's address by its serial number, moved up while another has it."""
    given: list[int] = []
    for drn in drns:
        address = physical_address(drn)
        while address in taken or address in given:
            address += 1
        given.append(address)
    return given


def _counted_up(url: str, meters: int) -> list[str]:
    """Count the port up from meter to meter; port 0 is any port and stays so."""
    host, _, port = url.rpartition(":")
    first = int(port) if port.isdecimal() else 0
    return [f"{host}:{first + i}" for i in range(meters)] if first else [url] * meters
