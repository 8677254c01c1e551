"""One answer in the making: its parts, and those that wait for the application. IEC 62056-5-3.

Invariant: an answer is whole when every part is there, and it is never longer than the client
takes.
"""

from collections.abc import Sequence
from typing import TypeAlias

from link.dlms import (
    ActionRequest,
    ActionResponse,
    Data,
    DataAccessResult,
    ExceptionResponse,
    GetListRequest,
    GetListResponse,
    GetRequest,
    GetResponse,
    ServiceError,
    SetLastTaken,
    SetRequest,
    SetResponse,
    StateError,
)
from link.server.events import Response
from link.server.objects import Situation
from link.server.services import Answer, Question, answer, serve

MAX_LIST = 32
"""References of one list that are looked at; a log at each of them keeps the others waiting."""

LIST_OVERHEAD = 6
"""Octets of a get-response-with-list beside its results: tag, kind, invoke, a count of three."""

REFUSED_OCTETS = 2
"""A result that is no data: choice and code."""

TOO_LONG = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.PDU_TOO_LONG)

AnyRequest: TypeAlias = GetRequest | SetRequest | ActionRequest | GetListRequest
Whole: TypeAlias = Answer | GetListResponse | SetLastTaken


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
        self._listed = isinstance(request, GetListRequest)
        self._parts = _parts(request, situation)
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
        self._parts[question.place] = answer(question, response)
        self._open -= 1

    @property
    def whole(self) -> Whole | None:
        """Return the answer, however long; None while a question is open."""
        if self._open:
            return None
        answers = self._answers
        if not self._listed:
            return self._single(answers[0])
        results = tuple(each.result for each in answers if isinstance(each, GetResponse))
        return GetListResponse(self._invoke, results)

    def _single(self, given: Answer) -> Whole:
        if isinstance(given, SetResponse) and self._last_block is not None:
            return SetLastTaken(given.invoke, given.result, self._last_block)
        return given

    @property
    def _answers(self) -> list[Answer]:
        return [part for part in self._parts if not isinstance(part, Question)]


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
        case SetResponse() | SetLastTaken():
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


def _parts(request: AnyRequest, situation: Situation) -> list[Answer | Question]:
    if not isinstance(request, GetListRequest):
        return [serve(request, situation)]
    parts: list[Answer | Question] = []
    for place, wanted in enumerate(request.references):
        get = GetRequest(request.invoke, wanted.attribute, wanted.selection)
        beyond = GetResponse(request.invoke, DataAccessResult.OTHER_REASON)
        parts.append(serve(get, situation, place) if place < MAX_LIST else beyond)
    return parts


def _is_refusal(part: Answer) -> bool:
    return not isinstance(part.result, Data) and part.result != 0
