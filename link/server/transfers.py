"""Long answers and long requests of one client, block by block. IEC 62056-5-3.

Invariant: at most one transfer is open. It ends with its last block, with a block that does not
continue it, and with any other request. What came in blocks is asked once, when it is whole.
Which result answers which fault is from memory of the standard, check against a second source.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias, assert_never

from link.dlms import (
    ActionAnswerBlock,
    ActionBlock,
    ActionBlockTaken,
    ActionFirstBlock,
    ActionListFirstBlock,
    ActionListRequest,
    ActionListResponse,
    ActionNext,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Data,
    DataAccessResult,
    GetBlock,
    GetNext,
    Incoming,
    LongAnswer,
    Outgoing,
    SetBlock,
    SetBlockTaken,
    SetFirstBlock,
    SetLastTaken,
    SetListFirstBlock,
    SetListRequest,
    SetRequest,
    Taken,
    raw_of,
    values_of,
)
from link.server.counts import ServerCounts

LONGEST_REQUEST = 4096
"""Octets of a value that a client may send in blocks; no row of the map takes as many."""

GET_AROUND = 9
ACTION_AROUND = 8
"""Octets of an answer's block beside its raw data and their length."""

First: TypeAlias = SetFirstBlock | ActionFirstBlock | SetListFirstBlock | ActionListFirstBlock
Further: TypeAlias = SetBlock | ActionBlock
Next: TypeAlias = GetNext | ActionNext
Said: TypeAlias = (
    GetBlock | ActionAnswerBlock | ActionResponse | SetBlockTaken | SetLastTaken | ActionBlockTaken
)


class Fault(Enum):
    """Why a transfer does not go on."""

    NONE_OPEN = auto()
    WRONG_NUMBER = auto()
    UNBOUNDED = auto()


_OF_GET = {
    Fault.NONE_OPEN: DataAccessResult.NO_LONG_GET_IN_PROGRESS,
    Fault.WRONG_NUMBER: DataAccessResult.DATA_BLOCK_NUMBER_INVALID,
    Fault.UNBOUNDED: DataAccessResult.LONG_GET_ABORTED,
}
_OF_SET = {
    Fault.NONE_OPEN: DataAccessResult.NO_LONG_SET_IN_PROGRESS,
    Fault.WRONG_NUMBER: DataAccessResult.DATA_BLOCK_NUMBER_INVALID,
    Fault.UNBOUNDED: DataAccessResult.LONG_SET_ABORTED,
}
_OF_ACTION = {
    Fault.NONE_OPEN: ActionResult.NO_LONG_ACTION_IN_PROGRESS,
    Fault.WRONG_NUMBER: ActionResult.LONG_ACTION_ABORTED,
    Fault.UNBOUNDED: ActionResult.LONG_ACTION_ABORTED,
}
_FAULT_OF = {
    Taken.WRONG_NUMBER: Fault.WRONG_NUMBER,
    Taken.TOO_LONG: Fault.UNBOUNDED,
    Taken.EMPTY: Fault.UNBOUNDED,
}


Taking: TypeAlias = SetRequest | ActionRequest | SetListRequest | ActionListRequest
"""What can come in blocks."""


@dataclass(frozen=True, slots=True)
class LongRequest:
    """A request whose last block, of that number, has come."""

    request: Taking
    number: int


class _OutgoingAnswer:
    """An answer that goes out as the client asks for its blocks."""

    def __init__(self, answer: LongAnswer, longest: int) -> None:
        self.octets = Outgoing(raw_of(answer))
        self._invoke = answer.invoke
        self._is_action = isinstance(answer, ActionResponse | ActionListResponse)
        self._longest = longest

    def is_asked_by(self, asked: Next) -> bool:
        return isinstance(asked, ActionNext) is self._is_action and asked.invoke == self._invoke

    def next(self) -> Said:
        if self._is_action:
            return ActionAnswerBlock(self._invoke, self.octets.next(self._longest - ACTION_AROUND))
        block = self.octets.next(self._longest - GET_AROUND)
        return GetBlock(self._invoke, block.last, block.number, block.raw)


class _IncomingRequest:
    """A request that comes in blocks."""

    def __init__(self, first: First) -> None:
        self.octets = Incoming(LONGEST_REQUEST)
        self._first = first

    def is_continued_by(self, further: Further) -> bool:
        of_set = isinstance(self._first, SetFirstBlock | SetListFirstBlock)
        return isinstance(further, SetBlock) is of_set and further.invoke == self._first.invoke

    def whole(self) -> Taking:
        """Return the request as if it had come in one APDU; raises DlmsError."""
        raw = self.octets.octets
        match self._first:
            case SetFirstBlock(invoke, attribute, _, selection):
                return SetRequest(invoke, attribute, Data.from_bytes(raw), selection)
            case ActionFirstBlock(invoke, method):
                return ActionRequest(invoke, method, Data.from_bytes(raw))
            case SetListFirstBlock(invoke, references):
                return SetListRequest(invoke, references, values_of(raw))
            case ActionListFirstBlock(invoke, methods):
                return ActionListRequest(invoke, methods, values_of(raw))
            case _:
                assert_never(self._first)


class Transfers:
    """The long answer or the long request that is under way."""

    def __init__(self, counts: ServerCounts) -> None:
        self._counts = counts
        self._outgoing: _OutgoingAnswer | None = None
        self._incoming: _IncomingRequest | None = None

    def drop(self) -> None:
        """Forget what is under way."""
        self._outgoing = self._incoming = None

    def hold(self, answer: LongAnswer, longest: int) -> Said:
        """Keep an answer of which no APDU may exceed `longest` octets; return its first block."""
        self._outgoing = _OutgoingAnswer(answer, longest)
        return self._next(self._outgoing)

    def next(self, asked: Next) -> Said:
        """Return the next block of the answer."""
        outgoing = self._outgoing
        self.drop()
        if outgoing is None or not outgoing.is_asked_by(asked):
            return self.refuse(asked, Fault.NONE_OPEN)
        if asked.number != outgoing.octets.number:
            return self.refuse(asked, Fault.WRONG_NUMBER)
        return self._next(outgoing)

    def take(self, block: First | Further) -> Said | LongRequest:
        """Take a block of a request, or the whole with its last one; raises DlmsError for that."""
        incoming = self._incoming
        self.drop()
        if isinstance(block, First):
            incoming = _IncomingRequest(block)
        elif incoming is None or not incoming.is_continued_by(block):
            return self.refuse(block, Fault.NONE_OPEN)
        taken = incoming.octets.take(block.block)
        if taken in _FAULT_OF:
            return self.refuse(block, _FAULT_OF[taken])
        if taken is Taken.WHOLE:
            return LongRequest(incoming.whole(), block.block.number)
        self._incoming = incoming
        return _go_on(block)

    def refuse(self, asked: First | Further | Next, fault: Fault) -> Said:
        """Count the fault, and return the answer that tells it."""
        self._counts.refused += 1
        match asked:
            case GetNext(invoke, number):
                return GetBlock(invoke, True, number, _OF_GET[fault])
            case SetFirstBlock() | SetListFirstBlock() | SetBlock():
                return SetLastTaken(asked.invoke, _OF_SET[fault], asked.block.number)
            case ActionNext() | ActionFirstBlock() | ActionListFirstBlock() | ActionBlock():
                return ActionResponse(asked.invoke, _OF_ACTION[fault])
            case _:
                assert_never(asked)

    def _next(self, outgoing: _OutgoingAnswer) -> Said:
        said = outgoing.next()
        self._outgoing = None if outgoing.octets.done else outgoing
        return said


def _go_on(block: First | Further) -> Said:
    if isinstance(block, SetFirstBlock | SetListFirstBlock | SetBlock):
        return SetBlockTaken(block.invoke, block.block.number)
    return ActionBlockTaken(block.invoke, block.block.number)
