"""One client as a server sees it: its association, and one request after the other. link.md 3.

Sans I/O and without a clock: an APDU in; its answer out, or the Questions whose answers make it.
Invariant: every APDU of a client ends in exactly one answer.

| association | APDU                       | answer                              |
|-------------|----------------------------|-------------------------------------|
| any         | longer than MAX_RECEIVE    | exception, pdu too long             |
| any         | AARQ                       | AARE; open when accepted, else none |
| open        | RLRQ                       | RLRE; none                          |
| open        | GET, SET, ACTION, GET list | their response, or Questions        |
| open        | service not built, granted | exception, service not supported    |
| open        | malformed, or no request   | exception, other reason             |
| none        | any other                  | exception, service not allowed      |
"""

from dataclasses import dataclass

from link.cosem import rights_of
from link.cosem.values import SapName
from link.dlms import (
    Aare,
    Aarq,
    ActionRequest,
    Conformance,
    DlmsError,
    ExceptionResponse,
    GetListRequest,
    GetRequest,
    ReleaseResponseReason,
    Rlre,
    Rlrq,
    ServiceError,
    SetRequest,
    StateError,
    Unbuilt,
    read_apdu,
)
from link.dlms.acse import AARQ_TAG
from link.server.association import MALFORMED, MAX_RECEIVE, STRANGER, Association, Rejection, judge
from link.server.events import Client, Response
from link.server.objects import Situation
from link.server.reply import TOO_LONG, AnyRequest, Reply, fitting
from link.server.services import Question

_OUTSIDE = ExceptionResponse(
    StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE
).to_bytes()
_NOT_GRANTED = ExceptionResponse(
    StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED
).to_bytes()
_NOT_BUILT = ExceptionResponse(
    StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED
).to_bytes()
_SENSELESS = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON).to_bytes()

_NEEDS: dict[type[AnyRequest], Conformance] = {
    GetRequest: Conformance.GET,
    GetListRequest: Conformance.GET | Conformance.MULTIPLE_REFERENCES,
    SetRequest: Conformance.SET,
    ActionRequest: Conformance.ACTION,
}
"""What must have been granted for a service."""


@dataclass(slots=True)
class ServerCounts:
    """What clients asked and did not get, since the start."""

    rejected: int = 0
    """AARQ that opened no association."""
    outside: int = 0
    """Requests outside an association."""
    unsupported: int = 0
    """Services that are not built or were not granted."""
    malformed: int = 0
    """APDUs that cannot be read, are too long, or that only a server sends."""
    refused: int = 0
    """Requests refused for their reference, the client's rights, or a type."""
    late: int = 0
    """Answers of the application to a client that had gone."""


class Dialogue:
    """The state of one client's association."""

    def __init__(
        self, client: Client | None, *, device: SapName, lab: bool, counts: ServerCounts
    ) -> None:
        """`client` is None for a SAP that nobody has; it gets no association."""
        self._client = client
        self._device = device
        self._lab = lab
        self._counts = counts
        self._situation: Situation | None = None
        self._reply: Reply | None = None

    def received(self, octets: bytes) -> bytes | tuple[Question, ...]:
        """Take one APDU; return what to say, or what to put to the application first.

        One that is too long is not read: that would keep all clients waiting.
        """
        if len(octets) > MAX_RECEIVE:
            self._counts.malformed += 1
            return TOO_LONG.to_bytes()
        if octets[:1] == bytes([AARQ_TAG]):
            return self._associate(octets).to_bytes()
        if self._situation is None:
            self._counts.outside += 1
            return _OUTSIDE
        try:
            apdu = read_apdu(octets)
        except DlmsError:
            return self._senseless()
        match apdu:
            case GetRequest() | SetRequest() | ActionRequest() | GetListRequest():
                return self._serve(apdu, self._situation)
            case Rlrq():
                self._situation = None
                return Rlre(ReleaseResponseReason.NORMAL).to_bytes()
            case Unbuilt():
                return self._unsupported(_NOT_BUILT)
            case _:
                return self._senseless()

    def answered(self, question: Question, response: Response) -> bytes | None:
        """Take the application's answer; return what to say once none is missing.

        ValueError for a response that does not fit the operation or the type of the row.
        """
        if self._reply is None:
            raise ValueError(f"nobody waits for {question.row.key}")
        self._reply.put(question, response)
        return self._said(self._reply, question.situation)

    def _associate(self, octets: bytes) -> Aare:
        self._situation = None
        try:
            aarq = Aarq.from_bytes(octets)
        except DlmsError:
            self._counts.malformed += 1
            return MALFORMED
        verdict = self._judge(aarq)
        if isinstance(verdict, Rejection):
            self._counts.rejected += 1
        return verdict.to_aare()

    def _judge(self, aarq: Aarq) -> Association | Rejection:
        if self._client is None:
            return STRANGER
        verdict = judge(aarq, self._client.role, lab=self._lab)
        if isinstance(verdict, Association):
            rights = rights_of(self._client.role, lab=self._lab)
            self._situation = Situation(self._device, self._client, rights, verdict)
        return verdict

    def _serve(self, request: AnyRequest, situation: Situation) -> bytes | tuple[Question, ...]:
        if _NEEDS[type(request)] not in situation.association.conformance:
            return self._unsupported(_NOT_GRANTED)
        self._reply = Reply(request, situation)
        self._counts.refused += self._reply.refused
        return self._said(self._reply, situation) or self._reply.questions

    def _said(self, reply: Reply, situation: Situation) -> bytes | None:
        if reply.whole is None:
            return None
        self._reply = None
        return fitting(reply.whole, situation.association.max_send).to_bytes()

    def _unsupported(self, answer: bytes) -> bytes:
        self._counts.unsupported += 1
        return answer

    def _senseless(self) -> bytes:
        self._counts.malformed += 1
        return _SENSELESS
