"""One client as a server sees it: its association, and one request after the other. link.md 3.

Sans I/O and without a clock: an APDU in; its answer out, or the Questions whose answers make it.
Invariant: every APDU of a client ends in exactly one answer.

| association | APDU                       | answer                              |
|-------------|----------------------------|-------------------------------------|
| any         | longer than MAX_RECEIVE    | exception, pdu too long             |
| any         | AARQ                       | AARE; open when accepted, else none |
| open        | RLRQ                       | RLRE; none                          |
| open        | GET, SET, ACTION           | serving.py                          |
| open        | service not built          | exception, service not supported    |
| open        | malformed, or no request   | exception, other reason             |
| none        | any other                  | exception, service not allowed      |
"""

from link.cosem import rights_of
from link.cosem.values import SapName
from link.dlms import (
    Aare,
    Aarq,
    Apdu,
    DlmsError,
    ExceptionResponse,
    ReleaseResponseReason,
    Rlre,
    Rlrq,
    ServiceError,
    StateError,
    Unbuilt,
    read_apdu,
)
from link.dlms.acse import AARQ_TAG
from link.server.association import MALFORMED, MAX_RECEIVE, STRANGER, Association, Rejection, judge
from link.server.counts import ServerCounts
from link.server.events import Client, Response
from link.server.objects import HdlcSetup, Situation, silent_on
from link.server.reply import TOO_LONG
from link.server.services import Question
from link.server.serving import Serving

_OUTSIDE = ExceptionResponse(
    StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE
).to_bytes()
_NOT_BUILT = ExceptionResponse(
    StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED
).to_bytes()
_SENSELESS = ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.OTHER_REASON).to_bytes()


class Dialogue:
    """The state of one client's association."""

    def __init__(
        self,
        client: Client | None,
        *,
        device: SapName,
        hdlc: HdlcSetup,
        lab: bool,
        counts: ServerCounts,
        lacking: frozenset[str] = frozenset(),
    ) -> None:
        """`client` is None for a SAP that nobody has; it gets no association.

        `lacking` names objects of the map that the device has not.
        """
        self._lacking = lacking
        self._client = client
        self._device = device
        self._hdlc = hdlc
        self._lab = lab
        self._counts = counts
        self._serving: Serving | None = None

    def received(self, octets: bytes) -> bytes | tuple[Question, ...]:
        """Take one APDU; return what to say, or what to put to the application first.

        One that is too long is not read: that would keep all clients waiting.
        """
        if len(octets) > MAX_RECEIVE:
            self._counts.malformed += 1
            return TOO_LONG.to_bytes()
        if octets[:1] == bytes([AARQ_TAG]):
            return self._associate(octets).to_bytes()
        if self._serving is None:
            self._counts.outside += 1
            return _OUTSIDE
        try:
            return self._take(read_apdu(octets), self._serving)
        except DlmsError:
            return self._senseless()

    def answered(self, question: Question, response: Response) -> bytes | None:
        """Take the application's answer; return what to say once none is missing.

        ValueError for a response that does not fit the operation or the type of the row, and for
        an answer that nobody waits for.
        """
        if self._serving is None:
            raise ValueError(f"nobody waits for {question.row.key}")
        return self._serving.answered(question, response)

    def _take(self, apdu: Apdu, serving: Serving) -> bytes | tuple[Question, ...]:
        match apdu:
            case Rlrq():
                self._serving = None
                return Rlre(ReleaseResponseReason.NORMAL).to_bytes()
            case Unbuilt():
                self._counts.unsupported += 1
                return _NOT_BUILT
        taken = serving.asked(apdu)
        return self._senseless() if taken is None else taken

    def _associate(self, octets: bytes) -> Aare:
        self._serving = None
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
            situation = Situation(
                self._device,
                self._client,
                self._hdlc,
                rights_of(self._client.role, lab=self._lab),
                verdict,
                self._lacking,
                silent_on(self._hdlc),
            )
            self._serving = Serving(situation, self._counts)
        return verdict

    def _senseless(self) -> bytes:
        self._counts.malformed += 1
        return _SENSELESS
