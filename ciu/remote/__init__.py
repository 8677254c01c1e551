"""The far side of the wall, seen from the customer's room: one caller and one line a medium."""

from ciu.remote.caller import Caller
from ciu.remote.line import Line
from ciu.remote.site import Site

__all__ = ["Caller", "Line", "Site"]
