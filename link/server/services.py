"""GET, SET and ACTION inside an association: an answer at once, or a Question. IEC 62056-5-3.

Invariant: a Question goes to the application only when reference, rights, type and selection are
right; then any Response that fits its operation makes exactly one answer.
"""

from dataclasses import dataclass
from typing import TypeAlias

from link.cosem import (
    ALL,
    WHOLE,
    LogSelection,
    Role,
    Row,
    RowKind,
    Selected,
    TypeUnmatched,
    decode_selection,
)
from link.dlms import (
    ActionRequest,
    ActionResponse,
    ActionResult,
    AttributeRef,
    Conformance,
    Data,
    DataAccessResult,
    GetRequest,
    GetResponse,
    MethodRef,
    Selection,
    SetRequest,
    SetResponse,
    Tag,
)
from link.server.events import (
    AccessRefused,
    ActionDone,
    Operation,
    Response,
    Value,
    Written,
)
from link.server.objects import (
    LOGICAL_NAME,
    Situation,
    allows,
    find,
    is_own,
    logical_name_of,
    own_value,
)

Request: TypeAlias = GetRequest | SetRequest | ActionRequest
Answer: TypeAlias = GetResponse | SetResponse | ActionResponse

_NOTHING = Data(Tag.NULL, None)


@dataclass(frozen=True, slots=True)
class Question:
    """What only the application can answer; `value` is of the row's type, None for READ."""

    situation: Situation
    invoke: int
    row: Row
    operation: Operation
    value: object
    selection: LogSelection
    columns: tuple[int, ...] = ()
    """Places of the columns of a buffer that are wanted, from 0; empty for all."""
    place: int = 0
    """Which part of the answer it makes."""


def serve(request: Request, situation: Situation, place: int = 0) -> Answer | Question:
    """Answer a request, or put it to the application; `place` is its own in a list."""
    match request:
        case GetRequest():
            return _get(request, situation, place)
        case SetRequest():
            return _set(request, situation, place)
        case ActionRequest():
            return _action(request, situation, place)


def answer(question: Question, response: Response) -> Answer:
    """Write what the application said, however long.

    ValueError for a response of another operation and for a value that the row does not hold.
    """
    row, invoke, situation = question.row, question.invoke, question.situation
    match (question.operation, response):
        case (Operation.READ, Value(value)):
            return GetResponse(invoke, _chosen(row.schema.encode(value), question.columns))
        case (Operation.READ, AccessRefused(result)) if result:
            return GetResponse(invoke, result)
        case (Operation.WRITE, Written()):
            return SetResponse(invoke, DataAccessResult.SUCCESS)
        case (Operation.WRITE, AccessRefused(result)) if result:
            return SetResponse(invoke, result)
        case (Operation.INVOKE, ActionDone(result, value)):
            data = _return_data(row, value, situation.client.role)
            return ActionResponse(invoke, result, data)
        case _:
            raise ValueError(f"{response} does not answer {question.operation.name}")


def _get(request: GetRequest, situation: Situation, place: int) -> Answer | Question:
    invoke, wanted = request.invoke, request.attribute
    if wanted.index == LOGICAL_NAME:
        name = logical_name_of(
            wanted.class_id, wanted.logical_name, situation.rights, situation.lacking
        )
        found = Data(Tag.OCTET_STRING, name) if isinstance(name, bytes) else name
        return GetResponse(invoke, found)
    row = reach(wanted, Operation.READ, situation)
    if isinstance(row, DataAccessResult):
        return GetResponse(invoke, row)
    selected = _selected(row, request.selection, situation.association.conformance)
    if isinstance(selected, DataAccessResult):
        return GetResponse(invoke, selected)
    if is_own(row):
        return GetResponse(invoke, row.schema.encode(own_value(row, situation)))
    rows, columns = selected.rows, selected.columns
    return Question(situation, invoke, row, Operation.READ, None, rows, columns, place)


def _set(request: SetRequest, situation: Situation, place: int) -> Answer | Question:
    row = reach(request.attribute, Operation.WRITE, situation)
    if isinstance(row, DataAccessResult):
        return SetResponse(request.invoke, row)
    if request.selection is not None:
        return SetResponse(request.invoke, DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
    try:
        value = row.schema.decode(request.value)
    except TypeUnmatched:
        return SetResponse(request.invoke, DataAccessResult.TYPE_UNMATCHED)
    return Question(situation, request.invoke, row, Operation.WRITE, value, WHOLE, place=place)


def _action(request: ActionRequest, situation: Situation, place: int) -> Answer | Question:
    row = reach(request.method, Operation.INVOKE, situation)
    if isinstance(row, DataAccessResult):
        return ActionResponse(request.invoke, ActionResult(row))
    try:
        value = row.schema.decode(request.parameter or _NOTHING)
    except TypeUnmatched:
        return ActionResponse(request.invoke, ActionResult.TYPE_UNMATCHED)
    return Question(situation, request.invoke, row, Operation.INVOKE, value, WHOLE, place=place)


def reach(
    wanted: AttributeRef | MethodRef, operation: Operation, situation: Situation
) -> Row | DataAccessResult:
    """Return the row that is meant, or why the client may not use it so."""
    kind = RowKind.METHOD if isinstance(wanted, MethodRef) else RowKind.ATTRIBUTE
    row = find(wanted.class_id, wanted.logical_name, kind, wanted.index, situation.lacking)
    if isinstance(row, Row) and not allows(row, operation, situation):
        return DataAccessResult.READ_WRITE_DENIED
    return row


def _selected(
    row: Row, selection: Selection | None, conformance: Conformance
) -> Selected | DataAccessResult:
    if selection is None:
        return ALL
    granted = Conformance.SELECTIVE_ACCESS in conformance
    if not granted or selection.selector not in row.selectors:
        return DataAccessResult.SCOPE_OF_ACCESS_VIOLATED
    try:
        return decode_selection(selection, row.columns)
    except TypeUnmatched:
        return DataAccessResult.SCOPE_OF_ACCESS_VIOLATED


def _chosen(buffer: Data, columns: tuple[int, ...]) -> Data:
    """Return the rows of a buffer with these columns alone; all of it if none is named."""
    if not columns or not isinstance(buffer.value, tuple):
        return buffer
    rows = (row.value for row in buffer.value)
    kept = (tuple(row[place] for place in columns) for row in rows if isinstance(row, tuple))
    return Data(buffer.tag, tuple(Data(Tag.STRUCTURE, members) for members in kept))


def _return_data(row: Row, value: object, role: Role) -> Data | None:
    """Write return data: third-party clients get none, as captures show (link.md 4, enter)."""
    if value is None or row.returns is None or role is not Role.CIU:
        return None
    return row.returns.encode(value)
