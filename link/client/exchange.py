"""How one ask goes through its requests: what to say first, what next, and what it came to.

Invariant: an exchange ends in exactly one Response, and says nothing after it. link.md 3.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TypeAlias

from link.client.association import Grant
from link.client.passage import Passage
from link.client.requests import (
    Breach,
    Get,
    GetMany,
    Refusal,
    Request,
    Response,
    Result,
    Single,
    Wire,
    read_list,
    read_response,
    to_apdu,
    to_list,
)
from link.dlms import Apdu, Conformance
from link.terms import LinkTrouble

LIST_LONGEST = 32
"""References of one list: as many as our server looks at."""


class Alone:
    """One request and its answer."""

    def __init__(self, request: Single, invoke: int, grant: Grant) -> None:
        self._request = request
        self._invoke = invoke
        self._passage = Passage(to_apdu(request, invoke), grant)

    def begin(self) -> bytes:
        """Return what to say first."""
        return self._passage.begin()

    def take(self, apdu: Apdu) -> bytes | Response:
        """Take what the meter said; return what to say next, or what it came to."""
        step = self._passage.take(apdu)
        if isinstance(step, bytes | Refusal | Breach):
            return step
        return read_response(self._request, self._invoke, step)


class Listed:
    """Several reads in as few requests as the meter's grant allows."""

    def __init__(self, gets: Sequence[Get], invoke: int, grant: Grant) -> None:
        self._invoke = invoke
        self._grant = grant
        self._lists = Conformance.MULTIPLE_REFERENCES in grant.conformance
        self._left = deque(gets)
        self._asked: list[Get] = []
        self._results: list[Result | Refusal] = []
        self._passage = self._open()

    def begin(self) -> bytes:
        """Return what to say first."""
        return self._passage.begin()

    def take(self, apdu: Apdu) -> bytes | Response:
        """Take what the meter said; return what to say next, or what it came to."""
        step = self._passage.take(apdu)
        if isinstance(step, bytes | Breach):
            return step
        response = step if isinstance(step, Refusal) else self._read(step)
        match response:
            case Breach():
                return response
            case Refusal(LinkTrouble.REFUSED_ACCESS) if len(self._asked) > 1:
                self._lists = False  # granted and yet not served
                self._left.extendleft(reversed(self._asked))
            case Refusal() if len(self._asked) > 1:
                return response
            case Result() | Refusal():
                self._results.append(response)
            case _:
                self._results.extend(response)
        return self._go_on() if self._left else Result(tuple(self._results))

    def _read(self, apdu: Apdu) -> Response | tuple[Result | Refusal, ...]:
        if len(self._asked) > 1:
            return read_list(self._asked, self._invoke, apdu)
        return read_response(self._asked[0], self._invoke, apdu)

    def _go_on(self) -> bytes:
        self._passage = self._open()
        return self._passage.begin()

    def _open(self) -> Passage:
        """Ask for as many as one request may have: at least one."""
        self._asked = list(islice(self._left, LIST_LONGEST if self._lists else 1))
        wire = self._wire()
        while len(self._asked) > 1 and len(wire.to_bytes()) > self._grant.max_send:
            self._asked.pop()
            wire = self._wire()
        for _ in self._asked:
            self._left.popleft()
        return Passage(wire, self._grant)

    def _wire(self) -> Wire:
        if len(self._asked) > 1:
            return to_list(self._asked, self._invoke)
        return to_apdu(self._asked[0], self._invoke)


Exchange: TypeAlias = Alone | Listed


def exchange(request: Request, invoke: int, grant: Grant) -> Exchange:
    """Return the way of a request to a meter that has granted so much."""
    match request:
        case GetMany(gets):
            return Listed(gets, invoke, grant)
        case _:
            return Alone(request, invoke, grant)


def check(request: Request, invoke: int) -> None:
    """Raise ValueError for a request that cannot be written."""
    match request:
        case GetMany(()):
            raise ValueError("a list of nothing is asked for")
        case GetMany(gets):
            to_list(gets, invoke).to_bytes()
        case _:
            to_apdu(request, invoke).to_bytes()
