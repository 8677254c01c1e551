"""Laws of APDUs: captures byte for byte, round trips, and DlmsError for all else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.dlms import (
    UNKNOWN,
    Aare,
    Aarq,
    ActionAnswerBlock,
    ActionBlock,
    ActionBlockTaken,
    ActionFirstBlock,
    ActionListFirstBlock,
    ActionListRequest,
    ActionListResponse,
    ActionNext,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    AttributeRef,
    Block,
    ConfirmedService,
    ConfirmedServiceError,
    Conformance,
    Data,
    DataAccessResult,
    DlmsError,
    Done,
    ErrorCategory,
    ExceptionResponse,
    GetBlock,
    GetListRequest,
    GetListResponse,
    GetNext,
    GetRequest,
    GetResponse,
    InitiateError,
    InitiateRequest,
    InitiateResponse,
    MethodRef,
    Reference,
    Selection,
    ServiceError,
    SetBlock,
    SetBlockTaken,
    SetFirstBlock,
    SetLastTaken,
    SetListFirstBlock,
    SetListLastTaken,
    SetListRequest,
    SetListResponse,
    SetRequest,
    SetResponse,
    StateError,
    Tag,
    Unbuilt,
    read_apdu,
)
from link.dlms.blocks import BLOCKS
from link.dlms.fields import Layout
from link.dlms.list_blocks import LIST_BLOCKS
from link.dlms.lists import LISTS
from link.dlms.services import SERVICES

VECTORS = Path(__file__).parents[1] / "vectors" / "dlms_sessions.json"
ENERGY = bytes.fromhex("0100010800ff")
GATEWAY = bytes.fromhex("0000132800ff")


def captured_apdus(session: int) -> list[bytes]:
    """Return the APDUs of a session: what follows the LLC in frames with one-octet addresses."""
    frames = json.loads(VECTORS.read_text())["sessions"][session]["frames"]
    octets = (bytes.fromhex(frame["hex"]) for frame in frames)
    return [
        frame[11:-3]
        for frame in octets
        if frame[8:10] == b"\xe6\xe6" or frame[8:11] == b"\xe6\xe7\x00"
    ]


CAPTURED = [apdu for session in range(3) for apdu in captured_apdus(session)]
LAYOUTS: tuple[Layout[object], ...] = SERVICES.rows + LISTS.rows + BLOCKS.rows + LIST_BLOCKS.rows

data = st.one_of(
    st.integers(0, 2**32 - 1).map(lambda value: Data(Tag.U32, value)),
    st.binary(max_size=40).map(lambda value: Data(Tag.OCTET_STRING, value)),
    st.just(Data(Tag.STRUCTURE, (Data(Tag.NULL, None), Data(Tag.BOOLEAN, True)))),
)
octet = st.integers(0, 255)
names = st.binary(min_size=6, max_size=6)
attributes = st.builds(AttributeRef, st.integers(0, 65535), names, st.integers(-128, 127))
methods = st.builds(MethodRef, st.integers(0, 65535), names, st.integers(-128, 127))
selections = st.none() | st.builds(Selection, octet, data)
conformances = st.integers(0, 2**24 - 1).map(Conformance)
numbers = st.integers(0, 2**32 - 1)
raw_data = st.binary(max_size=20)
blocks = st.builds(Block, st.booleans(), numbers, raw_data)
references = st.builds(Reference, attributes, selections)
dones = st.builds(
    Done,
    st.sampled_from(ActionResult),
    st.none() | data | st.sampled_from(DataAccessResult),
)


def listed(members: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(members, max_size=5).map(tuple)


services = st.one_of(
    st.builds(GetRequest, octet, attributes, selections),
    st.builds(GetResponse, octet, data | st.sampled_from(DataAccessResult)),
    st.builds(
        GetListRequest,
        octet,
        st.lists(st.builds(Reference, attributes, selections), max_size=5).map(tuple),
    ),
    st.builds(
        GetListResponse,
        octet,
        st.lists(data | st.sampled_from(DataAccessResult), max_size=5).map(tuple),
    ),
    st.builds(SetListRequest, octet, listed(references), listed(data)),
    st.builds(SetListResponse, octet, listed(st.sampled_from(DataAccessResult))),
    st.builds(ActionListRequest, octet, listed(methods), listed(data)),
    st.builds(ActionListResponse, octet, listed(dones)),
    st.builds(GetNext, octet, numbers),
    st.builds(
        GetBlock, octet, st.booleans(), numbers, raw_data | st.sampled_from(DataAccessResult)
    ),
    st.builds(SetListFirstBlock, octet, listed(references), blocks),
    st.builds(SetListLastTaken, octet, listed(st.sampled_from(DataAccessResult)), numbers),
    st.builds(ActionListFirstBlock, octet, listed(methods), blocks),
    st.builds(SetFirstBlock, octet, attributes, blocks, selections),
    st.builds(SetBlock, octet, blocks),
    st.builds(SetBlockTaken, octet, numbers),
    st.builds(SetLastTaken, octet, st.sampled_from(DataAccessResult), numbers),
    st.builds(ActionFirstBlock, octet, methods, blocks),
    st.builds(ActionBlock, octet, blocks),
    st.builds(ActionBlockTaken, octet, numbers),
    st.builds(ActionNext, octet, numbers),
    st.builds(ActionAnswerBlock, octet, blocks),
    st.builds(SetRequest, octet, attributes, data, selections),
    st.builds(SetResponse, octet, st.sampled_from(DataAccessResult)),
    st.builds(ActionRequest, octet, methods, st.none() | data),
    st.builds(
        ActionResponse,
        octet,
        st.sampled_from(ActionResult),
        st.none() | data | st.sampled_from(DataAccessResult),
    ),
    st.builds(
        ExceptionResponse,
        st.sampled_from(StateError),
        st.sampled_from(ServiceError),
        st.none() | st.integers(0, 2**32 - 1),
    ),
    st.builds(
        ConfirmedServiceError,
        st.sampled_from(ConfirmedService),
        st.sampled_from(ErrorCategory),
        octet,
    ),
    st.builds(
        InitiateRequest,
        conformances,
        st.integers(0, 65535),
        st.none() | st.binary(max_size=32),
        st.booleans(),
        st.none() | octet,
        octet,
    ),
    st.builds(
        InitiateResponse,
        conformances,
        st.integers(0, 65535),
        st.none() | octet,
        octet,
        st.integers(0, 65535),
    ),
)


@pytest.mark.parametrize("apdu", CAPTURED, ids=lambda apdu: apdu[:2].hex())
def test_every_captured_apdu_is_read_and_written_byte_for_byte(apdu: bytes) -> None:
    assert read_apdu(apdu).to_bytes() == apdu


def test_the_plain_session_is_understood() -> None:
    aarq, aare, *rest = (read_apdu(apdu) for apdu in captured_apdus(0))
    assert isinstance(aarq, Aarq)
    assert isinstance(aare, Aare)
    assert rest == [
        GetRequest(0xC1, AttributeRef(3, ENERGY, 2)),
        GetResponse(0xC1, Data(Tag.U32, 123456)),
        ActionRequest(
            0xC1, MethodRef(115, GATEWAY, 1), Data(Tag.OCTET_STRING, b"12345678901234567890")
        ),
        ActionResponse(0xC1, ActionResult.SUCCESS),
    ]


@pytest.mark.parametrize(
    ("apdu", "octets"),
    [
        (GetResponse(0xC1, DataAccessResult.OBJECT_UNDEFINED), "c401c10104"),
        (GetBlock(0xC1, False, 1, b"\x09\x02"), "c402c1000000000100020902"),
        (GetNext(0xC1, 1), "c002c100000001"),
        (
            GetBlock(0xC1, True, 2, DataAccessResult.DATA_BLOCK_NUMBER_INVALID),
            "c402c101000000020113",
        ),
        (
            SetFirstBlock(0xC1, AttributeRef(1, ENERGY, 2), Block(False, 1, b"\x09")),
            "c102c100010100010800ff020000000000010109",
        ),
        (SetLastTaken(0xC1, DataAccessResult.SUCCESS, 3), "c503c10000000003"),
        (
            ActionFirstBlock(0xC1, MethodRef(115, GATEWAY, 1), Block(True, 1, b"\x00")),
            "c304c100730000132800ff0101000000010100",
        ),
        (
            GetListRequest(0xC1, (Reference(AttributeRef(3, ENERGY, 2)),)),
            "c003c10100030100010800ff0200",
        ),
        (
            GetListResponse(0xC1, (Data(Tag.U8, 7), DataAccessResult.OBJECT_UNDEFINED)),
            "c403c1020011070104",
        ),
        (
            SetListRequest(0xC1, (Reference(AttributeRef(3, ENERGY, 2)),), (Data(Tag.U8, 7),)),
            "c104c10100030100010800ff0200011107",
        ),
        (SetListResponse(0xC1, (DataAccessResult.SUCCESS,)), "c505c10100"),
        (
            SetListFirstBlock(
                0xC1, (Reference(AttributeRef(3, ENERGY, 2)),), Block(False, 1, b"\x01\x11")
            ),
            "c105c10100030100010800ff02000000000001020111",
        ),
        (SetListLastTaken(0xC1, (DataAccessResult.SUCCESS,), 2), "c504c1010000000002"),
        (
            ActionListFirstBlock(0xC1, (MethodRef(115, GATEWAY, 1),), Block(True, 1, b"\x00")),
            "c305c10100730000132800ff0101000000010100",
        ),
        (
            ActionListRequest(0xC1, (MethodRef(115, GATEWAY, 1),), (Data(Tag.U8, 7),)),
            "c303c10100730000132800ff01011107",
        ),
        (
            ActionListResponse(
                0xC1, (Done(ActionResult.SUCCESS), Done(ActionResult.SUCCESS, Data(Tag.U8, 7)))
            ),
            "c703c10200000001001107",
        ),
        (
            SetRequest(0xC1, AttributeRef(1, ENERGY, 2), Data(Tag.U8, 7)),
            "c101c100010100010800ff02001107",
        ),
        (SetResponse(0xC1, DataAccessResult.SUCCESS), "c501c100"),
        (ActionResponse(0xC1, ActionResult.SUCCESS, Data(Tag.U8, 7)), "c701c10001001107"),
        (
            ActionResponse(0xC1, ActionResult.SUCCESS, DataAccessResult.OTHER_REASON),
            "c701c1000101fa",
        ),
        (
            GetRequest(0xC1, AttributeRef(7, ENERGY, 2), Selection(2, Data(Tag.NULL, None))),
            "c001c100070100010800ff02010200",
        ),
        (
            ExceptionResponse(StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED),
            "d80202",
        ),
        (
            ExceptionResponse(
                StateError.SERVICE_NOT_ALLOWED, ServiceError.INVOCATION_COUNTER_ERROR, 5
            ),
            "d8010600000005",
        ),
        (
            ConfirmedServiceError(
                ConfirmedService.INITIATE,
                ErrorCategory.INITIATE,
                InitiateError.INCOMPATIBLE_CONFORMANCE,
            ),
            "0e010602",
        ),
        (InitiateRequest(Conformance(0x401E5D), 0xFFFF), "01000000065f1f0400401e5dffff"),
        (InitiateResponse(Conformance(0x401E5D), 0x0400), "0800065f1f0400401e5d04000007"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_forms_of_the_standard(apdu: Apdu, octets: str) -> None:
    assert apdu.to_bytes().hex() == octets
    assert read_apdu(bytes.fromhex(octets)) == apdu


def test_conformance_bits_count_from_the_left() -> None:
    granted = Conformance(0x401E5D)
    assert granted & Conformance.GENERAL_PROTECTION
    assert granted & Conformance.ACTION
    assert Conformance.ACTION == 1
    assert Conformance.GENERAL_PROTECTION == 1 << 22
    assert not granted & Conformance.PRIORITY


@given(services)
def test_every_service_is_read_as_it_was_written(service: Apdu) -> None:
    assert read_apdu(service.to_bytes()) == service


@given(services)
def test_a_cut_service_is_refused_or_is_another_whole_one(service: Apdu) -> None:
    octets = service.to_bytes()
    for cut in range(len(octets)):
        try:
            assert read_apdu(octets[:cut]).to_bytes() == octets[:cut]
        except DlmsError:
            continue


@pytest.mark.parametrize("apdu", captured_apdus(0), ids=lambda apdu: apdu[:2].hex())
def test_a_cut_or_longer_captured_apdu_is_refused(apdu: bytes) -> None:
    for cut in range(2, len(apdu)):
        with pytest.raises(DlmsError):
            read_apdu(apdu[:cut])
    with pytest.raises(DlmsError):
        read_apdu(apdu + b"\x00")


starts = st.sampled_from(
    [layout.prefix for layout in LAYOUTS] + [bytes([tag]) for tag in range(0x60, 0x64)] + [b""]
)


@given(starts, st.binary(max_size=60))
def test_any_octets_end_in_an_apdu_or_in_a_dlms_error(start: bytes, rest: bytes) -> None:
    try:
        apdu = read_apdu(start + rest)
    except DlmsError:
        return
    assert read_apdu(apdu.to_bytes()) == apdu


@given(st.sampled_from(CAPTURED), st.integers(0, 200), st.integers(1, 255))
def test_a_damaged_octet_ends_in_an_apdu_or_in_a_dlms_error(
    apdu: bytes, place: int, flip: int
) -> None:
    damaged = bytearray(apdu)
    damaged[place % len(apdu)] ^= flip
    try:
        assert read_apdu(bytes(damaged))
    except DlmsError:
        return


@pytest.mark.parametrize(
    ("octets", "service"),
    [
        ("c106", UNKNOWN),
        ("c81e30", "glo-get-request"),
        ("cb3130", "glo-action-request"),
        ("db0843", "general-glo-ciphering"),
        ("d01e30", "ded-get-request"),
        ("e080", "general-block-transfer"),
        ("d9", "access-request"),
        ("0f00000000", "data-notification"),
        ("c009", UNKNOWN),
        ("c0", UNKNOWN),
        ("77", UNKNOWN),
    ],
)
def test_services_that_are_not_built_are_named_and_kept(octets: str, service: str) -> None:
    apdu = read_apdu(bytes.fromhex(octets))
    assert apdu == Unbuilt(service, bytes.fromhex(octets))
    assert apdu.to_bytes().hex() == octets


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "c401c102",
        "c401c10163",
        "c501c163",
        "c701c1000200",
        "c001c100030100010800ff0202",
        "d80902",
        "0e630600",
        "c403c103001107",
        "c402c1010000000102",
        "c402c10100000001010f0f",
        "c103c1010000000102aa",
        "01000000065f1f0401401e5dffff",
        "01030000065f1f0400401e5dffff",
    ],
)
def test_malformed_services_are_refused(octets: str) -> None:
    with pytest.raises(DlmsError):
        read_apdu(bytes.fromhex(octets))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.prefix.hex())
def test_a_member_of_another_kind_is_our_bug(layout: Layout[object]) -> None:
    for _, kind in layout.fields:
        with pytest.raises((ValueError, AttributeError), match=r"is no|object"):
            kind.write(object())


@pytest.mark.parametrize(
    "apdu",
    [
        GetRequest(256, AttributeRef(3, ENERGY, 2)),
        GetRequest(0xC1, AttributeRef(3, ENERGY[:5], 2)),
        GetRequest(0xC1, AttributeRef(3, ENERGY, 128)),
        InitiateResponse(Conformance(0), 65536),
    ],
    ids=repr,
)
def test_a_member_that_does_not_fit_is_our_bug(apdu: Apdu) -> None:
    with pytest.raises(ValueError, match=r"fit|octets"):
        apdu.to_bytes()
