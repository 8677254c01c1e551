"""Values of an `object_list`: objects and what the association may do with each.

Source: IEC 62056-6-2 (class 15 attribute 2). The access modes agree with a second source.
"""

from dataclasses import dataclass
from enum import IntEnum


class AttributeMode(IntEnum):
    """`access_mode` of an attribute in an object_list."""

    NO_ACCESS = 0
    READ = 1
    WRITE = 2
    READ_WRITE = 3


class MethodMode(IntEnum):
    """`access_mode` of a method in an object_list."""

    NO_ACCESS = 0
    ACCESS = 1


@dataclass(frozen=True, slots=True)
class AttributeAccess:
    """What the association may do with an attribute, and the selectors that it takes."""

    index: int
    mode: AttributeMode
    selectors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MethodAccess:
    """What the association may do with a method."""

    index: int
    mode: MethodMode


@dataclass(frozen=True, slots=True)
class AccessRights:
    """Rights to one object."""

    attributes: tuple[AttributeAccess, ...]
    methods: tuple[MethodAccess, ...]


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One entry of an object_list."""

    class_id: int
    version: int
    logical_name: bytes
    rights: AccessRights
