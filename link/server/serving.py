"""What is under way inside one association: a request being answered, a transfer. IEC 62056-5-3.

Invariant: every request ends in one answer, at once or with the answer to its last Question; no
answer is longer than the client takes.

| request                   | needs the bit       | answer                                       |
|---------------------------|---------------------|----------------------------------------------|
| GET, SET, ACTION          | of the service      | the response, or its first block if too long |
| GET, SET, ACTION list     | multiple references | a result for each, or the first block        |
| SET, ACTION list block    | both                | go on; at the last one as the list           |
| GET, ACTION next          | block of it         | the next block of the answer                 |
| SET, ACTION block         | block of it         | go on; at the last one as SET, ACTION        |
"""

from link.dlms import (
    ActionBlock,
    ActionFirstBlock,
    ActionListFirstBlock,
    ActionListRequest,
    ActionListResponse,
    ActionNext,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    Conformance,
    DataAccessResult,
    ExceptionResponse,
    GetListRequest,
    GetListResponse,
    GetNext,
    GetRequest,
    GetResponse,
    ServiceError,
    SetBlock,
    SetFirstBlock,
    SetLastTaken,
    SetListFirstBlock,
    SetListRequest,
    SetRequest,
    StateError,
)
from link.dlms.source import MAX_OCTETS
from link.server.counts import ServerCounts
from link.server.events import Operation, Response
from link.server.objects import Situation
from link.server.reply import TOO_LONG, AnyRequest, Reply, Whole, bounded, shortest
from link.server.services import Question, reach
from link.server.transfers import First, Further, LongRequest, Transfers

_GET_BLOCKS = Conformance.GET | Conformance.BLOCK_GET
_SET_BLOCKS = Conformance.SET | Conformance.BLOCK_SET
_ACTION_BLOCKS = Conformance.ACTION | Conformance.BLOCK_ACTION

_NEEDS: dict[type[Apdu], Conformance] = {
    GetRequest: Conformance.GET,
    GetListRequest: Conformance.GET | Conformance.MULTIPLE_REFERENCES,
    SetListRequest: Conformance.SET | Conformance.MULTIPLE_REFERENCES,
    ActionListRequest: Conformance.ACTION | Conformance.MULTIPLE_REFERENCES,
    GetNext: _GET_BLOCKS,
    SetRequest: Conformance.SET,
    SetFirstBlock: _SET_BLOCKS,
    SetBlock: _SET_BLOCKS,
    ActionRequest: Conformance.ACTION,
    SetListFirstBlock: _SET_BLOCKS | Conformance.MULTIPLE_REFERENCES,
    ActionListFirstBlock: _ACTION_BLOCKS | Conformance.MULTIPLE_REFERENCES,
    ActionFirstBlock: _ACTION_BLOCKS,
    ActionBlock: _ACTION_BLOCKS,
    ActionNext: _ACTION_BLOCKS,
}
"""What must have been granted for a service."""

_NOT_GRANTED = ExceptionResponse(
    StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED
).to_bytes()


class Serving:
    """One association from its AARE to its end."""

    def __init__(self, situation: Situation, counts: ServerCounts) -> None:
        self._situation = situation
        self._counts = counts
        self._transfers = Transfers(counts)
        self._reply: Reply | None = None

    def asked(self, apdu: Apdu) -> bytes | tuple[Question, ...] | None:
        """Take one APDU; return what to say, or what to put to the application first.

        None for what is no request that is built. DlmsError where blocks carried no value.
        """
        needed = _NEEDS.get(type(apdu))
        if needed is not None and needed not in self._granted:
            self._counts.unsupported += 1
            return _NOT_GRANTED
        match apdu:
            case (
                GetRequest()
                | SetRequest()
                | ActionRequest()
                | GetListRequest()
                | SetListRequest()
                | ActionListRequest()
            ):
                self._transfers.drop()
                return self._serve(apdu)
            case GetNext() | ActionNext():
                return self._transfers.next(apdu).to_bytes()
            case SetFirstBlock() | ActionFirstBlock():
                return self._denied(apdu) or self._take(apdu)
            case SetListFirstBlock() | ActionListFirstBlock() | SetBlock() | ActionBlock():
                return self._take(apdu)
            case _:
                return None

    def answered(self, question: Question, response: Response) -> bytes | None:
        """Take the application's answer; return what to say once none is missing.

        ValueError for a response that does not fit the operation or the type of the row, and for
        an answer that nobody waits for.
        """
        if self._reply is None:
            raise ValueError(f"nobody waits for {question.row.key}")
        self._reply.put(question, response)
        return self._said(self._reply)

    def _serve(
        self, request: AnyRequest, last_block: int | None = None
    ) -> bytes | tuple[Question, ...] | None:
        match request:
            case SetListRequest(_, asked, given) | ActionListRequest(_, asked, given):
                if len(asked) != len(given):
                    return None
        in_blocks = isinstance(request, ActionListRequest) and _ACTION_BLOCKS in self._granted
        if not in_blocks and shortest(request, last_block=last_block) > self._longest:
            self._counts.refused += 1
            return TOO_LONG.to_bytes()
        self._reply = Reply(request, self._situation, last_block=last_block)
        self._counts.refused += self._reply.refused
        return self._said(self._reply) or self._reply.questions

    def _said(self, reply: Reply) -> bytes | None:
        whole = reply.whole
        if whole is None:
            return None
        self._reply = None
        octets = whole.to_bytes()
        return octets if len(octets) <= self._longest else self._long(whole).to_bytes()

    def _long(self, whole: Whole) -> Apdu:
        """Return the first block of an answer that is too long, or else what fits of it."""
        answer = bounded(whole, MAX_OCTETS)
        match answer:
            case GetResponse() | GetListResponse() if _GET_BLOCKS in self._granted:
                return self._transfers.hold(answer, self._longest)
            case ActionResponse() | ActionListResponse() if _ACTION_BLOCKS in self._granted:
                return self._transfers.hold(answer, self._longest)
            case _:
                return bounded(whole, self._longest)

    @property
    def _granted(self) -> Conformance:
        return self._situation.association.conformance

    @property
    def _longest(self) -> int:
        return self._situation.association.max_send

    def _denied(self, first: SetFirstBlock | ActionFirstBlock) -> bytes | None:
        """Refuse a long request at its first block where its last one would be refused."""
        is_set = isinstance(first, SetFirstBlock)
        wanted = first.attribute if isinstance(first, SetFirstBlock) else first.method
        row = reach(wanted, Operation.WRITE if is_set else Operation.INVOKE, self._situation)
        if not isinstance(row, DataAccessResult):
            return None
        self._transfers.drop()
        self._counts.refused += 1
        if is_set:
            return SetLastTaken(first.invoke, row, first.block.number).to_bytes()
        return ActionResponse(first.invoke, ActionResult(row)).to_bytes()

    def _take(self, block: First | Further) -> bytes | tuple[Question, ...] | None:
        taken = self._transfers.take(block)
        if isinstance(taken, LongRequest):
            return self._serve(taken.request, last_block=taken.number)
        return taken.to_bytes()
