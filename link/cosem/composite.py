"""Schemas made of schemas: arrays, structures as dataclasses. Source: IEC 62056-6-2."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from link.cosem.schema import Schema, TypeUnmatched, held
from link.dlms import Data, Tag

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Array:
    """A tuple of at most `longest` values of one schema."""

    element: Schema
    longest: int

    def encode(self, value: object) -> Data:
        if not isinstance(value, tuple) or len(value) > self.longest:
            raise ValueError(f"{value!r} is no tuple of up to {self.longest}")
        return Data(Tag.ARRAY, tuple(self.element.encode(member) for member in value))

    def decode(self, data: Data) -> tuple[object, ...]:
        members = _members(data, Tag.ARRAY)
        if len(members) > self.longest:
            raise TypeUnmatched(f"array of {len(members)}, not up to {self.longest}")
        return tuple(self.element.decode(member) for member in members)

    def least(self) -> tuple[object, ...]:
        return ()

    def greatest(self) -> tuple[object, ...]:
        return (self.element.greatest(),) * self.longest


class Structure:
    """An instance of a dataclass; its fields are named in order, each with its schema."""

    __slots__ = ("_schemas", "_shape")

    def __init__(self, shape: "type[DataclassInstance]", /, **schemas: Schema) -> None:
        names = tuple(field.name for field in fields(shape))
        if names != tuple(schemas):
            raise ValueError(f"{shape.__name__} has {names}, the schema {tuple(schemas)}")
        self._shape = shape
        self._schemas = schemas

    def encode(self, value: object) -> Data:
        if not isinstance(value, self._shape):
            raise ValueError(f"{value!r} is no {self._shape.__name__}")
        members = (schema.encode(getattr(value, name)) for name, schema in self._schemas.items())
        return Data(Tag.STRUCTURE, tuple(members))

    def decode(self, data: Data) -> object:
        members = _members(data, Tag.STRUCTURE)
        if len(members) != len(self._schemas):
            raise TypeUnmatched(f"structure of {len(members)}, not {len(self._schemas)}")
        pairs = zip(self._schemas.items(), members, strict=True)
        return self._shape(**{name: schema.decode(member) for (name, schema), member in pairs})

    def least(self) -> object:
        return self._shape(**{name: schema.least() for name, schema in self._schemas.items()})

    def greatest(self) -> object:
        return self._shape(**{name: schema.greatest() for name, schema in self._schemas.items()})


@dataclass(frozen=True, slots=True)
class Columns:
    """One value as a structure of several columns that are read off it.

    `whole` is the place of the column that holds all of it. A structure of that column alone is
    read too: it is what a client gets that has selected it.
    """

    readers: tuple[Callable[[object], object], ...]
    schemas: tuple[Schema, ...]
    whole: int

    def encode(self, value: object) -> Data:
        self.schemas[self.whole].encode(value)  # raises ValueError for a value of another kind
        pairs = zip(self.readers, self.schemas, strict=True)
        return Data(Tag.STRUCTURE, tuple(schema.encode(read(value)) for read, schema in pairs))

    def decode(self, data: Data) -> object:
        members = _members(data, Tag.STRUCTURE)
        if len(members) == 1:
            return self.schemas[self.whole].decode(members[0])
        if len(members) != len(self.schemas):
            raise TypeUnmatched(f"structure of {len(members)}, not {len(self.schemas)}")
        pairs = zip(self.schemas, members, strict=True)
        return [schema.decode(member) for schema, member in pairs][self.whole]

    def least(self) -> object:
        return self.schemas[self.whole].least()

    def greatest(self) -> object:
        return self.schemas[self.whole].greatest()


@dataclass(frozen=True, slots=True)
class NullWhenEmpty:
    """A tuple by its schema; the empty one as null-data."""

    array: Array

    def encode(self, value: object) -> Data:
        return Data(Tag.NULL, None) if value == () else self.array.encode(value)

    def decode(self, data: Data) -> tuple[object, ...]:
        return () if data.tag is Tag.NULL else self.array.decode(data)

    def least(self) -> tuple[object, ...]:
        return ()

    def greatest(self) -> tuple[object, ...]:
        return self.array.greatest()


def _members(data: Data, tag: Tag) -> tuple[Data, ...]:
    return held(data, tuple, tag)
