"""A line with meters of a few lines of code over a memory medium, on virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ciu.app import CiuApp, Customer, Order, Report, choose_meter, rehearse
from ciu.config import CiuConfig
from ciu.keypad import read_keys
from ciu.state import CiuState
from link.cosem import ByDigest, floored, row
from link.cosem.values import Currency, CurrencyUnit
from link.dlms import ActionResult, DataAccessResult
from link.durable import Connection, connect_sqlite
from link.hdlc import OwnAddress, Timing
from link.media import Listener, Medium, MediumClosed, listen
from link.pump import Pump
from link.server import (
    AccessRefused,
    ActionDone,
    Asked,
    AskedId,
    Operation,
    Response,
    ServerSession,
    Value,
    Written,
)
from link.terms import (
    Alarm,
    Consumption,
    EntrySource,
    KeySet,
    LedgerHead,
    RestoredBy,
    SupplyExplanation,
    SupplyReason,
    SupplyState,
    TokenOutcome,
    TokenResult,
    Unit,
    token_digest,
)

from .panel_customer import KWH


def begin_state(path: Path) -> Path:
    """Begin the store of a unit, if there is none; return its path."""
    if not path.exists():
        CiuState.begin_store(path)
    return path


def open_state(path: Path, connect: Callable[[Path], Connection] = connect_sqlite) -> CiuState:
    """Open the store of a unit, begun if there is none."""
    return CiuState.open(begin_state(path), connect)


URL = "memory://house"
DRNS = ("01000000016", "01000000024")
GOOD, BETTER, WRONG = "23716100501183194197", "11111111111111111111", "00000000000000000001"
PARTS = {"3" * 20: 3, "4" * 20: 4}
"""Sections of a new key, and their subclasses."""
AT = 1_795_340_000
OFF = SupplyExplanation(
    SupplyState.DISCONNECTED,
    SupplyReason.NEVER_COMMISSIONED,
    0,
    RestoredBy.FIRST_TOKEN,
    0,
)
ON = SupplyExplanation(SupplyState.CONNECTED, SupplyReason.NONE, AT, RestoredBy.NOTHING, 0)
NOTHING = row("last_result.value").schema.least()


class Hang(Exception):
    """The meter loses its power in the middle of something."""


class LabMeter:
    """Knows two good tokens, keeps a ledger, and fails when told to."""

    def __init__(self, drn: str, address: int) -> None:
        self.drn = drn
        self.credit = 0
        self.ledger: list[TokenOutcome] = []
        self.entered: list[str] = []
        self.faults: list[str] = []
        """What happens to the next tokens: "before", "after" (power lost), "busy", "mute"."""
        self.on_enter: Callable[[], object] = bool
        self.mute = False
        self.has_store = True
        self.currency = KWH
        self.unit, self.worth = Unit.WATT_HOUR, 25_000
        """What a good token is worth."""
        self.commodity = "electricity"
        self.key_set = KeySet(0, 0, 0)
        self.held: set[str] = set()
        self.new_key: dict[str, object] = {}
        self.lock_out: SupplyExplanation | None = None
        """Why the supply is off until somebody confirms."""
        self._address = address
        self.session = self._session()

    def _session(self) -> ServerSession:
        return ServerSession(
            addresses=OwnAddress(self._address),
            timing=Timing.for_line(None),
            device_name="LAB" + self.drn,
            lab=True,
        )

    def sell(self, currency: Currency) -> None:
        """Keep the account in something else than kWh."""
        self.currency = currency
        match currency.unit:
            case CurrencyUnit.MONETARY:
                self.unit, self.worth = Unit.CURRENCY, 25_000_000
            case CurrencyUnit.TIME:
                self.unit = Unit.SECOND
            case CurrencyUnit.CONSUMPTION:
                self.unit = Unit.CUBIC_METRE

    def restart(self) -> None:
        """What is on the disk stays, links do not."""
        self.session = self._session()

    def answer(self, asked: Asked) -> Response:
        if asked.operation is Operation.INVOKE:
            return self._enter(str(asked.value))
        if not self.has_store and asked.row.key == "alarms.value":
            return Value(Alarm.STORE_FAILED)
        if not self.has_store and asked.row.key != "meter_number.value":
            return AccessRefused(DataAccessResult.TEMPORARY_FAILURE)
        if asked.operation is Operation.WRITE:
            return self._confirm(asked.value)
        values: dict[str, object] = {
            "meter_number.value": self.drn,
            "account.available_credit": floored(self.credit, self._scale, self.currency.scale),
            "supply_explanation.value": self.lock_out or (ON if self.credit > 0 else OFF),
            "power.value": 420,
            "alarms.value": Alarm(0),
            "ledger_head.value": LedgerHead(len(self.ledger), AT),
            "consumption.value": Consumption(1_234_567, Unit.WATT_HOUR),
            "account.currency": self.currency,
            "sts.commodity": self.commodity,
            "key_set.value": self.key_set,
            **self.new_key,
        }
        if isinstance(asked.selection, ByDigest):
            digest = asked.selection.digest
            return Value(tuple(entry for entry in self.ledger if entry.digest == digest))
        if asked.row.key in values:
            return Value(values[asked.row.key])
        return AccessRefused(DataAccessResult.OBJECT_UNDEFINED)

    def _confirm(self, since: object) -> Response:
        if self.lock_out is None or since != self.lock_out.since:
            return AccessRefused(DataAccessResult.READ_WRITE_DENIED)
        self.lock_out = None
        return Written()

    def _enter(self, digits: str) -> Response:
        self.on_enter()
        self.entered.append(digits)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "busy":
            return ActionDone(ActionResult.TEMPORARY_FAILURE)
        if fault == "before":
            raise Hang
        outcome = self._judge(digits)
        if fault == "after":
            raise Hang
        self.mute = fault == "mute"
        return ActionDone(ActionResult.SUCCESS, outcome)

    @property
    def _scale(self) -> int:
        return -5 if self.unit is Unit.CURRENCY else 0

    def take(self, digits: str) -> None:
        """Take a token that comes by another path."""
        self._judge(digits)

    def _judge(self, digits: str) -> TokenOutcome:
        assert isinstance(NOTHING, TokenOutcome)
        outcome = replace(
            NOTHING,
            digest=token_digest(digits),
            result=TokenResult.CRCError,
            unit=self.unit,
            credit_after=self.credit,
            source=EntrySource.SLOT_0,
            at=AT,
        )
        for entry in self.ledger:
            if entry.digest == outcome.digest:
                return replace(
                    outcome,
                    result=TokenResult.UsedError,
                    sequence=entry.sequence,
                    first_at=entry.at,
                    worth=entry.amount,
                )
        if digits in PARTS:
            return self._take_part(digits, replace(outcome, token_class=2, subclass=PARTS[digits]))
        if digits not in (GOOD, BETTER):
            return outcome
        self.credit += self.worth
        accepted = replace(
            outcome,
            result=TokenResult.Accept,
            sequence=len(self.ledger) + 1,
            amount=self.worth,
            credit_after=self.credit,
        )
        self.ledger.append(accepted)
        return accepted

    def _take_part(self, digits: str, outcome: TokenOutcome) -> TokenOutcome:
        self.held.add(digits)
        missing = len(PARTS) - len(self.held)
        entry = replace(outcome, sequence=len(self.ledger) + 1, result=TokenResult.Accept)
        if missing:
            held = TokenResult(TokenResult.FirstKCT + PARTS[digits] - 3)
            waiting = {"missing": missing, "seconds": 600, "unit": Unit.COUNT}
            entry = replace(entry, result=held, amount=len(self.held), **waiting)
            self.key_set = KeySet(len(self.held), missing, 600)
        else:
            self.key_set = KeySet(0, 0, 0)
            self.new_key = {
                "sts.supply_group_code": 600_727,
                "sts.key_revision_number": 2,
                "sts.tariff_index": 7,
            }
        self.ledger.append(entry)
        return entry


class LineSession(Protocol):
    """The end of a link at a meter."""

    @property
    def deadline(self) -> float | None: ...

    def receive(self, data: bytes, now: float) -> None: ...

    def tick(self, now: float) -> None: ...

    def take_outgoing(self) -> bytes: ...

    def take_events(self) -> list[Asked]: ...

    def answer(self, asked: AskedId, response: Response, now: float) -> None: ...


class LineMeter(Protocol):
    """What a line needs of a meter."""

    drn: str
    mute: bool

    @property
    def session(self) -> LineSession: ...

    def answer(self, asked: Asked) -> Response: ...

    def restart(self) -> None: ...


class LabLine:
    """A medium with meters on it; itself a session, so that one pump drives them all."""

    def __init__(self, meters: Sequence[LineMeter], url: str = URL) -> None:
        self.meters = meters
        self.url = asyncio.get_running_loop().create_future()
        """The URL as others can use it."""
        self._listen = url
        self.plugged = asyncio.Event()
        self.plugged.set()
        self._pump: asyncio.Task[None] | None = None

    @property
    def deadline(self) -> float | None:
        moments = (meter.session.deadline for meter in self.meters)
        return min((at for at in moments if at is not None), default=None)

    def receive(self, data: bytes, now: float) -> None:
        for meter in self.meters:
            if not meter.mute:
                meter.session.receive(data, now)

    def tick(self, now: float) -> None:
        for meter in self.meters:
            meter.session.tick(now)

    def take_outgoing(self) -> bytes:
        return b"".join(meter.session.take_outgoing() for meter in self.meters if not meter.mute)

    def turn(self, now: float) -> None:
        for meter in self.meters:
            for asked in meter.session.take_events():
                meter.session.answer(asked.id, meter.answer(asked), now)

    def pull_out(self) -> None:
        """Take the cable out until `plugged` is set."""
        self.plugged.clear()
        if self._pump is not None:
            self._pump.cancel()

    async def run(self) -> None:
        while True:
            await self.plugged.wait()
            listener = await listen(self._listen)
            if not self.url.done():
                self.url.set_result(listener.url)
            try:
                await self._accept(listener)
            finally:
                await listener.close()

    async def _accept(self, listener: Listener) -> None:
        while self.plugged.is_set():
            medium = await listener.accept()
            async with asyncio.TaskGroup() as group:
                self._pump = group.create_task(self._serve(medium))
            for meter in self.meters:
                meter.restart()

    async def _serve(self, medium: Medium) -> None:
        try:
            await Pump(self, medium, self.turn).run()
        except (MediumClosed, Hang):
            pass
        finally:
            await medium.close()


@dataclass
class Lab:
    """A folder for the unit's store, a line with meters, and what a unit needs to be made."""

    config: CiuConfig
    line: LabLine
    store: Callable[[Path], Connection] = connect_sqlite

    @property
    def meter(self) -> LabMeter:
        meter = self.line.meters[0]
        assert isinstance(meter, LabMeter)
        return meter

    def app(self, *, meters: int = 1, keys_in_lines: bool = True) -> CiuApp:
        return CiuApp(
            replace(self.config, meter=self.config.meter[:meters]),
            utc=lambda: AT,
            seed=1,
            store=self.store,
            keys_in_lines=keys_in_lines,
        )

    async def type(self, keys: str, *, timeout_s: float = 20.0) -> tuple[Report, list[str]]:
        """Run `--type`, as the command does; return its report and its notes."""
        notes: list[str] = []
        config = choose_meter(self.config, self.line.meters[0].drn)
        order = Order(read_keys(keys), timeout_s)
        report = rehearse(config, order.keys)
        return report or await Customer(self.app(), order, notes.append).serve(), notes

    def intent(self) -> bool:
        state = open_state(self.config.ciu.state)
        try:
            return state.intent(self.line.meters[0].drn) is not None
        finally:
            state.close()

    @staticmethod
    async def shows(app: CiuApp, first_line: str) -> None:
        """Wait until the first line begins so."""
        async with asyncio.timeout(200):
            await app.until(lambda: app.screen.lines[0].startswith(first_line))

    @staticmethod
    async def served(app: CiuApp, visit: Callable[[], Awaitable[None]]) -> None:
        """Run a unit while it is visited."""
        async with asyncio.TaskGroup() as group:
            group.create_task(app.run())
            await app.until(lambda: app.is_running)
            await visit()
            app.stop()


Scenario = Callable[[Lab], Awaitable[None]]
Play = Callable[[Scenario], None]
LabLineAt = Callable[[str], AbstractAsyncContextManager[str]]
