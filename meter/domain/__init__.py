"""The meter's domain: decide and apply over facts, pure (meter.md 1).

`decide(state, command, at)` changes nothing and reads no clock; `apply(state, fact)` is total. The
order of every change: decide, commit the facts, apply, answer, drive the relay.
"""

from meter.domain.alarms import alarms
from meter.domain.apply import apply, apply_all
from meter.domain.calendar import DAYS_KEPT, MONTHS_KEPT, Calendar, Capture, LocalDay
from meter.domain.commands import (
    OBSERVABLE,
    Acknowledge,
    Command,
    ConfirmReconnection,
    CutOverload,
    Elapsed,
    EnterToken,
    KeepCalendar,
    Measure,
    Observe,
    PowerUp,
)
from meter.domain.decide import decide
from meter.domain.facts import (
    AlarmsAcknowledged,
    BaselineTaken,
    ConditionsObserved,
    DayBegan,
    Decision,
    EnergyUsed,
    Fact,
    GuessFailed,
    OverloadOpened,
    PowerReturned,
    ReasonArose,
    ReasonLifted,
    ReconnectionConfirmed,
    RegisterFell,
    SwitchTested,
    TimePassed,
    TokenAccepted,
)
from meter.domain.forms import WireError
from meter.domain.ladder import Ladder, Ladders, Repeat
from meter.domain.ledger import Ledger
from meter.domain.overload import OVER_S, Overload, PowerLimit
from meter.domain.queries import (
    credit_status,
    crossing_wh,
    days_left,
    is_counting,
    next_elapse_s,
    usage,
)
from meter.domain.state import (
    Account,
    Alarms,
    Held,
    KeyRecord,
    Metering,
    Seed,
    State,
    Sts,
    Supply,
    initial,
)
from meter.domain.supply import contact_wanted, explain, is_locked_out, supply_rows
from meter.domain.tids import TidList
from meter.domain.wire import (
    fact_from_json,
    fact_to_json,
    state_from_json,
    state_to_json,
)

__all__ = [
    "DAYS_KEPT",
    "MONTHS_KEPT",
    "OBSERVABLE",
    "OVER_S",
    "Account",
    "Acknowledge",
    "Alarms",
    "AlarmsAcknowledged",
    "BaselineTaken",
    "Calendar",
    "Capture",
    "Command",
    "ConditionsObserved",
    "ConfirmReconnection",
    "CutOverload",
    "DayBegan",
    "Decision",
    "Elapsed",
    "EnergyUsed",
    "EnterToken",
    "Fact",
    "GuessFailed",
    "Held",
    "KeepCalendar",
    "KeyRecord",
    "Ladder",
    "Ladders",
    "Ledger",
    "LocalDay",
    "Measure",
    "Metering",
    "Observe",
    "Overload",
    "OverloadOpened",
    "PowerLimit",
    "PowerReturned",
    "PowerUp",
    "ReasonArose",
    "ReasonLifted",
    "ReconnectionConfirmed",
    "RegisterFell",
    "Repeat",
    "Seed",
    "State",
    "Sts",
    "Supply",
    "SwitchTested",
    "TidList",
    "TimePassed",
    "TokenAccepted",
    "WireError",
    "alarms",
    "apply",
    "apply_all",
    "contact_wanted",
    "credit_status",
    "crossing_wh",
    "days_left",
    "decide",
    "explain",
    "fact_from_json",
    "fact_to_json",
    "initial",
    "is_counting",
    "is_locked_out",
    "next_elapse_s",
    "state_from_json",
    "state_to_json",
    "supply_rows",
    "usage",
]
