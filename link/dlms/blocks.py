"""Long values in blocks: the APDUs of GET, SET and ACTION that carry them. IEC 62056-5-3.

link.md 3 shows the blocks of GET; the other forms, and what the raw data of a list hold, are from
memory of the standard, check against a second source. For the raw data of an answer to ACTION three
forms are in use; ours is written, all are read. `number` in what asks for the next block, or says
that one was taken, is that of the last block that came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from link.dlms.codes import ActionResult, DataAccessResult, DlmsError
from link.dlms.fields import U32, Boolean, Choice, Code, Fields, Kind, Layout, Layouts, Octets
from link.dlms.lists import LISTS, ActionListResponse, GetListResponse
from link.dlms.services import (
    ATTRIBUTE,
    INVOKE,
    METHOD,
    SELECTED,
    SERVICES,
    ActionResponse,
    AttributeRef,
    GetResponse,
    MethodRef,
    Selection,
)


class _Long:
    """A record that its layout in BLOCKS writes."""

    __slots__ = ()

    def to_bytes(self) -> bytes:
        """Write the APDU; ValueError for a member that its field cannot hold."""
        return BLOCKS.write(self)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a long value; blocks count from 1."""

    last: bool
    number: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class GetNext(_Long):
    """get-request-next."""

    invoke: int
    number: int


@dataclass(frozen=True, slots=True)
class GetBlock(_Long):
    """get-response-with-datablock; a result in place of octets ends the transfer."""

    invoke: int
    last: bool
    number: int
    result: bytes | DataAccessResult


@dataclass(frozen=True, slots=True)
class SetFirstBlock(_Long):
    """set-request-with-first-datablock."""

    invoke: int
    attribute: AttributeRef
    block: Block
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class SetBlock(_Long):
    """set-request-with-datablock."""

    invoke: int
    block: Block


@dataclass(frozen=True, slots=True)
class SetBlockTaken(_Long):
    """set-response-datablock: go on."""

    invoke: int
    number: int


@dataclass(frozen=True, slots=True)
class SetLastTaken(_Long):
    """set-response-last-datablock: what came of the whole, or why it goes on no longer."""

    invoke: int
    result: DataAccessResult
    number: int


@dataclass(frozen=True, slots=True)
class ActionFirstBlock(_Long):
    """action-request-with-first-pblock."""

    invoke: int
    method: MethodRef
    block: Block


@dataclass(frozen=True, slots=True)
class ActionBlock(_Long):
    """action-request-with-pblock."""

    invoke: int
    block: Block


@dataclass(frozen=True, slots=True)
class ActionBlockTaken(_Long):
    """action-response-next-pblock: go on."""

    invoke: int
    number: int


@dataclass(frozen=True, slots=True)
class ActionNext(_Long):
    """action-request-next-pblock."""

    invoke: int
    number: int


@dataclass(frozen=True, slots=True)
class ActionAnswerBlock(_Long):
    """action-response-with-pblock."""

    invoke: int
    block: Block


BlockService: TypeAlias = (
    GetNext
    | GetBlock
    | SetFirstBlock
    | SetBlock
    | SetBlockTaken
    | SetLastTaken
    | ActionFirstBlock
    | ActionBlock
    | ActionBlockTaken
    | ActionNext
    | ActionAnswerBlock
)

LongAnswer: TypeAlias = GetResponse | GetListResponse | ActionResponse | ActionListResponse
"""Answers that may be cut into blocks."""

_PLACE: Fields = (("last", Boolean()), ("number", U32))
_NUMBER: tuple[str, Kind] = ("number", U32)
BLOCK: tuple[str, Kind] = ("block", Layout(Block, b"", (*_PLACE, ("raw", Octets()))))
_RAW_OR_RESULT = Choice(((bytes, Octets()), (DataAccessResult, Code(DataAccessResult))))

BLOCKS: Layouts[BlockService] = Layouts(
    Layout(GetNext, b"\xc0\x02", (INVOKE, _NUMBER)),
    Layout(GetBlock, b"\xc4\x02", (INVOKE, *_PLACE, ("result", _RAW_OR_RESULT))),
    Layout(SetFirstBlock, b"\xc1\x02", (INVOKE, ATTRIBUTE, SELECTED, BLOCK)),
    Layout(SetBlock, b"\xc1\x03", (INVOKE, BLOCK)),
    Layout(SetBlockTaken, b"\xc5\x02", (INVOKE, _NUMBER)),
    Layout(SetLastTaken, b"\xc5\x03", (INVOKE, ("result", Code(DataAccessResult)), _NUMBER)),
    Layout(ActionFirstBlock, b"\xc3\x04", (INVOKE, METHOD, BLOCK)),
    Layout(ActionBlock, b"\xc3\x06", (INVOKE, BLOCK)),
    Layout(ActionBlockTaken, b"\xc7\x04", (INVOKE, _NUMBER)),
    Layout(ActionNext, b"\xc3\x02", (INVOKE, _NUMBER)),
    Layout(ActionAnswerBlock, b"\xc7\x02", (INVOKE, BLOCK)),
)
"""Every service with a block that is built, by its first octets."""


def raw_of(answer: LongAnswer) -> bytes:
    """Return what the blocks of an answer carry; ValueError for a GET that has no data."""
    octets, head = answer.to_bytes(), _head(type(answer), answer.invoke)
    if not octets.startswith(head):
        raise ValueError(f"{answer} has nothing for blocks")
    return octets[len(head) :]


def answer_of(kind: type[LongAnswer], invoke: int, raw: bytes) -> LongAnswer:
    """Read what blocks have carried; raises DlmsError."""
    head = _head(kind, invoke)
    if kind is ActionResponse:
        return _action_of(head, raw)
    answer = SERVICES.read(head + raw) or LISTS.read(head + raw)
    assert isinstance(answer, LongAnswer)
    return answer


_ACTION_FORMS = (b"", b"\x00\x01\x00", b"\x00\x01")
"""What each form leaves out: result with optional data (ours) nothing, bare Data all that stands
before them, a Get-Data-Result the result and that there are data (link.md 3)."""


def _action_of(head: bytes, raw: bytes) -> ActionResponse:
    """Read an answer to ACTION in any form; raises DlmsError.

    If several forms fit, one by which the method has run is taken: short Data can look like a
    refusal, and a refusal is short enough to need no blocks.
    """
    readings = tuple(_readings(head, raw))
    if not readings:
        raise DlmsError(f"an answer to action in no known form: {raw[:8].hex()}")
    ran = (each for each in readings if each.result is ActionResult.SUCCESS)
    return next(ran, readings[0])


def _readings(head: bytes, raw: bytes) -> Iterator[ActionResponse]:
    for left_out in _ACTION_FORMS:
        try:
            answer = SERVICES.read(head + left_out + raw)
        except DlmsError:
            continue
        assert isinstance(answer, ActionResponse)
        yield answer


def _head(kind: type[LongAnswer], invoke: int) -> bytes:
    """Return what stands in the short form before what blocks carry.

    Lists carry count and results, ACTION result and return parameters, GET the value alone.
    """
    return _HEADS[kind][:2] + bytes([invoke]) + _HEADS[kind][2:]


_HEADS: dict[type[LongAnswer], bytes] = {
    GetResponse: b"\xc4\x01\x00",
    GetListResponse: b"\xc4\x03",
    ActionResponse: b"\xc7\x01",
    ActionListResponse: b"\xc7\x03",
}
"""What stands around the invoke octet: two octets before it, the rest behind."""
