"""How one ask goes through its requests: what to say first, what next, and what it came to.

Invariant: an exchange ends in exactly one Response, and says nothing after it. link.md 3.
"""

from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from link.client.association import Grant
from link.client.passage import Passage
from link.client.requests import (
    Get,
    GetMany,
    ProtocolViolation,
    Refusal,
    Request,
    Response,
    Result,
    Single,
    Wire,
    read_list,
    read_response,
    to_apdu,
    to_get,
)
from link.dlms import Apdu, Conformance, GetListRequest, GetRequest, Reference
from link.terms import LASTING

LIST_LONGEST = 32
"""References of one list; more go into further ones, so that a slow meter is not asked too much."""

LIST_AROUND = 4
"""Octets of a list beside its references: tag, kind, invoke, count."""

GET_AROUND = 3
"""Octets of a single GET beside its reference, which is that of a list."""


class Alone:
    """One request and its answer."""

    def __init__(self, request: Single, invoke: int) -> None:
        """ValueError for a request that cannot be written."""
        self._request = request
        self._invoke = invoke
        self._passage = Passage(to_apdu(request, invoke))

    def begin(self, grant: Grant) -> bytes:
        """Return what to say first to a meter that has granted so much."""
        return self._passage.begin(grant)

    def take(self, apdu: Apdu) -> bytes | Response:
        """Take what the meter said; return what to say next, or what it came to."""
        step = self._passage.take(apdu)
        if isinstance(step, bytes | Refusal | ProtocolViolation):
            return step
        return read_response(self._request, self._invoke, step)


class Listed:
    """Several reads in as few requests as the meter's grant allows."""

    def __init__(self, gets: Sequence[Get], invoke: int) -> None:
        """ValueError for no reads, or one that cannot be written."""
        if not gets:
            raise ValueError("a list of nothing is asked for")
        self._invoke = invoke
        self._left = deque((get, to_get(get, invoke)) for get in gets)
        self._asked: list[tuple[Get, GetRequest]] = []
        self._results: list[Result | Refusal] = []
        self._grant = Grant(Conformance(0), 0)
        self._lists = False
        self._passage = Passage(self._left[0][1])

    def begin(self, grant: Grant) -> bytes:
        """Return what to say first to a meter that has granted so much."""
        self._grant = grant
        self._lists = Conformance.MULTIPLE_REFERENCES in grant.conformance
        return self._next()

    def take(self, apdu: Apdu) -> bytes | Response:
        """Take what the meter said; return what to say next, or what it came to."""
        step = self._passage.take(apdu)
        if isinstance(step, bytes | ProtocolViolation):
            return step
        response = step if isinstance(step, Refusal) else self._read(step)
        match response:
            case ProtocolViolation():
                return response
            case Refusal(trouble) if trouble in LASTING and len(self._asked) > 1:
                self._lists = False  # granted and yet not served
                self._left.extendleft(reversed(self._asked))
            case Refusal() if len(self._asked) > 1:
                return response
            case Result() | Refusal():
                self._results.append(response)
            case _:
                self._results.extend(response)
        return self._next() if self._left else Result(tuple(self._results))

    def _read(self, apdu: Apdu) -> Response | tuple[Result | Refusal, ...]:
        gets = [get for get, _ in self._asked]
        if len(gets) > 1:
            return read_list(gets, self._invoke, apdu)
        return read_response(gets[0], self._invoke, apdu)

    def _next(self) -> bytes:
        """Ask for as many as one request may have: at least one."""
        self._asked = [self._left.popleft()]
        room = self._grant.max_send - LIST_AROUND - _reference_octets(self._asked[0][1])
        while self._lists and self._left and len(self._asked) < LIST_LONGEST:
            room -= _reference_octets(self._left[0][1])
            if room < 0:
                break
            self._asked.append(self._left.popleft())
        self._passage = Passage(self._wire())
        return self._passage.begin(self._grant)

    def _wire(self) -> Wire:
        singles = [single for _, single in self._asked]
        if len(singles) == 1:
            return singles[0]
        references = (Reference(single.attribute, single.selection) for single in singles)
        return GetListRequest(self._invoke, tuple(references))


Exchange: TypeAlias = Alone | Listed


def exchange(request: Request, invoke: int) -> Exchange:
    """Return the way of a request; ValueError for one that cannot be written."""
    match request:
        case GetMany(gets):
            return Listed(gets, invoke)
        case _:
            return Alone(request, invoke)


def _reference_octets(single: GetRequest) -> int:
    return len(single.to_bytes()) - GET_AROUND
