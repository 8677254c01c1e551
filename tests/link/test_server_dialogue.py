"""What one client may have of a meter, APDU by APDU."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.cosem import (
    OBJECT_MAP,
    OBJECTS,
    WHOLE,
    ByDigest,
    ByEntry,
    ByTime,
    Role,
    Row,
    RowKind,
    encode_selection,
    object_list,
    row,
)
from link.cosem.values import Captured, GatewayStatus, SapName
from link.dlms import (
    Aare,
    Aarq,
    ActionListRequest,
    ActionListResponse,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    ApplicationContext,
    AssociationResult,
    AttributeRef,
    Conformance,
    Data,
    DataAccessResult,
    Done,
    ExceptionResponse,
    GetBlock,
    GetListRequest,
    GetListResponse,
    GetRequest,
    GetResponse,
    InitiateError,
    InitiateResponse,
    Mechanism,
    MethodRef,
    ProviderDiagnostic,
    Reference,
    Rlrq,
    Selection,
    ServiceError,
    SetListRequest,
    SetListResponse,
    SetRequest,
    SetResponse,
    StateError,
    Tag,
    Unbuilt,
    UserDiagnostic,
    answer_of,
    read_apdu,
)
from link.dlms.source import MAX_OCTETS
from link.server import SERVER_KNOWS, AccessRefused, ActionDone, Client, Operation, Value, Written
from link.server.association import MAX_RECEIVE
from link.server.counts import ServerCounts
from link.server.dialogue import Dialogue
from link.server.events import Response
from link.server.reply import TOO_LONG
from link.server.services import Question
from link.terms import Alarm, TokenResult, TokenStatus

from .dialogues import (
    MANAGEMENT,
    PAIRING,
    PLAIN,
    PUBLIC,
    SHORT,
    SLOT,
    WIRE,
    associated,
    dialogue,
    proposing,
    said,
)

ALARMS = row("alarms.value")
ENTER = row("token_gateway.enter")
NUMBER = row("meter_number.value")
ONE_ALARM = Data(Tag.U32, 1)
assert ENTER.returns is not None
OUTCOME = ENTER.returns.greatest()
LOG = row("token_log.buffer")
MOST_LISTED = (MAX_RECEIVE - 4) // 10
"""References of 10 octets that one PDU holds."""
DAYS = row("days.buffer")


def put(to: Dialogue, apdu: Apdu) -> Question:
    questions = to.received(apdu.to_bytes())
    assert isinstance(questions, tuple)
    (question,) = questions
    return question


def answered(to: Dialogue, apdu: Apdu, *responses: Response) -> Apdu:
    """Put a request to the application, and return what is said for its responses."""
    questions = to.received(apdu.to_bytes())
    assert isinstance(questions, tuple)
    for question, response in zip(questions[:-1], responses[:-1], strict=True):
        assert to.answered(question, response) is None
    octets = to.answered(questions[-1], responses[-1])
    assert octets is not None
    return read_apdu(octets)


def reference(to: Row, **changes: object) -> AttributeRef:
    return replace(AttributeRef(to.class_id, to.logical_name, to.index), **changes)


def get(to: Row, selection: Selection | None = None, **changes: object) -> GetRequest:
    return GetRequest(0xC1, reference(to, **changes), selection)


def action(to: Row, parameter: Data | None) -> ActionRequest:
    return ActionRequest(0xC1, MethodRef(to.class_id, to.logical_name, to.index), parameter)


def test_an_association_grants_what_is_built_of_what_is_proposed() -> None:
    wanted = Conformance.GET | Conformance.ACTION | Conformance.ACCESS
    aare = said(dialogue(), proposing(conformance=wanted))
    assert isinstance(aare, Aare)
    grant = aare.user_information
    assert isinstance(grant, InitiateResponse)
    assert grant.conformance == Conformance.GET | Conformance.ACTION


REJECTED = {
    "management": (MANAGEMENT, PLAIN, UserDiagnostic.MECHANISM_NAME_REQUIRED),
    "pairing": (PAIRING, PLAIN, UserDiagnostic.MECHANISM_NAME_REQUIRED),
    "nobody": (None, PLAIN, UserDiagnostic.NO_REASON_GIVEN),
    "ciphered context": (
        SLOT,
        replace(PLAIN, context=ApplicationContext.LN_CIPHERED),
        UserDiagnostic.CONTEXT_NAME_NOT_SUPPORTED,
    ),
    "ciphered proposal": (
        SLOT,
        replace(PLAIN, user_information=Unbuilt.from_bytes(b"\x21\x01\x30")),
        UserDiagnostic.NO_REASON_GIVEN,
    ),
    "short names": (
        SLOT,
        replace(PLAIN, context=ApplicationContext.SN),
        UserDiagnostic.CONTEXT_NAME_NOT_SUPPORTED,
    ),
    "password": (
        SLOT,
        replace(PLAIN, mechanism=Mechanism.LLS, authentication=b"12345678"),
        UserDiagnostic.MECHANISM_NAME_NOT_RECOGNIZED,
    ),
}


@pytest.mark.parametrize(("client", "aarq", "why"), REJECTED.values(), ids=REJECTED)
def test_a_client_without_a_claim_is_rejected_and_gets_nothing(
    client: Client | None, aarq: Aarq, why: UserDiagnostic
) -> None:
    rejecting = dialogue(client)
    aare = said(rejecting, aarq)
    assert isinstance(aare, Aare)
    assert (aare.result, aare.diagnostic) == (AssociationResult.REJECTED_PERMANENT, why)
    assert isinstance(said(rejecting, get(NUMBER)), ExceptionResponse)


UNFIT = {
    InitiateError.DLMS_VERSION_TOO_LOW: proposing(version=5),
    InitiateError.INCOMPATIBLE_CONFORMANCE: proposing(conformance=Conformance.BLOCK_GET),
    InitiateError.PDU_SIZE_TOO_SHORT: proposing(max_receive=11),
}


@pytest.mark.parametrize(("error", "aarq"), UNFIT.items())
def test_a_proposal_that_cannot_be_granted_is_told_why(error: InitiateError, aarq: Aarq) -> None:
    aare = said(dialogue(), aarq)
    assert isinstance(aare, Aare)
    assert aare.result is AssociationResult.REJECTED_PERMANENT
    assert aare.user_information is not None
    assert aare.user_information.to_bytes() == bytes([0x0E, 1, 6, error])


def test_outside_the_lab_only_the_public_client_needs_no_secret() -> None:
    aare = said(dialogue(SLOT, lab=False), PLAIN)
    assert isinstance(aare, Aare)
    assert aare.diagnostic is UserDiagnostic.MECHANISM_NAME_REQUIRED
    public = associated(PUBLIC, lab=False)
    assert put(public, get(NUMBER)).row == NUMBER
    denied = said(public, get(ALARMS))
    assert denied == GetResponse(0xC1, DataAccessResult.READ_WRITE_DENIED)
    assert put(associated(PUBLIC), get(ALARMS)).row == ALARMS


def test_a_new_aarq_ends_the_association_before_it() -> None:
    opened = associated()
    said(opened, replace(PLAIN, context=ApplicationContext.SN))
    assert isinstance(said(opened, get(NUMBER)), ExceptionResponse)


def test_release_is_answered_and_ends_the_association() -> None:
    opened = associated()
    assert opened.received(bytes.fromhex("6200")) == bytes.fromhex("6303800100")
    assert said(opened, Rlrq()) == ExceptionResponse(
        StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE
    )


NOT_BUILT = ["c106c1", "c307c1", "d9000000", "c81e30", "db08", "05"]


@pytest.mark.parametrize("octets", NOT_BUILT)
def test_a_service_that_is_not_built_is_named_so(octets: str) -> None:
    opened = associated()
    assert opened.received(bytes.fromhex(octets)) == bytes.fromhex("d80202")


@pytest.mark.parametrize(
    ("kept", "apdu"),
    [
        (Conformance.SET | Conformance.ACTION, get(NUMBER)),
        (Conformance.GET, SetRequest(0xC1, reference(ALARMS), Data(Tag.U32, 1))),
        (Conformance.GET, action(ENTER, None)),
        (Conformance.GET, GetListRequest(0xC1, ())),
        (Conformance.SET | Conformance.MULTIPLE_REFERENCES, GetListRequest(0xC1, ())),
    ],
)
def test_a_service_that_was_not_granted_is_not_served(kept: Conformance, apdu: Apdu) -> None:
    opened = associated(proposal=proposing(conformance=kept))
    refused = ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED)
    assert said(opened, apdu) == refused


@pytest.mark.parametrize("lacking", ["alarms", "days"])
def test_an_object_that_a_device_has_not_is_undefined_and_not_listed(lacking: str) -> None:
    opened = dialogue(lacking=frozenset({lacking}))
    assert isinstance(said(opened, PLAIN), Aare)
    there = next(each for each in OBJECTS if each.name == lacking)
    undefined = GetResponse(0xC1, DataAccessResult.OBJECT_UNDEFINED)
    for each in (*there.rows, replace(there.rows[0], index=1)):
        assert said(opened, get(each)) == undefined
    listed = said(opened, get(row("association.object_list")))
    assert isinstance(listed, GetResponse)
    assert isinstance(listed.result, Data)
    found = row("association.object_list").schema.decode(listed.result)
    expected = [each for each in object_list(Role.CIU) if each.logical_name != there.logical_name]
    assert list(found) == expected


REFERENCES = {
    "no such object": ({"logical_name": bytes(6)}, DataAccessResult.OBJECT_UNDEFINED),
    "another class": ({"class_id": 3}, DataAccessResult.OBJECT_CLASS_INCONSISTENT),
    "no such attribute": ({"index": 99}, DataAccessResult.OBJECT_UNDEFINED),
    "every attribute": ({"index": 0}, DataAccessResult.OBJECT_UNDEFINED),
    "offered to nobody": ({"index": 2}, DataAccessResult.READ_WRITE_DENIED),
    "name of no object": (
        {"index": 1, "logical_name": bytes(6)},
        DataAccessResult.OBJECT_UNDEFINED,
    ),
    "name of another class": (
        {"index": 1, "class_id": 3},
        DataAccessResult.OBJECT_CLASS_INCONSISTENT,
    ),
}


@pytest.mark.parametrize(("changes", "why"), REFERENCES.values(), ids=REFERENCES)
def test_a_reference_that_means_nothing_gets_the_standards_result(
    changes: dict[str, object], why: DataAccessResult
) -> None:
    status = row("token_gateway.token_status")
    assert said(associated(), get(status, **changes)) == GetResponse(0xC1, why)


def test_no_message_sets_credit() -> None:
    credit = row("token_credit.current_credit_amount")
    amount = Data(Tag.I32, 1000)
    for index in (1, 2, 3):
        method = MethodRef(credit.class_id, credit.logical_name, index)
        refused = said(associated(), ActionRequest(0xC1, method, amount))
        assert refused == ActionResponse(0xC1, ActionResult.READ_WRITE_DENIED)
    written = said(associated(), SetRequest(0xC1, reference(credit), amount))
    assert written == SetResponse(0xC1, DataAccessResult.READ_WRITE_DENIED)


@pytest.mark.parametrize("each", OBJECT_MAP, ids=lambda each: each.key)
def test_every_row_is_answered_by_the_server_or_put_to_the_application(each: Row) -> None:
    opened = associated()
    if each.kind is RowKind.METHOD:
        least = each.schema.encode(each.schema.least())
        question = put(opened, action(each, least))
        assert (question.row, question.operation) == (each, Operation.INVOKE)
        return
    if not each.read:
        written = SetRequest(0xC1, reference(each), each.schema.encode(each.schema.least()))
        assert answered(opened, written, Written()).to_bytes() == bytes.fromhex("c501c100")
        return
    if each.fixed is None and each.key not in SERVER_KNOWS:
        greatest = each.schema.greatest()
        given = answered(opened, get(each), Value(greatest))
        assert isinstance(given, GetResponse)
        assert isinstance(given.result, Data)
        assert each.schema.decode(given.result) == greatest
        return
    response = said(opened, get(each))
    assert isinstance(response, GetResponse)
    assert isinstance(response.result, Data)
    each.schema.decode(response.result)


def test_every_object_tells_its_own_name() -> None:
    for each in OBJECT_MAP:
        name = said(associated(), get(each, index=1))
        assert name == GetResponse(0xC1, Data(Tag.OCTET_STRING, each.logical_name))
        kept = SetRequest(0xC1, reference(each, index=1), Data(Tag.OCTET_STRING, bytes(6)))
        refused = SetResponse(0xC1, DataAccessResult.READ_WRITE_DENIED)
        assert said(associated(), kept) == refused


def test_a_value_of_another_type_is_unmatched_and_reaches_nobody() -> None:
    wrong = Data(Tag.BOOLEAN, True)
    written = said(associated(), SetRequest(0xC1, reference(ALARMS), wrong))
    assert written == SetResponse(0xC1, DataAccessResult.TYPE_UNMATCHED)
    for parameter in (None, wrong, Data(Tag.OCTET_STRING, bytes(65))):
        entered = said(associated(), action(ENTER, parameter))
        assert entered == ActionResponse(0xC1, ActionResult.TYPE_UNMATCHED)


def test_part_of_a_log_is_selected_and_of_nothing_else() -> None:
    first = encode_selection(ByEntry(1, 1))
    assert put(associated(), get(LOG)).selection == WHOLE
    assert put(associated(), get(LOG, first)).selection == ByEntry(1, 1)
    beyond = GetResponse(0xC1, DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
    assert said(associated(), get(NUMBER, first)) == beyond
    assert said(associated(), get(LOG, Selection(9, Data(Tag.NULL, None)))) == beyond
    assert put(associated(), get(DAYS, first)).selection == ByEntry(1, 1)
    hour = encode_selection(ByTime(7, 3_607))
    assert put(associated(), get(DAYS, hour)).selection == ByTime(7, 3_607)
    assert put(associated(), get(LOG, hour)).selection == ByTime(7, 3_607)
    assert said(associated(), get(DAYS, encode_selection(ByDigest(bytes(8))))) == beyond
    plain = associated(proposal=proposing(conformance=Conformance.GET))
    assert said(plain, get(LOG, first)) == beyond


def test_columns_that_were_not_chosen_are_not_said() -> None:
    rows = (Captured(7, 100), Captured(9, 200))
    whole = DAYS.schema.encode(rows)
    for first, last, places in ((1, 0, (0, 1)), (1, 1, (0,)), (2, 2, (1,)), (2, 0, (1,))):
        entries = Data(Tag.STRUCTURE, (*_u32(1, 0), *_u16(first, last)))
        given = answered(associated(), get(DAYS, Selection(2, entries)), Value(rows))
        assert isinstance(given, GetResponse)
        assert isinstance(given.result, Data)
        assert isinstance(whole.value, tuple)
        assert given.result.value == tuple(
            Data(Tag.STRUCTURE, tuple(row.value[place] for place in places)) for row in whole.value
        )


def _u32(*numbers: int) -> tuple[Data, ...]:
    return tuple(Data(Tag.U32, number) for number in numbers)


def _u16(*numbers: int) -> tuple[Data, ...]:
    return tuple(Data(Tag.U16, number) for number in numbers)


def test_writing_puts_the_value_to_the_application_and_its_word_on_the_wire() -> None:
    request = SetRequest(0xC1, reference(ALARMS), Data(Tag.U32, 3))
    question = put(associated(), request)
    assert question.value == Alarm.LOW_CREDIT | Alarm.CREDIT_EXHAUSTED
    selecting = replace(request, selection=encode_selection(ByEntry(1, 1)))
    beyond = SetResponse(0xC1, DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
    assert said(associated(), selecting) == beyond
    done = SetResponse(0xC1, DataAccessResult.SUCCESS)
    assert answered(associated(), request, Written()) == done
    refused = AccessRefused(DataAccessResult.TEMPORARY_FAILURE)
    failed = DataAccessResult.TEMPORARY_FAILURE
    assert answered(associated(), request, refused) == SetResponse(0xC1, failed)
    assert answered(associated(), get(ALARMS), refused) == GetResponse(0xC1, failed)


@pytest.mark.parametrize(
    "digits", [Data(Tag.OCTET_STRING, b"1" * 20), Data(Tag.VISIBLE_STRING, "1" * 20)]
)
def test_a_verdict_goes_back_to_a_slot_and_to_no_other_client(digits: Data) -> None:
    assert ENTER.returns is not None
    outcome = ENTER.returns.greatest()
    done = ActionDone(ActionResult.SUCCESS, outcome)
    assert put(associated(SLOT), action(ENTER, digits)).value == "1" * 20
    given = answered(associated(SLOT), action(ENTER, digits), done)
    assert given == ActionResponse(0xC1, ActionResult.SUCCESS, ENTER.returns.encode(outcome))
    to_public = answered(associated(PUBLIC), action(ENTER, digits), done)
    assert to_public.to_bytes() == bytes.fromhex("c701c10000")


def test_a_response_to_another_question_is_our_own_fault() -> None:
    for response in (Written(), ActionDone(ActionResult.SUCCESS)):
        with pytest.raises(ValueError, match="does not answer READ"):
            answered(associated(), get(NUMBER), response)
    with pytest.raises(ValueError, match="no ascii text"):
        answered(associated(), get(NUMBER), Value(7))
    opened = associated()
    question = put(opened, get(NUMBER))
    opened.answered(question, Value("7"))
    with pytest.raises(ValueError, match=r"nobody waits for meter_number\.value"):
        opened.answered(question, Value("7"))


def test_no_question_of_a_list_is_answered_twice() -> None:
    opened = associated()
    questions = opened.received(listing(NUMBER, NUMBER).to_bytes())
    assert isinstance(questions, tuple)
    assert opened.answered(questions[1], Value("7")) is None
    with pytest.raises(ValueError, match=r"nobody waits for meter_number\.value"):
        opened.answered(questions[1], Value("8"))
    assert opened.answered(questions[0], Value("7")) is not None


def listing(*rows: Row) -> GetListRequest:
    return GetListRequest(0xC1, tuple(Reference(reference(each)) for each in rows))


def test_a_list_is_answered_in_order_by_what_each_alone_would_get() -> None:
    own = row("association.object_list")
    opened = associated()
    alone = said(opened, get(own))
    assert isinstance(alone, GetResponse)
    wanted = listing(NUMBER, own, row("token_gateway.token_status"), NUMBER)
    first_entry = Reference(reference(ALARMS), encode_selection(ByEntry(1, 1)))
    denied = Reference(reference(ENTER, index=2))
    wanted = replace(wanted, references=(*wanted.references, first_entry, denied))
    status = GatewayStatus(TokenStatus.EXECUTED, TokenResult.Accept)
    given = answered(opened, wanted, Value("7"), Value(status), Value("8"))
    assert isinstance(given, GetListResponse)
    assert given.results == (
        Data(Tag.OCTET_STRING, b"7"),
        alone.result,
        row("token_gateway.token_status").schema.encode(status),
        Data(Tag.OCTET_STRING, b"8"),
        DataAccessResult.SCOPE_OF_ACCESS_VIOLATED,
        DataAccessResult.READ_WRITE_DENIED,
    )


def test_a_list_of_what_the_server_knows_is_answered_at_once_and_so_is_an_empty_one() -> None:
    given = said(associated(), listing(row("association.association_status")))
    assert given == GetListResponse(0xC1, (Data(Tag.ENUM, 2),))
    assert said(associated(), listing()) == GetListResponse(0xC1, ())


def test_a_list_is_served_as_long_as_its_pdu_holds_it() -> None:
    opened = associated()
    wanted = listing(*[ALARMS] * MOST_LISTED)
    assert MAX_RECEIVE - 10 < len(wanted.to_bytes()) <= MAX_RECEIVE
    questions = opened.received(wanted.to_bytes())
    assert isinstance(questions, tuple)
    said_last = [opened.answered(question, Value(Alarm(0))) for question in questions][-1]
    assert said_last is not None
    given = read_apdu(said_last)
    assert isinstance(given, GetListResponse)
    assert [each for each in given.results if isinstance(each, Data)] == list(given.results)
    assert len(given.results) == MOST_LISTED


def test_a_list_of_writes_is_judged_in_order_by_what_each_alone_would_get() -> None:
    wanted = SetListRequest(
        0xC1,
        (Reference(reference(ALARMS)), Reference(reference(NUMBER)), Reference(reference(ALARMS))),
        (Data(Tag.U32, 1), Data(Tag.U32, 2), Data(Tag.BOOLEAN, True)),
    )
    opened = associated()
    (question,) = opened.received(wanted.to_bytes())
    assert (question.row, question.value, question.operation) == (ALARMS, Alarm(1), Operation.WRITE)
    given = opened.answered(question, Written())
    results = (
        DataAccessResult.SUCCESS,
        DataAccessResult.READ_WRITE_DENIED,
        DataAccessResult.TYPE_UNMATCHED,
    )
    assert given == SetListResponse(0xC1, results).to_bytes()


def test_each_token_of_a_list_is_put_in_order_and_answered_by_its_own_verdict() -> None:
    digits = ("1" * 20, "2" * 20, "3" * 20)
    enter = MethodRef(ENTER.class_id, ENTER.logical_name, ENTER.index)
    wanted = ActionListRequest(
        0xC1, (enter,) * 3, tuple(Data(Tag.OCTET_STRING, each.encode()) for each in digits)
    )
    assert ENTER.returns is not None
    outcome = ENTER.returns.least()
    done = ActionDone(ActionResult.SUCCESS, outcome)
    for role, data in ((SLOT, ENTER.returns.encode(outcome)), (PUBLIC, None)):
        opened = associated(role)
        questions = opened.received(wanted.to_bytes())
        assert isinstance(questions, tuple)
        assert tuple(question.value for question in questions) == digits
        busy = ActionDone(ActionResult.TEMPORARY_FAILURE)
        responses = (done, busy, done)
        said_ = [opened.answered(q, r) for q, r in zip(questions, responses, strict=True)]
        assert said_[:2] == [None, None]
        good = Done(ActionResult.SUCCESS, data)
        expected = (good, Done(ActionResult.TEMPORARY_FAILURE), good)
        assert said_[2] == ActionListResponse(0xC1, expected).to_bytes()


def test_a_list_with_more_or_fewer_values_than_places_is_senseless() -> None:
    place = Reference(reference(ALARMS))
    for values in ((), (Data(Tag.U32, 1), Data(Tag.U32, 1))):
        senseless = said(associated(), SetListRequest(0xC1, (place,), values))
        assert senseless == ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON)


def test_lists_need_multiple_references() -> None:
    plain = associated(proposal=proposing(conformance=Conformance.SET | Conformance.ACTION))
    for wanted in (SetListRequest(0xC1, (), ()), ActionListRequest(0xC1, (), ())):
        assert isinstance(said(plain, wanted), ExceptionResponse)
        assert not isinstance(said(associated(), wanted), ExceptionResponse)


@given(st.integers(12, 200), st.integers(0, 30))
def test_a_list_is_never_longer_than_the_client_takes(longest: int, count: int) -> None:
    small = associated(proposal=proposing(max_receive=longest, conformance=SHORT))
    given = small.received(
        listing(*[row("association.application_context_name")] * count).to_bytes()
    )
    assert isinstance(given, bytes)
    assert len(given) <= longest
    answer = read_apdu(given)
    if isinstance(answer, GetListResponse):
        assert len(answer.results) == count
    else:
        assert answer == ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.PDU_TOO_LONG)


@given(st.integers(12, 60), st.integers(1, 30))
def test_a_list_is_refused_before_anything_is_done_if_its_answer_cannot_be_said(
    longest: int, count: int
) -> None:
    enter = MethodRef(ENTER.class_id, ENTER.logical_name, ENTER.index)
    tokens = ActionListRequest(0xC1, (enter,) * count, (Data(Tag.OCTET_STRING, b"1" * 20),) * count)
    writes = SetListRequest(0xC1, (Reference(reference(ALARMS)),) * count, (ONE_ALARM,) * count)
    for wanted, response, octets in (
        (tokens, ActionDone(ActionResult.SUCCESS, OUTCOME), 4 + 2 * count),
        (writes, Written(), 4 + count),
    ):
        small = associated(proposal=proposing(max_receive=longest, conformance=SHORT))
        questions = small.received(wanted.to_bytes())
        if octets > longest:
            assert questions == TOO_LONG.to_bytes()
            continue
        assert isinstance(questions, tuple)
        said_last = [small.answered(question, response) for question in questions][-1]
        assert said_last is not None
        assert len(said_last) <= longest
        given_back = read_apdu(said_last)
        assert isinstance(given_back, ActionListResponse | SetListResponse)
        assert len(given_back.results) == count


def test_no_more_of_a_list_is_encoded_than_one_answer_can_carry() -> None:
    log = (OUTCOME,) * 100
    whole = len(LOG.schema.encode(log).to_bytes())
    fits = MAX_OCTETS // whole
    opened = associated()
    questions = opened.received(listing(*[LOG] * 90).to_bytes())
    assert isinstance(questions, tuple)
    for question in questions[: fits + 1]:
        assert opened.answered(question, Value(log)) is None
    for question in questions[fits + 1 :]:
        last = opened.answered(question, Value("is not looked at any more"))
    assert last is not None
    block = read_apdu(last)
    assert isinstance(block, GetBlock)
    assert isinstance(block.result, bytes)
    answer = answer_of(GetListResponse, 0xC1, block.result)
    assert isinstance(answer, GetListResponse)
    kept = [isinstance(result, Data) for result in answer.results]
    assert kept == [True] * fits + [False] * (90 - fits)
    assert set(answer.results[fits:]) == {DataAccessResult.OTHER_REASON}


def test_an_answer_never_exceeds_what_the_client_takes() -> None:
    small = associated(proposal=proposing(max_receive=40, conformance=SHORT))
    too_long = GetResponse(0xC1, DataAccessResult.OTHER_REASON)
    assert said(small, get(row("association.object_list"))) == too_long
    assert answered(small, get(LOG), Value(LOG.schema.greatest())) == too_long
    assert ENTER.returns is not None
    done = ActionDone(ActionResult.SUCCESS, ENTER.returns.least())
    entered = answered(small, action(ENTER, Data(Tag.OCTET_STRING, b"1" * 20)), done)
    assert entered == ActionResponse(0xC1, ActionResult.SUCCESS)


def test_a_client_that_names_no_bound_takes_whatever_comes() -> None:
    unbounded = associated(proposal=proposing(max_receive=0))
    given = answered(unbounded, get(LOG), Value(LOG.schema.greatest()))
    assert isinstance(given, GetResponse)
    assert isinstance(given.result, Data)


VALID = [
    PLAIN,
    Rlrq(),
    get(NUMBER),
    get(LOG, encode_selection(ByEntry(1, 9))),
    SetRequest(0xC1, reference(ALARMS), Data(Tag.U32, 3)),
    action(ENTER, Data(Tag.OCTET_STRING, b"1" * 20)),
    listing(NUMBER, ALARMS),
    SetListRequest(0xC1, (Reference(reference(ALARMS)),), (Data(Tag.U32, 3),)),
]


@given(
    st.sampled_from(VALID),
    st.binary(max_size=4),
    st.integers(0, 80),
    st.integers(0, 4),
    st.booleans(),
)
def test_damaged_apdus_get_one_readable_answer_and_are_counted(
    apdu: Apdu, put_in: bytes, at: int, cut: int, is_open: bool
) -> None:
    octets = apdu.to_bytes()
    damaged = octets[:at] + put_in + octets[at + cut :]
    asked = associated() if is_open else dialogue()
    given_back = asked.received(damaged)
    if isinstance(given_back, bytes):
        read_apdu(given_back)
    else:
        assert is_open


@given(st.binary(max_size=64))
def test_any_octets_get_one_readable_answer(octets: bytes) -> None:
    given_back = associated().received(octets)
    assert isinstance(given_back, bytes)
    read_apdu(given_back)


@pytest.mark.parametrize("first", [PLAIN.to_bytes()[:1], bytes.fromhex("c301c10073")])
@pytest.mark.parametrize("opened", [dialogue, associated])
def test_what_is_longer_than_the_server_takes_is_not_read(
    first: bytes, opened: Callable[[], Dialogue]
) -> None:
    longest = MAX_RECEIVE * b"\x00"
    too_long = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.PDU_TOO_LONG).to_bytes()
    assert opened().received(first + longest) == too_long
    assert opened().received((first + longest)[:MAX_RECEIVE]) != too_long


def test_too_long_an_apdu_leaves_the_association_as_it_is() -> None:
    opened = associated()
    opened.received(bytes(MAX_RECEIVE + 1))
    assert isinstance(said(opened, get(NUMBER, index=1)), GetResponse)


def test_an_aarq_without_sense_is_rejected_by_the_provider() -> None:
    aare = read_apdu(bytes(dialogue().received(bytes.fromhex("6000"))))
    assert isinstance(aare, Aare)
    assert aare.diagnostic is ProviderDiagnostic.NO_REASON_GIVEN


def test_what_clients_do_not_get_is_counted() -> None:
    counts = ServerCounts()
    counted = Dialogue(SLOT, device=SapName(1, "A"), hdlc=WIRE, lab=True, counts=counts)
    counted.received(b"\xc0")
    counted.received(b"\x60\x00")
    counted.received(replace(PLAIN, context=ApplicationContext.SN).to_bytes())
    counted.received(PLAIN.to_bytes())
    counted.received(b"\xc0\x01")
    counted.received(b"\xc4\x01\xc1\x01\x00")
    counted.received(b"\xd9")
    counted.received(get(NUMBER, index=99).to_bytes())
    assert counts == ServerCounts(rejected=1, outside=1, unsupported=1, malformed=3, refused=1)
