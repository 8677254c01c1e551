"""How a client asks for an association and what the answer grants. IEC 62056-5-3, link.md 3."""

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

BUILT = (
    Conformance.PRIORITY
    | Conformance.GET
    | Conformance.SET
    | Conformance.SELECTIVE_ACCESS
    | Conformance.ACTION
)
"""What this client can use."""

AARQ = Aarq(ApplicationContext.LN, InitiateRequest(BUILT, MAX_RECEIVE)).to_bytes()
"""The request for an association without ciphering."""


def read_refusal(apdu: Apdu) -> Refusal | None:
    """Tell why an APDU, in answer to our AARQ, grants no association; None when it does."""
    match apdu:
        case Aare(
            context=ApplicationContext.LN,
            result=AssociationResult.ACCEPTED,
            diagnostic=UserDiagnostic.NULL,
            user_information=InitiateResponse(),
        ):
            return None
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
