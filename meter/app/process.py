"""The meter's process: its unit, a server session for every medium, samples, the control socket.

Kinds of task: one accepting, one pump a medium, one keeping time. The unit has one owner, the
loop; nothing waits while a token is between decision and answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

from link.durable import Connect, connect_sqlite
from link.hdlc import OwnAddress, Timing
from link.media import Listener, Medium, MediumClosed, is_shared, listen
from link.pump import Pump
from link.server import ActionDone, Asked, Operation, ServerSession
from link.terms import MAKER, TokenOutcome, is_digits
from meter.app.clock import WallClock
from meter.app.connections import Connection, Connections
from meter.app.identity import check_identity
from meter.app.unit import Equipment, MeterUnit, Rules
from meter.config import COMMODITIES, MeterConfig, read_seed
from meter.domain import Seed
from meter.faces.cosem import CosemFace, lacking_of
from meter.relays import open_relay
from meter.sources import ControlSocket, TamperReported, open_source, world_of
from meter.store import Store

log = logging.getLogger("meter")

FIRMWARE = "splitmeter 0.1.0"


class _Stopped(Exception):
    """Leaves the task group."""


class MeterProcess:
    """One meter, from its configuration to its end."""

    def __init__(
        self,
        config: MeterConfig,
        *,
        folder: Path,
        utc: Callable[[], int],
        listen: Callable[[str], Awaitable[Listener]] = listen,
        connect: Connect = connect_sqlite,
    ) -> None:
        """`folder` is that of meter.toml; a test puts its own clock, line and disk in place."""
        self._config = config
        self._folder = folder
        self._utc = utc
        self._listen = listen
        self._connect = connect
        self._stopping = asyncio.Event()
        self._moved = asyncio.Event()
        self._connections = Connections()

    def stop(self) -> None:
        """End `run` after a last commit."""
        self._stopping.set()

    async def run(self, ready: Callable[[str], None]) -> bool:
        """Serve until `stop`; return whether all was durable at the end.

        `ready` gets the URL once the store is open and the port answers. Raises SettingsError,
        DurableError, SourceError, RelayError and MediumError where the meter cannot start.
        """
        seed = read_seed(self._config)
        clock = asyncio.get_running_loop().time
        with ExitStack() as opened:
            unit, control = self._open_unit(seed, opened, clock())
            listener = await self._listen(self._config.link.listen)
            try:
                if control:
                    self._watch(control, unit, opened)
                ready(listener.url)
                await self._serve(unit, listener)
            finally:
                await listener.close()
            return unit.settle(clock())

    def _open_unit(
        self, seed: Seed, opened: ExitStack, now: float
    ) -> tuple[MeterUnit, ControlSocket | None]:
        config = self._config
        store = Store.open(config.store.file, connect=self._connect)
        opened.callback(store.close)
        wall = WallClock(self._utc, ZoneInfo(config.meter.timezone))
        state = store.load()
        check_identity(state, seed)
        new_epoch = state.metering.epoch + 1
        source = open_source(config.source.url, now=now, folder=self._folder, epoch=new_epoch)
        opened.callback(source.close)
        relay = open_relay(config.relay.url, world=world_of(source))
        unit = MeterUnit(
            Equipment(store, source, relay),
            state,
            rules=Rules(
                config.store.commit_wh,
                config.store.commit_s,
                config.supply.limit(),
                config.tamper.opening(),
            ),
            clock=wall,
            now=now,
        )
        return unit, source.control

    def _watch(self, control: ControlSocket, unit: MeterUnit, opened: ExitStack) -> None:
        loop = asyncio.get_running_loop()
        descriptor = control.fileno()

        def take() -> None:
            for event in control.take(loop.time()):
                log.info("control: %s", event)
                if isinstance(event, TamperReported):
                    unit.report(event.tamper, loop.time())
            self._moved.set()

        loop.add_reader(descriptor, take)
        opened.callback(loop.remove_reader, descriptor)

    async def _serve(self, unit: MeterUnit, listener: Listener) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._accept(unit, listener, group))
                group.create_task(self._keep_time(unit))
                await self._stopping.wait()
                raise _Stopped
        except* _Stopped:
            log.info("stopping")

    async def _accept(self, unit: MeterUnit, listener: Listener, group: asyncio.TaskGroup) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            medium = await listener.accept()
            connection = Connection(medium, self._session(medium), clock())
            if leaving := self._connections.take(connection):
                log.warning("%s: closed, makes room for %s", leaving.medium.url, medium.url)
                await leaving.medium.close()
            group.create_task(self._pump(unit, connection))
            await asyncio.sleep(0)  # a crowd at the door leaves the others their turns

    async def _pump(self, unit: MeterUnit, connection: Connection) -> None:
        medium, session = connection.medium, connection.session
        face = CosemFace(unit, drn=self._config.meter.drn, firmware=FIRMWARE)

        def turn(now: float) -> None:
            for asked in session.take_events():
                connection.asked_at = now
                response = face.answer(asked, now)
                session.answer(asked.id, response, now)
                if isinstance(response, ActionDone):
                    _tell(asked, response)
                if asked.operation is not Operation.READ:  # which moves nothing that runs out
                    self._moved.set()

        log.info("%s: open", medium.url)
        try:
            await Pump(session, medium, turn).run()
        except MediumClosed as end:
            log.info("%s: %s", medium.url, end)
        finally:
            self._connections.leave(connection)
            _warn(medium, connection.faults.rest(session))
            await medium.close()

    def _session(self, medium: Medium) -> ServerSession:
        link = self._config.link
        return ServerSession(
            device_name=MAKER + self._config.meter.drn,
            addresses=OwnAddress(
                link.address,
                frozenset({link.logical}),
                point_to_point=not is_shared(link.listen),
            ),
            timing=Timing.for_line(medium.baudrate),
            lab=self._config.meter.lab,
            lacking=lacking_of(COMMODITIES[self._config.meter.commodity]),
        )

    async def _keep_time(self, unit: MeterUnit) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            unit.tick(now)
            for connection in self._connections:
                _warn(connection.medium, connection.faults.due(connection.session, now))
            timer = loop.call_at(unit.deadline, self._moved.set)
            try:
                await self._moved.wait()
            finally:
                timer.cancel()
            self._moved.clear()


def _tell(asked: Asked, response: ActionDone) -> None:
    match response.value:
        case TokenOutcome(result=result, credit_after=credit):
            log.info(
                "client %d: token ..%s %s, credit %d",
                asked.client.sap,
                _last_four(str(asked.value)),
                result.name,
                credit,
            )
        case _:
            log.info("client %d: token not judged", asked.client.sap)


def _warn(medium: Medium, faults: str) -> None:
    if faults:
        log.warning("%s: %s", medium.url, faults)


def _last_four(typed: str) -> str:
    """Return what a log may show of a token; what is no digit could command a terminal."""
    return "".join(sign if is_digits(sign) else "?" for sign in typed[-4:])
