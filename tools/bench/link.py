"""`splitmeter bench link`: the codec, and round trips to meters beside echoes of their octets.

Every far side, meter, echo or peer, is a process of its own; all near sides share this one. Each
`enter` brings a new token, and so one durable commit.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from link.media import connect
from tools.bench import lab
from tools.bench.codec import codec_figures
from tools.bench.ending import run_tidily
from tools.bench.figures import Figure, median_ms
from tools.bench.pair import EchoEnd, MeterEnd, Pair
from tools.bench.peers import PEERS, Peer
from tools.bench.servers import Servers
from tools.bench.trips import in_turns, running
from tools.children import Child, child
from tools.provision.making import Made

CODEC_SHARE = 0.25
"""Part of the time that goes to the codec."""


@dataclass(frozen=True, slots=True)
class Place:
    """One medium: its meter, and the URLs at which meter and echo listen."""

    name: str
    drn: str
    listen: str
    echo: str


def measure_link(folder: Path, seconds: float, peers: Sequence[Peer] = PEERS) -> tuple[Figure, ...]:
    """Measure for so long, in a folder that is ours; leave out the peers that are not installed.

    Raises Stop, MediumError or DurableError if a part fails.
    """
    codec = codec_figures(seconds * CODEC_SHARE)
    meters = [_make(folder, place) for place in _places(folder)]
    lines = [lab.fill_ledger(one.made.config, one.maker) for one in meters]
    with closing(lab.BareCommit(folder / "bare.db", lines[0])) as bare:
        installed = [peer for peer in peers if peer.is_installed]
        bench = _Bench(folder, meters, bare, installed)
        return codec + run_tidily(bench.run(seconds * (1 - CODEC_SHARE)))


def _places(folder: Path) -> tuple[Place, ...]:
    any_port = "tcp://127.0.0.1:0"
    return (
        Place("pty", "10000000017", f"pty://{folder}/meter", f"pty://{folder}/echo"),
        Place("tcp", "10000000025", any_port, any_port),
    )


@dataclass(frozen=True, slots=True)
class _Meter:
    """A provisioned meter and who makes its tokens."""

    place: Place
    made: Made
    maker: lab.TokenMaker


def _make(folder: Path, place: Place) -> _Meter:
    made = lab.make_meter(folder, place.drn, place.listen)
    return _Meter(place, made, lab.TokenMaker(made))


@dataclass(frozen=True, slots=True)
class _Bench:
    """Everything that stands before the first process is started."""

    folder: Path
    meters: list[_Meter]
    bare: lab.BareCommit
    peers: Sequence[Peer]

    async def run(self, seconds: float) -> tuple[Figure, ...]:
        """Start the far sides, measure, end them."""
        async with AsyncExitStack() as stack:
            started = [await self._start(meter, stack) for meter in self.meters]
            reached = [
                await _reach(meter, *far, stack)
                for meter, far in zip(self.meters, started, strict=True)
            ]
            pairs = [pair for pair, _ in reached]
            meter = (reached[-1][1], self.meters[-1].made)
            servers = await Servers.started(self.folder, meter, self.peers, stack)
            return await self._compare(pairs, servers, seconds)

    async def _start(self, meter: _Meter, stack: AsyncExitStack) -> tuple[Child, Child]:
        words = ("--config", str(meter.made.config), "--leash")
        log = self.folder / f"{meter.place.name}.log"
        far = child("meter", *words, log=log)
        echo = child("tools.bench.far_echo", meter.place.echo, log=log.with_suffix(".echo"))
        return await stack.enter_async_context(far), await stack.enter_async_context(echo)

    async def _compare(
        self, pairs: list[Pair], servers: Servers, seconds: float
    ) -> tuple[Figure, ...]:
        ways = {name: way for pair in pairs for name, way in pair.ways().items()}
        ways |= {"commit": self.bare.trip, **servers.ways}

        def renew() -> None:
            for pair in pairs:
                pair.meter.renew()

        samples_s = await in_turns(ways, seconds, renew)
        about = f"durable commit of {self.bare.octets} octets"
        commit = median_ms("commit", about, samples_s["commit"])
        measured = (figure for pair in pairs for figure in pair.figures(samples_s, commit))
        return (commit, *measured, *servers.figures(samples_s))


async def _reach(
    meter: _Meter, far: Child, far_echo: Child, stack: AsyncExitStack
) -> tuple[Pair, str]:
    """Return the pair of a medium, and the URL of its meter."""
    url = await far.url()
    near = MeterEnd(await connect(url), meter.made, meter.maker)
    echo = EchoEnd(await connect(await far_echo.url()))
    await stack.enter_async_context(running([near.caller, echo.caller]))
    return await Pair.warmed(meter.place.name, near, echo), url
