"""COSEM: interface classes, the object map and the types of values, as rows."""

from link.cosem.amounts import floored, most
from link.cosem.object_list import object_list
from link.cosem.objects import OBJECT_MAP, OBJECTS, object_named, row, row_at
from link.cosem.roles import Role, entry_source, rights_of, role_of
from link.cosem.row import CosemObject, Row, RowKind, dotted, logical_name
from link.cosem.schema import Schema, TypeUnmatched
from link.cosem.selection import (
    ALL,
    WHOLE,
    ByDigest,
    ByEntry,
    ByTime,
    LogSelection,
    Selected,
    Whole,
    decode_selection,
    encode_selection,
)

__all__ = [
    "ALL",
    "OBJECTS",
    "OBJECT_MAP",
    "WHOLE",
    "ByDigest",
    "ByEntry",
    "ByTime",
    "CosemObject",
    "LogSelection",
    "Role",
    "Row",
    "RowKind",
    "Schema",
    "Selected",
    "TypeUnmatched",
    "Whole",
    "decode_selection",
    "dotted",
    "encode_selection",
    "entry_source",
    "floored",
    "logical_name",
    "most",
    "object_list",
    "object_named",
    "rights_of",
    "role_of",
    "row",
    "row_at",
]
