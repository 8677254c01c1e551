"""The COSEM face: every row of the object map bound to a reader of state or to a command.

Invariant: a reader sees committed state only. What each row reads stands in readers.py.
"""

from typing import assert_never

from link.cosem import entry_source
from link.dlms import ActionResult, DataAccessResult
from link.server import AccessRefused, ActionDone, Asked, Operation, Response, Value, Written
from link.terms import Alarm, EntrySource
from meter.domain import is_locked_out
from meter.faces.meter import Meter
from meter.faces.readers import LOGS, READERS, View
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
        return Value(READERS[asked.row.key](View(state, self._meter, _source(asked), now)))

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
