"""How a client asks for an association and what the answer grants. IEC 62056-5-3, link.md 3."""

from dataclasses import dataclass

from link.client.requests import Refusal, standard_name
from link.dlms import (
    Aare,
    Aarq,
    Apdu,
    ApplicationContext,
    AssociationResult,
    ConfirmedServiceError,
    Conformance,
    ExceptionResponse,
    InitiateRequest,
    InitiateResponse,
    UserDiagnostic,
)
from link.terms import LinkTrouble

MAX_RECEIVE = 0xFFFF
"""Octets of an APDU that this client takes (IEC 62056-5-3, client-max-receive-pdu-size)."""

NO_BOUND = 0xFFFF
"""What a meter takes that names no size."""

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
"""What this client can use."""

AARQ = Aarq(ApplicationContext.LN, InitiateRequest(BUILT, MAX_RECEIVE)).to_bytes()
"""The request for an association without ciphering."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the meter has granted; `max_send` is the longest APDU that it takes, in octets."""

    conformance: Conformance
    max_send: int


def read_grant(apdu: Apdu) -> Grant | Refusal:
    """Return what an APDU, in answer to our AARQ, grants, or why it grants no association."""
    match apdu:
        case Aare(
            context=ApplicationContext.LN,
            result=AssociationResult.ACCEPTED,
            diagnostic=UserDiagnostic.NULL,
            user_information=InitiateResponse(conformance, max_receive),
        ):
            return Grant(conformance & BUILT, max_receive or NO_BOUND)
        case Aare():
            return Refusal(LinkTrouble.REFUSED_LINK, _why(apdu))
        case ExceptionResponse(state, service):
            detail = f"exception {standard_name(state)}, {standard_name(service)}"
            return Refusal(LinkTrouble.REFUSED_LINK, detail)
        case _:
            return Refusal(LinkTrouble.MALFORMED, f"{type(apdu).__name__} in answer to an aarq")


def _why(aare: Aare) -> str:
    words = f"{standard_name(aare.result)}, {standard_name(aare.diagnostic)}"
    error = aare.user_information
    if isinstance(error, ConfirmedServiceError):
        return f"{words}, {standard_name(error.category)} error {error.value}"
    return words
