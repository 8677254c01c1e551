"""Long answers and long requests as a meter takes them: numbers, bounds, what ends a transfer."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.cosem import Row, row
from link.dlms import (
    ActionAnswerBlock,
    ActionBlock,
    ActionBlockTaken,
    ActionFirstBlock,
    ActionListFirstBlock,
    ActionListRequest,
    ActionNext,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    AttributeRef,
    Block,
    Conformance,
    Data,
    DataAccessResult,
    ExceptionResponse,
    GetBlock,
    GetListRequest,
    GetListResponse,
    GetNext,
    GetRequest,
    GetResponse,
    LongAnswer,
    MethodRef,
    Reference,
    ServiceError,
    SetBlock,
    SetBlockTaken,
    SetFirstBlock,
    SetLastTaken,
    SetListFirstBlock,
    SetListLastTaken,
    SetRequest,
    StateError,
    Tag,
    answer_of,
    read_apdu,
)
from link.server import ActionDone, Written
from link.server.dialogue import Dialogue
from link.server.services import Question
from link.server.transfers import LONGEST_REQUEST, First, Further
from link.terms import Alarm

from .dialogues import ALL, associated, proposing, said

INVOKE = 0xC1
ALARMS, ENTER, LIST = (
    row("alarms.value"),
    row("token_gateway.enter"),
    row("association.object_list"),
)
DIGITS = Data(Tag.OCTET_STRING, b"1" * 20)


def attribute(of: Row) -> AttributeRef:
    return AttributeRef(of.class_id, of.logical_name, of.index)


GET = GetRequest(INVOKE, attribute(LIST))
GATEWAY = MethodRef(ENTER.class_id, ENTER.logical_name, ENTER.index)


def taking(longest: int, conformance: Conformance = ALL) -> Dialogue:
    return associated(proposal=proposing(max_receive=longest, conformance=conformance))


def fetched(to: Dialogue, first: Apdu, longest: int) -> LongAnswer:
    """Fetch an answer in blocks."""
    raw, number, apdu = b"", 0, first
    while isinstance(apdu, GetBlock | ActionAnswerBlock):
        number += 1
        assert len(apdu.to_bytes()) <= longest
        if isinstance(apdu, GetBlock):
            assert isinstance(apdu.result, bytes)
            block = Block(apdu.last, apdu.number, apdu.result)
        else:
            block = apdu.block
        assert block.number == number
        raw += block.raw
        if block.last:
            kind = GetResponse if isinstance(apdu, GetBlock) else ActionResponse
            return answer_of(kind, apdu.invoke, raw)
        asking = GetNext if isinstance(apdu, GetBlock) else ActionNext
        apdu = said(to, asking(apdu.invoke, number))
    raise AssertionError(apdu)


@settings(max_examples=15)
@given(st.integers(12, 900))
def test_an_answer_in_blocks_is_the_answer_and_no_block_is_too_long(longest: int) -> None:
    client = taking(longest)
    assert fetched(client, said(client, GET), longest) == said(associated(), GET)


def test_a_list_in_blocks_is_the_list() -> None:
    wanted = GetListRequest(INVOKE, (Reference(attribute(LIST)), Reference(attribute(ENTER))) * 2)
    client, raw = taking(200), b""
    apdu = said(client, wanted)
    while isinstance(apdu, GetBlock) and isinstance(apdu.result, bytes):
        raw += apdu.result
        if apdu.last:
            break
        apdu = said(client, GetNext(INVOKE, apdu.number))
    assert answer_of(GetListResponse, INVOKE, raw) == said(associated(), wanted)


@given(st.integers(12, 120))
def test_what_a_method_returned_comes_in_blocks_after_it_has_run_once(longest: int) -> None:
    assert ENTER.returns is not None
    outcome = ENTER.returns.greatest()
    client = taking(longest)
    questions = client.received(ActionRequest(INVOKE, GATEWAY, DIGITS).to_bytes())
    assert isinstance(questions, tuple)
    first = client.answered(questions[0], ActionDone(ActionResult.SUCCESS, outcome))
    assert first is not None
    given_back = ActionResponse(INVOKE, ActionResult.SUCCESS, ENTER.returns.encode(outcome))
    apdu = read_apdu(first)
    if longest < len(given_back.to_bytes()):
        assert isinstance(apdu, ActionAnswerBlock)
        assert fetched(client, apdu, longest) == given_back
    else:
        assert apdu == given_back


def lost(number: int, why: DataAccessResult) -> GetBlock:
    return GetBlock(INVOKE, True, number, why)


def test_a_wrong_block_number_ends_the_transfer() -> None:
    for wrong in (0, 2, 3):
        client = taking(100)
        said(client, GET)
        invalid = lost(wrong, DataAccessResult.DATA_BLOCK_NUMBER_INVALID)
        assert said(client, GetNext(INVOKE, wrong)) == invalid
        none = lost(1, DataAccessResult.NO_LONG_GET_IN_PROGRESS)
        assert said(client, GetNext(INVOKE, 1)) == none


@pytest.mark.parametrize(
    "other",
    [
        GetRequest(INVOKE, attribute(row("clock.status"))),
        GetNext(0xC2, 1),
        ActionNext(INVOKE, 1),
        SetBlock(INVOKE, Block(False, 2, b"x")),
        SetFirstBlock(INVOKE, attribute(ALARMS), Block(False, 1, b"\x06")),
    ],
    ids=lambda apdu: type(apdu).__name__,
)
def test_whatever_does_not_continue_a_long_answer_ends_it(other: Apdu) -> None:
    client = taking(100)
    said(client, GET)
    said(client, other)
    assert said(client, GetNext(INVOKE, 1)) == lost(1, DataAccessResult.NO_LONG_GET_IN_PROGRESS)


def test_a_new_association_knows_no_transfer_of_the_old_one() -> None:
    client = taking(100)
    said(client, GET)
    said(client, proposing())
    assert said(client, GetNext(INVOKE, 1)) == lost(1, DataAccessResult.NO_LONG_GET_IN_PROGRESS)


def sent(to: Dialogue, requests: list[Apdu]) -> bytes | tuple[Question, ...]:
    """Send a request in blocks; all but the last one are taken."""
    for request in requests[:-1]:
        taken = said(to, request)
        assert isinstance(taken, SetBlockTaken | ActionBlockTaken)
        assert isinstance(request, First | Further)
        assert (taken.invoke, taken.number) == (INVOKE, request.block.number)
    return to.received(requests[-1].to_bytes())


def cut(octets: bytes, size: int) -> list[Block]:
    starts = range(0, len(octets), size)
    return [
        Block(at + size >= len(octets), number, octets[at : at + size])
        for number, at in enumerate(starts, start=1)
    ]


@given(st.integers(1, 30))
def test_a_token_in_blocks_is_put_to_the_application_once_and_as_one(size: int) -> None:
    first, *further = cut(DIGITS.to_bytes(), size)
    requests: list[Apdu] = [ActionFirstBlock(INVOKE, GATEWAY, first)]
    requests += [ActionBlock(INVOKE, block) for block in further]
    in_blocks, at_once = associated(), associated()
    asked = at_once.received(ActionRequest(INVOKE, GATEWAY, DIGITS).to_bytes())
    assert sent(in_blocks, requests) == asked
    none = ActionResponse(INVOKE, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
    assert said(in_blocks, ActionBlock(INVOKE, Block(True, 2, b""))) == none


@given(st.integers(1, 6))
def test_a_value_in_blocks_is_written_and_told_with_the_number_of_its_last_block(
    size: int,
) -> None:
    value = Data(Tag.U32, 3)
    first, *further = cut(value.to_bytes(), size)
    requests: list[Apdu] = [SetFirstBlock(INVOKE, attribute(ALARMS), first)]
    requests += [SetBlock(INVOKE, block) for block in further]
    client = associated()
    questions = client.received(requests[0].to_bytes()) if not further else sent(client, requests)
    assert isinstance(questions, tuple)
    assert [question.value for question in questions] == [Alarm(3)]
    octets = client.answered(questions[0], Written())
    assert octets is not None
    done = SetLastTaken(INVOKE, DataAccessResult.SUCCESS, len(requests))
    assert read_apdu(octets) == done


def listed(values: tuple[Data, ...]) -> bytes:
    return bytes([len(values)]) + b"".join(value.to_bytes() for value in values)


@given(st.integers(1, 60), st.integers(1, 9))
def test_a_list_of_tokens_in_blocks_is_put_to_the_application_as_the_list(
    size: int, count: int
) -> None:
    tokens = tuple(Data(Tag.OCTET_STRING, str(n).encode() * 20) for n in range(count))
    methods = (GATEWAY,) * count
    first, *further = cut(listed(tokens), size)
    requests: list[Apdu] = [ActionListFirstBlock(INVOKE, methods, first)]
    requests += [ActionBlock(INVOKE, block) for block in further]
    in_blocks, in_one = associated(), associated()
    asked = in_one.received(ActionListRequest(INVOKE, methods, tokens).to_bytes())
    asked_in_blocks = sent(in_blocks, requests)
    assert asked_in_blocks == asked
    assert isinstance(asked_in_blocks, tuple)
    assert isinstance(asked, tuple)
    done = ActionDone(ActionResult.SUCCESS)
    at_once = [in_one.answered(question, done) for question in asked]
    assert [in_blocks.answered(question, done) for question in asked_in_blocks] == at_once
    assert isinstance(at_once[-1], bytes)


@given(st.integers(1, 20), st.integers(1, 9))
def test_a_list_of_values_in_blocks_is_written_and_told_with_the_number_of_its_last_block(
    size: int, count: int
) -> None:
    values = tuple(Data(Tag.U32, n % 3) for n in range(count))
    first, *further = cut(listed(values), size)
    places = (Reference(attribute(ALARMS)),) * count
    requests: list[Apdu] = [SetListFirstBlock(INVOKE, places, first)]
    requests += [SetBlock(INVOKE, block) for block in further]
    client = associated()
    questions = sent(client, requests)
    assert isinstance(questions, tuple)
    assert [question.value for question in questions] == [Alarm(n % 3) for n in range(count)]
    octets = [client.answered(question, Written()) for question in questions][-1]
    assert octets is not None
    results = (DataAccessResult.SUCCESS,) * count
    assert read_apdu(octets) == SetListLastTaken(INVOKE, results, len(requests))


def test_a_list_in_blocks_without_a_value_for_each_place_is_senseless_and_does_nothing() -> None:
    senseless = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON)
    for raw in (b"", b"\x00", b"\x02" + DIGITS.to_bytes(), listed((DIGITS,)) + b"\x00"):
        whole = Block(True, 1, raw)
        assert said(associated(), ActionListFirstBlock(INVOKE, (GATEWAY,), whole)) == senseless
        places = (Reference(attribute(ALARMS)),)
        assert said(associated(), SetListFirstBlock(INVOKE, places, whole)) == senseless


def test_who_has_no_right_is_told_at_the_first_block() -> None:
    client, first = associated(), Block(False, 1, b"\x06")
    denied = SetLastTaken(INVOKE, DataAccessResult.READ_WRITE_DENIED, 1)
    assert said(client, SetFirstBlock(INVOKE, attribute(LIST), first)) == denied
    method = replace(GATEWAY, index=9)
    undefined = ActionResponse(INVOKE, ActionResult.OBJECT_UNDEFINED)
    assert said(client, ActionFirstBlock(INVOKE, method, first)) == undefined
    none = SetLastTaken(INVOKE, DataAccessResult.NO_LONG_SET_IN_PROGRESS, 2)
    assert said(client, SetBlock(INVOKE, Block(True, 2, b""))) == none


FIRST = SetFirstBlock(INVOKE, attribute(ALARMS), Block(False, 1, b"\x06"))
FAULTS = {
    DataAccessResult.DATA_BLOCK_NUMBER_INVALID: SetBlock(INVOKE, Block(True, 3, b"x")),
    DataAccessResult.NO_LONG_SET_IN_PROGRESS: SetBlock(0xC2, Block(True, 2, b"x")),
    DataAccessResult.LONG_SET_ABORTED: SetBlock(INVOKE, Block(False, 2, b"")),
}


@pytest.mark.parametrize(("why", "block"), FAULTS.items())
def test_a_block_that_does_not_fit_ends_the_long_request(
    why: DataAccessResult, block: SetBlock
) -> None:
    client = associated()
    said(client, FIRST)
    refused = SetLastTaken(block.invoke, why, block.block.number)
    assert said(client, block) == refused
    none = SetLastTaken(INVOKE, DataAccessResult.NO_LONG_SET_IN_PROGRESS, 2)
    assert said(client, SetBlock(INVOKE, Block(True, 2, bytes(4)))) == none


def test_a_long_request_is_bounded() -> None:
    client = associated()
    said(client, ActionFirstBlock(INVOKE, GATEWAY, Block(False, 1, bytes(1000))))
    for number in range(2, 2 + LONGEST_REQUEST // 1000):
        last = said(client, ActionBlock(INVOKE, Block(False, number, bytes(1000))))
    assert last == ActionResponse(INVOKE, ActionResult.LONG_ACTION_ABORTED)


def test_blocks_that_carry_no_value_are_senseless() -> None:
    senseless = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON)
    client = associated()
    assert said(client, replace(FIRST, block=Block(True, 1, b"\x06\x00"))) == senseless
    client_of_type = replace(FIRST, block=Block(True, 1, b"\x03\x01"))
    unmatched = SetLastTaken(INVOKE, DataAccessResult.TYPE_UNMATCHED, 1)
    assert said(client, client_of_type) == unmatched


BITS = {
    Conformance.BLOCK_GET: [GetNext(INVOKE, 1)],
    Conformance.BLOCK_SET: [
        FIRST,
        SetBlock(INVOKE, Block(True, 2, b"")),
        SetListFirstBlock(INVOKE, (), Block(True, 1, b"\x00")),
    ],
    Conformance.MULTIPLE_REFERENCES: [
        SetListFirstBlock(INVOKE, (), Block(True, 1, b"\x00")),
        ActionListFirstBlock(INVOKE, (), Block(True, 1, b"\x00")),
    ],
    Conformance.BLOCK_ACTION: [
        ActionFirstBlock(INVOKE, GATEWAY, Block(True, 1, b"\x00")),
        ActionBlock(INVOKE, Block(True, 2, b"")),
        ActionNext(INVOKE, 1),
        ActionListFirstBlock(INVOKE, (), Block(True, 1, b"\x00")),
    ],
}


@pytest.mark.parametrize(("bit", "requests"), BITS.items())
def test_blocks_that_were_not_granted_are_not_served(
    bit: Conformance, requests: list[Apdu]
) -> None:
    client = taking(0xFFFF, ALL & ~bit)
    refused = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED)
    assert [said(client, request) for request in requests] == [refused] * len(requests)


blocks = st.builds(Block, st.booleans(), st.integers(0, 4), st.binary(max_size=4))
invokes = st.sampled_from([0xC1, 0xC2])
requests = st.one_of(
    st.just(GET),
    st.just(SetRequest(INVOKE, attribute(ALARMS), Data(Tag.U32, 1))),
    st.builds(GetNext, invokes, st.integers(0, 4)),
    st.builds(ActionNext, invokes, st.integers(0, 4)),
    st.builds(SetFirstBlock, invokes, st.just(attribute(ALARMS)), blocks),
    st.builds(SetBlock, invokes, blocks),
    st.builds(ActionFirstBlock, invokes, st.just(GATEWAY), blocks),
    st.builds(ActionBlock, invokes, blocks),
    st.builds(SetListFirstBlock, invokes, st.just((Reference(attribute(ALARMS)),) * 2), blocks),
    st.builds(ActionListFirstBlock, invokes, st.just((GATEWAY,)), blocks),
)


@given(st.lists(requests, max_size=20))
def test_in_any_order_every_apdu_ends_in_one_answer(asked: list[Apdu]) -> None:
    client = taking(100)
    for apdu in asked:
        taken = client.received(apdu.to_bytes())
        if isinstance(taken, tuple):
            for question in taken:
                is_set = question.row is ALARMS
                done = Written() if is_set else ActionDone(ActionResult.SUCCESS)
                taken = client.answered(question, done) or b""
        assert read_apdu(taken)
        assert len(taken) <= 100
