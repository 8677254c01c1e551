"""How one ask goes through its APDUs: what to say first, what next, and what it came to. link.md 3.

Invariant: an exchange ends in exactly one Response, and says nothing after it.
"""

from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from link.client.association import Grant
from link.client.requests import (
    Breach,
    Get,
    GetMany,
    Refusal,
    Request,
    Response,
    Result,
    Single,
    read_list,
    read_response,
    to_apdu,
    to_list,
)
from link.dlms import Apdu, Conformance
from link.terms import LinkTrouble

LIST_LONGEST = 32
"""References of one list: as many as our server looks at."""


class OneByOne:
    """One request and its answer."""

    def __init__(self, request: Single, invoke: int) -> None:
        self._request = request
        self._invoke = invoke

    def begin(self) -> bytes:
        """Return the request."""
        return to_apdu(self._request, self._invoke).to_bytes()

    def take(self, apdu: Apdu) -> bytes | Response:
        """Take what the meter said; return what to say next, or what it came to."""
        return read_response(self._request, self._invoke, apdu)


class Listed:
    """Several reads in as few requests as the meter's grant allows."""

    def __init__(self, gets: Sequence[Get], invoke: int, grant: Grant) -> None:
        self._invoke = invoke
        self._left = deque(gets)
        self._asked: list[Get] = []
        self._results: list[Result | Refusal] = []
        self._grant = grant
        self._lists = Conformance.MULTIPLE_REFERENCES in grant.conformance

    def begin(self) -> bytes:
        """Return the first request."""
        return self._next()

    def take(self, apdu: Apdu) -> bytes | Response:
        """Take what the meter said; return what to say next, or what it came to."""
        response = self._read(apdu)
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
            case tuple():
                self._results.extend(response)
        return self._next() if self._left else Result(tuple(self._results))

    def _read(self, apdu: Apdu) -> Response | tuple[Result | Refusal, ...]:
        if len(self._asked) > 1:
            return read_list(self._asked, self._invoke, apdu)
        return read_response(self._asked[0], self._invoke, apdu)

    def _next(self) -> bytes:
        """Ask for as many as one request may have: at least one."""
        self._asked = [self._left.popleft()]
        octets = to_apdu(self._asked[0], self._invoke).to_bytes()
        while self._lists and self._left and len(self._asked) < LIST_LONGEST:
            longer = to_list([*self._asked, self._left[0]], self._invoke).to_bytes()
            if len(longer) > self._grant.max_send:
                break
            octets = longer
            self._asked.append(self._left.popleft())
        return octets


Exchange: TypeAlias = OneByOne | Listed


def exchange(request: Request, invoke: int, grant: Grant) -> Exchange:
    """Return the way of a request to a meter that has granted so much."""
    match request:
        case GetMany(gets):
            return Listed(gets, invoke, grant)
        case _:
            return OneByOne(request, invoke)


def check(request: Request, invoke: int) -> None:
    """Raise ValueError for a request that cannot be written."""
    match request:
        case GetMany(()):
            raise ValueError("a list of nothing is asked for")
        case GetMany(gets):
            to_list(gets, invoke).to_bytes()
        case _:
            to_apdu(request, invoke).to_bytes()
