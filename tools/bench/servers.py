"""Servers side by side: our GET, the bare echo of asyncio and the peers, asked by one raw client.

The requests at the meter are those of our own client, recorded over one cycle of its numbers.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from link.client import Answered, ClientSession, Failed
from link.cosem.roles import FIRST_SLOT_SAP
from link.hdlc import ServerAddress, Station, Timing
from tools.bench.figures import Aim, Bound, Figure, median_rate, ratio
from tools.bench.pair import GET
from tools.bench.peers import Peer
from tools.bench.raw import Exchange, RawClient, RawTurns
from tools.bench.trips import Way
from tools.children import child
from tools.exits import Exit, Stop
from tools.provision.making import Made

RECORDED = 16
"""GETs until frame numbers (8) and invoke identifiers (16) begin anew."""
SEED = 2
GET_TO_PEER = Aim(Bound.AT_LEAST, 1.0)


def record_gets(client: RawClient, made: Made) -> tuple[Exchange, ...]:
    """Open link and association of a meter; return its GETs of the credit, in order.

    Raises Stop if the meter does not answer or refuses.
    """
    session = ClientSession(timing=Timing.for_line(None), rng=Random(SEED))
    station = Station(FIRST_SLOT_SAP, ServerAddress.of(1, made.place.address))
    session.add_meter(station, made.meter.drn)
    _get(client, session, station)  # which opens the link
    return tuple(_get(client, session, station) for _ in range(RECORDED))


def _get(client: RawClient, session: ClientSession, station: Station) -> Exchange:
    """Return the last octets that were sent until the GET is answered, and what came back."""
    session.ask(station, GET, monotonic())
    request = answer = b""
    while not _is_answered(session):
        if outgoing := session.take_outgoing():
            client.send(outgoing)
            request, answer = outgoing, b""
        octets = client.receive()
        answer += octets
        session.receive(octets, monotonic())
    return Exchange(request, answer)


def _is_answered(session: ClientSession) -> bool:
    events = session.take_events()
    for event in events:
        if isinstance(event, Failed):
            raise Stop(f"the meter: {event.trouble.value} ({event.detail})", Exit.UNKNOWN)
    return any(isinstance(event, Answered) for event in events)


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers that are compared, warm; a way for each by the name of its figure."""

    peers: Sequence[Peer]
    ways: Mapping[str, Way]

    @classmethod
    async def started(
        cls,
        folder: Path,
        meter: tuple[str, Made],
        peers: Sequence[Peer],
        stack: AsyncExitStack,
    ) -> "Servers":
        """Start the far sides but the meter, which runs at its URL; raises Stop.

        The echo has the first turn: it finds the machine as the commit before it has left it.
        """
        url, made = meter
        client = _client(url, stack)
        gets = record_gets(client, made)
        echo = Exchange(gets[0].request, gets[0].request)
        ways = {
            "server.echo": await _far_way(folder, "tools.bench.far_bare", echo, stack),
            "server.get": RawTurns(client, gets).turn,
        }
        for peer in peers:
            ways[f"server.{peer.name}"] = await _far_way(folder, peer.far, peer.exchange, stack)
        return cls(peers, ways)

    def figures(self, samples_s: Mapping[str, Sequence[float]]) -> tuple[Figure, ...]:
        """Make the figures of the seconds of each way."""
        abouts = {"echo": "bare echo of asyncio", "get": "GET of the credit"}
        abouts |= {peer.name: peer.about for peer in self.peers}
        rates = {
            name: median_rate(f"server.{name}", f"server: {about}", samples_s[f"server.{name}"])
            for name, about in abouts.items()
        }
        get = rates["get"]
        to_echo = ratio(
            "server.get_to_echo", "server: GET / bare echo", get, [(1, rates["echo"])], None
        )
        to_peers = [
            ratio(
                f"server.get_to_{peer.name}",
                f"server: GET / {peer.name}",
                get,
                [(1, rates[peer.name])],
                GET_TO_PEER,
            )
            for peer in self.peers
        ]
        return (*rates.values(), to_echo, *to_peers)


async def _far_way(folder: Path, module: str, exchange: Exchange, stack: AsyncExitStack) -> Way:
    """Start a far side, see that it answers as expected, and return its way."""
    far = child(module, log=folder / f"{module}.log")
    client = _client(await (await stack.enter_async_context(far)).url(), stack)
    client.check(exchange)
    return RawTurns(client, (exchange,)).turn


def _client(url: str, stack: AsyncExitStack) -> RawClient:
    client = RawClient(url)
    stack.callback(client.close)
    return client
