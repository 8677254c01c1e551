"""The answering side of a link: sessions, what clients ask of the application, its answers."""

from link.server.counts import ServerCounts
from link.server.events import (
    AccessRefused,
    ActionDone,
    Asked,
    AskedId,
    Client,
    Operation,
    Response,
    Value,
    Written,
)
from link.server.objects import SERVER_KNOWS
from link.server.session import ServerSession

__all__ = [
    "SERVER_KNOWS",
    "AccessRefused",
    "ActionDone",
    "Asked",
    "AskedId",
    "Client",
    "Operation",
    "Response",
    "ServerCounts",
    "ServerSession",
    "Value",
    "Written",
]
