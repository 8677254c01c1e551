"""Laws of ACSE: byte-exact associations, strict elements, no secret in a repr."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.dlms import (
    Aare,
    Aarq,
    ApplicationContext,
    AssociationResult,
    ConfirmedService,
    ConfirmedServiceError,
    Conformance,
    DlmsError,
    ErrorCategory,
    InitiateError,
    InitiateRequest,
    InitiateResponse,
    Mechanism,
    ProviderDiagnostic,
    ReleaseRequestReason,
    ReleaseResponseReason,
    Rlre,
    Rlrq,
    Unbuilt,
    UserDiagnostic,
    read_apdu,
)

PROPOSED = InitiateRequest(Conformance(0x401E5D), 0xFFFF)
GRANTED = InitiateResponse(Conformance(0x401E5D), 0x0400)
REFUSED = ConfirmedServiceError(
    ConfirmedService.INITIATE, ErrorCategory.INITIATE, InitiateError.DLMS_VERSION_TOO_LOW
)
CIPHERED = Unbuilt("glo-initiate-request", bytes.fromhex("211f30000000010203"))
NAME = "a109060760857405080101"
USER = "be10040e01000000065f1f0400401e5dffff"
GRANT = "be10040e0800065f1f0400401e5d04000007"

octets = st.none() | st.binary(max_size=140)
contexts = st.sampled_from(ApplicationContext)
mechanisms = st.none() | st.sampled_from(Mechanism)
proposals = st.sampled_from([PROPOSED, CIPHERED])
grants = st.sampled_from([None, GRANTED, REFUSED, Unbuilt("glo-initiate-response", b"\x28\x00")])
diagnostics = st.sampled_from(UserDiagnostic) | st.sampled_from(ProviderDiagnostic)
apdus = st.one_of(
    st.builds(Aarq, contexts, proposals, octets, mechanisms, octets),
    st.builds(
        Aare,
        contexts,
        st.sampled_from(AssociationResult),
        diagnostics,
        grants,
        octets,
        mechanisms,
        octets,
    ),
    st.builds(Rlrq, st.none() | st.sampled_from(ReleaseRequestReason), st.none() | proposals),
    st.builds(Rlre, st.none() | st.sampled_from(ReleaseResponseReason), grants),
)


def aarq(*elements: str) -> bytes:
    body = bytes.fromhex("".join(elements))
    return bytes([0x60, len(body)]) + body


@pytest.mark.parametrize(
    ("apdu", "octets"),
    [
        (
            Aarq(ApplicationContext.LN, PROPOSED),
            "601d" + NAME + USER,
        ),
        (
            Aare(ApplicationContext.LN, AssociationResult.ACCEPTED, UserDiagnostic.NULL, GRANTED),
            "6129" + NAME + "a203020100a305a103020100" + GRANT,
        ),
        (
            Aarq(ApplicationContext.LN, PROPOSED, None, Mechanism.LLS, b"12345678"),
            "6036" + NAME + "8a0207808b0760857405080201ac0a80083132333435363738" + USER,
        ),
        (
            Aare(
                ApplicationContext.LN,
                AssociationResult.REJECTED_PERMANENT,
                ProviderDiagnostic.NO_COMMON_ACSE_VERSION,
            ),
            "6117" + NAME + "a203020101a305a203020102",
        ),
        (
            Aare(
                ApplicationContext.LN,
                AssociationResult.REJECTED_PERMANENT,
                UserDiagnostic.NO_REASON_GIVEN,
                REFUSED,
            ),
            "611f" + NAME + "a203020101a305a103020101be0604040e010601",
        ),
        (Rlrq(), "6200"),
        (Rlrq(ReleaseRequestReason.NORMAL), "6203800100"),
        (Rlre(ReleaseResponseReason.NORMAL), "6303800100"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:4],
)
def test_forms_of_the_captures(apdu: Aarq | Aare | Rlrq | Rlre, octets: str) -> None:
    assert apdu.to_bytes().hex() == octets
    assert read_apdu(bytes.fromhex(octets)) == apdu


@given(apdus)
def test_every_association_apdu_is_read_as_it_was_written(apdu: Aarq | Aare | Rlrq | Rlre) -> None:
    again = read_apdu(apdu.to_bytes())
    assert again == apdu
    if isinstance(again, Aare) and isinstance(apdu, Aare):
        assert type(again.diagnostic) is type(apdu.diagnostic)


def test_elements_may_come_in_any_order_and_unused_ones_are_passed_over() -> None:
    plain = Aarq(ApplicationContext.LN, PROPOSED)
    assert Aarq.from_bytes(aarq(USER, NAME)) == plain
    assert Aarq.from_bytes(aarq(NAME, "a703040101", "a9030201ff", USER)) == plain


@pytest.mark.parametrize(
    "elements",
    [
        (NAME,),
        (USER,),
        (NAME, NAME, USER),
        (NAME, USER, "8b"),
        (NAME, USER, "8b7f"),
        ("a109060760857405080109", USER),
        ("a109060760857405080201", USER),
        ("a1090607608574050801", USER),
        (NAME, "8b0760857405080209", USER),
        (NAME, "ac0a81083132333435363738", USER),
        (NAME, "be0604040e010601"),
        (NAME, "be0e040c0800065f1f0400401e5d0400"),
        (NAME, "be06040400000000"),
        (NAME, "be020400"),
        (NAME, "be040402c81e"),
    ],
)
def test_a_malformed_aarq_is_refused(elements: tuple[str, ...]) -> None:
    body = bytes.fromhex("".join(elements))
    with pytest.raises(DlmsError):
        read_apdu(bytes([0x60, len(body)]) + body)


@pytest.mark.parametrize(
    "octets",
    [
        "6110" + NAME + "a203020100",
        "6117" + NAME + "a203020109a305a103020100",
        "6117" + NAME + "a203020100a305a303020100",
        "6203800109",
        "620480020000",
        "6303800102",
        "6129" + NAME + "a203020100a305a103020100" + USER,
        "6212" + GRANT,
        "6312" + USER,
        "6200ff",
    ],
)
def test_malformed_answers_are_refused(octets: str) -> None:
    with pytest.raises(DlmsError):
        read_apdu(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "apdu",
    [
        Aarq(ApplicationContext.LN, PROPOSED, None, Mechanism.LLS, b"password"),
        Aarq(ApplicationContext.LN, InitiateRequest(Conformance(0), 0, dedicated_key=b"password")),
    ],
    ids=["password", "dedicated key"],
)
def test_no_repr_shows_a_secret(apdu: Aarq) -> None:
    assert "password" not in repr(apdu)
