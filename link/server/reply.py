"""One answer in the making: its parts, and those that wait for the application. IEC 62056-5-3.

Invariants: an answer is whole when every part is there, and it is never longer than the client
takes. A list is refused before anything is done if its shortest answer would be longer, and no more
of a GET with list is encoded than one answer can carry.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from link.dlms import (
    ActionListRequest,
    ActionListResponse,
    ActionRequest,
    ActionResponse,
    Data,
    DataAccessResult,
    Done,
    ExceptionResponse,
    GetListRequest,
    GetListResponse,
    GetRequest,
    GetResponse,
    ServiceError,
    SetLastTaken,
    SetListLastTaken,
    SetListRequest,
    SetListResponse,
    SetRequest,
    SetResponse,
    StateError,
    Tag,
)
from link.dlms.source import MAX_OCTETS, length_octets
from link.server.events import Response
from link.server.objects import Situation
from link.server.services import Answer, Question, answer, serve

LIST_OVERHEAD = 6
"""Octets of a get-response-with-list beside its results: tag, kind, invoke, a count of three."""

REFUSED_OCTETS = 2
"""A result that is no data: choice and code."""

LIST_HEAD = 3
"""Octets of an answer to a list before the count of its results: tag, kind, invoke."""

NUMBER_OCTETS = 4
"""A block number."""

TOO_LONG = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.PDU_TOO_LONG)

Listed: TypeAlias = GetListRequest | SetListRequest | ActionListRequest
AnyRequest: TypeAlias = GetRequest | SetRequest | ActionRequest | Listed
Whole: TypeAlias = (
    Answer
    | GetListResponse
    | SetListResponse
    | ActionListResponse
    | SetLastTaken
    | SetListLastTaken
)


class Reply:
    """The answer to one request."""

    def __init__(
        self, request: AnyRequest, situation: Situation, *, last_block: int | None = None
    ) -> None:
        """Serve the request as far as this server can alone.

        `last_block` is the number of its last block where it came in blocks.
        """
        self._last_block = last_block
        self._invoke = request.invoke
        self._request = request
        self._room = MAX_OCTETS
        self._parts = [
            self._counted(serve(single, situation, place)) if self._room >= 0 else self._no_room
            for place, single in enumerate(_singles(request))
        ]
        self._open = len(self.questions)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return the parts that only the application can answer."""
        return tuple(part for part in self._parts if isinstance(part, Question))

    @property
    def refused(self) -> int:
        """Return how many parts are there and say that nothing was done."""
        return sum(_is_refusal(part) for part in self._answers)

    def put(self, question: Question, response: Response) -> None:
        """Put the answer to one of the questions in its place.

        ValueError as `answer`, and for a question that has its answer.
        """
        if self._parts[question.place] is not question:
            raise ValueError(f"nobody waits for {question.row.key}")
        is_full = self._room < 0
        part = self._no_room if is_full else self._counted(answer(question, response))
        self._parts[question.place] = part
        self._open -= 1

    @property
    def whole(self) -> Whole | None:
        """Return the answer, however long; None while a question is open."""
        if self._open:
            return None
        answers = self._answers
        match self._request:
            case GetListRequest():
                results = tuple(each.result for each in answers if isinstance(each, GetResponse))
                return GetListResponse(self._invoke, results)
            case SetListRequest():
                written = tuple(each.result for each in answers if isinstance(each, SetResponse))
                if self._last_block is not None:
                    return SetListLastTaken(self._invoke, written, self._last_block)
                return SetListResponse(self._invoke, written)
            case ActionListRequest():
                run = (each for each in answers if isinstance(each, ActionResponse))
                done = tuple(Done(each.result, each.data) for each in run)
                return ActionListResponse(self._invoke, done)
            case _:
                return self._single(answers[0])

    def _counted(self, part: Answer | Question) -> Answer | Question:
        """Take the octets of an array in a list off the room; all other results are short."""
        match self._request, part:
            case GetListRequest(), GetResponse(result=Data(Tag.ARRAY) as array):
                self._room -= len(array.to_bytes())
        return part

    @property
    def _no_room(self) -> GetResponse:
        return GetResponse(self._invoke, DataAccessResult.OTHER_REASON)

    def _single(self, given: Answer) -> Whole:
        if isinstance(given, SetResponse) and self._last_block is not None:
            return SetLastTaken(given.invoke, given.result, self._last_block)
        return given

    @property
    def _answers(self) -> list[Answer]:
        return [part for part in self._parts if not isinstance(part, Question)]


def shortest(request: AnyRequest, *, last_block: int | None = None) -> int:
    """Return the octets of the shortest answer to a list of SET or ACTION; 0 for all else."""
    match request:
        case SetListRequest(_, references):
            behind = 0 if last_block is None else NUMBER_OCTETS
            count = len(references)
            return LIST_HEAD + len(length_octets(count)) + count + behind
        case ActionListRequest(_, methods):
            return LIST_HEAD + len(length_octets(len(methods))) + REFUSED_OCTETS * len(methods)
        case _:
            return 0


def bounded(whole: Whole, longest: int) -> Whole | ExceptionResponse:
    """Return the answer, or the one to be given where it may have no more than `longest`."""
    if len(whole.to_bytes()) <= longest:
        return whole
    match whole:
        case GetListResponse(invoke, results):
            return _shortened(invoke, results, longest)
        case GetResponse(invoke):
            return GetResponse(invoke, DataAccessResult.OTHER_REASON)
        case ActionResponse(invoke, result):
            return ActionResponse(invoke, result)
        case ActionListResponse(invoke, done):
            return ActionListResponse(invoke, tuple(Done(each.result) for each in done))
        case SetResponse() | SetLastTaken() | SetListResponse() | SetListLastTaken():
            return whole


def _shortened(
    invoke: int, results: Sequence[Data | DataAccessResult], longest: int
) -> GetListResponse | ExceptionResponse:
    """Refuse the results for which there is no room, one by one, in order."""
    room = longest - LIST_OVERHEAD - REFUSED_OCTETS * len(results)
    if room < 0:
        return TOO_LONG
    kept: list[Data | DataAccessResult] = []
    for result in results:
        more = len(result.to_bytes()) + 1 - REFUSED_OCTETS if isinstance(result, Data) else 0
        kept.append(result if more <= room else DataAccessResult.OTHER_REASON)
        room -= more if more <= room else 0
    return GetListResponse(invoke, tuple(kept))


def _singles(request: AnyRequest) -> Iterator[GetRequest | SetRequest | ActionRequest]:
    """Return the requests of a list in its order, or the one that is none."""
    invoke = request.invoke
    match request:
        case GetListRequest():
            for each in request.references:
                yield GetRequest(invoke, each.attribute, each.selection)
        case SetListRequest():
            for each, value in zip(request.references, request.values, strict=True):
                yield SetRequest(invoke, each.attribute, value, each.selection)
        case ActionListRequest():
            for method, parameter in zip(request.methods, request.parameters, strict=True):
                yield ActionRequest(invoke, method, parameter)
        case _:
            yield request


def _is_refusal(part: Answer) -> bool:
    return not isinstance(part.result, Data) and part.result != 0
