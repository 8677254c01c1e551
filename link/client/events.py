"""What a client session reports: how each ask ended, and how each link stands."""

from dataclasses import dataclass
from typing import NewType, TypeAlias

from link.hdlc import Station
from link.terms import LinkTrouble

AskId = NewType("AskId", int)
"""Names one ask of one session; grows with every ask."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The meter answered.

    `value` is of the row's type; None for Set and where a method returned nothing; for GetMany a
    tuple of Result and Refusal, one for each row in order.
    """

    ask: AskId
    station: Station
    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """The meter refused, or no answer will come.

    `sent`: the request was handed to the link, so that without a refusal its fate is unknown.
    """

    ask: AskId
    station: Station
    trouble: LinkTrouble
    detail: str
    sent: bool


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Link and association are open and the meter is the right one."""

    station: Station


@dataclass(frozen=True, slots=True)
class LinkDown:
    """Link and association are lost or were refused; the next ask opens them anew."""

    station: Station
    trouble: LinkTrouble
    detail: str


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """Link and association are closed, as was asked by `disconnect`."""

    station: Station


Event: TypeAlias = Answered | Failed | LinkUp | LinkDown | LinkClosed
