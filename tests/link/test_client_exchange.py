"""How one ask goes through its APDUs: laws of lists."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.client import Get, GetMany, Refusal, Result
from link.client.association import Grant
from link.client.exchange import LIST_LONGEST, exchange
from link.client.requests import ProtocolViolation, Response
from link.cosem import row
from link.dlms import (
    ActionResponse,
    ActionResult,
    Apdu,
    Conformance,
    Data,
    DataAccessResult,
    ExceptionResponse,
    GetListRequest,
    GetListResponse,
    GetRequest,
    GetResponse,
    ServiceError,
    StateError,
    Tag,
    read_apdu,
)
from link.terms import LinkTrouble

INVOKE = 0xC7
POWER, ALARMS, ENERGY = row("power.value"), row("alarms.value"), row("energy_import.value")
PLAIN, LISTS = Conformance.GET, Conformance.GET | Conformance.MULTIPLE_REFERENCES
DENIED = DataAccessResult.READ_WRITE_DENIED
REFUSED = Refusal(LinkTrouble.REFUSED_ACCESS, "read-write-denied")
UNSUPPORTED = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED)
UNASSOCIATED = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON)


def asked(
    many: GetMany, grant: Grant, meter: Callable[[Apdu], Apdu]
) -> tuple[list[Apdu], Response]:
    """Play an exchange with a meter; return what was said and what it came to."""
    way = exchange(many, INVOKE)
    said, step = [], way.begin(grant)
    while isinstance(step, bytes):
        assert len(step) <= grant.max_send
        said.append(read_apdu(step))
        step = way.take(read_apdu(meter(said[-1]).to_bytes()))
    return said, step


def number(request: GetRequest | None, logical_name: bytes) -> Data | DataAccessResult:
    """Return the value of a row: its place on the wire; ALARMS is denied."""
    assert request is None or request.invoke == INVOKE
    if logical_name == ALARMS.logical_name:
        return DENIED
    return Data(Tag.U32, logical_name[2])


def good(apdu: Apdu) -> Apdu:
    match apdu:
        case GetRequest(invoke, attribute):
            return GetResponse(invoke, number(apdu, attribute.logical_name))
        case GetListRequest(invoke, references):
            names = (each.attribute.logical_name for each in references)
            return GetListResponse(invoke, tuple(number(None, name) for name in names))
    raise AssertionError(apdu)


def without_lists(apdu: Apdu) -> Apdu:
    return UNSUPPORTED if isinstance(apdu, GetListRequest) else good(apdu)


def expected(gets: Sequence[Get]) -> Result:
    return Result(
        tuple(REFUSED if get.row == ALARMS else Result(get.row.logical_name[2]) for get in gets)
    )


gets = st.lists(st.sampled_from([POWER, ALARMS, ENERGY]).map(Get), min_size=1, max_size=80)


@given(gets, st.sampled_from([PLAIN, LISTS]), st.integers(25, 400), st.booleans())
def test_whatever_the_meter_grants_every_row_has_its_own_answer_in_order(
    wanted: list[Get], conformance: Conformance, longest: int, serves_lists: bool
) -> None:
    meter = good if serves_lists else without_lists
    said, came = asked(GetMany(tuple(wanted)), Grant(conformance, longest), meter)
    assert came == expected(wanted)
    if conformance is PLAIN:
        assert all(isinstance(apdu, GetRequest) for apdu in said)


def test_as_few_requests_are_made_as_the_meter_takes() -> None:
    nine = GetMany((Get(POWER),) * 9)
    assert len(asked(nine, Grant(LISTS, 1024), good)[0]) == 1
    assert len(asked(nine, Grant(LISTS, 4 + 3 * 10), good)[0]) == 3
    assert len(asked(nine, Grant(PLAIN, 1024), good)[0]) == 9
    assert len(asked(nine, Grant(LISTS, 1024), without_lists)[0]) == 10
    many = GetMany((Get(POWER),) * (LIST_LONGEST + 1))
    assert len(asked(many, Grant(LISTS, 0xFFFF), good)[0]) == 2


SENSELESS: dict[str, Apdu] = {
    "1 results in answer to c7, 2 asked by c7": GetListResponse(INVOKE, (DENIED,)),
    "2 results in answer to c1, 2 asked by c7": GetListResponse(0xC1, (DENIED, DENIED)),
    "ActionResponse as an answer to a list": ActionResponse(INVOKE, ActionResult.SUCCESS),
    "exception service-not-allowed, other-reason": UNASSOCIATED,
}


@pytest.mark.parametrize(("detail", "answer"), SENSELESS.items())
def test_an_answer_that_cannot_be_is_a_breach(detail: str, answer: Apdu) -> None:
    _, came = asked(GetMany((Get(POWER), Get(ENERGY))), Grant(LISTS, 1024), lambda _: answer)
    assert isinstance(came, ProtocolViolation)
    assert came.detail == detail


def test_a_value_of_another_type_spoils_no_other() -> None:
    answer = GetListResponse(INVOKE, (Data(Tag.BOOLEAN, True), Data(Tag.U32, 9)))
    _, came = asked(GetMany((Get(POWER), Get(ENERGY))), Grant(LISTS, 1024), lambda _: answer)
    assert isinstance(came, Result)
    assert came.value == (
        Refusal(LinkTrouble.NOT_OFFERED, "BOOLEAN where U32 stands"),
        Result(9),
    )


def test_a_list_that_cannot_be_written_is_our_own_fault() -> None:
    for wrong in (GetMany(()), GetMany((Get(POWER), Get(row("token_gateway.enter"))))):
        with pytest.raises(ValueError, match=r"nothing|no attribute"):
            exchange(wrong, INVOKE)
