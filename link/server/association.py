"""Who gets an association, and what it may use. IEC 62056-5-3 (ACSE, Initiate), link.md 3 and 5.

Built is the association without ciphering: in lab mode for the public client and the CIU slots,
else for the public client alone.
"""

from dataclasses import dataclass

from link.cosem import Role
from link.dlms import (
    Aare,
    Aarq,
    ApplicationContext,
    AssociationResult,
    ConfirmedService,
    ConfirmedServiceError,
    Conformance,
    ErrorCategory,
    InitiateError,
    InitiateRequest,
    InitiateResponse,
    Mechanism,
    ProviderDiagnostic,
    UserDiagnostic,
)
from link.dlms.codes import DLMS_VERSION

MAX_RECEIVE = 1024
"""Octets of an APDU that this server takes (server-max-receive-pdu-size)."""

LEAST_RECEIVE = 12
"""A client that takes shorter APDUs is refused [mem: IEC 62056-5-3, pdu-size-too-short]."""

NO_BOUND = 0xFFFF
"""What a client takes that names no size."""

BUILT = (
    Conformance.PRIORITY
    | Conformance.BLOCK_GET
    | Conformance.BLOCK_SET
    | Conformance.BLOCK_ACTION
    | Conformance.MULTIPLE_REFERENCES
    | Conformance.GET
    | Conformance.SET
    | Conformance.SELECTIVE_ACCESS
    | Conformance.ACTION
)
"""What this server grants; one request at a time makes every priority kept."""

_SERVICES = Conformance.GET | Conformance.SET | Conformance.ACTION
_WITHOUT_SECRET = frozenset({None, Mechanism.LOWEST})
_UNSECURED_ROLES = frozenset({Role.PUBLIC, Role.CIU})

MALFORMED = Aare(
    ApplicationContext.LN,
    AssociationResult.REJECTED_PERMANENT,
    ProviderDiagnostic.NO_REASON_GIVEN,
)
"""The answer to an AARQ that cannot be read."""


@dataclass(frozen=True, slots=True)
class Association:
    """What was granted; `max_send` is the longest APDU that the client takes, in octets."""

    conformance: Conformance
    max_send: int

    def to_aare(self) -> Aare:
        """Return the acceptance."""
        return Aare(
            ApplicationContext.LN,
            AssociationResult.ACCEPTED,
            UserDiagnostic.NULL,
            InitiateResponse(self.conformance, MAX_RECEIVE),
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why there is no association; an `error` concerns the proposal alone."""

    diagnostic: UserDiagnostic
    error: InitiateError | None = None

    def to_aare(self) -> Aare:
        """Return the rejection."""
        return Aare(
            ApplicationContext.LN,
            AssociationResult.REJECTED_PERMANENT,
            self.diagnostic,
            None if self.error is None else _initiate_error(self.error),
        )


STRANGER = Rejection(UserDiagnostic.NO_REASON_GIVEN)
"""The answer to a SAP that nobody has; the standard names no diagnostic for it."""


def judge(aarq: Aarq, role: Role, *, lab: bool) -> Association | Rejection:
    """Decide on an AARQ of a client with that role."""
    if aarq.context is not ApplicationContext.LN:
        return Rejection(UserDiagnostic.CONTEXT_NAME_NOT_SUPPORTED)
    if not isinstance(aarq.user_information, InitiateRequest):
        return Rejection(UserDiagnostic.NO_REASON_GIVEN)
    if aarq.mechanism not in _WITHOUT_SECRET:
        return Rejection(UserDiagnostic.MECHANISM_NAME_NOT_RECOGNIZED)
    if role not in (_UNSECURED_ROLES if lab else {Role.PUBLIC}):
        return Rejection(UserDiagnostic.MECHANISM_NAME_REQUIRED)
    return _grant(aarq.user_information)


def _grant(proposal: InitiateRequest) -> Association | Rejection:
    conformance = proposal.conformance & BUILT
    max_send = proposal.max_receive or NO_BOUND
    if proposal.version != DLMS_VERSION:
        return _unfit(InitiateError.DLMS_VERSION_TOO_LOW)
    if not conformance & _SERVICES:
        return _unfit(InitiateError.INCOMPATIBLE_CONFORMANCE)
    if max_send < LEAST_RECEIVE:
        return _unfit(InitiateError.PDU_SIZE_TOO_SHORT)
    return Association(conformance, max_send)


def _unfit(error: InitiateError) -> Rejection:
    return Rejection(UserDiagnostic.NO_REASON_GIVEN, error)


def _initiate_error(error: InitiateError) -> ConfirmedServiceError:
    return ConfirmedServiceError(ConfirmedService.INITIATE, ErrorCategory.INITIATE, error)
