"""One request and its answer in blocks: laws against a real meter, and against one gone wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link.client import Get, GetMany, Invoke, Refusal, Request, Result, Set
from link.client.association import Grant
from link.client.exchange import exchange
from link.client.passage import LONGEST_ANSWER
from link.client.requests import ProtocolViolation, Response
from link.cosem import row
from link.dlms import (
    ActionAnswerBlock,
    ActionBlockTaken,
    ActionResponse,
    ActionResult,
    Apdu,
    Block,
    Conformance,
    Data,
    DataAccessResult,
    DlmsError,
    ExceptionResponse,
    GetBlock,
    GetNext,
    GetResponse,
    ServiceError,
    SetBlockTaken,
    SetLastTaken,
    SetResponse,
    StateError,
    Tag,
    answer_of,
    read_apdu,
)
from link.server import ActionDone, Operation, Value, Written
from link.server.association import MAX_RECEIVE
from link.server.dialogue import Dialogue
from link.server.services import Question
from link.terms import Alarm, LinkTrouble
from link.token_entry import NEVER_JUDGED

from .dialogues import ALL, associated, proposing
from .test_dlms_data import trees

INVOKE = 0xC3
ENTER, ALARMS, LIST = (
    row("token_gateway.enter"),
    row("alarms.value"),
    row("association.object_list"),
)
TOKEN = Invoke(ENTER, "12345678901234567890")
CLEAR = Set(ALARMS, Alarm.LOW_CREDIT)
NAMES = GetMany((Get(LIST), Get(ALARMS), Get(row("sap_assignment.sap_assignment_list"))))
assert ENTER.returns is not None
OUTCOME = ENTER.returns.greatest()


@dataclass
class Meter:
    """A real server, and an application that counts what it is asked."""

    dialogue: Dialogue
    done: list[object] = field(default_factory=list)

    def hear(self, octets: bytes) -> Apdu:
        taken = self.dialogue.received(octets)
        if isinstance(taken, bytes):
            return read_apdu(taken)
        said = [self.dialogue.answered(question, self.respond(question)) for question in taken]
        assert said[-1] is not None
        return read_apdu(said[-1])

    def respond(self, question: Question) -> Value | Written | ActionDone:
        self.done.append(question.value)
        match question.operation:
            case Operation.READ:
                return Value(Alarm(5))
            case Operation.WRITE:
                return Written()
            case Operation.INVOKE:
                return ActionDone(ActionResult.SUCCESS, OUTCOME)


def came(meter: Meter, request: Request, grant: Grant) -> Response:
    """Play the way of a request to its end."""
    way = exchange(request, INVOKE)
    step = way.begin(grant)
    while isinstance(step, bytes):
        step = way.take(meter.hear(step))
    return step


@settings(max_examples=25)
@given(
    st.sampled_from([TOKEN, CLEAR, NAMES, Get(ALARMS)]), st.integers(12, 300), st.integers(20, 60)
)
def test_blocks_both_ways_make_no_difference_to_what_is_done_and_told(
    request: Request, client_takes: int, meter_takes: int
) -> None:
    at_once, in_blocks = (
        Meter(associated()),
        Meter(associated(proposal=proposing(max_receive=client_takes))),
    )
    told = came(at_once, request, Grant(ALL, MAX_RECEIVE))
    assert isinstance(told, Result)
    assert came(in_blocks, request, Grant(ALL, meter_takes)) == told
    assert in_blocks.done == at_once.done


def test_a_request_that_is_too_long_for_a_meter_without_blocks_goes_out_whole() -> None:
    way = exchange(TOKEN, INVOKE)
    whole = exchange(TOKEN, INVOKE).begin(Grant(ALL, MAX_RECEIVE))
    assert way.begin(Grant(Conformance.ACTION, 20)) == whole
    too_long = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.PDU_TOO_LONG)
    detail = "exception service-unknown, pdu-too-long"
    assert way.take(too_long) == Refusal(LinkTrouble.TEMPORARY, detail)


def played(request: Request, said: Sequence[Apdu], meter_takes: int = MAX_RECEIVE) -> Response:
    """Let the meter say these things; return what the last one made."""
    way = exchange(request, INVOKE)
    way.begin(Grant(ALL, meter_takes))
    for apdu in said[:-1]:
        assert isinstance(way.take(apdu), bytes)
    last = way.take(said[-1])
    assert not isinstance(last, bytes)
    return last


def part(number: int, raw: bytes = b"\x01", last: bool = False) -> GetBlock:
    return GetBlock(INVOKE, last, number, raw)


def returned(number: int, raw: bytes = b"\x00", last: bool = False) -> ActionAnswerBlock:
    return ActionAnswerBlock(INVOKE, Block(last, number, raw))


DENIED = DataAccessResult.READ_WRITE_DENIED
NOT_ALLOWED = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED)
BREACHES: dict[str, tuple[Request, list[Apdu]]] = {
    "block 3 of an answer: wrong number": (Get(LIST), [part(1), part(3)]),
    "block 2 of an answer: empty": (Get(LIST), [part(1), part(2, b"")]),
    "an answer in blocks: 1 octets too many": (Get(ALARMS), [part(1, b"\x00\x00", True)]),
    "GetResponse amid an answer in blocks": (Get(LIST), [part(1), GetResponse(INVOKE, DENIED)]),
    "ActionResponse amid an answer in blocks": (
        TOKEN,
        [returned(1), ActionResponse(INVOKE, ActionResult.READ_WRITE_DENIED)],
    ),
    "ExceptionResponse amid an answer in blocks": (TOKEN, [returned(1), NOT_ALLOWED]),
    "GetBlock amid an answer in blocks": (TOKEN, [returned(1), part(2)]),
    "GetBlock as an answer": (TOKEN, [part(1)]),
    "ActionAnswerBlock as an answer": (Get(LIST), [returned(1)]),
    "SetBlockTaken as an answer": (CLEAR, [SetBlockTaken(INVOKE, 1)]),
}


@pytest.mark.parametrize(("detail", "request_and_said"), BREACHES.items(), ids=BREACHES)
def test_an_answer_in_blocks_that_cannot_be_is_a_breach(
    detail: str, request_and_said: tuple[Request, list[Apdu]]
) -> None:
    assert played(*request_and_said) == ProtocolViolation(LinkTrouble.MALFORMED, detail)


SENDING_BREACHES: dict[str, tuple[Request, list[Apdu]]] = {
    "block 2 taken where 1 was sent": (TOKEN, [ActionBlockTaken(INVOKE, 2)]),
    "block 1 taken where 2 was sent": (TOKEN, [ActionBlockTaken(INVOKE, 1)] * 2),
    "block 1 taken where 1 was sent": (TOKEN, [SetBlockTaken(INVOKE, 1)]),
    "success before the last block": (TOKEN, [ActionResponse(INVOKE, ActionResult.SUCCESS)]),
}


@pytest.mark.parametrize(("detail", "request_and_said"), SENDING_BREACHES.items())
def test_a_meter_that_takes_other_blocks_than_were_sent_breaks_the_protocol(
    detail: str, request_and_said: tuple[Request, list[Apdu]]
) -> None:
    assert played(*request_and_said, meter_takes=20) == ProtocolViolation(
        LinkTrouble.MALFORMED, detail
    )


def test_a_long_request_that_is_refused_midway_was_not_carried_out() -> None:
    refused = Refusal(LinkTrouble.REFUSED_ACCESS, "read-write-denied")
    denied = ActionResponse(INVOKE, ActionResult.READ_WRITE_DENIED)
    assert played(TOKEN, [ActionBlockTaken(INVOKE, 1), denied], meter_takes=20) == refused
    assert played(CLEAR, [SetLastTaken(INVOKE, DENIED, 1)], meter_takes=20) == refused
    assert played(CLEAR, [SetResponse(INVOKE, DENIED)], meter_takes=20) == refused


def test_a_long_read_that_ends_midway_costs_the_ask_only() -> None:
    invalid = GetBlock(INVOKE, True, 1, DataAccessResult.DATA_BLOCK_NUMBER_INVALID)
    refused = Refusal(LinkTrouble.TEMPORARY, "data-block-number-invalid")
    assert played(Get(LIST), [part(1), invalid]) == refused
    assert played(NAMES, [part(1), invalid]) == refused


def test_an_endless_answer_is_given_up_and_the_link_goes_on() -> None:
    blocks = [part(number, bytes(30000)) for number in (1, 2, 3)]
    given_up = Refusal(LinkTrouble.MALFORMED, f"an answer of over {LONGEST_ANSWER} octets")
    assert played(Get(LIST), blocks) == given_up


def test_each_block_is_asked_for_by_the_number_of_the_last_one() -> None:
    way = exchange(Get(ALARMS), INVOKE)
    way.begin(Grant(ALL, MAX_RECEIVE))
    whole = Data(Tag.U32, 5).to_bytes()
    assert way.take(part(1, whole[:2])) == GetNext(INVOKE, 1).to_bytes()
    assert way.take(part(2, whole[2:4])) == GetNext(INVOKE, 2).to_bytes()
    assert way.take(part(3, whole[4:], last=True)) == Result(Alarm(5))


FORMS = {
    "result and optional data": b"\x00\x01\x00",
    "bare data": b"",
    "get-data-result": b"\x00",
}
"""What stands before the returned data in each form of an answer to ACTION that comes in blocks."""


def in_blocks(raw: bytes, size: int) -> list[Apdu]:
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [
        returned(number, piece, last=number == len(pieces))
        for number, piece in enumerate(pieces, start=1)
    ]


@pytest.mark.parametrize("form", FORMS)
@given(size=st.integers(1, 130))
def test_what_a_method_returned_is_read_in_every_form_that_meters_send(
    form: str, size: int
) -> None:
    assert ENTER.returns is not None
    raw = FORMS[form] + ENTER.returns.encode(OUTCOME).to_bytes()
    assert played(TOKEN, in_blocks(raw, size)) == Result(OUTCOME)


def test_a_method_that_ran_and_could_not_say_what_it_returned_is_not_refused() -> None:
    failure = int(DataAccessResult.TEMPORARY_FAILURE)
    detail = "no return data: temporary-failure"
    for raw in (bytes((0, 1, 1, failure)), bytes((1, failure))):
        assert played(TOKEN, in_blocks(raw, 1)) == Refusal(LinkTrouble.MALFORMED, detail)
    assert played(TOKEN, in_blocks(b"\x00\x00", 1)) == Result(None)


@given(trees)
def test_no_returned_value_is_taken_for_a_refusal(value: Data) -> None:
    """Short values look like one: false is 03 00, read-write-denied without data is 03 00 too."""
    for before in FORMS.values():
        answer = answer_of(ActionResponse, INVOKE, before + value.to_bytes())
        assert isinstance(answer, ActionResponse)
        assert answer.result is ActionResult.SUCCESS


def test_an_answer_to_action_in_no_form_is_malformed() -> None:
    with pytest.raises(DlmsError, match="no known form: ffff"):
        answer_of(ActionResponse, INVOKE, b"\xff\xff")


successes = st.binary(max_size=4).map(lambda raw: b"\x00" + raw)
blocks = st.builds(Block, st.booleans(), st.integers(0, 4), successes)
said = st.one_of(
    st.builds(ActionAnswerBlock, st.just(INVOKE), blocks),
    st.builds(ActionResponse, st.just(INVOKE), st.sampled_from(ActionResult)),
    st.builds(ActionBlockTaken, st.just(INVOKE), st.integers(0, 3)),
    st.builds(ExceptionResponse, st.sampled_from(StateError), st.sampled_from(ServiceError)),
    st.builds(SetLastTaken, st.just(INVOKE), st.sampled_from(DataAccessResult), st.just(1)),
)


@given(st.lists(said, min_size=1, max_size=8), st.sampled_from([20, 30, MAX_RECEIVE]))
def test_once_an_answer_has_begun_no_method_is_reported_as_not_carried_out(
    words: list[Apdu], meter_takes: int
) -> None:
    way = exchange(TOKEN, INVOKE)
    way.begin(Grant(ALL, meter_takes))
    began = False
    for apdu in words:
        step = way.take(apdu)
        if isinstance(step, Refusal | ProtocolViolation) and began:
            assert step.trouble not in NEVER_JUDGED
        if not isinstance(step, bytes):
            return
        began = began or isinstance(apdu, ActionAnswerBlock)
