"""A store: one SQLite file that is created once, held by one process, and durable (meter.md 2)."""

from link.durable.database import (
    Connect,
    Connection,
    Cursor,
    Database,
    Row,
    Value,
    connect_sqlite,
)
from link.durable.errors import (
    DurableError,
    NotADatabase,
    NotAStore,
    StoreBroken,
    StoreDamaged,
    StoreExists,
    StoreFull,
    StoreInUse,
    StoreMissing,
    printable,
)
from link.durable.file import BESIDE, check_file, give_name, set_aside
from link.durable.seal import NO_SEAL, SEAL_OCTETS, seal

__all__ = [
    "BESIDE",
    "NO_SEAL",
    "SEAL_OCTETS",
    "Connect",
    "Connection",
    "Cursor",
    "Database",
    "DurableError",
    "NotADatabase",
    "NotAStore",
    "Row",
    "StoreBroken",
    "StoreDamaged",
    "StoreExists",
    "StoreFull",
    "StoreInUse",
    "StoreMissing",
    "Value",
    "check_file",
    "connect_sqlite",
    "give_name",
    "printable",
    "seal",
    "set_aside",
]
