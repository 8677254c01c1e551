"""The asking side of a link: sessions, what may be asked, what comes of it."""

from link.client.events import Answered, AskId, Event, Failed, LinkClosed, LinkDown, LinkUp
from link.client.requests import Get, GetMany, Invoke, Refusal, Request, Result, Set
from link.client.session import ClientSession

__all__ = [
    "Answered",
    "AskId",
    "ClientSession",
    "Event",
    "Failed",
    "Get",
    "GetMany",
    "Invoke",
    "LinkClosed",
    "LinkDown",
    "LinkUp",
    "Refusal",
    "Request",
    "Result",
    "Set",
]
