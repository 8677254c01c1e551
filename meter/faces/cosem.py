"""The COSEM face: every row of the object map bound to a reader of state or to a command.

Invariant: a reader sees committed state only. What each row reads stands in readers.py.
"""

from typing import Protocol, assert_never

from link.cosem import entry_source
from link.dlms import ActionResult, DataAccessResult
from link.server import AccessRefused, ActionDone, Asked, Operation, Response, Value, Written
from link.terms import Alarm, EntrySource, TokenOutcome
from meter.domain import PowerLimit, State, is_locked_out
from meter.faces.readers import LOGS, NO_OUTCOME, READERS, View
from meter.sources import Reading
from meter.sts import Commodity

ELECTRIC = frozenset(
    {
        "limiter",
        "unbalance_limit",
        "energy_import",
        "current",
        "voltage",
        "power_factor",
        "frequency",
        "days",
        "months",
    }
)
"""Objects that tell of electricity alone. `consumption` and `usage` serve every commodity, and the
power of a meter that has none is 0 W."""


def lacking_of(commodity: Commodity) -> frozenset[str]:
    """Return the names of objects of the map that a meter of this commodity has not."""
    lacking = frozenset() if commodity is Commodity.ELECTRICITY else ELECTRIC
    return lacking if commodity is Commodity.WATER else lacking | {"flow_factor"}


class Meter(Protocol):
    """What the face needs of the meter unit."""

    @property
    def state(self) -> State | None:
        """As last committed; None while the store is lost."""

    @property
    def reading(self) -> Reading:
        """The newest reading of the source."""

    @property
    def at(self) -> int:
        """UTC seconds."""

    @property
    def limit(self) -> PowerLimit:
        """How much power may be drawn."""

    def enter(self, digits: str, source: EntrySource, now: float) -> TokenOutcome | None:
        """Judge a token; None where nothing could be judged."""

    def acknowledge(self, alarms: Alarm, now: float) -> bool:
        """Clear alarm bits; False where nothing could be written."""

    def confirm(self, since: int, now: float) -> bool:
        """End the lock-out of a UTC second; False where nothing could be written."""

    def uncounted_s(self, now: float) -> int:
        """Return the running seconds since the count-downs of the state were committed."""

    def last_result(self, source: EntrySource) -> TokenOutcome | None:
        """Return what the last token of a path came to."""

    def is_closed(self, now: float) -> bool:
        """Tell how the contact is sensed."""


class CosemFace:
    """Answers what a server session is asked, out of one meter."""

    def __init__(self, meter: Meter, *, drn: str, firmware: str) -> None:
        self._meter = meter
        self._drn = drn
        self._firmware = firmware

    def answer(self, asked: Asked, now: float) -> Response:
        """Read, write or invoke; temporary-failure where the store would be needed and is lost."""
        match asked.operation:
            case Operation.READ:
                return self._read(asked, now)
            case Operation.WRITE:
                return self._write(asked, now)
            case Operation.INVOKE:
                return self._entered(asked, now)
            case _:
                assert_never(asked.operation)

    def _read(self, asked: Asked, now: float) -> Response:
        match asked.row.key:
            case "clock.time":
                return Value(self._meter.at)
            case "meter_number.value":
                return Value(self._drn)
            case "firmware.value":
                return Value(self._firmware)
        state = self._meter.state
        if state is None:
            return _without_store(asked.row.key)
        if log := LOGS.get(asked.row.key):
            return Value(log(state, asked.selection))
        return Value(READERS[asked.row.key](self._view(state, asked, now)))

    def _view(self, state: State, asked: Asked, now: float) -> View:
        source = _source(asked)
        return View(
            state,
            self._meter.reading,
            closed=self._meter.is_closed(now),
            source=source,
            last=self._meter.last_result(source) or NO_OUTCOME,
            limit=self._meter.limit,
            uncounted_s=self._meter.uncounted_s(now),
        )

    def _write(self, asked: Asked, now: float) -> Response:
        match asked.row.key, asked.value:
            case "alarms.value", Alarm() as noted:
                written = self._meter.acknowledge(noted, now)
            case "confirm_reconnection.value", int(since):
                state = self._meter.state
                if state and not is_locked_out(state, since):
                    return AccessRefused(DataAccessResult.OBJECT_UNAVAILABLE)
                written = self._meter.confirm(since, now)
            case key, other:
                raise TypeError(f"{key} takes no {other!r}")
        return Written() if written else AccessRefused(DataAccessResult.TEMPORARY_FAILURE)

    def _entered(self, asked: Asked, now: float) -> Response:
        outcome = self._meter.enter(str(asked.value), _source(asked), now)
        if outcome is None:
            return ActionDone(ActionResult.TEMPORARY_FAILURE)
        return ActionDone(ActionResult.SUCCESS, outcome)


def _source(asked: Asked) -> EntrySource:
    source = entry_source(asked.client.sap)
    if source is None:
        raise ValueError(f"client {asked.client.sap} has no path for tokens and no right to ask")
    return source


def _without_store(key: str) -> Response:
    if key == "alarms.value":
        return Value(Alarm.STORE_FAILED)
    return AccessRefused(DataAccessResult.TEMPORARY_FAILURE)
