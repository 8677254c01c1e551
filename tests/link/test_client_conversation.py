"""What a client makes of one meter's words, APDU by APDU."""

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.client import (
    Answered,
    AskId,
    Event,
    Failed,
    Get,
    GetMany,
    Invoke,
    LinkClosed,
    LinkDown,
    LinkUp,
    Refusal,
    Request,
    Result,
    Set,
)
from link.client.conversation import MAX_WAITING, Conversation
from link.client.orders import Connect, Disconnect, Send
from link.cosem import row
from link.dlms import (
    Aare,
    Aarq,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    ApplicationContext,
    AssociationResult,
    ConfirmedService,
    ConfirmedServiceError,
    Conformance,
    Data,
    DataAccessResult,
    ErrorCategory,
    ExceptionResponse,
    GetRequest,
    GetResponse,
    InitiateResponse,
    Rlre,
    Rlrq,
    ServiceError,
    SetRequest,
    SetResponse,
    StateError,
    Tag,
    UserDiagnostic,
    read_apdu,
)
from link.hdlc import ServerAddress, Station
from link.terms import Alarm, LinkTrouble

STATION = Station(96, ServerAddress.of(1, 2836))
DRN = "01234567890"
POWER = Get(row("power.value"))
CLEAR = Set(row("alarms.value"), Alarm.LOW_CREDIT)
ENTER = Invoke(row("token_gateway.enter"), "1" * 20)
GRANT = InitiateResponse(Conformance.GET, 1024)
ACCEPTED = Aare(ApplicationContext.LN, AssociationResult.ACCEPTED, UserDiagnostic.NULL, GRANT)


@dataclass
class Transmission:
    """A conversation with a meter that the test plays."""

    drn: str = DRN
    events: list[Event] = field(default_factory=list)
    last: int = 0

    def __post_init__(self) -> None:
        self.conversation = Conversation(STATION, DRN, self.events)

    def ask(self, request: Request) -> AskId:
        self.last += 1
        self.conversation.ask(AskId(self.last), request)
        return AskId(self.last)

    def order(self) -> Connect | Send | Disconnect | None:
        """Return the only thing to do now."""
        orders = self.conversation.take_orders()
        assert len(orders) <= 1
        return orders[0] if orders else None

    def said(self) -> Apdu:
        order = self.order()
        assert isinstance(order, Send)
        return read_apdu(order.apdu)

    def hear(self, apdu: Apdu) -> None:
        self.conversation.received(apdu.to_bytes())

    def come_up(self) -> None:
        """Play a meter that lets the client in."""
        assert self.order() == Connect()
        self.conversation.connected()
        assert isinstance(self.said(), Aarq)
        self.hear(ACCEPTED)
        asked = self.said()
        assert isinstance(asked, GetRequest)
        self.hear(GetResponse(asked.invoke, Data(Tag.OCTET_STRING, self.drn.encode())))

    def take(self) -> list[Event]:
        events = self.events[:]
        self.events.clear()
        return events


@pytest.fixture
def up() -> Transmission:
    """A conversation whose first ask, POWER, waits for its answer with invoke octet C1."""
    transmission = Transmission()
    transmission.ask(POWER)
    transmission.come_up()
    transmission.said()
    assert transmission.take() == [LinkUp(STATION)]
    return transmission


def failed(ask: int, trouble: LinkTrouble, detail: str, sent: bool = True) -> Failed:
    return Failed(AskId(ask), STATION, trouble, detail, sent)


def test_the_first_ask_opens_link_and_association_and_asks_who_is_there() -> None:
    transmission = Transmission()
    first = transmission.ask(POWER)
    second = transmission.ask(ENTER)
    transmission.come_up()
    asked = transmission.said()
    assert isinstance(asked, GetRequest)
    assert asked.attribute.logical_name == POWER.row.logical_name
    transmission.hear(GetResponse(asked.invoke, Data(Tag.U32, 230)))
    entered = transmission.said()
    assert isinstance(entered, ActionRequest)
    transmission.hear(ActionResponse(entered.invoke, ActionResult.SUCCESS))
    assert transmission.take() == [
        LinkUp(STATION),
        Answered(first, STATION, 230),
        Answered(second, STATION, None),
    ]
    assert transmission.order() is None


def test_another_meters_number_closes_the_link_with_both_numbers() -> None:
    transmission = Transmission(drn="09876543210")
    ask = transmission.ask(ENTER)
    transmission.come_up()
    detail = "meter 09876543210 where 01234567890 is expected"
    assert transmission.order() == Disconnect()
    assert transmission.take() == [
        LinkDown(STATION, LinkTrouble.OTHER_METER, detail),
        failed(ask, LinkTrouble.OTHER_METER, detail, sent=False),
    ]
    transmission.conversation.disconnected()
    assert transmission.conversation.is_down


def test_a_meter_that_does_not_tell_its_number_is_not_asked() -> None:
    for answer, trouble, detail in (
        (
            GetResponse(0xC2, DataAccessResult.READ_WRITE_DENIED),
            LinkTrouble.REFUSED_ACCESS,
            "meter number: read-write-denied",
        ),
        (Rlre(), LinkTrouble.MALFORMED, "meter number: Rlre as an answer"),
    ):
        transmission = Transmission()
        ask = transmission.ask(ENTER)
        transmission.order()
        transmission.conversation.connected()
        transmission.order()
        transmission.hear(ACCEPTED)
        transmission.order()
        transmission.hear(answer)
        assert transmission.take()[1:] == [failed(ask, trouble, detail, sent=False)]
        assert transmission.order() == Disconnect()


def _rejected(**changes: object) -> Aare:
    values = {
        "context": ApplicationContext.LN,
        "result": AssociationResult.REJECTED_PERMANENT,
        "diagnostic": UserDiagnostic.MECHANISM_NAME_REQUIRED,
    }
    return Aare(**(values | changes))


REFUSALS = {
    "rejected-permanent, mechanism-name-required": _rejected(),
    "rejected-permanent, no-reason-given, initiate error 1": _rejected(
        diagnostic=UserDiagnostic.NO_REASON_GIVEN,
        user_information=ConfirmedServiceError(
            ConfirmedService.INITIATE, ErrorCategory.INITIATE, 1
        ),
    ),
    "accepted, authentication-required": _rejected(
        result=AssociationResult.ACCEPTED,
        diagnostic=UserDiagnostic.AUTHENTICATION_REQUIRED,
        user_information=GRANT,
    ),
    "exception service-not-allowed, operation-not-possible": ExceptionResponse(
        StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE
    ),
}


@pytest.mark.parametrize(("detail", "answer"), REFUSALS.items(), ids=REFUSALS)
def test_a_refused_association_fails_all_asks_with_the_reason(detail: str, answer: Apdu) -> None:
    transmission = Transmission()
    asks = [transmission.ask(POWER), transmission.ask(ENTER)]
    transmission.order()
    transmission.conversation.connected()
    transmission.order()
    transmission.hear(answer)
    down, *fails = transmission.take()
    assert down == LinkDown(STATION, LinkTrouble.REFUSED_LINK, detail)
    assert fails == [failed(a, LinkTrouble.REFUSED_LINK, detail, sent=False) for a in asks]
    assert transmission.order() == Disconnect()


NOT_DONE = {
    "read-write-denied": LinkTrouble.REFUSED_ACCESS,
    "object-undefined": LinkTrouble.NOT_OFFERED,
    "object-class-inconsistent": LinkTrouble.NOT_OFFERED,
    "object-unavailable": LinkTrouble.NOT_OFFERED,
    "type-unmatched": LinkTrouble.NOT_OFFERED,
    "scope-of-access-violated": LinkTrouble.REFUSED_ACCESS,
    "temporary-failure": LinkTrouble.TEMPORARY,
    "hardware-fault": LinkTrouble.TEMPORARY,
    "other-reason": LinkTrouble.TEMPORARY,
}


@pytest.mark.parametrize(("name", "trouble"), NOT_DONE.items())
def test_a_refused_request_fails_by_name_and_the_association_goes_on(
    up: Transmission, name: str, trouble: LinkTrouble
) -> None:
    member = name.upper().replace("-", "_")
    up.ask(CLEAR)
    up.ask(ENTER)
    up.hear(GetResponse(0xC1, DataAccessResult[member]))
    written = up.said()
    assert isinstance(written, SetRequest)
    up.hear(SetResponse(written.invoke, DataAccessResult[member]))
    entered = up.said()
    assert isinstance(entered, ActionRequest)
    up.hear(ActionResponse(entered.invoke, ActionResult[member]))
    assert up.take() == [failed(ask, trouble, name) for ask in (1, 2, 3)]
    assert up.order() is None


def test_a_meter_without_lists_is_asked_one_by_one_and_answers_as_one(up: Transmission) -> None:
    assert Conformance.MULTIPLE_REFERENCES not in GRANT.conformance
    up.hear(GetResponse(0xC1, Data(Tag.U32, 7)))
    ask = up.ask(GetMany((POWER, POWER)))
    answers = Data(Tag.U32, 8), DataAccessResult.READ_WRITE_DENIED
    for result in answers:
        asked = up.said()
        assert isinstance(asked, GetRequest)
        up.hear(GetResponse(asked.invoke, result))
    refusal = Refusal(LinkTrouble.REFUSED_ACCESS, "read-write-denied")
    assert up.take()[-1] == Answered(ask, STATION, (Result(8), refusal))
    assert up.order() is None


def test_a_link_lost_amid_a_list_fails_the_whole_of_it(up: Transmission) -> None:
    up.hear(GetResponse(0xC1, Data(Tag.U32, 7)))
    ask = up.ask(GetMany((POWER, POWER)))
    asked = up.said()
    assert isinstance(asked, GetRequest)
    up.hear(GetResponse(asked.invoke, Data(Tag.U32, 8)))
    up.conversation.failed(LinkTrouble.RESET)
    assert up.take()[-1] == failed(ask, LinkTrouble.RESET, "link reset")


def test_a_value_of_another_type_fails_one_ask_only(up: Transmission) -> None:
    up.hear(GetResponse(0xC1, Data(Tag.BOOLEAN, True)))
    assert up.take() == [failed(1, LinkTrouble.NOT_OFFERED, "BOOLEAN where U32 stands")]
    assert up.order() is None


def test_a_method_that_has_run_is_never_reported_as_refused() -> None:
    transmission = Transmission()
    ask = transmission.ask(ENTER)
    transmission.come_up()
    transmission.said()
    transmission.hear(
        ActionResponse(0xC1, ActionResult.SUCCESS, DataAccessResult.READ_WRITE_DENIED)
    )
    detail = "no return data: read-write-denied"
    assert transmission.take()[1:] == [failed(ask, LinkTrouble.MALFORMED, detail)]


BREACHES = {
    "GetResponse c5 to request c1": GetResponse(0xC5, Data(Tag.U32, 1)),
    "SetResponse c1 to request c1": SetResponse(0xC1, DataAccessResult.SUCCESS),
    "Rlre as an answer": Rlre(),
    "exception service-unknown, other-reason": ExceptionResponse(
        StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON
    ),
}


@pytest.mark.parametrize(("detail", "answer"), BREACHES.items(), ids=BREACHES)
def test_a_meter_that_breaks_the_protocol_loses_its_link(
    up: Transmission, detail: str, answer: Apdu
) -> None:
    up.hear(answer)
    assert up.take() == [
        LinkDown(STATION, LinkTrouble.MALFORMED, detail),
        failed(1, LinkTrouble.MALFORMED, detail),
    ]
    assert up.order() == Disconnect()


def test_a_meter_that_knows_no_association_any_more_gets_a_new_one(up: Transmission) -> None:
    waiting = up.ask(CLEAR)
    up.hear(ExceptionResponse(StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE))
    assert up.order() == Disconnect()
    up.conversation.disconnected()
    up.come_up()
    written = up.said()
    assert isinstance(written, SetRequest)
    up.hear(SetResponse(written.invoke, DataAccessResult.SUCCESS))
    assert up.take()[-1] == Answered(waiting, STATION, None)


def test_a_service_that_is_not_supported_is_not_offered(up: Transmission) -> None:
    up.hear(ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED))
    detail = "exception service-unknown, service-not-supported"
    assert up.take() == [failed(1, LinkTrouble.NOT_OFFERED, detail)]


def test_a_lost_link_fails_what_is_in_flight_and_tries_once_more_for_the_rest(
    up: Transmission,
) -> None:
    up.ask(ENTER)
    up.conversation.failed(LinkTrouble.RESET)
    assert up.take() == [
        LinkDown(STATION, LinkTrouble.RESET, "link reset"),
        failed(1, LinkTrouble.RESET, "link reset"),
    ]
    assert up.order() == Connect()
    up.conversation.failed(LinkTrouble.NO_ANSWER)
    assert up.take() == [
        LinkDown(STATION, LinkTrouble.NO_ANSWER, "no answer"),
        failed(2, LinkTrouble.NO_ANSWER, "no answer", sent=False),
    ]
    assert up.conversation.is_down
    assert up.order() is None


def test_what_was_to_be_said_on_a_lost_link_is_not_said_on_the_next(up: Transmission) -> None:
    up.ask(ENTER)
    up.ask(POWER)
    up.hear(GetResponse(0xC1, Data(Tag.U32, 1)))
    up.conversation.failed(LinkTrouble.RESET)
    assert up.order() == Connect()
    assert up.take()[-1] == failed(2, LinkTrouble.RESET, "link reset")


def test_a_lost_port_fails_everything_and_tries_nothing(up: Transmission) -> None:
    up.ask(ENTER)
    up.conversation.failed(LinkTrouble.PORT_DOWN)
    assert [type(event) for event in up.take()] == [LinkDown, Failed, Failed]
    assert up.order() is None


def test_closing_releases_the_association_and_then_the_link(up: Transmission) -> None:
    up.hear(GetResponse(0xC1, Data(Tag.U32, 1)))
    up.take()
    up.conversation.close()
    up.conversation.close()
    assert isinstance(up.said(), Rlrq)
    up.hear(Rlre())
    assert up.order() == Disconnect()
    up.conversation.disconnected()
    assert up.take() == [LinkClosed(STATION)]
    assert up.conversation.is_down


def test_closing_does_not_wait_for_an_answer(up: Transmission) -> None:
    waiting = up.ask(CLEAR)
    up.conversation.close()
    assert up.order() == Disconnect()
    assert up.take() == [
        failed(1, LinkTrouble.RESET, "closed on request"),
        failed(waiting, LinkTrouble.RESET, "closed on request", sent=False),
    ]
    up.conversation.failed(LinkTrouble.NO_ANSWER)
    assert up.take() == [LinkClosed(STATION)]


def test_an_ask_while_the_link_is_taken_down_waits_for_the_next_link(up: Transmission) -> None:
    up.conversation.close()
    up.order()
    ask = up.ask(POWER)
    assert up.order() is None
    up.conversation.disconnected()
    up.come_up()
    asked = up.said()
    assert isinstance(asked, GetRequest)
    up.hear(GetResponse(asked.invoke, Data(Tag.U32, 5)))
    assert up.take()[-1] == Answered(ask, STATION, 5)


def test_closing_what_is_down_or_being_dropped_ends_in_closed_all_the_same(
    up: Transmission,
) -> None:
    down = Transmission()
    down.conversation.close()
    assert down.take() == [LinkClosed(STATION)]
    up.hear(Rlre())
    up.take()
    up.conversation.close()
    assert up.order() == Disconnect()
    up.conversation.disconnected()
    assert up.take() == [LinkClosed(STATION)]


def test_one_ask_too_many_fails_at_once(up: Transmission) -> None:
    for _ in range(MAX_WAITING):
        up.ask(POWER)
    assert up.take() == []
    beyond = up.ask(POWER)
    detail = f"{MAX_WAITING} asks wait already"
    assert up.take() == [failed(beyond, LinkTrouble.TEMPORARY, detail, sent=False)]


def test_what_is_withdrawn_is_never_said_and_ends_without_a_word(up: Transmission) -> None:
    token = up.ask(ENTER)
    assert up.conversation.withdraw(token)
    assert not up.conversation.withdraw(token)
    up.hear(GetResponse(0xC1, Data(Tag.U32, 7)))
    assert up.order() is None
    assert up.take() == [Answered(AskId(1), STATION, 7)]


def test_what_has_gone_out_cannot_be_withdrawn(up: Transmission) -> None:
    assert not up.conversation.withdraw(AskId(1))
    up.hear(GetResponse(0xC1, Data(Tag.U32, 7)))
    assert up.take() == [Answered(AskId(1), STATION, 7)]


def test_an_ask_that_cannot_be_written_is_our_own_fault() -> None:
    transmission = Transmission()
    for wrong in (Set(row("alarms.value"), 3.5), Get(ENTER.row), Invoke(POWER.row, 1)):
        with pytest.raises(ValueError, match="is no"):
            transmission.ask(wrong)
    assert transmission.order() is None


def test_words_that_nobody_asked_for_are_counted(up: Transmission) -> None:
    up.hear(GetResponse(0xC1, Data(Tag.U32, 1)))
    up.take()
    up.hear(GetResponse(0xC2, Data(Tag.U32, 1)))
    assert up.conversation.unexpected == 1
    assert up.take() == []


def test_invoke_ids_rotate_and_a_token_never_shows(up: Transmission) -> None:
    seen = [0xC1]
    for _ in range(17):
        up.ask(POWER)
        up.hear(GetResponse(seen[-1], Data(Tag.U32, 1)))
        asked = up.said()
        assert isinstance(asked, GetRequest)
        seen.append(asked.invoke)
    assert seen == [0xC1, *range(0xC3, 0xD0), *range(0xC0, 0xC4)]
    assert "1111" not in repr(ENTER)


def answers() -> st.SearchStrategy[bytes]:
    """Return what a meter gone wrong may say: any octets, and answers that nearly fit."""
    known = [ACCEPTED, *REFUSALS.values(), *BREACHES.values()]
    known += [GetResponse(0xC1, Data(Tag.OCTET_STRING, DRN.encode()))]
    known += [ActionResponse(invoke, ActionResult.SUCCESS) for invoke in (0xC2, 0xC3)]
    octets = st.sampled_from([apdu.to_bytes() for apdu in known])
    cut = st.tuples(octets, st.integers(0, 40)).map(lambda pair: pair[0][: pair[1]])
    return st.one_of(octets, cut, st.binary(max_size=16))


@given(st.lists(st.one_of(answers(), st.sampled_from(LinkTrouble)), max_size=30), st.integers(0, 9))
def test_whatever_the_meter_says_every_ask_ends_exactly_once(
    said: list[bytes | LinkTrouble], seed: int
) -> None:
    transmission, rng = Transmission(), Random(seed)
    ended: list[AskId] = []
    for words in said:
        if rng.random() < 0.5:
            transmission.ask(rng.choice((POWER, CLEAR, ENTER)))
        play(transmission, words)
        ended += [e.ask for e in transmission.take() if isinstance(e, Answered | Failed)]
    transmission.conversation.close()
    play(transmission, LinkTrouble.NO_ANSWER)
    ended += [e.ask for e in transmission.take() if isinstance(e, Answered | Failed)]
    assert sorted(ended) == list(range(1, transmission.last + 1))


def play(transmission: Transmission, words: bytes | LinkTrouble) -> None:
    """Carry out what is ordered, as a link does: the last order gets one answer."""
    match transmission.conversation.take_orders():
        case [*_, Connect()] if isinstance(words, bytes):
            transmission.conversation.connected()
        case [*_, Disconnect()] if isinstance(words, bytes):
            transmission.conversation.disconnected()
        case [*_, Send()] if isinstance(words, bytes):
            transmission.conversation.received(words)
        case [*_, _]:
            assert isinstance(words, LinkTrouble)
            transmission.conversation.failed(words)
