"""One medium twice: a session at a meter, and an echo of the same octets beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from link.client import Answered, ClientSession, Failed, Get, Invoke, Request
from link.cosem import row
from link.cosem.roles import FIRST_SLOT_SAP
from link.hdlc import ServerAddress, Station, Timing
from link.media import Medium
from link.terms import TokenOutcome, TokenResult
from tools.bench.echo import EchoClient, Size
from tools.bench.figures import Aim, Bound, Figure, median_ms, ratio
from tools.bench.lab import TokenMaker
from tools.bench.trips import Caller, Way
from tools.exits import Exit, Stop
from tools.provision.making import Made

GET = Get(row("account.available_credit"))
ENTER = row("token_gateway.enter")
SEED = 1

GET_TO_ECHO = Aim(Bound.AT_MOST, 3.0)
ENTER_TO_PARTS = Aim(Bound.AT_MOST, 1.0)
COMMITS = 1.5
"""What `enter` may cost beyond a GET, in durable commits."""


class MeterEnd:
    """The client of one meter."""

    def __init__(self, medium: Medium, made: Made, maker: TokenMaker) -> None:
        self._session = ClientSession(timing=Timing.for_line(medium.baudrate), rng=Random(SEED))
        self._station = Station(FIRST_SLOT_SAP, ServerAddress.of(1, made.place.address))
        self._session.add_meter(self._station, made.meter.drn)
        self._maker = maker
        self._token = maker.token()
        self.caller = Caller(self._session, medium, self._endings)

    def renew(self) -> None:
        """Have a new token at hand."""
        self._token = self._maker.token()

    def get(self, now: float) -> None:
        """Ask for the credit."""
        self._ask(GET, now)

    def enter(self, now: float) -> None:
        """Enter the token at hand."""
        self._ask(Invoke(ENTER, self._token), now)

    def _ask(self, request: Request, now: float) -> None:
        self._session.ask(self._station, request, now)

    def _endings(self) -> Iterator[object]:
        for event in self._session.take_events():
            match event:
                case Answered(value=TokenOutcome(result=result)):
                    if result is not TokenResult.Accept:
                        raise Stop(f"the meter answers {result.name} to a new token", Exit.FAILED)
                    yield event
                case Answered():
                    yield event
                case Failed(trouble=trouble, detail=detail):
                    raise Stop(f"the meter: {trouble.value} ({detail})", Exit.UNKNOWN)


class EchoEnd:
    """The near side of one echo."""

    def __init__(self, medium: Medium) -> None:
        session = EchoClient()
        self._session = session
        self.caller = Caller(session, medium, session.take_events)

    def ask(self, size: Size, _now: float) -> None:
        """Ask for so many octets with so many."""
        self._session.ask(size)


@dataclass(frozen=True, slots=True)
class Pair:
    """Both ends of the comparison over one medium; the sizes are those of the meter's frames."""

    name: str
    meter: MeterEnd
    echo: EchoEnd
    get: Size
    enter: Size

    @classmethod
    async def warmed(cls, name: str, meter: MeterEnd, echo: EchoEnd) -> "Pair":
        """Open link and association; see how many octets a GET and an `enter` have."""
        await meter.caller.trip(meter.get)
        get = await meter.caller.size(meter.get)
        return cls(name, meter, echo, get, await meter.caller.size(meter.enter))

    def ways(self) -> dict[str, Way]:
        """Return what is to be measured, by name."""
        meter, echo = self.meter.caller.trip, self.echo.caller.trip
        return {
            f"{self.name}.echo_get": partial(echo, partial(self.echo.ask, self.get)),
            f"{self.name}.get": partial(meter, self.meter.get),
            f"{self.name}.echo_enter": partial(echo, partial(self.echo.ask, self.enter)),
            f"{self.name}.enter": partial(meter, self.meter.enter),
        }

    def figures(
        self, samples_s: Mapping[str, Sequence[float]], commit: Figure
    ) -> tuple[Figure, ...]:
        """Make this medium's figures of the seconds of each way and the bare commit."""
        measured = [
            median_ms(name, f"{self.name}: {about}", samples_s[name])
            for name, about in zip(self.ways(), self._abouts(), strict=True)
        ]
        echo_get, get, echo_enter, enter = measured
        parts = [(1.0, get), (COMMITS, commit)]
        return (
            *measured,
            self._ratio("get_to_echo", "GET / its echo", get, [(1.0, echo_get)], GET_TO_ECHO),
            self._ratio("enter_to_echo", "enter / its echo", enter, [(1.0, echo_enter)]),
            self._ratio(
                "enter_to_parts", "enter / (GET + 1.5 commits)", enter, parts, ENTER_TO_PARTS
            ),
        )

    def _ratio(
        self,
        name: str,
        about: str,
        of: Figure,
        to: Sequence[tuple[float, Figure]],
        aim: Aim | None = None,
    ) -> Figure:
        return ratio(f"{self.name}.{name}", f"{self.name}: {about}", of, to, aim)

    def _abouts(self) -> tuple[str, ...]:
        return (
            f"echo of {self.get.out} octets out and {self.get.back} back",
            "GET of the credit",
            f"echo of {self.enter.out} octets out and {self.enter.back} back",
            "enter of a new token",
        )
