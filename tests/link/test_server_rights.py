"""What an `object_list` grants a role is what the server lets it do, also roles not yet let in."""

from collections.abc import Iterator

import pytest

from link.cosem import Role, object_list
from link.cosem.listed import AttributeMode
from link.cosem.values import SapName
from link.dlms import (
    ActionRequest,
    ActionResponse,
    ActionResult,
    AttributeRef,
    Data,
    DataAccessResult,
    GetRequest,
    GetResponse,
    MethodRef,
    SetRequest,
    SetResponse,
    Tag,
)
from link.server import Client
from link.server.association import Association
from link.server.objects import Situation
from link.server.services import Question, serve

from .dialogues import ALL, WIRE

NOTHING = Data(Tag.NULL, None)
DENIED = DataAccessResult.READ_WRITE_DENIED


def situation(role: Role) -> Situation:
    device = SapName(1, "SPL0000000000017")
    return Situation(device, Client(16, role), WIRE, role, Association(ALL, 0xFFFF))


def attributes(role: Role) -> Iterator[tuple[AttributeRef, AttributeMode]]:
    for each in object_list(role):
        for access in each.rights.attributes:
            ref = AttributeRef(each.class_id, each.logical_name, access.index)
            yield ref, access.mode


@pytest.mark.parametrize("role", Role)
def test_an_attribute_is_read_and_written_as_it_is_listed(role: Role) -> None:
    for ref, mode in attributes(role):
        got = serve(GetRequest(0xC1, ref), situation(role))
        if mode & AttributeMode.READ:
            served = isinstance(got, Question) or isinstance(got.result, Data)
            assert served, ref
        else:
            assert got == GetResponse(0xC1, DENIED), ref
        written = serve(SetRequest(0xC1, ref, NOTHING), situation(role))
        why = DataAccessResult.TYPE_UNMATCHED if mode & AttributeMode.WRITE else DENIED
        assert written == SetResponse(0xC1, why), ref


@pytest.mark.parametrize("role", Role)
def test_a_method_is_invoked_as_it_is_listed(role: Role) -> None:
    for each in object_list(role):
        for access in each.rights.methods:
            ref = MethodRef(each.class_id, each.logical_name, access.index)
            why = ActionResult.TYPE_UNMATCHED if access.mode else ActionResult.READ_WRITE_DENIED
            answer = serve(ActionRequest(0xC1, ref, NOTHING), situation(role))
            assert answer == ActionResponse(0xC1, why), ref
