"""What a server session asks of its application, and what the application answers."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NewType, TypeAlias

from link.cosem import LogSelection, Role, Row
from link.dlms import ActionResult, DataAccessResult

AskedId = NewType("AskedId", int)
"""Names one Asked of one session; grows with each."""


class Operation(Enum):
    """What a client wants of a row."""

    READ = auto()
    WRITE = auto()
    INVOKE = auto()


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: its SAP, and the role that this SAP has by itself."""

    sap: int
    role: Role


@dataclass(frozen=True, slots=True)
class Asked:
    """A client asks for what its rights allow; the session waits for `answer`.

    `value` is of the row's type, None for READ, and not shown, for it may be a token. `selection`
    is WHOLE except where part of a log is read.
    """

    id: AskedId
    client: Client
    row: Row
    operation: Operation
    value: object = field(repr=False)
    selection: LogSelection


@dataclass(frozen=True, slots=True)
class Value:
    """Answers READ, with a value of the row's type."""

    value: object


@dataclass(frozen=True, slots=True)
class Written:
    """Answers WRITE: done."""


@dataclass(frozen=True, slots=True)
class AccessRefused:
    """Answers READ and WRITE: not done, and why."""

    result: DataAccessResult


@dataclass(frozen=True, slots=True)
class ActionDone:
    """Answers INVOKE. A `value` of the type that the row returns goes to a CIU only."""

    result: ActionResult
    value: object = None


Response: TypeAlias = Value | Written | AccessRefused | ActionDone
