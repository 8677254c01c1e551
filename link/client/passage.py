"""One request and its answer, each in blocks where it is long. IEC 62056-5-3, link.md 3.

Invariant: a passage ends in the answer as if it had come at once, or in a failure; once the first
block of an answer to ACTION is here, only that answer may still say that the method has not run.

| stands   | the meter says                    | next                                        |
|----------|-----------------------------------|---------------------------------------------|
| SENDING  | block taken, the last one sent    | next block; after the last one ASKED        |
|          | last block taken with a refusal   | ends with the refusal                       |
| ASKED    | the answer, or any other APDU     | ends with it                                |
|          | first block of the answer         | asks for the next one, TAKING; whole: ends  |
| TAKING   | next block                        | asks for the next one; whole: ends          |
|          | refusal in place of a block       | ends with the refusal                       |
|          | anything else                     | ends in a ProtocolViolation                 |
"""

from typing import TypeAlias

from link.client.association import Grant
from link.client.requests import ProtocolViolation, Refusal, Wire
from link.dlms import (
    ActionAnswerBlock,
    ActionBlock,
    ActionBlockTaken,
    ActionFirstBlock,
    ActionNext,
    ActionRequest,
    ActionResponse,
    Apdu,
    Block,
    Conformance,
    DataAccessResult,
    DlmsError,
    GetBlock,
    GetListRequest,
    GetListResponse,
    GetNext,
    GetRequest,
    GetResponse,
    Incoming,
    LongAnswer,
    Outgoing,
    SetBlock,
    SetBlockTaken,
    SetFirstBlock,
    SetLastTaken,
    SetRequest,
    SetResponse,
    Taken,
    answer_of,
)
from link.terms import LinkTrouble

LONGEST_ANSWER = 0xFFFF
"""Octets of an answer that comes in blocks: as much as one APDU may have."""

Long: TypeAlias = SetRequest | ActionRequest

_ANSWER_TO: dict[type[Wire], type[LongAnswer]] = {
    GetRequest: GetResponse,
    GetListRequest: GetListResponse,
    ActionRequest: ActionResponse,
}


class Passage:
    """The way of one request to the meter, and of its answer back."""

    def __init__(self, request: Wire) -> None:
        self._request = request
        self._sending: _Sending | None = None
        self._taking: Incoming | None = None

    def begin(self, grant: Grant) -> bytes:
        """Return what to say first to a meter that has granted so much.

        A request that is too long for a meter that takes no blocks goes out as it is: the meter
        has to say so.
        """
        octets = self._request.to_bytes()
        if len(octets) <= grant.max_send:
            return octets
        match self._request:
            case SetRequest() if Conformance.BLOCK_SET in grant.conformance:
                self._sending = _Sending(self._request, grant.max_send)
            case ActionRequest() if Conformance.BLOCK_ACTION in grant.conformance:
                self._sending = _Sending(self._request, grant.max_send)
            case _:
                return octets
        return self._sending.next()

    def take(self, apdu: Apdu) -> bytes | Apdu | Refusal | ProtocolViolation:
        """Take what the meter said; return what to say next, or how it ended."""
        if self._sending and not self._sending.done:
            return self._sent(apdu, self._sending)
        match apdu:
            case GetBlock(result=DataAccessResult() as result) if self._is_mine(apdu):
                return GetResponse(apdu.invoke, result)
            case GetBlock(result=bytes() as raw) if self._is_mine(apdu):
                return self._came(Block(apdu.last, apdu.number, raw))
            case ActionAnswerBlock(block=block) if self._is_mine(apdu):
                return self._came(block)
            case SetLastTaken(invoke, result):
                return SetResponse(invoke, result)
            case _ if self._taking:
                return _breach(f"{type(apdu).__name__} amid an answer in blocks")
            case _:
                return apdu

    def _is_mine(self, block: GetBlock | ActionAnswerBlock) -> bool:
        to_action = isinstance(self._request, ActionRequest)
        fits = isinstance(block, ActionAnswerBlock) is to_action
        return fits and block.invoke == self._request.invoke and type(self._request) in _ANSWER_TO

    def _sent(self, apdu: Apdu, sending: "_Sending") -> bytes | Apdu | Refusal | ProtocolViolation:
        """Send the next block when the last one was taken."""
        match apdu:
            case SetBlockTaken() | ActionBlockTaken() if sending.is_taken_by(apdu):
                return sending.next()
            case SetBlockTaken(number=number) | ActionBlockTaken(number=number):
                return _breach(f"block {number} taken where {sending.number} was sent")
            case SetLastTaken(invoke, result) if result:
                return SetResponse(invoke, result)
            case SetLastTaken() | SetResponse(result=0) | ActionResponse(result=0):
                return _breach("success before the last block")
            case _:
                return apdu

    def _came(self, block: Block) -> bytes | Apdu | Refusal | ProtocolViolation:
        """Take a block of the answer, and ask for the next one."""
        self._taking = self._taking or Incoming(LONGEST_ANSWER)
        taken = self._taking.take(block)
        match taken:
            case Taken.PART:
                return self._next(block.number)
            case Taken.WHOLE:
                return self._whole(self._taking.octets)
            case Taken.TOO_LONG:
                # the next request ends the transfer at the meter, and the link goes on
                return Refusal(LinkTrouble.MALFORMED, f"an answer of over {LONGEST_ANSWER} octets")
            case Taken.WRONG_NUMBER | Taken.EMPTY:
                why = taken.name.lower().replace("_", " ")
                return _breach(f"block {block.number} of an answer: {why}")

    def _next(self, number: int) -> bytes:
        asking = ActionNext if isinstance(self._request, ActionRequest) else GetNext
        return asking(self._request.invoke, number).to_bytes()

    def _whole(self, raw: bytes) -> Apdu | ProtocolViolation:
        try:
            return answer_of(_ANSWER_TO[type(self._request)], self._request.invoke, raw)
        except DlmsError as error:
            return _breach(f"an answer in blocks: {error}")


class _Sending:
    """A request that goes out in blocks."""

    def __init__(self, request: Long, longest: int) -> None:
        value = request.value if isinstance(request, SetRequest) else request.parameter
        self._request = request
        self._longest = longest
        self._octets = Outgoing(b"" if value is None else value.to_bytes())

    @property
    def done(self) -> bool:
        """Return whether the last block is out."""
        return self._octets.done

    @property
    def number(self) -> int:
        """Number of the block that went out last."""
        return self._octets.number

    def is_taken_by(self, apdu: SetBlockTaken | ActionBlockTaken) -> bool:
        """Return whether the meter asks to go on after the block that went out last."""
        of_set = isinstance(self._request, SetRequest)
        fits = isinstance(apdu, SetBlockTaken) is of_set
        return fits and (apdu.invoke, apdu.number) == (self._request.invoke, self.number)

    def next(self) -> bytes:
        """Return the next block."""
        around = len(self._carrying(Block(False, self.number + 1, b""))) - 1
        return self._carrying(self._octets.next(self._longest - around))

    def _carrying(self, block: Block) -> bytes:
        request = self._request
        if block.number > 1:
            of_set = isinstance(request, SetRequest)
            return (SetBlock if of_set else ActionBlock)(request.invoke, block).to_bytes()
        if isinstance(request, SetRequest):
            first = SetFirstBlock(request.invoke, request.attribute, block, request.selection)
            return first.to_bytes()
        return ActionFirstBlock(request.invoke, request.method, block).to_bytes()


def _breach(detail: str) -> ProtocolViolation:
    return ProtocolViolation(LinkTrouble.MALFORMED, detail)
