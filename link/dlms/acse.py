"""ACSE by hand: AARQ, AARE, RLRQ, RLRE in BER. Source: X.227, IEC 62056-5-3, link.md 3.

Read: elements in any order, each at most once; elements that DLMS does not use are passed over.
Written: exactly the octets of the captures of link.md 3. Titles, mechanism and challenge are read
and kept; whether they authenticate anybody is the session's question.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias, TypeVar

from link.dlms.ber import element, elements, inner, octet, wanted
from link.dlms.codes import (
    ApplicationContext,
    AssociationResult,
    DlmsError,
    Mechanism,
    ProviderDiagnostic,
    ReleaseRequestReason,
    ReleaseResponseReason,
    UserDiagnostic,
)
from link.dlms.fields import read_code
from link.dlms.services import (
    ConfirmedServiceError,
    InitiateRequest,
    InitiateResponse,
    read_service,
)
from link.dlms.unbuilt import Unbuilt

EnumT = TypeVar("EnumT", bound=IntEnum)

AARQ_TAG = 0x60
AARE_TAG = 0x61
RLRQ_TAG = 0x62
RLRE_TAG = 0x63

_OID = 0x06
_INTEGER = 0x02
_OCTET_STRING = 0x04
_CHARSTRING = 0x80
_CONTEXT_NAME = 0xA1
_CALLING_TITLE = 0xA6
_CALLING_REQUIREMENTS = 0x8A
_CALLING_MECHANISM = 0x8B
_CALLING_AUTHENTICATION = 0xAC
_RESULT = 0xA2
_DIAGNOSTIC = 0xA3
_RESPONDING_TITLE = 0xA4
_RESPONDING_REQUIREMENTS = 0x88
_RESPONDING_MECHANISM = 0x89
_RESPONDING_AUTHENTICATION = 0xAA
_REASON = 0x80
_USER_INFORMATION = 0xBE
_BY_USER = 0xA1
_BY_PROVIDER = 0xA2

_AUTHENTICATION_UNIT = bytes.fromhex("0780")
"""The requirements bit-string with the bit "authentication" set."""

_CONTEXT_ARC = bytes.fromhex("608574050801")
_MECHANISM_ARC = bytes.fromhex("608574050802")
"""2.16.756.5.8.1 and .2, before their last arc."""


_CIPHERED = frozenset(
    {
        "glo-initiate-request",
        "glo-initiate-response",
        "glo-confirmed-service-error",
        "general-glo-ciphering",
        "general-ciphering",
    }
)
"""Services that may carry the user information under a cipher."""

Proposal: TypeAlias = InitiateRequest | Unbuilt
"""User information of a client; Unbuilt while it is ciphered (glo-initiate-request)."""

Grant: TypeAlias = InitiateResponse | ConfirmedServiceError | Unbuilt
"""User information of a server; an error where the proposal cannot be granted."""


@dataclass(frozen=True, slots=True)
class Aarq:
    """Ask for an association. `authentication` is a password or a challenge, by mechanism."""

    context: ApplicationContext
    user_information: Proposal
    calling_title: bytes | None = None
    mechanism: Mechanism | None = None
    authentication: bytes | None = field(default=None, repr=False)

    def to_bytes(self) -> bytes:
        """Write the APDU."""
        body = (
            element(_CONTEXT_NAME, element(_OID, _CONTEXT_ARC + bytes([self.context])))
            + _title(_CALLING_TITLE, self.calling_title)
            + _mechanism(_CALLING_REQUIREMENTS, _CALLING_MECHANISM, self.mechanism)
            + _authentication(_CALLING_AUTHENTICATION, self.authentication)
            + _user_information(self.user_information)
        )
        return element(AARQ_TAG, body)

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Aarq":
        """Read the APDU; raises DlmsError."""
        found = elements(inner(octets, AARQ_TAG))
        user_information = _read_user_information(found)
        if not isinstance(user_information, InitiateRequest | Unbuilt):
            raise DlmsError("aarq without an initiate-request")
        return cls(
            _read_context(found),
            user_information,
            _read_title(found, _CALLING_TITLE),
            _read_mechanism(found, _CALLING_MECHANISM),
            _read_authentication(found, _CALLING_AUTHENTICATION),
        )


@dataclass(frozen=True, slots=True)
class Aare:
    """Answer to an AARQ. `authentication` is the server's challenge."""

    context: ApplicationContext
    result: AssociationResult
    diagnostic: UserDiagnostic | ProviderDiagnostic
    user_information: Grant | None = None
    responding_title: bytes | None = None
    mechanism: Mechanism | None = None
    authentication: bytes | None = field(default=None, repr=False)

    def to_bytes(self) -> bytes:
        """Write the APDU."""
        body = (
            element(_CONTEXT_NAME, element(_OID, _CONTEXT_ARC + bytes([self.context])))
            + element(_RESULT, element(_INTEGER, bytes([self.result])))
            + element(_DIAGNOSTIC, _diagnostic(self.diagnostic))
            + _title(_RESPONDING_TITLE, self.responding_title)
            + _mechanism(_RESPONDING_REQUIREMENTS, _RESPONDING_MECHANISM, self.mechanism)
            + _authentication(_RESPONDING_AUTHENTICATION, self.authentication)
            + _user_information(self.user_information)
        )
        return element(AARE_TAG, body)

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Aare":
        """Read the APDU; raises DlmsError."""
        found = elements(inner(octets, AARE_TAG))
        user_information = _read_user_information(found)
        if isinstance(user_information, InitiateRequest):
            raise DlmsError("aare with an initiate-request")
        return cls(
            _read_context(found),
            read_code(AssociationResult, octet(inner(wanted(found, _RESULT), _INTEGER))),
            _read_diagnostic(wanted(found, _DIAGNOSTIC)),
            user_information,
            _read_title(found, _RESPONDING_TITLE),
            _read_mechanism(found, _RESPONDING_MECHANISM),
            _read_authentication(found, _RESPONDING_AUTHENTICATION),
        )


@dataclass(frozen=True, slots=True)
class Rlrq:
    """Ask for the release of the association."""

    reason: ReleaseRequestReason | None = None
    user_information: Proposal | None = None

    def to_bytes(self) -> bytes:
        """Write the APDU."""
        body = _reason(self.reason) + _user_information(self.user_information)
        return element(RLRQ_TAG, body)

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Rlrq":
        """Read the APDU; raises DlmsError."""
        found = elements(inner(octets, RLRQ_TAG))
        user_information = _read_user_information(found)
        if isinstance(user_information, InitiateResponse | ConfirmedServiceError):
            raise DlmsError("rlrq with a server's user information")
        return cls(_read_reason(found, ReleaseRequestReason), user_information)


@dataclass(frozen=True, slots=True)
class Rlre:
    """Answer to an RLRQ: the association is gone."""

    reason: ReleaseResponseReason | None = None
    user_information: Grant | None = None

    def to_bytes(self) -> bytes:
        """Write the APDU."""
        body = _reason(self.reason) + _user_information(self.user_information)
        return element(RLRE_TAG, body)

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Rlre":
        """Read the APDU; raises DlmsError."""
        found = elements(inner(octets, RLRE_TAG))
        user_information = _read_user_information(found)
        if isinstance(user_information, InitiateRequest):
            raise DlmsError("rlre with an initiate-request")
        return cls(_read_reason(found, ReleaseResponseReason), user_information)


def _title(tag: int, title: bytes | None) -> bytes:
    return b"" if title is None else element(tag, element(_OCTET_STRING, title))


def _mechanism(requirements: int, name: int, mechanism: Mechanism | None) -> bytes:
    if mechanism is None:
        return b""
    arc = _MECHANISM_ARC + bytes([mechanism])
    return element(requirements, _AUTHENTICATION_UNIT) + element(name, arc)


def _authentication(tag: int, value: bytes | None) -> bytes:
    return b"" if value is None else element(tag, element(_CHARSTRING, value))


def _diagnostic(diagnostic: UserDiagnostic | ProviderDiagnostic) -> bytes:
    source = _BY_USER if isinstance(diagnostic, UserDiagnostic) else _BY_PROVIDER
    return element(source, element(_INTEGER, bytes([diagnostic])))


def _reason(reason: ReleaseRequestReason | ReleaseResponseReason | None) -> bytes:
    return b"" if reason is None else element(_REASON, bytes([reason]))


def _user_information(service: Proposal | Grant | None) -> bytes:
    if service is None:
        return b""
    return element(_USER_INFORMATION, element(_OCTET_STRING, service.to_bytes()))


def _read_arc(octets: bytes, arc: bytes, members: type[EnumT]) -> EnumT:
    if octets[:-1] != arc:
        raise DlmsError(f"object identifier {octets.hex()}")
    return read_code(members, octets[-1])


def _read_context(found: dict[int, bytes]) -> ApplicationContext:
    name = inner(wanted(found, _CONTEXT_NAME), _OID)
    return _read_arc(name, _CONTEXT_ARC, ApplicationContext)


def _read_title(found: dict[int, bytes], tag: int) -> bytes | None:
    return inner(found[tag], _OCTET_STRING) if tag in found else None


def _read_mechanism(found: dict[int, bytes], tag: int) -> Mechanism | None:
    return _read_arc(found[tag], _MECHANISM_ARC, Mechanism) if tag in found else None


def _read_authentication(found: dict[int, bytes], tag: int) -> bytes | None:
    return inner(found[tag], _CHARSTRING) if tag in found else None


def _read_diagnostic(octets: bytes) -> UserDiagnostic | ProviderDiagnostic:
    if octets[:1] == bytes([_BY_USER]):
        return read_code(UserDiagnostic, octet(inner(inner(octets, _BY_USER), _INTEGER)))
    return read_code(ProviderDiagnostic, octet(inner(inner(octets, _BY_PROVIDER), _INTEGER)))


def _read_reason(found: dict[int, bytes], members: type[EnumT]) -> EnumT | None:
    return read_code(members, octet(found[_REASON])) if _REASON in found else None


def _read_user_information(found: dict[int, bytes]) -> Proposal | Grant | None:
    if _USER_INFORMATION not in found:
        return None
    service = read_service(inner(found[_USER_INFORMATION], _OCTET_STRING))
    match service:
        case InitiateRequest() | InitiateResponse() | ConfirmedServiceError():
            return service
        case Unbuilt(name) if name in _CIPHERED:
            return service
        case _:
            raise DlmsError(f"{type(service).__name__} as user information")
